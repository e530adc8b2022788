"""The rows in one pass: every row rule at once, on all cores where there is enough to do."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.base import Flag, Row, RowRule
from mulm_core.corpus.checks.columns import measure
from mulm_core.corpus.checks.reader import Reader
from mulm_core.jobs.processes import spread

if TYPE_CHECKING:
    import numpy as np

_BATCH = 1000  # rows: about 0.1 s of work, the time that a cancel may take
_WORTH_PROCESSES = 20_000  # rows; starting helpers takes as long as checking so many


@dataclass(frozen=True)
class Task:
    """What to do with each batch: the row rules by the check's key, and the columns to fill."""

    rules: Mapping[str, RowRule]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Examined:
    """What a batch gave: flags by the check's key, and its columns; ``first`` is its first id."""

    first: int
    rows: int
    flags: dict[str, list[Flag]]
    columns: dict[str, np.ndarray]


def examine_batch(task: Task, rows: list[Row]) -> Examined:
    """Judge and measure some rows; runs in a helper process or here."""
    flags = {key: list(rule.judge(rows)) for key, rule in task.rules.items()}
    return Examined(rows[0].id, len(rows), flags, measure(rows, task.columns))


def examine(
    reader: Reader, task: Task, check: Callable[[], None]
) -> Generator[Examined, None, None]:
    """All batches of the corpus in order; closing the iterator ends the helpers.

    Only plain rows and results cross between the processes; the corpus file is read by this one.
    ``check`` is called all the time and may raise.
    """
    if task.rules or task.columns:
        yield from spread(
            partial(examine_batch, task),
            reader.batches(_BATCH),
            check,
            worth_helpers=reader.count >= _WORTH_PROCESSES,
        )
