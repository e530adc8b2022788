"""Pairs that are there more than once, and sources with more than one translation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mulm_core.corpus.checks.base import Basis, Check, Flag, TableRule
from mulm_core.corpus.checks.columns import Columns

_BREATH = 10_000  # flags between two looks at cancel


class Duplicates(Check):
    """The same pair again."""

    key = "duplicates"
    title = "Duplicates"
    help = "The same pair is there more than once; the first one stays."

    def rule(self, basis: Basis, settings: Any) -> TableRule:
        """The same for every corpus."""
        return DuplicateRule(
            threshold="equal on both sides but for blanks",
            why="A model needs a pair once; what comes often would count more than the rest.",
            columns=("pair",),
        )


@dataclass(frozen=True, kw_only=True)
class DuplicateRule(TableRule):
    """Flags all copies but the first."""

    def find(self, table: Columns) -> Iterator[Flag]:
        """See :class:`TableRule`."""
        import numpy as np

        rows = table.usable(Duplicates.key)
        keys = table["pair"][rows]
        order = rows[np.lexsort((rows, table.suspect[rows], keys))]
        ordered = table["pair"][order]
        new = np.ones(len(order), bool)
        new[1:] = ordered[1:] != ordered[:-1]
        first = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
        for count, at in enumerate(np.flatnonzero(~new).tolist()):
            if count % _BREATH == 0:
                table.check()
            yield int(order[at]) + 1, f"the same pair as row {order[first[at]] + 1}"


class Conflicts(Check):
    """One source, several translations."""

    key = "conflicts"
    title = "Conflicting translations"
    help = (
        "The same source is translated in different ways. The most frequent translation stays, of "
        "equally frequent ones the first; the others are flagged."
    )

    def rule(self, basis: Basis, settings: Any) -> TableRule:
        """The same for every corpus."""
        return ConflictRule(
            threshold="equal sources but for case and blanks, different targets",
            why="A model cannot learn when to use which; the most frequent one is the likeliest.",
            columns=("source", "target"),
        )


@dataclass(frozen=True, kw_only=True)
class ConflictRule(TableRule):
    """Flags all translations of a source but the most frequent one."""

    def find(self, table: Columns) -> Iterator[Flag]:
        """See :class:`TableRule`."""
        import numpy as np

        rows = table.usable(Conflicts.key)
        order = rows[np.lexsort((rows, table["target"][rows], table["source"][rows]))]
        source, target = table["source"][order], table["target"][order]
        # One variant is a run of rows with one source and one target.
        new = np.ones(len(order), bool)
        new[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
        starts = np.flatnonzero(new)
        if not len(starts):
            return
        sizes = np.diff(np.append(starts, len(order)))
        clean = np.add.reduceat((~table.suspect[order]).astype(np.int64), starts)
        ranked = np.lexsort((order[starts], -sizes, clean == 0, source[starts]))
        owner = source[starts][ranked]
        best = np.ones(len(ranked), bool)
        best[1:] = owner[1:] != owner[:-1]
        winner = np.maximum.accumulate(np.where(best, np.arange(len(ranked)), 0))
        for at in np.flatnonzero(~best).tolist():
            table.check()
            variant, kept = ranked[at], ranked[winner[at]]
            detail = (
                f"the same source has another translation in row {order[starts[kept]] + 1}, "
                f"{_times(int(sizes[kept]))} against {_times(int(sizes[variant]))}"
            )
            for row in order[starts[variant] : starts[variant] + sizes[variant]].tolist():
                yield row + 1, detail


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
