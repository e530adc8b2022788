"""What a job sees of the outside: it reports, and asks whether it should pause, stop or cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mulm_core.errors import Cancelled
from mulm_core.jobs.clock import awake_s

_REPORT_INTERVAL_S = 0.1  # 10 Hz is as fast as a person reads a progress bar


@dataclass(frozen=True)
class Event:
    """Base of everything a job tells: immutable, so it crosses threads without locks."""


@dataclass(frozen=True)
class Progress(Event):
    """How far a job is: ``done`` of ``total`` (None: unknown), in units of the job's choice.

    ``elapsed_s`` leaves out paused time; ``eta_s`` is the time left in seconds, None until known.
    """

    done: float
    total: float | None
    message: str
    elapsed_s: float
    eta_s: float | None

    @property
    def fraction(self) -> float | None:
        """From 0 to 1, or None when the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else None


@dataclass(frozen=True)
class LogLine(Event):
    """One line for the log; ``level`` is ``info`` or ``warning``."""

    text: str
    level: str = "info"


class JobContext:
    """Handed to every job; its control methods may be called from any thread.

    ``sink`` receives each event on the job's own thread and must not block.
    ``clock`` returns seconds and never goes back.
    """

    def __init__(
        self,
        sink: Callable[[Event], None] | None = None,
        clock: Callable[[], float] = awake_s,
    ) -> None:
        self._sink = sink or (lambda event: None)
        self._clock = clock
        self._started = clock()
        self._paused_s = 0.0
        self._waiting_since: float | None = None
        self._last_report = float("-inf")
        self._cancelled = threading.Event()
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._running.set()

    def report(
        self,
        done: float,
        total: float | None = None,
        message: str = "",
        *,
        eta_s: float | None = None,
    ) -> None:
        """Tell how far the job is, at most ten times a second.

        The beginning (``done`` 0) and the last unit of a stage always pass.
        ``eta_s`` is the time left in seconds where the job knows better than the pace so far.
        """
        now = self._clock()
        between = done > 0 and (total is None or done < total)
        if between and now - self._last_report < _REPORT_INTERVAL_S:
            return
        self._last_report = now
        elapsed = self.elapsed_s()
        if eta_s is None and total and 0 < done <= total:
            eta_s = elapsed * (total - done) / done
        self.emit(Progress(done, total, message, elapsed, eta_s))

    def emit(self, event: Event) -> None:
        """Send an event of the job's own kind; every one arrives."""
        self._sink(event)

    @contextmanager
    def watched(self, watcher: Callable[[Event], None]) -> Iterator[None]:
        """Inside the block ``watcher`` receives every event, too, after the sink."""
        sink = self._sink

        def both(event: Event) -> None:
            sink(event)
            watcher(event)

        self._sink = both
        try:
            yield
        finally:
            self._sink = sink

    def log(self, text: str, level: str = "info") -> None:
        """Write one line to the job's log."""
        self.emit(LogLine(text, level))

    def elapsed_s(self) -> float:
        """Seconds since the job began, without the time it was paused."""
        since = self._waiting_since
        now = self._clock() if since is None else since
        return now - self._started - self._paused_s

    def check(self) -> None:
        """Wait while paused; raises :class:`Cancelled` once the job is cancelled."""
        self.wait_if_paused()
        if self._cancelled.is_set():
            raise Cancelled

    def wait_if_paused(self) -> None:
        """Block until resumed, stopped or cancelled."""
        if not self._running.is_set():
            begin = self._waiting_since = self._clock()
            self._running.wait()
            self._paused_s += self._clock() - begin
            self._waiting_since = None

    @property
    def stop_requested(self) -> bool:
        """Whether the job should end early and keep what it has."""
        return self._stopping.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether the job was told to leave nothing behind."""
        return self._cancelled.is_set()

    @property
    def paused(self) -> bool:
        """Whether the job is held by :meth:`pause`."""
        return not self._running.is_set()

    def pause(self) -> None:
        """Hold the job at its next :meth:`check`."""
        self._running.clear()

    def resume(self) -> None:
        """Let a paused job go on."""
        self._running.set()

    def stop(self) -> None:
        """Ask the job to end early and keep what it has; wakes a paused one."""
        self._stopping.set()
        self._running.set()

    def cancel(self) -> None:
        """Ask the job to end and leave nothing behind; wakes a paused one."""
        self._cancelled.set()
        self._running.set()
