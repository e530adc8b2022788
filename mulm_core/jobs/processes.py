"""Work cut into batches and done on all cores, in helper processes; in order, and cancellable."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from mulm_core.errors import EngineError

Batch = TypeVar("Batch")
Result = TypeVar("Result")

_MOST_HELPERS = 8
_AHEAD = 2  # batches waiting for each helper
_PATIENCE_S = 0.2


def spread(
    work: Callable[[Batch], Result],
    batches: Iterable[Batch],
    check: Callable[[], None],
    *,
    worth_helpers: bool,
) -> Generator[Result, None, None]:
    """What ``work`` makes of each batch, in order; closing the iterator ends the helpers.

    Where it is ``worth_helpers`` (starting them takes about a second), ``work``, batches and
    results cross between processes: they are plain data and functions of modules. ``check`` is
    called all the time and may raise. Raises :class:`EngineError` where a helper died.
    """
    helpers = min(os.cpu_count() or 1, _MOST_HELPERS)
    if not worth_helpers or helpers < 2:
        for batch in batches:
            check()
            yield work(batch)
        return
    with _helpers(helpers) as pool:
        waiting: deque[Future[Result]] = deque()
        for batch in batches:
            waiting.append(pool.submit(work, batch))
            if len(waiting) > _AHEAD * helpers:
                yield _finished(waiting.popleft(), check)
        while waiting:
            yield _finished(waiting.popleft(), check)


def _finished(future: Future[Result], check: Callable[[], None]) -> Result:
    while True:
        check()
        try:
            return future.result(timeout=_PATIENCE_S)
        except TimeoutError:
            continue
        except BrokenProcessPool as error:
            raise EngineError(
                "a helper process ended too early",
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
