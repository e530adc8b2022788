"""What checks found, as people are shown it: counts before and after, the reason, samples."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.checks.registry import CHECKS
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import HAND, CheckState
from mulm_core.workspace import Workspace

SAMPLES = 5


@dataclass(frozen=True)
class Sample:
    """A row that a check flagged, and why."""

    pair: int
    source: str
    target: str
    detail: str


@dataclass(frozen=True)
class CheckResult:
    """What a check found, and what applying it means.

    ``flagged`` counts what the scan found; ``before`` are the rows in use without this check,
    ``after`` with it. ``threshold`` is the limit it went by and ``why`` how that came about;
    ``skipped`` says why it could not judge. ``stale``: the corpus was changed since the scan.
    """

    key: str
    title: str
    flagged: int
    before: int
    after: int
    threshold: str
    why: str
    samples: tuple[Sample, ...]
    skipped: str = ""
    applied: bool = False
    stale: bool = False
    scanned: str = ""


def check_states(workspace: Workspace, corpus: str) -> tuple[CheckResult, ...]:
    """The results of all checks that were ever run on the corpus, without running any again.

    Raises :class:`UserError` where there is no such corpus.
    """
    path = get_corpus(workspace, corpus).path
    with CorpusStore.open(path) as store:
        states = {state.key: state for state in store.checks() if state.key != HAND}
    with Reader.open(path) as reader:
        return tuple(_result(reader, states[key]) for key in CHECKS if key in states)


def _result(reader: Reader, state: CheckState) -> CheckResult:
    verdict = state.verdict
    before = reader.usable(state.key)
    details = reader.details(state.key, verdict.get("samples", []))
    return CheckResult(
        key=state.key,
        title=CHECKS[state.key].title,
        flagged=state.flagged,
        before=before,
        after=before - reader.removed(state.key),
        threshold=verdict.get("threshold", ""),
        why=verdict.get("why", ""),
        samples=tuple(
            Sample(row.id, row.source, row.target, details[row.id])
            for row in reader.rows(list(details))
        ),
        skipped=verdict.get("skipped", ""),
        applied=state.applied,
        stale=not reader.is_fresh(verdict.get("state", {})),
        scanned=state.scanned,
    )
