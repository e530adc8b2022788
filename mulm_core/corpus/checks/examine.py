"""The rows in one pass: every row rule at once, on all cores where there is enough to do."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.base import Flag, Row, RowRule
from mulm_core.corpus.checks.columns import measure
from mulm_core.corpus.checks.reader import Reader
from mulm_core.errors import EngineError

if TYPE_CHECKING:
    import numpy as np

_BATCH = 1000  # rows: about 0.1 s of work, the time that a cancel may take
_WORTH_PROCESSES = 20_000  # rows; starting helpers takes as long as checking so many
_AHEAD = 2  # batches waiting for each helper
_PATIENCE_S = 0.2


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
    if not task.rules and not task.columns:
        return
    helpers = min(os.cpu_count() or 1, 8)
    if reader.count < _WORTH_PROCESSES or helpers < 2:
        for rows in reader.batches(_BATCH):
            check()
            yield examine_batch(task, rows)
        return
    with _helpers(helpers) as pool:
        waiting: deque[Future[Examined]] = deque()
        for rows in reader.batches(_BATCH):
            waiting.append(pool.submit(examine_batch, task, rows))
            if len(waiting) > _AHEAD * helpers:
                yield _finished(waiting.popleft(), check)
        while waiting:
            yield _finished(waiting.popleft(), check)


def _finished(future: Future[Examined], check: Callable[[], None]) -> Examined:
    while True:
        check()
        try:
            return future.result(timeout=_PATIENCE_S)
        except TimeoutError:
            continue
        except BrokenProcessPool as error:
            raise EngineError(
                "a helper process of the check ended too early",
                fix="Close other programs, so that there is enough memory, and try again",
            ) from error


@contextmanager
def _helpers(count: int) -> Iterator[Executor]:
    # Forking a process with threads and an open window is not safe; every system can spawn.
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _begin)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """In a helper: use one core, and end when the program that started it is gone."""
    os.environ["RAYON_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
