"""What a check is: settings in, a rule set from the corpus' own rows, flags out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mulm_core.corpus.checks.columns import Columns
    from mulm_core.models.tokens import TextModel

Flag = tuple[int, str]
"""A row's id and what is wrong with it, in words for people."""


class Row(NamedTuple):
    """One row as checks see it."""

    id: int
    source: str
    target: str
    split: str


@dataclass(frozen=True)
class Basis:
    """What a rule is set from: the languages, rows from all over the corpus, perhaps a model."""

    source: str
    target: str
    sample: tuple[Row, ...]
    model: TextModel | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a check goes by on one corpus; ``skipped`` says why it cannot judge at all.

    ``threshold`` is the limit and ``why`` how it came about, both for people.
    """

    threshold: str
    why: str
    skipped: str = ""


@dataclass(frozen=True, kw_only=True)
class RowRule(Rule):
    """A rule that judges each row alone; crosses to other processes, so it is plain data."""

    def judge(self, rows: Sequence[Row]) -> Iterator[Flag]:
        """The rows that break the rule."""
        for row in rows:
            if detail := self.reason(row.source, row.target):
                yield row.id, detail

    def reason(self, source: str, target: str) -> str:
        """What is wrong with this pair; empty where nothing is."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class TableRule(Rule):
    """A rule that compares rows with each other, by the columns it names."""

    columns: tuple[str, ...]

    def find(self, table: Columns) -> Iterator[Flag]:
        """The rows that break the rule."""
        raise NotImplementedError


@dataclass(frozen=True)
class NoSettings:
    """The settings of a check that has nothing to set."""


class Check:
    """One kind of trouble. ``advised`` checks are those that *apply all* takes.

    ``settings`` is a dataclass of declared fields (:mod:`mulm_core.fields`).
    """

    key: str
    title: str
    help: str
    settings: type = NoSettings
    advised: bool = True

    def rule(self, basis: Basis, settings: Any) -> Rule:
        """What to go by on this corpus, with these settings."""
        raise NotImplementedError


def skipped(why: str) -> RowRule:
    """The rule of a check that cannot judge this corpus."""
    return RowRule(threshold="", why="", skipped=why)


def percent(share: float) -> str:
    """``12 %``, ``0.3 %``."""
    value = share * 100
    return f"{value:.0f} %" if value >= 10 or value == 0 else f"{value:.2g} %"


def listing(items: Sequence[str], most: int = 4) -> str:
    """``a, b and 3 more``."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown
