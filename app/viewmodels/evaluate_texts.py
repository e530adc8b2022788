"""Texts beside a test set: other systems' outputs, further references, a glossary."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, SignalInstance

from app.bridge import JobRunner
from app.i18n import tr
from app.viewmodels.test_files import TestSet
from mulm_core.evaluation import Outputs, Term, load_glossary, load_outputs
from mulm_core.jobs import JobContext


@dataclass(frozen=True)
class Given:
    """Another system's outputs under the name that a person gave it; ``key`` never changes."""

    key: str
    name: str
    outputs: Outputs


def free_name(name: str, taken: Collection[str]) -> str:
    """``name``, with a number after it where it is taken."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free


class GivenTexts(QObject):
    """Reads them in the background."""

    outputs_read = Signal(object)  # tuple[Outputs, ...]
    references_read = Signal(object)  # TestSet
    terms_read = Signal(str, object)  # name of the file, tuple[Term, ...]
    failed = Signal(object)  # Failure

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner

    def read_outputs(self, paths: Sequence[Path], test: TestSet) -> None:
        """Read what other systems made of ``test``."""
        self._start(_outputs, (tuple(paths), test), self.outputs_read)

    def read_references(self, paths: Sequence[Path], test: TestSet) -> None:
        """Add the texts to the references of ``test``."""
        self._start(_references, (tuple(paths), test), self.references_read)

    def read_terms(self, path: Path) -> None:
        """Read a glossary."""
        job = self._runner.start(_terms, path, title=tr("Reading the glossary"), quiet=True)
        job.succeeded.connect(lambda terms: self.terms_read.emit(path.name, terms))
        job.failed.connect(self.failed.emit)

    def _start(
        self, job: Callable[[JobContext, Any], object], request: object, then: SignalInstance
    ) -> None:
        handle = self._runner.start(job, request, title=tr("Reading the texts"), quiet=True)
        handle.succeeded.connect(then.emit)
        handle.failed.connect(self.failed.emit)


def _outputs(ctx: JobContext, request: tuple[tuple[Path, ...], TestSet]) -> tuple[Outputs, ...]:
    paths, test = request
    return tuple(load_outputs(path.stem, path, test) for path in paths)


def _references(ctx: JobContext, request: tuple[tuple[Path, ...], TestSet]) -> TestSet:
    paths, test = request
    streams = tuple(load_outputs(path.stem, path, test).hypotheses for path in paths)
    files = (*test.files, *(str(path) for path in paths))
    return replace(test, further=(*test.further, *streams), files=files)


def _terms(ctx: JobContext, path: Path) -> tuple[Term, ...]:
    return load_glossary(path)
