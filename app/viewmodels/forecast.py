"""What Start will do, and what it will take: counted at once, measured when a person asks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from mulm_core.jobs import JobContext
from mulm_core.training import ProbeResult, TrainRequest, probe
from mulm_core.training.forecast import ForecastRequest, forecast_steps

_MIB = 2**20

Question = tuple[TrainRequest, int]
"""A run that is asked about, and how many training pairs its corpora hold now."""


@dataclass(frozen=True)
class Forecast:
    """What Start will do: pairs to learn from, dev pairs to score, epochs, and the device.

    ``steps`` is an estimate, 0 until it is known.
    """

    pairs: int
    dev_pairs: int
    epochs: int
    device: str
    steps: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a few real steps told: seconds and by how many they may be wrong, bytes, parameters.

    ``fits`` tells whether memory suffices; if not, ``batch_tokens`` is a batch size that does.
    """

    seconds: float
    error_s: float
    memory: int
    free_memory: int
    disk: int
    free_disk: int
    trainable: int
    fits: bool
    batch_tokens: int


class Forecaster(QObject):
    """Answers for the run that is chosen now; an answer that has come too late is dropped."""

    steps_known = Signal()
    estimate_changed = Signal()

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._steps: dict[Question, int] = {}
        self._asked: Question | None = None
        self._estimates: dict[Question, Estimate] = {}
        self._job: Job | None = None
        self.error = ""

    @property
    def measuring(self) -> bool:
        """Whether the probe is at work."""
        return self._job is not None

    def steps(self, question: Question) -> int:
        """About how many steps the run takes; 0 at the first time, ``steps_known`` follows."""
        if question not in self._steps and question != self._asked:
            self._asked = question
            run = question[0]
            request = ForecastRequest(
                run.workspace,
                run.model,
                run.corpus,
                run.source,
                run.target,
                run.recipe,
                run.further,
            )
            job = self._runner.start(forecast_steps, request, title="", quiet=True)
            job.succeeded.connect(lambda steps: self._counted(question, steps))
        return self._steps.get(question, 0)

    def _counted(self, question: Question, steps: int) -> None:
        self._steps[question] = steps
        if question == self._asked:
            self.steps_known.emit()

    def estimate(self, question: Question) -> Estimate | None:
        """What the run will take, where it has been measured."""
        return self._estimates.get(question)

    def measure(self, question: Question) -> None:
        """Try a few steps of the run in the background; ``estimate_changed`` follows."""
        self.cancel()
        self.error = ""
        job = self._runner.start(
            _probe, question[0], title=tr("Estimate"), page="finetune", heavy=True
        )
        self._job = job
        job.succeeded.connect(lambda result: self._measured(question, result))
        job.failed.connect(lambda failure: self._failed(job, failure))
        job.finished.connect(lambda: self._ended(job))
        self.estimate_changed.emit()

    def cancel(self) -> None:
        """End the probe, if one is at work, and forget why the last one failed."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        if job is not None or self.error:
            self.error = ""
            self.estimate_changed.emit()

    def _measured(self, question: Question, result: ProbeResult) -> None:
        self._estimates[question] = _estimate(result)

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self.error = failure.sentence

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
        self.estimate_changed.emit()


def _estimate(result: ProbeResult) -> Estimate:
    return Estimate(
        seconds=result.seconds,
        error_s=result.seconds * result.error,
        memory=round(result.memory_mb * _MIB),
        free_memory=round(result.free_memory_mb * _MIB),
        disk=round(result.disk_mb * _MIB),
        free_disk=round(result.free_disk_mb * _MIB),
        trainable=result.trainable,
        fits=result.fits,
        batch_tokens=result.batch_tokens,
    )


def _probe(ctx: JobContext, request: TrainRequest) -> ProbeResult:
    return probe(ctx, request)
