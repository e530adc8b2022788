"""What the Evaluate page is at one moment, and the systems that it offers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.viewmodels.evaluate_texts import Given
from app.viewmodels.test_files import TestSet
from mulm_core.evaluation import Evaluation, Term


@dataclass(frozen=True)
class SystemChoice:
    """One system that can be scored; ``chosen`` when its box is ticked, ``given`` for outputs."""

    system: str
    title: str
    note: str
    chosen: bool
    given: bool = False


@dataclass(frozen=True)
class EvaluateState:
    """The page at one moment; ``fraction`` is None while the length is not known.

    ``given`` are other systems' outputs, ``texts`` files that wait to be told what they are;
    ``glossary`` is the file of the ``terms``, empty where an earlier evaluation brought them.
    """

    source: str = ""
    target: str = ""
    test: TestSet | None = None
    chosen: frozenset[str] = frozenset()
    given: tuple[Given, ...] = ()
    texts: tuple[Path, ...] = ()
    baseline: str = ""
    fields: tuple[tuple[str, Any], ...] = ()
    terms: tuple[Term, ...] = ()
    glossary: str = ""
    evaluation: Evaluation | None = None
    busy: bool = False
    fraction: float | None = None
    message: str = ""
    eta_s: float | None = None
