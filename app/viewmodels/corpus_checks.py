"""The checks of a corpus: what they found, scanning, applying, taking back, masking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr
from mulm_core.corpus import HAND, CorpusStore, get_corpus
from mulm_core.corpus.checks import (
    CHECKS,
    ApplyRequest,
    CheckResult,
    MaskRequest,
    ScanRequest,
    SideUnknown,
    UnknownRequest,
    UnknownResult,
    apply,
    check_states,
    mask,
    scan,
    undo,
    unknown_pieces,
)
from mulm_core.fields import FieldSpec, specs
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["CheckResult", "CheckRow", "CorpusChecks", "SideUnknown", "Unknown", "check_title"]

LEAKAGE = "leakage"
PERSONAL = "personal"
NEEDS_MODEL = "too_long"


@dataclass(frozen=True)
class CheckRow:
    """One check on one corpus; ``result`` is None before its first scan.

    ``fields`` are what can be set, ``values`` what the last scan went by; an ``advised`` check is
    one that nobody regrets.
    """

    key: str
    title: str
    help: str
    advised: bool
    fields: tuple[FieldSpec, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    result: CheckResult | None = None


@dataclass(frozen=True)
class Overview:
    """All checks on a corpus; ``by_hand`` counts the rows that a person keeps out."""

    corpus: str
    rows: tuple[CheckRow, ...]
    pairs: int = 0
    used: int = 0
    by_hand: int = 0

    @property
    def scanned(self) -> bool:
        """Whether a check was ever run."""
        return any(row.result for row in self.rows)

    @property
    def stale(self) -> bool:
        """Whether the corpus has changed since a scan."""
        return any(row.result and row.result.stale for row in self.rows)

    def row(self, key: str) -> CheckRow:
        """The check of this key."""
        return next(row for row in self.rows if row.key == key)


@dataclass(frozen=True)
class Unknown:
    """What a model cannot spell of a corpus."""

    corpus: str
    model: str
    sides: tuple[SideUnknown, SideUnknown]


class CorpusChecks(QObject):
    """Runs checks in the background and keeps what they found on the corpus that shows."""

    overview_changed = Signal()
    unknown_changed = Signal()
    changed = Signal(str)  # name of a corpus whose rows are others now
    scanning_changed = Signal(bool)
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._corpus = ""
        self._reading: Job | None = None
        self.overview = Overview("", ())
        self.unknown: Unknown | None = None
        self.model = ""

    def read(self, corpus: str) -> None:
        """Show what is known of this corpus; ``overview_changed`` follows."""
        if corpus != self._corpus:
            self._corpus = corpus
            self.unknown = None
            self._take(Overview(corpus, _rows({}, ())))
            self.unknown_changed.emit()
        if not corpus:
            return
        job = self._reading = self._runner.start(
            _overview, (self._workspace, corpus), title="", quiet=True, quick=True
        )
        job.succeeded.connect(lambda found: self._take(found, job))
        job.failed.connect(self.failed.emit)

    def scan(
        self,
        corpus: str,
        checks: tuple[str, ...] = (),
        settings: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        """Run checks (none: all) and show what they flag; nothing is excluded."""
        request = ScanRequest(self._workspace, corpus, checks, settings or {}, self.model)
        title = (
            tr("Check {name}", name=corpus)
            if len(checks) != 1
            else tr("Check {name}: {check}", name=corpus, check=check_title(checks[0]))
        )
        job = self._run(scan, request, corpus, title)
        self.scanning_changed.emit(True)
        job.finished.connect(lambda: self.scanning_changed.emit(False))
        if self.model and not checks:
            self.ask_unknown(corpus)

    def apply(self, corpus: str, *keys: str) -> None:
        """Keep out what checks flagged, as one undo."""
        self._run(apply, ApplyRequest(self._workspace, corpus, keys), corpus, tr("Apply checks"))

    def take_back(self, corpus: str, key: str) -> None:
        """Take back into use what a check keeps out."""
        request = ApplyRequest(self._workspace, corpus, (key,))
        self._run(undo, request, corpus, tr("Take back a check"))

    def mask(self, corpus: str) -> None:
        """Replace personal data by placeholders, as one undo."""
        request = MaskRequest(self._workspace, corpus)
        self._run(mask, request, corpus, tr("Mask personal data"))

    def ask_unknown(self, corpus: str) -> None:
        """What the chosen model cannot spell; ``unknown_changed`` follows."""
        if not self.model:
            self.unknown = None
            self.unknown_changed.emit()
            return
        job = self._runner.start(
            unknown_pieces,
            UnknownRequest(self._workspace, corpus, self.model),
            title=tr("Look for unknown pieces in {name}", name=corpus),
            page="corpora",
            patient=True,
        )
        job.succeeded.connect(self._take_unknown)
        job.failed.connect(self.failed.emit)

    def _run(self, work: Any, request: Any, corpus: str, title: str) -> Job:
        job = self._runner.start(work, request, title=title, page="corpora", patient=True)
        job.succeeded.connect(lambda _: self.changed.emit(corpus))
        job.failed.connect(self.failed.emit)
        # What was switched on shows as it is, whatever became of it.
        job.finished.connect(lambda: self.read(self._corpus))
        return job

    def _take(self, overview: Overview, job: Job | None = None) -> None:
        if overview.corpus == self._corpus and job in (None, self._reading):
            self.overview = overview
            self.overview_changed.emit()

    def _take_unknown(self, found: UnknownResult) -> None:
        if found.corpus == self._corpus and found.model == self.model:
            self.unknown = Unknown(found.corpus, found.model, found.sides)
            self.unknown_changed.emit()


def check_title(key: str) -> str:
    """A check's name for people; ``hand`` is a person's own decision."""
    if key == HAND:
        return tr("by hand")
    return tr(CHECKS[key].title) if key in CHECKS else key


def _rows(
    settings: Mapping[str, Mapping[str, Any]], results: tuple[CheckResult, ...]
) -> tuple[CheckRow, ...]:
    found = {result.key: result for result in results}
    return tuple(
        CheckRow(
            key,
            tr(check.title),
            tr(check.help),
            check.advised,
            tuple(specs(check.settings).values()),
            settings.get(key, {}),
            found.get(key),
        )
        for key, check in CHECKS.items()
    )


def _overview(ctx: JobContext, request: tuple[Workspace, str]) -> Overview:
    workspace, corpus = request
    results = check_states(workspace, corpus)
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        states = store.checks()
        info = store.info()
    return Overview(
        corpus,
        _rows({state.key: state.settings for state in states}, results),
        info.pairs,
        sum(info.splits.values()),
        next((state.excluded for state in states if state.key == HAND), 0),
    )
