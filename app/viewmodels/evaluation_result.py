"""The evaluation that is open: its scores, the segments asked for, what is saved of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr
from app.viewmodels.evaluation_scores import Shown, shown
from app.viewmodels.evaluation_segments import (
    Filter,
    SegmentQuery,
    SegmentRow,
    found_segments,
    segment_filters,
    segment_row,
)
from mulm_core.evaluation import Evaluation, histograms
from mulm_core.jobs import JobContext
from mulm_core.report import WriteRequest, write_report
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Opened:
    """An evaluation with everything that its first sight needs, made beside the GUI thread."""

    evaluation: Evaluation
    shown: Shown
    query: SegmentQuery
    found: list[int]
    filters: tuple[Filter, ...]
    spread: tuple[tuple[int, ...], ...]  # segments by their chrF, in equal bins, for each system


def opened(evaluation: Evaluation) -> Opened:
    """Prepare an evaluation for being shown; the baseline is compared with the best other."""
    query = SegmentQuery(0, _rival(evaluation))
    return Opened(
        evaluation,
        shown(evaluation),
        query,
        found_segments(evaluation, query),
        segment_filters(evaluation, query.first, query.second),
        histograms(evaluation),
    )


def _rival(evaluation: Evaluation) -> int:
    places = range(1, len(evaluation.systems))
    return max(places, key=lambda at: evaluation.systems[at].metrics.bleu.score, default=0)


class ResultModel(QObject):
    """What the right side of the page shows; every question is answered by a job."""

    changed = Signal()  # another evaluation is open
    segments_changed = Signal()
    pair_changed = Signal()  # other two systems are compared
    saved = Signal(object)  # Path
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._asking: Job | None = None
        self._opened: Opened | None = None

    def show(self, evaluation: Opened) -> None:
        """Open this evaluation."""
        self._opened = evaluation
        self.changed.emit()

    @property
    def is_open(self) -> bool:
        """Whether there is anything to show."""
        return self._opened is not None

    @property
    def _now(self) -> Opened:
        if self._opened is None:
            raise RuntimeError("no evaluation is open")
        return self._opened

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation that is open."""
        return self._now.evaluation

    @property
    def shown(self) -> Shown:
        """Scores, verdict and leakage."""
        return self._now.shown

    @property
    def spread(self) -> tuple[tuple[int, ...], ...]:
        """For each system, how many segments have a chrF in each of some equal bins."""
        return self._now.spread

    # Two systems ---------------------------------------------------------------------------

    @property
    def titles(self) -> tuple[str, ...]:
        """The names of the systems, the baseline's first."""
        return tuple(row.title for row in self.shown.rows)

    @property
    def roles(self) -> tuple[str, ...]:
        """The colours of the systems."""
        return tuple(row.role for row in self.shown.rows)

    @property
    def pair(self) -> tuple[int, int]:
        """The places of the two systems that are compared; the same twice for a single one."""
        return self.query.first, self.query.second

    def choose_pair(self, first: int, second: int) -> None:
        """Compare these two; where one was chosen twice, they change places."""
        if first == second:
            second, first = self.pair
        if (first, second) != self.pair:
            self.ask(replace(self.query, first=first, second=second, only=None))

    # Segments ------------------------------------------------------------------------------

    @property
    def query(self) -> SegmentQuery:
        """Which segments show."""
        return self._now.query

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What the segments can be narrowed to."""
        return self._now.filters

    @property
    def count(self) -> int:
        """How many segments show."""
        return len(self._now.found)

    def fetch(self, offset: int, limit: int) -> list[SegmentRow]:
        """Some of the segments that show, in order."""
        now = self._now
        numbers = now.found[offset : offset + limit]
        return [segment_row(now.evaluation, now.query, number) for number in numbers]

    def place_of(self, number: int) -> int | None:
        """Where a segment stands among those that show; None where it does not."""
        try:
            return self._now.found.index(number)
        except ValueError:
            return None

    def ask(self, query: SegmentQuery) -> None:
        """Show other segments; ``segments_changed`` follows, the last question winning."""
        if self._asking is not None:
            self._asking.cancel()
        job = self._asking = self._runner.start(
            _answer, (self._now, query), title="", quiet=True, quick=True
        )
        job.succeeded.connect(lambda answer: self._take(job, answer))
        job.failed.connect(self.failed.emit)

    def _take(self, job: Job, answer: Opened) -> None:
        now = self._opened
        if job is not self._asking or now is None or answer.evaluation is not now.evaluation:
            return
        turned = answer.filters is not now.filters
        self._opened = answer
        if turned:
            self.pair_changed.emit()
        self.segments_changed.emit()

    # Out of the window ---------------------------------------------------------------------

    def save(self, path: Path, kind: str) -> None:
        """Write the evaluation as a report of this kind: html, pdf, csv, json or tex."""
        job = self._runner.start(
            write_report,
            WriteRequest(self._workspace, self.evaluation, path, kind),
            title=tr("Save {name}", name=path.name),
            page="evaluate",
            patient=True,
        )
        job.succeeded.connect(self.saved.emit)
        job.failed.connect(self.failed.emit)


def _answer(ctx: JobContext, request: tuple[Opened, SegmentQuery]) -> Opened:
    now, query = request
    evaluation, filters = now.evaluation, now.filters
    if (query.first, query.second) != (now.query.first, now.query.second):
        filters = segment_filters(evaluation, query.first, query.second)
    found = found_segments(evaluation, query)
    return replace(now, query=query, found=found, filters=filters)
