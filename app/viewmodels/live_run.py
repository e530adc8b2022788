"""One run as the Fine-tune page shows it: its phase, its curves, its sample translations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import duration, signed, tr
from mulm_core.jobs import Event, JobContext, Progress
from mulm_core.runs import Run, get_run
from mulm_core.training import (
    DevEvaluated,
    RunStarted,
    SampleTranslation,
    TrainResult,
    TrainStep,
)
from mulm_core.workspace import Workspace

__all__ = ["CURVES", "LiveRun", "RunState", "SampleTranslation", "Scores"]

CURVES = ("loss", "dev_loss", "bleu", "chrf", "learning_rate", "tokens_per_s")
"""The curves of a run; x is the step."""

_TELL_MS = 100  # as fast as a person reads figures
_BUSY = ("starting", "running", "paused", "stopping")


@dataclass(frozen=True)
class Scores:
    """Dev scores at one step: BLEU and chrF from 0 to 100, loss in nats per token."""

    step: int
    bleu: float
    chrf: float
    loss: float


@dataclass(frozen=True)
class RunState:
    """A run at one moment.

    ``phase`` is idle, starting, running, paused, stopping, finished, stopped, interrupted,
    cancelled, failed or elsewhere (another process trains it). Times are in seconds; ``message``
    says what it does before its first step.
    """

    phase: str = "idle"
    run: str = ""
    source: str = ""
    target: str = ""
    message: str = ""
    device: str = ""
    pairs: int = 0
    dev_pairs: int = 0
    step: int = 0
    total_steps: int = 0
    epoch: float = 0.0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    zero_shot: Scores | None = None
    latest: Scores | None = None
    best: Scores | None = None
    samples: tuple[SampleTranslation, ...] = ()
    error: str = ""
    details: str = ""

    @property
    def busy(self) -> bool:
        """Whether its job has not ended."""
        return self.phase in _BUSY

    @property
    def usable(self) -> bool:
        """Whether there is an adapter to translate with."""
        return self.phase in ("finished", "stopped", "interrupted") and bool(self.run)


class LiveRun(QObject):
    """Follows a training job, or recalls a finished run from disk."""

    changed = Signal()  # state
    points_added = Signal(str, float, float)  # curve, x, y
    recalled = Signal()  # all curves at once
    evaluated = Signal()  # new dev scores and samples

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._job: Job | None = None
        self.state = RunState()
        self._tell_soon = QTimer(self)
        self._tell_soon.setSingleShot(True)
        self._tell_soon.setInterval(_TELL_MS)
        self._tell_soon.timeout.connect(self.changed.emit)
        self.curves: dict[str, list[tuple[float, float]]] = {name: [] for name in CURVES}

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
        self._set(phase="starting", source=source, target=target, message=tr("Preparing"))
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
        job = self._runner.start(_read_run, (self._workspace, id), title="", quiet=True)
        job.succeeded.connect(self._recalled)
        job.failed.connect(self._failed)

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
        self._set_quietly(message=progress.message, elapsed_s=progress.elapsed_s)

    def _told(self, event: Event) -> None:
        if isinstance(event, TrainStep):
            self._stepped(event)
        elif isinstance(event, DevEvaluated):
            self._scored(event)
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

    def _stepped(self, event: TrainStep) -> None:
        for curve, value in (
            ("loss", event.loss),
            ("learning_rate", event.learning_rate),
            ("tokens_per_s", event.tokens_per_s),
        ):
            self._add_point(curve, event.step, value)
        self._set_quietly(
            step=event.step,
            total_steps=event.total_steps,
            epoch=event.epoch,
            elapsed_s=event.elapsed_s,
            remaining_s=event.remaining_s,
        )

    def _scored(self, event: DevEvaluated) -> None:
        scores = Scores(event.step, event.bleu, event.chrf, event.loss)
        self._add_scores(scores)
        zero_shot = scores if event.step == 0 else self.state.zero_shot
        best = scores if event.is_best or self.state.best is None else self.state.best
        self._set(zero_shot=zero_shot, latest=scores, best=best, samples=event.samples)
        self.evaluated.emit()

    def _add_scores(self, scores: Scores) -> None:
        self._add_point("dev_loss", scores.step, scores.loss)
        self._add_point("bleu", scores.step, scores.bleu)
        self._add_point("chrf", scores.step, scores.chrf)

    def _add_point(self, curve: str, x: float, y: float) -> None:
        self.curves[curve].append((x, y))
        self.points_added.emit(curve, x, y)

    def _succeeded(self, result: TrainResult) -> None:
        self._set(
            phase="stopped" if result.stopped else "finished",
            run=result.run,
            step=result.steps,
            elapsed_s=result.seconds,
            remaining_s=0.0,
            pairs=result.pairs,
            best=_scores(result.best) or self.state.best,
            zero_shot=_scores(result.zero_shot) or self.state.zero_shot,
        )

    def _failed(self, failure: Failure) -> None:
        self._set(phase="failed", error=failure.sentence, details=failure.details)

    def _ended(self) -> None:
        self._job = None

    def _recalled(self, run: tuple[Run, list[dict[str, Any]]]) -> None:
        record, metrics = run
        manifest = record.manifest
        for curve in self.curves.values():
            curve.clear()
        samples: tuple[SampleTranslation, ...] = ()
        latest = None
        for line in metrics:
            samples = self._take_line(line) or samples
            if line.get("kind") == "dev":
                latest = _scores(line)
        self._set(
            phase="elsewhere" if manifest.status == "running" else manifest.status,
            run=record.id,
            source=manifest.source,
            target=manifest.target,
            device=str(manifest.machine.get("processor", "")),
            pairs=manifest.pairs,
            dev_pairs=manifest.dev_pairs,
            step=manifest.steps,
            total_steps=manifest.total_steps,
            elapsed_s=manifest.seconds,
            zero_shot=_scores(manifest.zero_shot),
            best=_scores(manifest.best),
            latest=latest,
            samples=samples,
            error=manifest.error,
        )
        self.recalled.emit()

    def _take_line(self, line: dict[str, Any]) -> tuple[SampleTranslation, ...]:
        """Put one line of metrics.jsonl on the curves; returns the samples it holds."""
        if line.get("kind") == "train":
            for curve in ("loss", "learning_rate", "tokens_per_s"):
                self.curves[curve].append((line["step"], line[curve]))
        elif line.get("kind") == "dev":
            scores = _scores(line)
            if scores is not None:
                self.curves["dev_loss"].append((scores.step, scores.loss))
                self.curves["bleu"].append((scores.step, scores.bleu))
                self.curves["chrf"].append((scores.step, scores.chrf))
            return tuple(SampleTranslation(**sample) for sample in line.get("samples", ()))
        return ()


def summary(state: RunState) -> str:
    """A finished run in one sentence: what was gained, in what time, and where the best lies."""
    time = duration(state.elapsed_s)
    if state.best is None or state.zero_shot is None:
        return tr("Trained for {time}.", time=time)
    gain = state.best.bleu - state.zero_shot.bleu
    if state.best.step == 0:
        return tr("No gain on dev in {time}: the base model stays ahead.", time=time)
    return tr(
        "{gain} BLEU on dev in {time}; best at step {step}.",
        gain=signed(gain),
        time=time,
        step=state.best.step,
    )


def _scores(values: dict[str, Any]) -> Scores | None:
    try:
        return Scores(
            int(values.get("step", 0)),
            float(values["bleu"]),
            float(values["chrf"]),
            float(values["loss"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _read_run(ctx: JobContext, request: tuple[Workspace, str]) -> tuple[Run, list[dict[str, Any]]]:
    run = get_run(*request)
    return run, run.metrics()
