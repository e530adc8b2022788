"""Statistics: counts that agree with the rows, kept until the content changes."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from mulm_core.corpus import (
    CorpusStore,
    Statistics,
    StatisticsRequest,
    get_corpus,
    statistics,
)
from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext


@pytest.fixture
def describe(workspace):
    def run(ctx=None):
        return statistics(ctx or JobContext(), StatisticsRequest(workspace, "c"))

    return run


def test_counts_agree_with_the_rows(workspace, take, pairs_tsv, tmp_path, describe):
    odd = tmp_path / "odd.tsv"
    odd.write_text("a\tbbbb\n" + "x" * 3000 + "\t" + "é" * 1500 + "\n", encoding="utf-8")
    take(pairs_tsv(400), odd)
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        store.exclude([1, 2], "mine")
        rows = [row for row in store.rows() if row[0] > 2]
    found = describe()
    assert (found.pairs, found.excluded, found.checks) == (402, 2, {"hand": 2})
    assert found.files == {"pairs.tsv": 398, "odd.tsv": 2}
    assert sum(found.splits.values()) == 400
    assert found.characters == {
        "de": sum(len(row[1]) for row in rows),
        "fr": sum(len(row[2]) for row in rows),
    }
    for tag, side in (("de", 1), ("fr", 2)):
        histogram = found.lengths[tag]
        lengths = sorted(len(row[side]) for row in rows)
        assert sum(histogram.counts) == 400
        assert histogram.counts[-1] >= 1  # the long one
        for low, high, count in zip(
            histogram.edges[:-2], histogram.edges[1:-1], histogram.counts, strict=False
        ):
            assert count == sum(low <= length < high for length in lengths)
        assert histogram.median == lengths[199]
        assert histogram.mean == pytest.approx(sum(lengths) / 400)
        assert len(histogram.counts) <= 60
    assert sum(found.ratio.counts) == 400
    assert found.ratio.counts[found.ratio.edges.index(4)] == 1
    assert found.ratio.counts[found.ratio.edges.index(0.5)] == 1


def test_it_is_kept_until_the_content_changes(workspace, take, pairs_tsv, describe, monkeypatch):
    take(pairs_tsv(50))
    first = describe()
    assert Statistics.from_dict(json.loads(json.dumps(asdict(first)))) == first
    with monkeypatch.context() as patch:
        patch.setattr(CorpusStore, "lengths", None)
        assert describe() == first
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        store.edit(1, "source", "viel länger als alles andere hier")
    assert describe().lengths["de"] != first.lengths["de"]


def test_cancel(take, pairs_tsv, describe):
    take(pairs_tsv(50))
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        describe(ctx)


def test_all_rows_excluded(workspace, take, pairs_tsv, describe):
    take(pairs_tsv(5))
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        store.exclude(range(1, 6))
    found = describe()
    assert found.excluded == 5
    assert sum(found.ratio.counts) == sum(found.lengths["de"].counts) == 0
