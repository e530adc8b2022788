"""The job that splits a corpus anew; one operation that can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.importer import read_pairs
from mulm_core.corpus.split import check_policy, pair_digest, splitter
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.text import tidy
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

BY = ("hash", "file", "given")
_BREATH = 1000  # rows between two looks at cancel
_MOST_GIVEN = 100_000


@dataclass(frozen=True)
class SplitRequest:
    """How to split a corpus.

    ``by`` is ``hash`` (of the source: adding data never moves a row), ``file`` or ``given``;
    ``dev`` and ``test`` are shares from 0 to 1. By file, ``files`` names the split of a file; other
    files get one by a hash of their name. ``given`` are files of a test set in any corpus format:
    rows with a pair of it go to test, and dev is a share of the others. The corpus keeps
    the pairs, so that training rows like those it lacks are found as well.
    """

    workspace: Workspace
    corpus: str
    by: str = "hash"
    dev: float = 0.05
    test: float = 0.05
    files: Mapping[str, str] = field(default_factory=dict)
    given: tuple[Path, ...] = ()


@dataclass(frozen=True)
class SplitResult:
    """``moved`` rows have another split now; ``splits`` are the rows in use of each.

    ``given`` counts the pairs of a given test set, ``missing`` those that the corpus lacks.
    """

    corpus: str
    moved: int
    splits: dict[str, int]
    given: int = 0
    missing: int = 0


def split_corpus(ctx: JobContext, request: SplitRequest) -> SplitResult:
    """Give every row its split and keep the policy for rows to come.

    All or nothing; progress is in rows. Raises :class:`UserError` for shares that leave nothing to
    train on, an unknown file or a test set without pairs, ``Cancelled``.
    """
    info = get_corpus(request.workspace, request.corpus)
    pairs = _given(request, info.source, info.target)
    policy = _policy(request, pairs)
    if unknown := sorted(set(request.files) - set(info.files)):
        raise UserError(
            f"the corpus has no file '{unknown[0]}'", fix=f"Its files: {', '.join(info.files)}"
        )
    seen: set[str] = set()
    with CorpusStore.open(info.path) as store:
        moved = store.set_splits(
            _splits(ctx, store, policy, info.pairs, pairs.keys(), seen),
            policy,
            f"Split by {request.by}",
        )
        splits = store.info().splits
    ctx.report(info.pairs, info.pairs, "Done")
    return SplitResult(info.name, moved, splits, len(pairs), len(pairs.keys() - seen))


def _given(request: SplitRequest, source: str, target: str) -> dict[str, tuple[str, str]]:
    """The pairs of the given test set by their digest."""
    if request.by not in BY:
        raise UserError(f"there is no split by '{request.by}'", fix=f"Known: {', '.join(BY)}")
    if request.by != "given":
        return {}
    if not request.given:
        raise UserError("no test set was given", fix="Give its files")
    pairs, _ = read_pairs(request.given, source, target)
    if not pairs:
        raise UserError(
            f"there are no pairs of {source} and {target} in it", where=request.given[0]
        )
    tidied = ((tidy(left), tidy(right)) for left, right in pairs)
    found = {pair_digest(*pair): pair for pair in tidied}
    if len(found) > _MOST_GIVEN:
        raise UserError(
            f"a test set of {len(found):,} pairs is too large",
            where=request.given[0],
            fix=f"Give at most {_MOST_GIVEN:,}; a thousand tell as much",
        )
    return found


def _policy(request: SplitRequest, pairs: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    policy: dict[str, Any] = {
        "by": request.by,
        "dev": round(request.dev * 1000),
        "test": round(request.test * 1000),
    }
    if request.by == "file":
        policy["files"] = dict(request.files)
    if request.by == "given":
        policy |= {
            "pairs": sorted(pairs),
            "texts": list(pairs.values()),
            "test": 0,
            "names": [path.name for path in request.given],
        }
    check_policy(policy)
    return policy


def _splits(
    ctx: JobContext,
    store: CorpusStore,
    policy: Mapping[str, Any],
    total: int,
    given: Set[str],
    seen: set[str],
) -> Iterator[tuple[int, str]]:
    """The new split of every row; notes in ``seen`` which given pairs are there."""
    split = splitter(policy)
    rows, done = store.rows(), 0
    while some := list(islice(rows, _BREATH)):
        ctx.check()
        ctx.report(done, total, f"{done:,} of {total:,} rows")
        ids, sources, targets, _, files = zip(*some, strict=True)
        if given:
            seen |= given & set(map(pair_digest, sources, targets))
        yield from zip(ids, split(sources, targets, files), strict=True)
        done += len(some)
