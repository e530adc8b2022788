"""Feeds the job strip from the running jobs, and its buttons back to them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from app.bridge import Failure, Job, JobRunner
from app.context import AppContext
from app.i18n import duration, file_size, tr
from app.system_info import memory_used
from app.widgets.job_strip import JobStrip

_MEMORY_MS = 3000


class JobStripFeed(QObject):
    """Joins one strip to one runner for the life of the window."""

    def __init__(self, strip: JobStrip, ctx: AppContext) -> None:
        super().__init__(strip)
        self._strip = strip
        self._ctx = ctx
        self._runner: JobRunner = ctx.runner
        self._jobs: dict[int, Job] = {}
        ctx.runner.started.connect(self._add)
        strip.clicked.connect(self._open)
        strip.cancel_requested.connect(self._stop)
        strip.pause_requested.connect(self._pause)
        strip.resume_requested.connect(self._resume)
        self._memory = QTimer(self)
        self._memory.setInterval(_MEMORY_MS)
        self._memory.timeout.connect(self._measure)
        self._memory.start()

    def _measure(self) -> None:
        self._strip.set_memory(memory_used())

    def _add(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._strip.add_job(job.id, job.title, stoppable=job.stoppable)
        job.progressed.connect(partial(self._progress, job))
        job.succeeded.connect(partial(self._succeeded, job))
        job.failed.connect(partial(self._failed, job))
        job.cancelled.connect(partial(self._cancelled, job))

    def _progress(self, job: Job, _event: object) -> None:
        progress = job.last_progress
        assert progress is not None  # it is set before the signal
        message = progress.message
        if job.in_bytes and progress.total:
            message = tr(
                "{done} of {total} \N{MIDDLE DOT} {message}",
                done=file_size(int(progress.done)),
                total=file_size(int(progress.total)),
                message=message,
            )
        self._strip.update_job(job.id, progress.fraction, message, progress.eta_s)

    def _succeeded(self, job: Job, _result: object) -> None:
        took = job.last_progress.elapsed_s if job.last_progress is not None else 0.0
        self._end(job, tr("Done in {time}", time=duration(took)) if took >= 1 else tr("Done"))

    def _failed(self, job: Job, failure: Failure) -> None:
        self._end(job, failure.sentence, ok=False)

    def _cancelled(self, job: Job) -> None:
        self._end(job, tr("Cancelled"))

    def _end(self, job: Job, text: str, *, ok: bool = True) -> None:
        self._strip.finish_job(job.id, text, ok)
        window = self._strip.window()
        if not window.isActiveWindow():
            QApplication.alert(window)

    def _open(self, number: int) -> None:
        job = self._jobs.get(number)
        if job is not None and job.page:
            self._ctx.navigate(job.page)

    def _stop(self, number: int) -> None:
        self._jobs[number].stop()
        self._strip.update_job(number, None, tr("Stopping…"))

    def _pause(self, number: int) -> None:
        self._jobs[number].pause()
        self._strip.set_paused(number, True)

    def _resume(self, number: int) -> None:
        self._jobs[number].resume()
        self._strip.set_paused(number, False)
