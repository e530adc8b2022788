"""The pairs of one corpus as a table asks for them: page by page, out of the background."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from mulm_core.corpus import CorpusStore, Pair, View, get_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["Pair", "PairPages", "PairQuery"]

_PAGES_KEPT = 40
_LOOKED_AT = 3  # pages that a table shows at once, and one more


@dataclass(frozen=True)
class PairQuery:
    """Which pairs of which corpus; each filter is off while empty.

    ``text`` is searched on both sides; ``check`` is a check's key, ``used`` or ``excluded``.
    """

    corpus: str = ""
    text: str = ""
    split: str = ""
    file: str = ""
    check: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether some filter is on."""
        return self != PairQuery(self.corpus)

    @property
    def view(self) -> View:
        """The same as the engine says it."""
        return View(self.text, self.split, self.file, self.check)


@dataclass(frozen=True)
class _Request:
    workspace: Workspace
    query: PairQuery
    age: int
    offsets: tuple[int, ...]
    limit: int
    count: bool


@dataclass(frozen=True)
class _Slice:
    request: _Request
    pages: dict[int, tuple[Pair, ...]]
    total: int


class PairPages(QObject):
    """Holds what was fetched of the present query; a new query replaces it when it is answered."""

    reset = Signal()  # the answer to a new query is here; ``total`` rows so far
    changed = Signal()  # the same query has another answer or another total now
    filled = Signal()  # more rows of the same answer are here
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, page: int = 200) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._page = page
        self._wanted = PairQuery()
        self._shown = PairQuery()
        self._age = 0  # grows with every query and every change of the rows
        self._pages: dict[int, Sequence[Pair]] = {}
        self._asked: set[int] = set()
        self._looked_at: list[int] = []
        self._jobs: dict[int, Job] = {}
        self.total = 0
        self.counting = False

    @property
    def query(self) -> PairQuery:
        """The query whose answer shows."""
        return self._shown

    def ask(self, query: PairQuery) -> None:
        """Answer this query; the present rows stay until then."""
        self._wanted = query
        self._grow_older()
        if not query.corpus:
            self._show(query, {0: ()}, 0)
            self.reset.emit()
            return
        # Counting what a search finds takes longer than its first rows.
        self._load((0,), self._answer, count=not query.text)

    def reload(self) -> None:
        """Read the rows that were looked at last anew, after they were changed."""
        if self._shown != self._wanted:
            self.ask(self._wanted)  # the answer on its way may be from before
        if not self._wanted.corpus or self._shown != self._wanted:
            return
        self._grow_older()
        self._load(tuple(self._looked_at) or (0,), self._replace, count=True)

    def fetch(self, offset: int, limit: int) -> Sequence[Pair]:
        """Rows at ``offset`` (a multiple of the page); empty while they are fetched."""
        self._looked_at = [at for at in self._looked_at if at != offset][1 - _LOOKED_AT :]
        self._looked_at.append(offset)
        rows = self._pages.get(offset)
        if rows is None:
            if offset not in self._asked and self._shown == self._wanted:
                self._asked.add(offset)
                self._load((offset,), self._fill, count=False)
            return ()
        return rows[:limit]

    def row(self, number: int) -> Pair | None:
        """A row that was fetched already."""
        offset = number // self._page * self._page
        page = self._pages.get(offset, ())
        return page[number - offset] if number - offset < len(page) else None

    def put(self, number: int, **fields: str) -> None:
        """Show other texts in a row at once, before the corpus has them."""
        row = self.row(number)
        if row is None:
            return
        offset = number // self._page * self._page
        page = list(self._pages[offset])
        page[number - offset] = replace(row, **fields)  # type: ignore[arg-type]
        self._pages[offset] = page
        self.filled.emit()

    def _grow_older(self) -> None:
        self._age += 1
        for job in self._jobs.values():
            job.cancel()

    def _load(self, offsets: tuple[int, ...], take: object, *, count: bool) -> None:
        request = _Request(self._workspace, self._wanted, self._age, offsets, self._page, count)
        job = self._runner.start(_read, request, title="", quiet=True, quick=True)
        self._jobs[job.id] = job
        job.succeeded.connect(take)
        job.failed.connect(self._fail)
        job.finished.connect(lambda: self._jobs.pop(job.id, None))

    def _fail(self, failure: object) -> None:
        self.failed.emit(failure)

    def _answer(self, found: _Slice) -> None:
        if found.request.age != self._age:
            return  # something else was typed meanwhile
        rows = found.pages[0]
        known = found.total >= 0 or len(rows) < self._page
        self._looked_at = [0]
        self._show(found.request.query, {0: rows}, max(found.total, len(rows)))
        self.counting = not known
        self.reset.emit()
        if not known:
            self._load((), self._counted, count=True)
        elif not found.request.query.narrowed:  # a corpus comes to show
            self._runner.start(_prepare, found.request, title="", quiet=True, quick=True)

    def _counted(self, found: _Slice) -> None:
        if found.request.age == self._age:
            self.total, self.counting = found.total, False
            self.changed.emit()

    def _replace(self, found: _Slice) -> None:
        if found.request.age == self._age:
            self._show(found.request.query, found.pages, found.total)
            self.changed.emit()

    def _fill(self, found: _Slice) -> None:
        if found.request.age != self._age:
            return
        while len(self._pages) >= _PAGES_KEPT:
            oldest = next(iter(self._pages))
            del self._pages[oldest]
            self._asked.discard(oldest)
        self._pages.update(found.pages)
        self.filled.emit()

    def _show(self, query: PairQuery, pages: dict[int, tuple[Pair, ...]], total: int) -> None:
        self._shown = query
        self._pages = dict(pages)
        self._asked = set(pages)
        self.total = total
        self.counting = False


def _prepare(ctx: JobContext, request: _Request) -> None:
    """Whoever looks at a corpus may search it next."""
    with CorpusStore.open(get_corpus(request.workspace, request.query.corpus).path) as store:
        store.prepare_search()


def _read(ctx: JobContext, request: _Request) -> _Slice:
    view = request.query.view
    with CorpusStore.open(get_corpus(request.workspace, request.query.corpus).path) as store:
        pages = {}
        for offset in request.offsets:
            ctx.check()
            pages[offset] = tuple(store.page(offset, request.limit, view))
        total = store.count(view) if request.count else -1
    return _Slice(request, pages, total)
