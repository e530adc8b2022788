"""Loading a test set from whatever files a person gives; shared by Compare and Evaluate."""

from __future__ import annotations

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
from mulm_core.corpus import CorpusStore, detect, get_corpus
from mulm_core.errors import UserError
from mulm_core.evaluation import TestSet, load_parallel, load_test_set
from mulm_core.jobs import JobContext
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


class TestFiles(QObject):
    """Reads test files in the background; the files asked for last win."""

    loaded = Signal(object)  # TestSet
    failed = Signal(object)  # Failure

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._job: Job | None = None

    def load(self, paths: Sequence[Path], source: str, target: str) -> None:
        """Read the files as a test set from ``source`` to ``target``."""
        self._start(_load, (tuple(paths), source, target))

    def load_split(self, workspace: Workspace, corpus: str, source: str, target: str) -> None:
        """Take the test split of a corpus as a test set from ``source`` to ``target``."""
        self._start(_load_split, (workspace, corpus, source, target))

    def _start(self, job: Callable[[JobContext, Any], TestSet], request: object) -> None:
        if self._job is not None:
            self._job.cancel()
        handle = self._job = self._runner.start(
            job, request, title=tr("Reading the test file"), quiet=True
        )
        handle.succeeded.connect(lambda test: self._loaded(handle, test))
        handle.failed.connect(lambda failure: self._failed(handle, failure))

    def _loaded(self, job: Job, test: TestSet) -> None:
        if job is self._job:
            self.loaded.emit(test)

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self.failed.emit(failure)


def _load(ctx: JobContext, request: tuple[tuple[Path, ...], str, str]) -> TestSet:
    """Two line-aligned files are told apart by their names, or else by their order."""
    paths, source, target = request
    found = detect(paths)
    aligned = next((one for one in found if one.format == "moses" and len(one.files) == 2), None)
    if aligned is not None and len(aligned.languages) < 2:
        return load_parallel(paths[0], paths[1])
    if not source or not target:
        named = next((one.languages for one in found if len(one.languages) >= 2), ())
        if not named:
            raise UserError(
                "the languages of this file are not known",
                where=paths[0].name,
                fix="Choose the direction first",
            )
        source, target = named[0], named[1]
    return load_test_set(paths, source, target)


def _load_split(ctx: JobContext, request: tuple[Workspace, str, str, str]) -> TestSet:
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
    return TestSet(_split_name(corpus), tuple(sources), tuple(references), ())
