"""State and commands of the Home page: recent work, and the sample project in one step."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels.library import CorpusRow, Library, RunRow
from app.viewmodels.names import direction_name
from mulm_core.corpus import ImportRequest, ImportResult, import_corpus
from mulm_core.errors import MulmError
from mulm_core.samples import Sample, get_sample
from mulm_core.workspace import Workspace

__all__ = ["CorpusRow", "HomeModel", "RunRow", "SampleRow"]


@dataclass(frozen=True)
class SampleRow:
    """The sample project as the page names it."""

    title: str
    direction: str


class HomeModel(QObject):
    """Recent corpora and runs are those of the library; the sample is imported once."""

    sample_ready = Signal(str)  # name of its corpus
    failed = Signal(object)  # Failure
    busy_changed = Signal(bool)  # the sample is being imported

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self._importing: Job | None = None

    @property
    def empty(self) -> bool:
        """Whether there is no work yet, not even a corpus that cannot be opened."""
        library = self.library
        return not (library.corpora or library.broken or library.runs)

    def recent_corpora(self, count: int = 5) -> list[CorpusRow]:
        """The corpora made last, newest first."""
        return sorted(self.library.corpora, key=lambda row: row.created, reverse=True)[:count]

    def recent_runs(self, count: int = 5) -> list[RunRow]:
        """The runs made last, newest first."""
        return list(self.library.runs[:count])

    def sample(self) -> SampleRow | None:
        """The first sample project; None where the program came without."""
        try:
            sample = get_sample()
        except MulmError:
            return None
        return SampleRow(sample.title, direction_name(sample.source, sample.target))

    def open_sample(self) -> None:
        """Import the sample's texts unless they are there; ``sample_ready`` or ``failed`` comes."""
        if self._importing is not None:
            return
        try:
            sample = get_sample()
        except MulmError as problem:
            self.failed.emit(Failure(problem.sentence(), ""))
            return
        if self.library.corpus(sample.key) is not None:
            self.sample_ready.emit(sample.key)
            return
        self._import(sample)

    def _import(self, sample: Sample) -> None:
        request = ImportRequest(
            self._workspace, sample.train, sample.source, sample.target, sample.key
        )
        job = self._runner.start(
            import_corpus, request, title=tr("Import the sample project"), page="corpora"
        )
        self._importing = job
        self.busy_changed.emit(True)
        job.succeeded.connect(self._imported)
        job.failed.connect(self.failed.emit)
        job.finished.connect(self._ended)

    def _imported(self, result: ImportResult) -> None:
        self.library.refresh()
        self.sample_ready.emit(result.corpus)

    def _ended(self) -> None:
        self._importing = None
        self.busy_changed.emit(False)
