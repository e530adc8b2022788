"""One run as the Fine-tune page shows it: under way here, under way elsewhere, or long over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels.run_reading import Place, Reading, read_log, read_run
from app.viewmodels.run_state import Curves, RunState, Scores, points
from mulm_core.jobs import Event, LogLine, Progress
from mulm_core.training import DevEvaluated, RunStarted, TrainResult, TrainStep
from mulm_core.workspace import Workspace

_TELL_MS = 100  # as fast as a person reads figures
_LOOK_MS = 2000  # how often a run of another process is looked at
_SEEN = ("step", "elapsed_s", "remaining_s", "latest", "samples")  # told once, by the newest lines


class LiveRun(QObject):
    """Follows a training job, or reads a run from disk; one of another process again and again."""

    changed = Signal()  # state
    points_added = Signal(str, float, float)  # curve, x, y
    recalled = Signal()  # all curves at once
    log_read = Signal(str)  # the run's log as it is now
    settled = Signal()  # the run that another process trained has ended

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._job: Job | None = None
        self._offset = 0
        self.state = RunState()
        self.curves = Curves()
        self._tell_soon = QTimer(self)
        self._tell_soon.setSingleShot(True)
        self._tell_soon.setInterval(_TELL_MS)
        self._tell_soon.timeout.connect(self.changed.emit)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(lambda: self._read(self.state.run))

    @property
    def busy(self) -> bool:
        """Whether a job is at work for this run."""
        return self.state.busy

    # Commands ------------------------------------------------------------------------------

    def pause_or_resume(self) -> None:
        """Hold the run at its next step, or let it go on."""
        if self._job is not None:
            (self._job.resume if self.state.phase == "paused" else self._job.pause)()

    def stop(self) -> None:
        """End early; the best checkpoint stays."""
        if self._job is not None:
            self._job.stop()

    def refuse(self, sentence: str) -> None:
        """Show why the run cannot begin."""
        self._set(phase="failed", error=sentence)

    def follow(self, job: Job, source: str, target: str) -> None:
        """Show what ``job`` tells."""
        self._job = job
        self._look.stop()
        self._set(phase="starting", source=source, target=target, message=tr("Preparing"), error="")
        job.progressed.connect(self._progressed)
        job.told.connect(self._told)
        job.paused_changed.connect(self._held)
        job.stopping.connect(lambda: self._set(phase="stopping"))
        job.succeeded.connect(self._succeeded)
        job.failed.connect(self._failed)
        job.cancelled.connect(lambda: self._set(phase="cancelled"))
        job.finished.connect(self._ended)

    def recall(self, id: str) -> None:
        """Read an earlier run in the background."""
        self._offset = 0
        self._read(id)

    def leave(self) -> None:
        """Look no more at a run of another process."""
        self._look.stop()

    def read_log(self) -> None:
        """Read the run's log in the background; ``log_read`` follows."""
        if self.state.run:
            place = Place(self._workspace, self.state.run)
            job = self._runner.start(read_log, place, title="", quiet=True, quick=True)
            job.succeeded.connect(self.log_read.emit)

    # What the folder tells -----------------------------------------------------------------

    def _read(self, id: str) -> None:
        place = Place(self._workspace, id, self._offset)
        job = self._runner.start(read_run, place, title="", quiet=True)
        job.succeeded.connect(self._recalled)
        job.failed.connect(self._failed)

    def _recalled(self, reading: Reading) -> None:
        before, state = self.state, reading.state
        if self._job is not None:  # it is being resumed
            if before.total_steps:  # and its job has told more
                return
            state = replace(state, phase=before.phase, message=before.message, error="")
        self._offset = reading.offset
        if reading.more:
            self._extend(reading.curves)
            kept = {name: getattr(before, name) for name in _SEEN if not getattr(state, name)}
            state = replace(state, **kept)
        else:
            self.curves = reading.curves
        self._set(**vars(state))
        if not reading.more:
            self.recalled.emit()
        if state.phase == "elsewhere":
            self._look.start()
        elif before.phase == "elsewhere":
            self.settled.emit()

    def _extend(self, newer: Curves) -> None:
        for curve, of_curve in newer.points.items():
            if curve != "smooth_loss":
                for x, y in of_curve:
                    self._add_point(curve, x, y)

    # What the job tells --------------------------------------------------------------------

    def _set(self, **values: Any) -> None:
        self.state = replace(self.state, **values)
        self._tell_soon.stop()
        self.changed.emit()

    def _set_quietly(self, **values: Any) -> None:
        """Change what changes at every step; a fast GPU makes a hundred of them a second."""
        self.state = replace(self.state, **values)
        if not self._tell_soon.isActive():
            self._tell_soon.start()

    def _held(self, paused: bool) -> None:
        if self.state.phase in ("running", "starting", "paused"):
            running = "running" if self.state.total_steps else "starting"
            self._set(phase="paused" if paused else running)

    def _progressed(self, progress: Progress) -> None:
        elapsed = progress.elapsed_s if self.state.step == 0 else self.state.elapsed_s
        self._set_quietly(message=progress.message, elapsed_s=elapsed)

    def _told(self, event: Event) -> None:
        if isinstance(event, TrainStep):
            self._stepped(event)
        elif isinstance(event, DevEvaluated):
            self._scored(event)
        elif isinstance(event, LogLine) and event.level == "warning":
            self._warn(event.text)
        elif isinstance(event, RunStarted):
            phase = "running" if self.state.phase == "starting" else self.state.phase
            self._set(
                phase=phase,
                run=event.run,
                total_steps=event.total_steps,
                device=event.device,
                pairs=event.pairs,
                dev_pairs=event.dev_pairs,
            )
            self._warn(*event.warnings)

    def _warn(self, *texts: str) -> None:
        """Keep what a person should know, each once: some is told by two events."""
        self._set(incidents=tuple(dict.fromkeys((*self.state.incidents, *texts))))

    def _stepped(self, event: TrainStep) -> None:
        if event.step <= self.state.step and self.curves.cut(event.step):
            self.recalled.emit()  # back at a checkpoint: these steps are trained again
        for curve, value in points("train", vars(event)):
            self._add_point(curve, event.step, value)
        self._set_quietly(
            step=event.step,
            total_steps=event.total_steps,
            elapsed_s=event.elapsed_s,
            remaining_s=event.remaining_s,
        )

    def _scored(self, event: DevEvaluated) -> None:
        scores = Scores(event.step, event.bleu, event.chrf, event.loss)
        for curve, value in points("dev", vars(event)):
            self._add_point(curve, event.step, value)
        base = event.step == 0 and not event.start
        zero_shot = scores if base else self.state.zero_shot
        best = scores if event.is_best or self.state.best is None else self.state.best
        self._set(zero_shot=zero_shot, latest=scores, best=best, samples=event.samples)

    def _add_point(self, curve: str, x: float, y: float) -> None:
        for added in self.curves.add(curve, x, y):
            self.points_added.emit(*added)

    def _succeeded(self, result: TrainResult) -> None:
        self._set(
            phase="stopped" if result.stopped else "finished",
            run=result.run,
            step=result.steps,
            elapsed_s=result.seconds,
            remaining_s=0.0,
            pairs=result.pairs,
            best=Scores.read(result.best) or self.state.best,
            zero_shot=Scores.read(result.zero_shot) or self.state.zero_shot,
        )

    def _failed(self, failure: Failure) -> None:
        self._set(phase="failed", error=failure.sentence, details=failure.details)

    def _ended(self) -> None:
        self._job = None
