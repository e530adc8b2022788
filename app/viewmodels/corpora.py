"""State and commands of the Corpora page: the list, the selected corpus, deletion."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.viewmodels.corpus_checks import CorpusChecks
from app.viewmodels.corpus_facts import CorpusFacts
from app.viewmodels.corpus_rows import CorpusRows
from app.viewmodels.corpus_splits import CorpusSplits
from app.viewmodels.importing import ImportChoice, ImportModel, ImportOutcome
from app.viewmodels.library import CorpusRow, Library
from app.viewmodels.pair_pages import PairPages
from mulm_core.corpus import delete_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


class CorporaModel(QObject):
    """The list lives in :class:`Library`; this adds what the page does with it."""

    selected_changed = Signal(str)
    content_changed = Signal(str)  # name of the selected corpus, whose rows are others now
    removed = Signal(str)  # name of a corpus whose deletion can be undone
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self.pairs = PairPages(workspace, runner)
        self.rows = CorpusRows(workspace, runner)
        self.checks = CorpusChecks(workspace, runner)
        self.splits = CorpusSplits(workspace, runner)
        self.facts = CorpusFacts(workspace, runner)
        self.importing = ImportModel(workspace, runner)
        for part in (
            self.pairs,
            self.rows,
            self.checks,
            self.splits,
            self.facts,
            self.importing,
        ):
            part.failed.connect(self.failed.emit)
        for part in (self.rows, self.checks, self.splits):
            part.changed.connect(self._content_changed)
        self.importing.imported.connect(self._imported)
        self._workspace = workspace
        self._runner = runner
        self._doomed = ""  # off the list, can be undone
        self._leaving: set[str] = set()  # being deleted
        self.selected = ""
        library.changed.connect(self._keep_selection)
        self._keep_selection()

    # The list ------------------------------------------------------------------------------

    @property
    def corpora(self) -> tuple[CorpusRow, ...]:
        """All corpora that can be opened, as the library lists them."""
        return self.library.corpora

    def select(self, name: str) -> None:
        """Show this corpus."""
        if name != self.selected:
            self.selected = name
            self.rows.read_titles(name)
            self.checks.read(name)
            self.selected_changed.emit(name)

    def _keep_selection(self) -> None:
        names = [row.name for row in self.corpora]
        if self.selected not in names:
            self.select(names[0] if names else "")

    def remove(self, name: str) -> None:
        """Take a corpus off the list; its file goes when the undo has run out."""
        self.finish_removal()
        self._doomed = name
        self._hide()
        self.removed.emit(name)

    def undo_removal(self) -> None:
        """Put the corpus back that was taken off last."""
        name, self._doomed = self._doomed, ""
        self._hide()
        if name:
            self.select(name)

    def finish_removal(self) -> None:
        """Delete the file of the corpus that was taken off the list."""
        name, self._doomed = self._doomed, ""
        if not name:
            return
        self._leaving.add(name)
        job = self._runner.start(_delete, (self._workspace, name), title="", quiet=True)
        job.failed.connect(self.failed.emit)
        job.finished.connect(lambda: self._left(name))

    def finish_removal_now(self) -> None:
        """The same without waiting for a thread: before quitting, or before its name is reused."""
        name, self._doomed = self._doomed, ""
        if name:
            delete_corpus(self._workspace, name)
            self._hide()

    def import_(self, choice: ImportChoice) -> Job:
        """Import in the background; a corpus of this name that is being deleted goes first."""
        if choice.name == self._doomed:
            self.finish_removal_now()
        return self.importing.start(choice)

    def _hide(self) -> None:
        self.library.hide_corpora(frozenset({*self._leaving, self._doomed} - {""}))

    def _left(self, name: str) -> None:
        self._leaving.discard(name)
        self.library.refresh()
        self._hide()

    # Content -------------------------------------------------------------------------------

    def _imported(self, outcome: ImportOutcome) -> None:
        self.selected = outcome.corpora[0]
        self._content_changed(self.selected)
        self.selected_changed.emit(self.selected)

    def _content_changed(self, name: str) -> None:
        """Rows of a corpus are others now: whatever shows them is read again."""
        self.library.refresh()
        if name == self.selected:
            self.pairs.reload()
            self.rows.read_titles(name)
            self.checks.read(name)
            self.content_changed.emit(name)


def _delete(ctx: JobContext, request: tuple[Workspace, str]) -> None:
    delete_corpus(*request)
