"""Masking: personal data replaced by placeholders, the same on both sides of a pair."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.checks.personal import Personal, find, regions_of
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import View
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

_AT_ONCE = 500


@dataclass(frozen=True)
class MaskRequest:
    """The corpus whose rows that *personal data* flagged are to be masked."""

    workspace: Workspace
    corpus: str


@dataclass(frozen=True)
class MaskResult:
    """How many rows were changed, and how many places in them."""

    rows: int
    places: int


def mask(ctx: JobContext, request: MaskRequest) -> MaskResult:
    """Replace the personal data in the flagged rows, as one operation that can be undone.

    Progress is in rows; nothing is changed before the end. Raises :class:`UserError` where there is
    no such corpus, ``Cancelled``.
    """
    info = get_corpus(request.workspace, request.corpus)
    regions = regions_of(info.source, info.target)
    changes: list[tuple[int, str, str]] = []
    places = 0
    with CorpusStore.open(info.path) as store, Reader.open(info.path) as reader:
        ids = list(store.ids(View(check=Personal.key)))
        for start in range(0, len(ids), _AT_ONCE):
            ctx.check()
            ctx.report(start, len(ids), f"{start:,} of {len(ids):,} rows")
            for row in reader.rows(ids[start : start + _AT_ONCE]):
                texts, count = masked((row.source, row.target), regions)
                places += count
                changes += [
                    (row.id, side, new)
                    for side, new, old in zip(("source", "target"), texts, row[1:3], strict=True)
                    if new != old
                ]
        ctx.check()
        rows = len({id for id, _, _ in changes})
        if changes:
            store.rewrite(changes, f"Mask personal data in {rows:,} rows")
    ctx.report(1, 1, "Done")
    return MaskResult(rows, places)


def masked(texts: tuple[str, ...], regions: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """The texts with ``[EMAIL1]``, ``[PHONE1]``, … for personal data, and how many places.

    What is the same in both texts gets the same placeholder.
    """
    numbers: dict[str, dict[str, int]] = {}
    places = 0
    results = []
    for text in texts:
        parts = list(_parts(text, regions, numbers))
        places += len(parts) // 2
        results.append("".join(parts))
    return tuple(results), places


def _parts(
    text: str, regions: tuple[str, ...], numbers: dict[str, dict[str, int]]
) -> Iterator[str]:
    """Plain text and placeholders in turn."""
    end = 0
    for found in find(text, regions):
        known = numbers.setdefault(found.kind, {})
        plain = re.sub(r"[\s()./-]", "", text[found.start : found.end]).casefold()
        yield text[end : found.start]
        yield f"[{found.kind}{known.setdefault(plain, len(known) + 1)}]"
        end = found.end
    yield text[end:]
