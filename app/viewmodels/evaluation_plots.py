"""What the plots of an evaluation show: each is made by a job when somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr
from app.viewmodels.evaluation_result import ResultModel
from mulm_core.evaluation import Bucket, Evaluation
from mulm_core.evaluation.analysis import frequencies, lengths
from mulm_core.evaluation.words import NGram, ngrams_gained
from mulm_core.jobs import JobContext

__all__ = ["Bucket", "PlotsModel"]

MOST_POINTS = 4000
"""More points hide one another, and take long to draw."""
_NGRAMS = 50

Pair = tuple[int, int]


@dataclass(frozen=True)
class Cloud:
    """Some of the segments as points: numbers of those that the second system has better …

    … worse, or just the same, out of ``total``; ``pair`` are the places of the two systems.
    """

    pair: Pair
    better: tuple[int, ...]
    worse: tuple[int, ...]
    same: tuple[int, ...]
    total: int

    @property
    def drawn(self) -> int:
        """How many of the segments are points."""
        return len(self.better) + len(self.worse) + len(self.same)


@dataclass(frozen=True)
class NGrams:
    """What the second system of the ``pair`` has more often than the first, and the reverse."""

    pair: Pair
    gained: tuple[NGram, ...]
    lost: tuple[NGram, ...]


@dataclass(frozen=True)
class Frequencies:
    """How well words are translated; ``trained``: counted in training data, not references."""

    buckets: tuple[Bucket, ...]
    trained: bool


class PlotsModel(QObject):
    """Answers ``look`` with ``changed``, at once where the plot is up to date."""

    changed = Signal(str)
    failed = Signal(object)  # Failure

    def __init__(self, runner: JobRunner, result: ResultModel) -> None:
        super().__init__()
        self._runner = runner
        self._result = result
        self._jobs: dict[str, Job] = {}
        self._asked: dict[str, tuple[Evaluation, Pair]] = {}
        self._made: dict[str, object] = {}
        result.changed.connect(self._forget)

    @property
    def cloud(self) -> Cloud | None:
        """Two systems segment by segment."""
        return cast(Cloud | None, self._made.get("points"))

    @property
    def lengths(self) -> tuple[Bucket, ...] | None:
        """Mean scores by length."""
        return cast("tuple[Bucket, ...] | None", self._made.get("length"))

    @property
    def frequencies(self) -> Frequencies | None:
        """Scores of words by how often they were seen."""
        return cast(Frequencies | None, self._made.get("frequency"))

    @property
    def ngrams(self) -> NGrams | None:
        """What one of two systems gets and the other misses."""
        return cast(NGrams | None, self._made.get("ngrams"))

    def has(self, kind: str) -> bool:
        """Whether a plot (``points``, ``length``, ``frequency``, ``ngrams``) can be shown."""
        return kind in self._made

    def look(self, kind: str) -> None:
        """Somebody looks at a plot: make it, unless it is up to date."""
        if not self._result.is_open:
            return
        job, paired = _JOBS[kind]
        wanted = (self._result.evaluation, self._result.pair if paired else (0, 0))
        known = self._asked.get(kind)
        if known is not None and known[0] is wanted[0] and known[1] == wanted[1]:
            return
        self._cancel(kind)
        self._asked[kind] = wanted
        handle = self._jobs[kind] = self._runner.start(
            job,
            wanted,
            title=tr("Analyse {test}", test=wanted[0].test_name),
            page="evaluate",
            patient=True,
        )
        handle.succeeded.connect(lambda made: self._take(kind, handle, made))
        handle.failed.connect(self.failed.emit)
        handle.finished.connect(lambda: self._ended(kind, handle))

    def _ended(self, kind: str, job: Job) -> None:
        """What failed or was cancelled is made anew when somebody looks again."""
        if job is self._jobs.get(kind) and kind not in self._made:
            self._cancel(kind)

    def _take(self, kind: str, job: Job, made: object) -> None:
        if job is self._jobs.get(kind):
            self._made[kind] = made
            self.changed.emit(kind)

    def _cancel(self, kind: str) -> None:
        self._made.pop(kind, None)
        self._asked.pop(kind, None)
        job = self._jobs.pop(kind, None)
        if job is not None:
            job.cancel()

    def _forget(self) -> None:
        for kind in _JOBS:
            self._cancel(kind)


def _cloud(ctx: JobContext, request: tuple[Evaluation, Pair]) -> Cloud:
    evaluation, (first, second) = request
    total = len(evaluation.sources)
    before, after = (evaluation.systems[at].sentence_chrf for at in (first, second))
    gains = [(at, after[at] - before[at]) for at in range(0, total, -(-total // MOST_POINTS) or 1)]
    return Cloud(
        (first, second),
        tuple(at for at, gain in gains if gain > 0),
        tuple(at for at, gain in gains if gain < 0),
        tuple(at for at, gain in gains if gain == 0),
        total,
    )


def _lengths(ctx: JobContext, request: tuple[Evaluation, Pair]) -> tuple[Bucket, ...]:
    return lengths(request[0])


def _frequencies(ctx: JobContext, request: tuple[Evaluation, Pair]) -> Frequencies:
    evaluation = request[0]
    return Frequencies(frequencies(evaluation, ctx.check), evaluation.words is not None)


def _ngrams(ctx: JobContext, request: tuple[Evaluation, Pair]) -> NGrams:
    evaluation, (first, second) = request
    if first == second:
        return NGrams((first, second), (), ())
    return NGrams(
        (first, second),
        ngrams_gained(evaluation, first, second, _NGRAMS, ctx.check),
        ngrams_gained(evaluation, second, first, _NGRAMS, ctx.check),
    )


_JOBS: dict[str, tuple[Callable[[JobContext, Any], object], bool]] = {
    "points": (_cloud, True),
    "length": (_lengths, False),
    "frequency": (_frequencies, False),
    "ngrams": (_ngrams, True),
}
"""The job of each plot, and whether it is about two systems."""
