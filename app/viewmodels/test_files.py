"""Loading a test set from whatever files a person gives; shared by Compare and Evaluate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from mulm_core.corpus import detect
from mulm_core.errors import UserError
from mulm_core.evaluation import TestSet, load_parallel, load_test_set
from mulm_core.jobs import JobContext

__all__ = ["TestFiles", "TestSet"]


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
        if self._job is not None:
            self._job.cancel()
        job = self._job = self._runner.start(
            _load, (tuple(paths), source, target), title=tr("Reading the test file"), quiet=True
        )
        job.succeeded.connect(lambda test: self._loaded(job, test))
        job.failed.connect(lambda failure: self._failed(job, failure))

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
