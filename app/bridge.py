"""Where worker threads meet Qt, and the only file where they do.

A job runs on one of the engine's lanes; what it tells is queued to the GUI thread and sent on
from there as Qt signals, so that every slot of the window runs on the GUI thread.
"""

from __future__ import annotations

import asyncio
import itertools
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal

from mulm_core.errors import Cancelled, EngineError, MulmError
from mulm_core.jobs import Event, JobContext, Lanes, Progress

_ids = itertools.count(1)
_PATIENCE_MS = 400  # a job that may be over at once is announced only after this


@dataclass(frozen=True)
class Failure:
    """Why a job failed: one sentence for the person, the traceback for the report."""

    sentence: str
    details: str


class Job(QObject):
    """One running job as the window sees it; every signal is emitted on the GUI thread."""

    progressed = Signal(object)  # Progress
    told = Signal(object)  # any other Event of the job
    succeeded = Signal(object)  # the job's result
    failed = Signal(object)  # Failure
    cancelled = Signal()
    finished = Signal()  # after exactly one of the three above
    paused_changed = Signal(bool)  # the job strip and the page both hold and release it
    stopping = Signal()  # it was asked to end early

    def __init__(
        self, title: str, page: str, stoppable: bool, sink: Callable[[int, Event], None]
    ) -> None:
        super().__init__()
        self.id = next(_ids)
        self.title = title
        self.page = page
        self.stoppable = stoppable
        self.in_bytes = False
        self.done = False
        self.failure: Failure | None = None
        self.last_progress: Progress | None = None
        self.ctx = JobContext(sink=partial(sink, self.id))

    def pause(self) -> None:
        """Hold the job at its next safe point."""
        self.ctx.pause()
        self.paused_changed.emit(True)

    def resume(self) -> None:
        """Let a paused job go on."""
        self.ctx.resume()
        self.paused_changed.emit(False)

    def stop(self) -> None:
        """End early and keep what is there, where the job can; otherwise cancel."""
        if self.stoppable:
            self.ctx.stop()
        else:
            self.ctx.cancel()
        self.stopping.emit()

    def cancel(self) -> None:
        """End and leave nothing behind."""
        self.ctx.cancel()
        self.stopping.emit()

    async def result(self) -> Any:
        """Wait for the result under qasync.

        Raises :class:`EngineError` with the failure's sentence, or :class:`Cancelled`.
        Cancelling the waiting task does not stop the job: use :meth:`cancel`.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def settle(outcome: Callable[[], None]) -> None:
            if not future.done():
                outcome()

        self.succeeded.connect(lambda value: settle(lambda: future.set_result(value)))
        self.failed.connect(
            lambda why: settle(lambda: future.set_exception(EngineError(why.sentence)))
        )
        self.cancelled.connect(lambda: settle(lambda: future.set_exception(Cancelled())))
        return await future

    def tell(self, event: Event) -> None:
        """Send an event of the job on to the window."""
        if isinstance(event, Progress):
            self.last_progress = event
            self.progressed.emit(event)
        else:
            self.told.emit(event)

    def end(self, future: Future[Any]) -> None:
        """Send the outcome on to the window."""
        self.done = True
        error = Cancelled() if future.cancelled() else future.exception()
        if error is None:
            self.succeeded.emit(future.result())
        elif isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failure = failure_of(error)
            self.failed.emit(self.failure)
        self.finished.emit()


class JobRunner(QObject):
    """Starts jobs on the lanes and knows those that have not ended."""

    started = Signal(object)  # Job
    finished = Signal(object)  # Job

    # The two that worker threads emit; they belong to the runner, which outlives every job.
    _told = Signal(int, object)
    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = Lanes()
        self._closed = False
        self._jobs: dict[int, Job] = {}
        self._futures: dict[int, Future[Any]] = {}
        self._quiet: set[int] = set()
        # Queued even from the GUI thread: a slot never runs inside the job's own call.
        self._told.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def jobs(self) -> list[Job]:
        """The jobs that are running or waiting, oldest first."""
        return list(self._jobs.values())

    def start(
        self,
        job: Callable[[JobContext, Any], Any],
        request: Any,
        *,
        title: str,
        page: str = "",
        heavy: bool = False,
        stoppable: bool = False,
        quiet: bool = False,
        quick: bool = False,
        patient: bool = False,
        in_bytes: bool = False,
    ) -> Job:
        """Run ``job(ctx, request)`` in the background.

        ``heavy`` jobs wait for one another; ``quick`` ones, which somebody waits for, wait for no
        long one. ``quiet`` ones (a list being read, a translation while typing) are not announced
        in the job strip, ``patient`` ones only when they are not over at once. ``stoppable`` jobs
        keep their work on stop; progress ``in_bytes`` is shown as such. After :meth:`close` every
        job ends as cancelled.
        """
        handle = Job(title, page, stoppable, self._told.emit)
        handle.in_bytes = in_bytes
        self._jobs[handle.id] = handle
        if quiet or patient:
            self._quiet.add(handle.id)
        else:
            self.started.emit(handle)
        if patient:
            QTimer.singleShot(_PATIENCE_MS, self, lambda: self._announce(handle))
        future: Future[Any]
        if self._closed:  # a page that refreshes while the window closes
            future = Future()
            future.cancel()
        else:
            future = self._lanes.submit(job, request, handle.ctx, heavy=heavy, quick=quick)
        self._futures[handle.id] = future
        future.add_done_callback(partial(self._ended.emit, handle.id))
        return handle

    def close(self) -> None:
        """Cancel everything, wait for the threads to end, and deliver how each job ended."""
        self._closed = True
        for handle in self.jobs:
            handle.cancel()
        for future in list(self._futures.values()):
            future.cancel()
        self._lanes.close()
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)

    def _announce(self, handle: Job) -> None:
        if handle.id in self._quiet:  # it has not ended
            self._quiet.discard(handle.id)
            self.started.emit(handle)

    def _tell(self, job_id: int, event: Event) -> None:
        self._jobs[job_id].tell(event)

    def _end(self, job_id: int, future: Future[Any]) -> None:
        handle = self._jobs.pop(job_id)
        self._futures.pop(job_id, None)
        handle.end(future)
        if job_id in self._quiet:
            self._quiet.discard(job_id)
        else:
            self.finished.emit(handle)


def failure_of(error: BaseException) -> Failure:
    """The sentence and the details of any error a job raised."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, MulmError):
        return Failure(str(error), details)
    if isinstance(error, MemoryError):
        return Failure(
            "There is not enough memory. Close other programs or lower the batch size.", details
        )
    return Failure(f"Something unexpected happened ({type(error).__name__}: {error}).", details)
