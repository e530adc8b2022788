"""What a corpus looks like as a whole: lengths, ratios of lengths, and counts."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.store import CorpusStore
from mulm_core.errors import EngineError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

_EVERY = 50_000  # rows between two looks at cancel
_BINS = 60  # of a histogram of lengths, at most; the last one takes all that are longer
_MOST = 0.995  # the share of segments that the other bins hold
_OCTAVE = 8  # bins for each doubling of the ratio
_OCTAVES = 3  # on both sides of 1; the outer bins take the rest


@dataclass(frozen=True)
class Histogram:
    """``counts[i]`` values lie from ``edges[i]`` up to, but not at, ``edges[i + 1]``.

    The first and the last bin also hold what lies outside.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mean: float
    median: float


@dataclass(frozen=True)
class Statistics:
    """Counts over all rows, and histograms over the rows in use.

    ``lengths`` are in characters, by language tag like ``characters``; ``ratio`` is the target's
    length over the source's, in bins of equal factors. ``splits`` and ``files`` count rows in
    use, ``checks`` the rows each check keeps out.
    """

    pairs: int
    excluded: int
    splits: dict[str, int]
    files: dict[str, int]
    checks: dict[str, int]
    characters: dict[str, int]
    lengths: dict[str, Histogram]
    ratio: Histogram

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Statistics:
        """The inverse of :func:`dataclasses.asdict`, also after a way through JSON."""
        lengths = {tag: _histogram_from(values) for tag, values in data["lengths"].items()}
        return cls(**{**data, "lengths": lengths, "ratio": _histogram_from(data["ratio"])})


@dataclass(frozen=True)
class StatisticsRequest:
    """Which corpus to describe."""

    workspace: Workspace
    corpus: str


def statistics(ctx: JobContext, request: StatisticsRequest) -> Statistics:
    """Describe a corpus; the answer is kept in it until its content changes."""
    info = get_corpus(request.workspace, request.corpus)
    with CorpusStore.open(info.path) as store:
        version = store.version
        saved = store.remembered("statistics")
        if saved.get("version") == version:
            return Statistics.from_dict(saved["values"])
        found = _compute(ctx, store)
        with suppress(EngineError):  # an import is writing; then it is computed again next time
            store.remember("statistics", {"version": version, "values": asdict(found)})
    return found


def _compute(ctx: JobContext, store: CorpusStore) -> Statistics:
    info = store.info()
    pairs: Counter[tuple[int, int]] = Counter()
    for first in range(1, info.pairs + 1, _EVERY):
        ctx.check()
        pairs.update(store.lengths(first, first + _EVERY - 1))
        done = min(first + _EVERY - 1, info.pairs)
        ctx.report(done, info.pairs, f"{done:,} pairs")
    sides: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    ratios: Counter[float] = Counter()
    for lengths, count in pairs.items():
        for side, length in zip(sides, lengths, strict=True):
            side[length] += count
        ratios[lengths[1] / lengths[0]] += count
    tags = (info.source, info.target)
    return Statistics(
        pairs=info.pairs,
        excluded=info.pairs - sum(info.splits.values()),
        splits=info.splits,
        files=store.files_in_use(),
        checks={state.key: state.excluded for state in store.checks()},
        characters={
            tag: sum(length * count for length, count in side.items())
            for tag, side in zip(tags, sides, strict=True)
        },
        lengths={
            tag: _histogram(side, _length_edges(side))
            for tag, side in zip(tags, sides, strict=True)
        },
        ratio=_histogram(ratios, _ratio_edges()),
    )


def _length_edges(values: Counter[int]) -> list[float]:
    """From 0 in equal steps of a round width."""
    longest = _quantile(values, _MOST)
    least = max(longest / (_BINS - 1), 1)
    power = 10 ** math.floor(math.log10(least))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= least)
    return [width * at for at in range(math.floor(longest / width) + 2)]


def _ratio_edges() -> list[float]:
    reach = _OCTAVE * _OCTAVES
    return [2 ** (at / _OCTAVE) for at in range(-reach, reach + 1)]


def _histogram(values: Mapping[Any, int], edges: list[float]) -> Histogram:
    counts = [0] * (len(edges) - 1)
    for value, count in values.items():
        counts[min(max(bisect_right(edges, value) - 1, 0), len(counts) - 1)] += count
    total = sum(values.values())
    mean = sum(value * count for value, count in values.items()) / total if total else 0.0
    return Histogram(tuple(edges), tuple(counts), mean, _quantile(values, 0.5))


def _quantile(values: Mapping[Any, int], share: float) -> float:
    """The least value that at least ``share`` of all do not exceed; 0 without values."""
    left = share * sum(values.values())
    for value in sorted(values):
        left -= values[value]
        if left <= 0:
            return float(value)
    return 0.0


def _histogram_from(data: Mapping[str, Any]) -> Histogram:
    return Histogram(tuple(data["edges"]), tuple(data["counts"]), data["mean"], data["median"])
