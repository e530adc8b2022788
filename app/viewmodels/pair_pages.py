"""The pairs of one corpus as a table asks for them: page by page, out of the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from mulm_core.corpus import CorpusStore, Pair, View, get_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["Pair", "PairPages", "PairQuery"]

_PAGES_KEPT = 40


@dataclass(frozen=True)
class PairQuery:
    """Which pairs of which corpus; ``text`` is searched on both sides, ``split`` '' is all."""

    corpus: str = ""
    text: str = ""
    split: str = ""


@dataclass(frozen=True)
class _Request:
    workspace: Workspace
    query: PairQuery
    offset: int
    limit: int


@dataclass(frozen=True)
class _Slice:
    request: _Request
    rows: tuple[Pair, ...]
    total: int


class PairPages(QObject):
    """Holds what was fetched of the present query; a new query replaces it when it is answered."""

    reset = Signal()  # the answer to a new query is here; ``total`` rows
    filled = Signal()  # more rows of the same answer are here
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, page: int = 200) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._page = page
        self._wanted = PairQuery()
        self._shown = PairQuery()
        self._pages: dict[int, Sequence[Pair]] = {}
        self._asked: set[int] = set()
        self.total = 0

    @property
    def query(self) -> PairQuery:
        """The query whose answer shows."""
        return self._shown

    def ask(self, query: PairQuery) -> None:
        """Answer this query; the present rows stay until then."""
        self._wanted = query
        if not query.corpus:
            self._answer(query, (), 0)
            return
        self._load(0)

    def fetch(self, offset: int, limit: int) -> Sequence[Pair]:
        """Rows at ``offset`` (a multiple of the page); empty while they are fetched."""
        rows = self._pages.get(offset)
        if rows is None:
            if offset not in self._asked and self._shown == self._wanted:
                self._load(offset)
            return ()
        return rows[:limit]

    def _load(self, offset: int) -> None:
        self._asked.add(offset)
        request = _Request(self._workspace, self._wanted, offset, self._page)
        job = self._runner.start(_read, request, title="", quiet=True)
        job.succeeded.connect(self._take)
        job.failed.connect(self.failed.emit)

    def _take(self, found: _Slice) -> None:
        query, offset = found.request.query, found.request.offset
        if query != self._wanted:
            return  # something else was typed meanwhile
        if offset == 0:
            self._answer(query, found.rows, found.total)
            return
        while len(self._pages) >= _PAGES_KEPT:
            oldest = next(iter(self._pages))
            del self._pages[oldest]
            self._asked.discard(oldest)
        self._pages[offset] = found.rows
        self.filled.emit()

    def _answer(self, query: PairQuery, rows: Sequence[Pair], total: int) -> None:
        self._shown = query
        self._pages = {0: rows}
        self._asked = {0}
        self.total = total
        self.reset.emit()


def _read(ctx: JobContext, request: _Request) -> _Slice:
    query = request.query
    with CorpusStore.open(get_corpus(request.workspace, query.corpus).path) as store:
        view = View(query.text, query.split)
        total = store.count(view) if request.offset == 0 else 0
        rows = store.page(request.offset, request.limit, view)
    return _Slice(request, tuple(rows), total)
