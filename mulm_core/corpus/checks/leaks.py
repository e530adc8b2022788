"""Before a model is trained: pairs that would give away dev and test are kept out."""

from __future__ import annotations

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.checks.near import Leakage
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.checks.scan import ScanRequest, scan
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import CheckState
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


def keep_out_leakage(ctx: JobContext, workspace: Workspace, corpus: str) -> int:
    """Run and apply the leakage check, unless that is done; how many rows it keeps out.

    A corpus whose texts and splits are those of the last time is not looked at again. Rows that a
    person restored stay in use. Raises :class:`UserError` where there is no such corpus,
    ``Cancelled``.
    """
    path = get_corpus(workspace, corpus).path
    with Reader.open(path) as reader:
        fresh = reader.is_fresh(reader.verdict(Leakage.key).get("state", {}))
    if not fresh:
        scan(ctx, ScanRequest(workspace, corpus, (Leakage.key,)))
        ctx.report(0, None, f"Applying: {Leakage.title}")  # the scan is done, its caller is not
    with CorpusStore.open(path) as store:
        if not fresh or not _state(store).applied:
            store.apply_check(Leakage.key, title=f"Apply: {Leakage.title}")
        return _state(store).excluded


def _state(store: CorpusStore) -> CheckState:
    return next(state for state in store.checks() if state.key == Leakage.key)
