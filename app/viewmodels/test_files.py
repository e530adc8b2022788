"""Loading a test set from whatever files a person gives; shared by Compare and Evaluate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr, tr_n
from app.viewmodels.library import CorpusRow
from app.viewmodels.names import direction_name
from mulm_core.corpus import CorpusStore, detect, get_corpus, read_lines, tags
from mulm_core.errors import UserError
from mulm_core.evaluation import TestSet, load_outputs, load_parallel, load_test_set
from mulm_core.jobs import JobContext
from mulm_core.languages import match, same_language
from mulm_core.samples import Sample, list_samples
from mulm_core.workspace import Workspace

__all__ = ["Offer", "TestFiles", "TestSet", "offers"]

_MOST_OFFERS = 4


@dataclass(frozen=True)
class Offer:
    """A test set at hand: the sample project's ``files``, or the test split of ``corpus``."""

    name: str
    title: str
    help: str
    source: str
    target: str
    files: tuple[Path, ...] = ()
    corpus: str = ""


def offers(corpora: Sequence[CorpusRow]) -> list[Offer]:
    """The sample's test files, then the test splits of the person's corpora."""
    found = [
        Offer(
            sample.test[0].stem,
            tr("Use the sample's test file"),
            f"{sample.title}: {direction_name(sample.source, sample.target)}",
            sample.source,
            sample.target,
            files=sample.test,
        )
        for sample in _samples()[:1]
    ]
    for row in corpora:
        if count := row.splits.get("test", 0):
            title = tr("Use the test split of {corpus}", corpus=row.name)
            note = tr_n("{n} pair kept out of training", "{n} pairs kept out of training", count)
            name = _split_name(row.name)
            found.append(Offer(name, title, note, row.source, row.target, corpus=row.name))
    return found[:_MOST_OFFERS]


@lru_cache(maxsize=1)
def _samples() -> list[Sample]:
    return list_samples()


def _split_name(corpus: str) -> str:
    return f"{corpus}-test"


@dataclass(frozen=True)
class _Wanted:
    """Files that were given, the direction that is chosen, and the test set that is loaded."""

    paths: tuple[Path, ...]
    source: str
    target: str
    present: TestSet | None = None


@dataclass(frozen=True)
class _Found:
    """What the files are: a test set in its direction, and texts that go with it line by line."""

    test: TestSet | None
    direction: tuple[str, str]
    texts: tuple[Path, ...] = ()


class TestFiles(QObject):
    """Reads test files in the background; the files asked for last win."""

    turned = Signal(str, str)
    """The test set that follows is in this direction, which is not the one that was chosen."""
    loaded = Signal(object)  # TestSet
    texts_found = Signal(object)
    """tuple[Path, ...]: files with a line for every segment of the test set."""
    failed = Signal(object)  # Failure

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._job: Job | None = None

    def load(
        self, paths: Sequence[Path], source: str, target: str, present: TestSet | None = None
    ) -> None:
        """Read the files as a test set from ``source`` to ``target``, or as texts beside it.

        Single texts with as many lines as the test set that is ``present`` are ``texts_found``.
        """
        self._start(_sorted_out, _Wanted(tuple(paths), source, target, present))

    def load_split(self, workspace: Workspace, corpus: str, source: str, target: str) -> None:
        """Take the test split of a corpus as a test set from ``source`` to ``target``."""
        self._start(_load_split, (workspace, corpus, source, target))

    def _start(self, job: Callable[[JobContext, Any], _Found], request: object) -> None:
        if self._job is not None:
            self._job.cancel()
        handle = self._job = self._runner.start(
            job, request, title=tr("Reading the test file"), quiet=True
        )
        handle.succeeded.connect(lambda found: self._loaded(handle, request, found))
        handle.failed.connect(lambda failure: self._failed(handle, failure))

    def _loaded(self, job: Job, request: object, found: _Found) -> None:
        if job is not self._job:
            return
        if found.test is not None:
            asked = isinstance(request, _Wanted) and (request.source, request.target)
            if asked and asked != found.direction:
                self.turned.emit(*found.direction)
            self.loaded.emit(found.test)
        if found.texts:
            self.texts_found.emit(found.texts)

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self.failed.emit(failure)


