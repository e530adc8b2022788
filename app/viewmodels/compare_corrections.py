"""Corrected translations go into a corpus that the person chose, so that the next run learns."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QSettings, Signal

from app.bridge import JobRunner
from app.i18n import tr, tr_n
from app.viewmodels.library import Library
from mulm_core.corpus import (
    CORRECTIONS,
    AddRequest,
    AddResult,
    CorpusStore,
    add_pair,
    get_corpus,
)
from mulm_core.jobs import JobContext
from mulm_core.languages import same_language
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Saved:
    """What became of a correction, in words; ``id`` is 0 where nothing was added."""

    corpus: str
    id: int
    words: str


@dataclass(frozen=True)
class _TakeBack:
    workspace: Workspace
    corpus: str
    id: int


class Corrections(QObject):
    """Adds one pair at a time."""

    saved = Signal(object)  # Saved
    taken_back = Signal(str)  # the corpus
    failed = Signal(object)  # Failure

    def __init__(
        self, workspace: Workspace, runner: JobRunner, library: Library, settings: QSettings
    ) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._library = library
        self._settings = settings

    def corpora(self, source: str, target: str) -> list[tuple[str, str]]:
        """The corpora that a pair of these languages can go to, as (words, name)."""
        fitting = [
            row.name
            for row in self._library.corpora
            if _same((row.source, row.target), (source, target))
            or _same((row.target, row.source), (source, target))
        ]
        own = self._own(source, target)
        found = [(name, name) for name in fitting]
        if own not in fitting:
            found.append((tr("{name} (new corpus)", name=own), own))
        return found

    def chosen(self, source: str, target: str) -> str:
        """The corpus that was chosen last for these languages."""
        names = [name for _, name in self.corpora(source, target)]
        last = str(self._settings.value(_key(source, target), ""))
        return last if last in names else self._own(source, target)

    def save(
        self, corpus: str, languages: tuple[str, str], texts: tuple[str, str], unit: str
    ) -> None:
        """Add a pair; ``unit`` says where it comes from."""
        self._settings.setValue(_key(*languages), corpus)
        request = AddRequest(self._workspace, corpus, *languages, *texts, unit)
        job = self._runner.start(add_pair, request, title=tr("Save the correction"), patient=True)
        job.succeeded.connect(self._added)
        job.failed.connect(self.failed.emit)

    def take_back(self, saved: Saved) -> None:
        """Keep the pair out again; it stays in the corpus as one that was taken back."""
        request = _TakeBack(self._workspace, saved.corpus, saved.id)
        job = self._runner.start(_take_back, request, title=tr("Undo"), patient=True)
        job.succeeded.connect(lambda _: self.taken_back.emit(saved.corpus))
        job.succeeded.connect(lambda _: self._library.refresh())
        job.failed.connect(self.failed.emit)

    def _added(self, result: AddResult) -> None:
        self._library.refresh()
        self.saved.emit(Saved(result.corpus, result.id, _words(result)))

    def _own(self, source: str, target: str) -> str:
        """The name of a corpus for corrections that no corpus of other languages has."""
        row = self._library.corpus(CORRECTIONS)
        free = row is None or {row.source, row.target} == {source, target}
        return CORRECTIONS if free else f"{CORRECTIONS} {source}-{target}"


def _words(result: AddResult) -> str:
    if not result.id:
        return tr("“{corpus}” has this very pair already.", corpus=result.corpus)
    parts = {
        "train": tr("Saved to “{corpus}”: the next run on it learns from it.", corpus=result.corpus)
    }
    kept_out = tr(
        "Saved to “{corpus}”, in its {split} part by its source text: it measures runs, they do "
        "not learn from it.",
        corpus=result.corpus,
        split=result.split,
    )
    words = parts.get(result.split, kept_out)
    if result.others:
        words += " " + tr_n(
            "{n} other translation of the same text is in it, too.",
            "{n} other translations of the same text are in it, too.",
            result.others,
        )
    return words


def _take_back(ctx: JobContext, request: _TakeBack) -> None:
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        store.exclude([request.id], tr("taken back"))


def _same(first: tuple[str, str], second: tuple[str, str]) -> bool:
    return all(same_language(one, other) for one, other in zip(first, second, strict=True))


def _key(source: str, target: str) -> str:
    return f"compare/corrections/{source}-{target}"
