"""What a person does to the rows of a corpus: edit, exclude, restore, undo, redo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels.pair_pages import PairQuery
from mulm_core.corpus import CorpusStore, View, get_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Selection:
    """Rows of a query: their numbers from first to last in it; ``ids`` where they are known."""

    query: PairQuery
    ranges: tuple[tuple[int, int], ...]
    ids: tuple[int, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Titles:
    """What undo and redo would do on a corpus; empty where there is nothing."""

    corpus: str = ""
    undo: str = ""
    redo: str = ""


@dataclass(frozen=True)
class _Request:
    workspace: Workspace
    corpus: str
    change: Callable[[CorpusStore], object]


class CorpusRows(QObject):
    """Changes rows in the background, one change after the other; each is one undo."""

    changed = Signal(str)  # name of a corpus whose rows are others now
    titles_changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._waiting: list[tuple[_Request, str]] = []
        self._job: Job | None = None
        self.titles = Titles()

    def edit(self, corpus: str, id: int, side: str, text: str) -> None:
        """Give a row another text on ``source`` or ``target``."""
        self._do(corpus, lambda store: store.edit(id, side, text), tr("Edit"))

    def exclude(self, rows: Selection) -> None:
        """Keep rows out by hand."""
        reason = tr("excluded by hand")
        self._do(
            rows.query.corpus,
            lambda store: store.exclude(_rows(store, rows), reason),
            tr("Exclude"),
        )

    def restore(self, rows: Selection) -> None:
        """Take rows back into use, whatever keeps them out."""
        self._do(rows.query.corpus, lambda store: store.restore(_rows(store, rows)), tr("Restore"))

    def undo(self, corpus: str) -> None:
        """Take back the last change."""
        self._do(corpus, lambda store: store.undo(), tr("Undo"))

    def redo(self, corpus: str) -> None:
        """Make the change again that was taken back last."""
        self._do(corpus, lambda store: store.redo(), tr("Redo"))

    def read_titles(self, corpus: str) -> None:
        """Ask what can be undone; ``titles_changed`` follows where it is something else."""
        if not corpus:
            self._take_titles(Titles())
            return
        job = self._runner.start(
            _titles, (self._workspace, corpus), title="", quiet=True, quick=True
        )
        job.succeeded.connect(self._take_titles)

    def _take_titles(self, titles: Titles) -> None:
        if titles != self.titles:
            self.titles = titles
            self.titles_changed.emit()

    def _do(self, corpus: str, change: Callable[[CorpusStore], object], title: str) -> None:
        if corpus:
            self._waiting.append((_Request(self._workspace, corpus, change), title))
            self._next()

    def _next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        request, title = self._waiting.pop(0)
        job = self._job = self._runner.start(_change, request, title=title, patient=True)
        job.succeeded.connect(lambda _: self.changed.emit(request.corpus))
        job.failed.connect(lambda failure: self._fail(request, failure))
        job.finished.connect(self._ended)

    def _fail(self, request: _Request, failure: Failure) -> None:
        self.failed.emit(failure)
        self.changed.emit(request.corpus)  # so that a text that was not taken does not stay

    def _ended(self) -> None:
        self._job = None
        self._next()


def _change(ctx: JobContext, request: _Request) -> object:
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        return request.change(store)


def _titles(ctx: JobContext, request: tuple[Workspace, str]) -> Titles:
    workspace, corpus = request
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        return Titles(corpus, store.undo_title, store.redo_title)


def _rows(store: CorpusStore, rows: Selection) -> Any:
    """The rows as the engine takes them; numbers are counted through in the query's order."""
    if rows.whole:
        return rows.query.view
    if rows.ids:
        return rows.ids
    return tuple(_numbered(store, rows.query.view, rows.ranges))


def _numbered(store: CorpusStore, view: View, ranges: tuple[tuple[int, int], ...]) -> list[int]:
    found: list[int] = []
    ids, place = store.ids(view), 0
    for first, last in ranges:
        found += islice(ids, first - place, last - place + 1)
        place = last + 1
    return found