def _sorted_out(ctx: JobContext, wanted: _Wanted) -> _Found:
    """Texts beside the present test set; else a new one."""
    alone = [path for path in wanted.paths if _is_one_text(path)]
    named = _named_languages(wanted.paths) if len(alone) != 1 else ()
    if wanted.present is not None and len(alone) == len(wanted.paths) and len(named) < 2:
        counts = {len(read_lines(path)) for path in alone}
        if counts == {len(wanted.present.sources)}:
            return _Found(None, (wanted.source, wanted.target), tuple(alone))
        if len(alone) == 1:
            load_outputs(alone[0].stem, alone[0], wanted.present)  # says how many lines it has
    if len(alone) == len(wanted.paths) > 2:
        return _many_texts(wanted)
    return _pairs(wanted, named)


def _is_one_text(path: Path) -> bool:
    """Whether no reader finds two languages in the file."""
    try:
        detect([path])
    except UserError:
        return path.is_file()
    return False


def _named_languages(paths: Sequence[Path]) -> tuple[str, ...]:
    """The languages that the files tell of; empty where it takes more than one set of files."""
    try:
        found = detect(paths)
    except UserError:
        return ()
    return next((one.languages for one in found if len(one.languages) >= 2), ())


def _pairs(wanted: _Wanted, named: tuple[str, ...]) -> _Found:
    """Files with pairs, or two texts, told apart by their names or else by their order."""
    paths, chosen = wanted.paths, (wanted.source, wanted.target)
    if not named and len(paths) == 2 and all(map(_is_one_text, paths)):
        return _Found(load_parallel(paths[0], paths[1]), chosen)
    source, target = _direction(chosen, named)
    if not source or not target:
        raise UserError(
            "the languages of this file are not known",
            where=paths[0].name,
            fix="Choose the direction first",
        )
    return _Found(load_test_set(paths, source, target), (source, target))


def _direction(chosen: tuple[str, str], named: tuple[str, ...]) -> tuple[str, str]:
    """The chosen direction as far as the files have its languages."""
    if len(named) < 2:
        return chosen
    source, target = (match(tag, named) if tag else None for tag in chosen)
    if source and target:
        return chosen
    if source:
        return chosen[0], next(tag for tag in named if tag != source)
    if target:
        return next(tag for tag in named if tag != target), chosen[1]
    return named[0], named[1]


def _many_texts(wanted: _Wanted) -> _Found:
    """A source, one or more references, and what other systems made of it, by their endings."""
    named = {path: tags.guess(path.suffix[1:]) for path in wanted.paths}
    counts = Counter(tag for tag in named.values() if tag)
    known = tuple(sorted(counts, key=lambda tag: counts[tag]))  # a source may have many references
    if len(known) < 2:
        raise UserError(
            "it cannot be told which of these files is the source",
            where=", ".join(path.name for path in wanted.paths),
            fix="Drop the source and the reference first, or end their names in the languages, "
            "such as test.en and test.fr",
        )
    source, target = _direction((wanted.source, wanted.target), known)

    def of(tag: str) -> list[Path]:
        return [path for path in wanted.paths if named[path] and same_language(named[path], tag)]

    test = load_parallel(of(source)[0], *of(target))
    rest = [path for path in wanted.paths if path not in (of(source)[0], *of(target))]
    for path in rest:
        load_outputs(path.stem, path, test)  # complains where the lines do not fit
    return _Found(test, (source, target), tuple(rest))


def _load_split(ctx: JobContext, request: tuple[Workspace, str, str, str]) -> _Found:
    workspace, corpus, source, target = request
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        pairs = list(store.pairs("test", source, target))
    if not pairs:
        raise UserError(
            "this corpus has no test pairs",
            where=corpus,
            fix="Import more text, or use a test file",
        )
    sources, references = zip(*pairs, strict=True)
    test = TestSet(_split_name(corpus), tuple(sources), tuple(references), ())
    return _Found(test, (source, target))
