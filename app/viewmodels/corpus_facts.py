"""What a corpus is like and what leaves it: statistics, problems of its imports, exports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr, tr_n
from app.viewmodels.pair_pages import PairQuery
from mulm_core.corpus import (
    CorpusStore,
    ExportRequest,
    ExportResult,
    Origin,
    Problem,
    Statistics,
    StatisticsRequest,
    export_view,
    get_corpus,
    problems_csv,
    statistics,
)
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["CorpusFacts", "Facts", "Origin", "Problems", "Statistics", "exported_text"]


@dataclass(frozen=True)
class Facts:
    """A corpus as a whole: its numbers, and every import that made it."""

    corpus: str
    statistics: Statistics
    origins: tuple[Origin, ...]


@dataclass(frozen=True)
class Problems:
    """What imports left out; ``count`` also counts those that are not listed."""

    corpus: str
    count: int
    listed: tuple[Problem, ...]


class CorpusFacts(QObject):
    """Reads about a corpus, and writes parts of it to files."""

    facts_read = Signal(object)  # Facts
    problems_read = Signal(object)  # Problems
    exported = Signal(object)  # ExportResult
    problems_saved = Signal(object)  # Path
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._describing: Job | None = None

    def describe(self, corpus: str) -> None:
        """``facts_read`` follows; quick where nothing has changed since the last time."""
        if self._describing is not None:
            self._describing.cancel()
        job = self._describing = self._runner.start(
            _describe,
            StatisticsRequest(self._workspace, corpus),
            title=tr("Describe {name}", name=corpus),
            page="corpora",
            patient=True,
        )
        job.succeeded.connect(self.facts_read.emit)
        job.failed.connect(self.failed.emit)

    def read_problems(self, corpus: str) -> None:
        """``problems_read`` follows."""
        job = self._runner.start(
            _problems, (self._workspace, corpus), title="", quiet=True, quick=True
        )
        job.succeeded.connect(self.problems_read.emit)
        job.failed.connect(self.failed.emit)

    def save_problems(self, corpus: str, path: Path) -> None:
        """Write the list as CSV."""
        job = self._runner.start(
            _save_problems, (self._workspace, corpus, path), title="", quiet=True
        )
        job.succeeded.connect(self.problems_saved.emit)
        job.failed.connect(self.failed.emit)

    def export(self, query: PairQuery, path: Path, format: str) -> None:
        """Write the rows of a query to a file; ``exported`` follows."""
        job = self._runner.start(
            export_view,
            ExportRequest(self._workspace, query.corpus, path, format, query.view),
            title=tr("Export {name}", name=query.corpus),
            page="corpora",
            patient=True,
        )
        job.succeeded.connect(self.exported.emit)
        job.failed.connect(self.failed.emit)


def exported_text(result: ExportResult) -> str:
    """What an export wrote, in a sentence or two."""
    words = tr_n(
        "{n} pair written to {files}.",
        "{n} pairs written to {files}.",
        result.pairs,
        files=", ".join(path.name for path in result.files),
    )
    if result.flattened:
        words += " " + tr_n(
            "In {n} of them a line break or tab became a space; TMX and JSONL keep them.",
            "In {n} of them line breaks or tabs became spaces; TMX and JSONL keep them.",
            result.flattened,
        )
    return words


def _describe(ctx: JobContext, request: StatisticsRequest) -> Facts:
    found = statistics(ctx, request)
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        return Facts(request.corpus, found, store.origins())


def _problems(ctx: JobContext, request: tuple[Workspace, str]) -> Problems:
    workspace, corpus = request
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        count = sum(origin.skipped for origin in store.origins())
        return Problems(corpus, count, store.problems())


def _save_problems(ctx: JobContext, request: tuple[Workspace, str, Path]) -> Path:
    problems_csv(*request)
    return request[2]
