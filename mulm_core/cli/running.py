"""Running one job in the foreground: its events on stderr, Ctrl+C through its context."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from mulm_core.cli.console import Console
from mulm_core.jobs import Event, JobContext

Request = TypeVar("Request")
Result = TypeVar("Result")


_STOPPING = "Stopping; the best checkpoint is kept. Ctrl+C again cancels the run."


def run_job(
    job: Callable[[JobContext, Request], Result],
    request: Request,
    *,
    stoppable: bool = False,
    stopping: str = _STOPPING,
) -> Result:
    """The job's result; raises what the job raises, :class:`Cancelled` after Ctrl+C.

    A ``stoppable`` job is asked to stop and keep what it has by the first Ctrl+C, which says
    ``stopping``, and is cancelled by the second.
    """
    console = Console()
    told = False

    def show(event: Event) -> None:
        nonlocal told
        # Not from the signal handler: it may interrupt a write to the same stream.
        if ctx.stop_requested and not told:
            told = True
            console.line(stopping)
        console.show(event)

    ctx = JobContext(show)
    try:
        with _interrupts(ctx, stoppable):
            return job(ctx, request)
    finally:
        console.close()


@contextmanager
def _interrupts(ctx: JobContext, stoppable: bool) -> Iterator[None]:
    """Ctrl+C inside the block stops or cancels the job instead of tearing it down half-way."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        if stoppable and not ctx.stop_requested:
            ctx.stop()
        else:
            ctx.cancel()
            # A job that does not come to its next check can still be ended by force.
            signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
