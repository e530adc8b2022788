"""Splitting anew: by hash with other shares, by file, by a given test set; undone in one step."""

from __future__ import annotations

import pytest

from mulm_core.corpus import CorpusStore, View, get_corpus, split_of
from mulm_core.corpus.split import splitter
from mulm_core.corpus.splitting import SplitRequest, split_corpus
from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import JobContext


def split(workspace, **how):
    return split_corpus(JobContext(), SplitRequest(workspace, "c", **how))


def splits_of(workspace):
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        return {id: part for id, _, _, part, _ in store.rows()}


def test_the_default_is_what_import_does(workspace, take, pairs_tsv):
    take(pairs_tsv(500))
    assert split(workspace).moved == 0


def test_shares_nest_so_that_growing_one_moves_as_little_as_can_be(workspace, take, pairs_tsv):
    take(pairs_tsv(2000))
    before = splits_of(workspace)
    result = split(workspace, dev=0.05, test=0.2)
    after = splits_of(workspace)
    assert 330 < result.splits["test"] < 470
    assert result.moved == sum(before[id] != after[id] for id in before)
    assert all(after[id] == before[id] for id in before if before[id] != "train")


def test_it_is_one_operation(workspace, take, pairs_tsv):
    take(pairs_tsv(300))
    before = splits_of(workspace)
    split(workspace, dev=0.2, test=0.2)
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        assert store.split_policy == {"by": "hash", "dev": 200, "test": 200}
        assert store.undo() == "Split by hash"
        assert store.split_policy == {"by": "hash"}
    assert splits_of(workspace) == before


def test_by_file(workspace, take, pairs_tsv):
    take(pairs_tsv(50, "a.tsv"))
    take(pairs_tsv(30, "b.tsv", start=100))
    result = split(workspace, by="file", files={"a.tsv": "train", "b.tsv": "test"})
    assert result.splits == {"train": 50, "dev": 0, "test": 30}
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        assert store.count(View(split="test", file="b.tsv")) == 30
    with pytest.raises(UserError, match=r"no file 'x\.tsv'"):
        split(workspace, by="file", files={"x.tsv": "test"})
    with pytest.raises(UserError, match="'all' is no split"):
        split(workspace, by="file", files={"a.tsv": "all"})


def test_files_that_are_not_named_stay_whole(workspace, take, pairs_tsv):
    for at in range(30):
        take(pairs_tsv(3, f"f{at}.tsv", start=100 * at))
    split(workspace, by="file", dev=0.2, test=0.2)
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        parts = {(file, part) for _, _, _, part, file in store.rows()}
    assert len(parts) == 30
    assert {part for _, part in parts} == {"train", "dev", "test"}


def test_a_given_test_set(workspace, take, pairs_tsv, tmp_path):
    take(pairs_tsv(400))
    given = tmp_path / "given.tsv"
    given.write_text(
        "SATZ nummer 7\tphrase numéro 7\nSatz Nummer 8\tautre chose\nnie gesehen\tjamais vu\n",
        encoding="utf-8",
    )
    result = split(workspace, by="given", given=(given,))
    assert (result.given, result.missing, result.splits["test"]) == (3, 2, 1)
    parts = splits_of(workspace)
    assert parts[8] == "test"
    assert all(parts[at + 1] != "test" for at in range(400) if at != 7)
    # Rows that come later follow the same policy.
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        later = splitter(store.split_policy)
    rows = [("nie gesehen", "jamais vu", "b.tsv"), ("Satz Nummer 8", "phrase numéro 8", "b.tsv")]
    assert later(*zip(*rows, strict=True)) == ["test", split_of("Satz Nummer 8", 50, 0)]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"by": "luck"}, "no split by 'luck'"),
        ({"dev": 0.5, "test": 0.5}, "must leave rows to train on"),
        ({"dev": -0.1}, "must leave rows to train on"),
        ({"by": "given"}, "no test set was given"),
    ],
)
def test_what_cannot_be(workspace, take, pairs_tsv, snapshot, how, message):
    take(pairs_tsv(20))
    before = snapshot()
    with pytest.raises(UserError, match=message):
        split(workspace, **how)
    assert snapshot() == before


def test_a_cancelled_split_moves_nothing(workspace, take, pairs_tsv):
    take(pairs_tsv(5000))
    before = splits_of(workspace)
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        split_corpus(ctx, SplitRequest(workspace, "c", dev=0.3, test=0.3))
    assert splits_of(workspace) == before


def test_a_policy_of_a_newer_version_is_refused():
    with pytest.raises(UserError, match="not known here"):
        splitter({"by": "moon"})
