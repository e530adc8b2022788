"""What the plots of an evaluation show, made by a job for two systems at a time."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.viewmodels.evaluation_result import ResultModel
from mulm_core.evaluation import Analysis, AnalysisRequest, Evaluation, analyse
from mulm_core.jobs import JobContext

MOST_POINTS = 4000
"""More points hide one another, and take long to draw."""


@dataclass(frozen=True)
class Cloud:
    """Some of the segments as points: those where the second system is better, worse, the same."""

    better: tuple[int, ...]
    worse: tuple[int, ...]
    same: tuple[int, ...]
    total: int

    @property
    def drawn(self) -> int:
        """How many of the segments are points."""
        return len(self.better) + len(self.worse) + len(self.same)


@dataclass(frozen=True)
class Plots:
    """The analysis for two systems (places in the evaluation)."""

    evaluation: Evaluation
    pair: tuple[int, int]
    analysis: Analysis
    cloud: Cloud
    frequencies_known: bool  # from training data; else the references are counted

    def point(self, number: int) -> tuple[float, float]:
        """The chrF of both systems on a segment."""
        return self.analysis.points[number]


class PlotsModel(QObject):
    """Analyses the open evaluation once somebody looks, and again for another pair."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, runner: JobRunner, result: ResultModel) -> None:
        super().__init__()
        self._runner = runner
        self._result = result
        self._job: Job | None = None
        self._asked: tuple[Evaluation, tuple[int, int]] | None = None
        self.plots: Plots | None = None

    @property
    def working(self) -> bool:
        """Whether an answer is on its way."""
        return self._job is not None

    def look(self) -> None:
        """Somebody looks at the plots: ``changed`` follows where they are not up to date."""
        if not self._result.is_open:
            return
        evaluation, pair = self._result.evaluation, self._result.pair
        if self._asked is not None and self._asked[0] is evaluation and self._asked[1] == pair:
            return
        self._asked = (evaluation, pair)
        if self._job is not None:
            self._job.cancel()
        job = self._job = self._runner.start(_plots, self._asked, title="", quiet=True)
        job.succeeded.connect(lambda plots: self._take(job, plots))
        job.failed.connect(self.failed.emit)
        job.finished.connect(lambda: self._ended(job))

    def _take(self, job: Job, plots: Plots) -> None:
        if job is self._job:
            self.plots = plots

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.changed.emit()


def _plots(ctx: JobContext, request: tuple[Evaluation, tuple[int, int]]) -> Plots:
    evaluation, pair = request
    analysis = analyse(ctx, AnalysisRequest(evaluation, *pair))
    known = evaluation.words is not None
    return Plots(evaluation, pair, analysis, _cloud(analysis.points), known)


def _cloud(points: tuple[tuple[float, float], ...]) -> Cloud:
    chosen = range(0, len(points), -(-len(points) // MOST_POINTS) or 1)
    gains = [(number, points[number][1] - points[number][0]) for number in chosen]
    return Cloud(
        tuple(number for number, gain in gains if gain > 0),
        tuple(number for number, gain in gains if gain < 0),
        tuple(number for number, gain in gains if gain == 0),
        len(points),
    )
