"""State and commands of the Corpora page: the list, the pairs of one corpus, import, deletion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr, tr_n
from app.viewmodels.library import CorpusRow, Library
from app.viewmodels.pair_pages import PairPages
from mulm_core.corpus import (
    Detected,
    ImportRequest,
    ImportResult,
    delete_corpus,
    detect,
    import_corpus,
)
from mulm_core.files import slug
from mulm_core.jobs import JobContext
from mulm_core.languages import match
from mulm_core.workspace import Workspace

__all__ = ["CorporaModel", "Detected", "ImportChoice", "ImportOutcome"]


@dataclass(frozen=True)
class ImportChoice:
    """What the person confirmed in the import dialog."""

    files: tuple[Path, ...]
    source: str
    target: str
    name: str


@dataclass(frozen=True)
class ImportOutcome:
    """What came of an import; ``problems`` are sentences, at most as many as the engine keeps."""

    corpus: str
    pairs: int
    skipped: int
    problems: tuple[str, ...]


class CorporaModel(QObject):
    """The list lives in :class:`Library`; this adds what the page does with it."""

    selected_changed = Signal(str)
    detected = Signal(object)  # tuple[Detected, ...]
    import_started = Signal(object)  # Job
    imported = Signal(object)  # ImportOutcome
    removed = Signal(str)  # name of a corpus whose deletion can be undone
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self.pairs = PairPages(workspace, runner)
        self.pairs.failed.connect(self.failed.emit)
        self._workspace = workspace
        self._runner = runner
        self._doomed = ""  # off the list, can be undone
        self._leaving: set[str] = set()  # being deleted
        self._detecting: Job | None = None
        self.selected = ""
        library.changed.connect(self._keep_selection)
        self._keep_selection()

    # The list ------------------------------------------------------------------------------

    @property
    def corpora(self) -> tuple[CorpusRow, ...]:
        """All corpora, as the library lists them."""
        return self.library.corpora

    def select(self, name: str) -> None:
        """Show this corpus."""
        if name != self.selected:
            self.selected = name
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

    def _hide(self) -> None:
        self.library.hide_corpora(frozenset({*self._leaving, self._doomed} - {""}))

    def _left(self, name: str) -> None:
        self._leaving.discard(name)
        self.library.refresh()
        self._hide()

    # Import --------------------------------------------------------------------------------

    def inspect(self, paths: Sequence[Path]) -> None:
        """Look into dropped files; ``detected`` or ``failed`` follows."""
        if self._detecting is not None:
            self._detecting.cancel()
        job = self._detecting = self._runner.start(
            _detect, tuple(paths), title=tr("Reading the files"), quiet=True
        )
        job.succeeded.connect(self.detected.emit)
        job.failed.connect(self.failed.emit)
        job.finished.connect(lambda: self._detection_ended(job))

    def _detection_ended(self, job: Job) -> None:
        if self._detecting is job:
            self._detecting = None

    def start_import(self, choice: ImportChoice) -> Job:
        """Import in the background; ``imported`` or ``failed`` follows."""
        if choice.name == self._doomed:
            self.finish_removal_now()
        request = ImportRequest(
            self._workspace, choice.files, choice.source, choice.target, choice.name
        )
        job = self._runner.start(
            import_corpus, request, title=tr("Import {name}", name=choice.name), page="corpora"
        )
        job.succeeded.connect(self._imported)
        job.failed.connect(self.failed.emit)
        self.import_started.emit(job)
        return job

    def _imported(self, result: ImportResult) -> None:
        problems = tuple(str(problem) for problem in result.problems)
        self.library.refresh()
        self.selected = result.corpus
        self.selected_changed.emit(result.corpus)
        self.imported.emit(ImportOutcome(result.corpus, result.pairs, result.skipped, problems))


def suggest_name(found: Sequence[Detected]) -> str:
    """A corpus name from the files: ``train.de-fr.tmx`` in ``help`` gives ``help``-like names."""
    if not found:
        return ""
    first = found[0].files[0]
    stem = first.name
    while "." in stem:
        stem = stem.rpartition(".")[0]
    if stem.casefold() in {"train", "dev", "test", "data", "corpus", "text", "texts"}:
        stem = first.parent.name or stem
    return slug(stem)


def suggest_direction(found: Sequence[Detected]) -> tuple[str, str]:
    """Source and target that the files agree on; '' where a question is left to ask."""
    for one in found:
        if len(one.languages) >= 2:
            return one.languages[0], one.languages[1]
    single = [one.languages[0] for one in found if one.languages]
    return (single[0], "") if single else ("", "")


def fits(one: Detected, source: str, target: str) -> bool:
    """Whether this find can hold the direction: it names both languages, or too few to tell."""
    if len(one.languages) < 2:
        return True
    return bool(match(source, one.languages) and match(target, one.languages))


def skipped_text(outcome: ImportOutcome) -> str:
    """The import's result in one or two sentences."""
    head = tr_n("{n} pair imported.", "{n} pairs imported.", outcome.pairs)
    if not outcome.skipped:
        return head
    return f"{head} " + tr_n("{n} was skipped.", "{n} were skipped.", outcome.skipped)


def _detect(ctx: JobContext, paths: tuple[Path, ...]) -> tuple[Detected, ...]:
    return tuple(detect(paths))


def _delete(ctx: JobContext, request: tuple[Workspace, str]) -> None:
    delete_corpus(*request)
