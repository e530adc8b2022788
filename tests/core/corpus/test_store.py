"""The store: counts, pages, search in every script, directions, hashes, one file."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from full_disk import full_disk

from mulm_core.corpus import CorpusStore, View, delete_corpus, get_corpus, list_corpora, search
from mulm_core.errors import EngineError, UserError
from mulm_core.workspace import Workspace


@pytest.fixture
def store(workspace, take, pairs_tsv, tmp_path):
    path = tmp_path / "words.tsv"
    path.write_text(
        "Der Fluss fließt\tLE FLEUVE COULE ÉTÉ\n"
        "机器翻译很有用\tla traduction automatique\n"
        "100 % sicher_heit\tsÜ à 100 %\n"
        'Sie sagte "nein" \\ ging\tnon\n'
        "übüb büb\tbübüb\n",
        encoding="utf-8",
    )
    take(path)
    take(pairs_tsv(2000))
    with CorpusStore.open(get_corpus(workspace, "c").path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("fluss", "Der Fluss"),
        ("FLUSS FLI", "Der Fluss"),
        ("coule été", "Der Fluss"),
        ("éT", "Der Fluss"),
        ("Ü ", "100"),
        ("翻译", "机器"),
        ("机器翻", "机器"),
        ("器翻译很", "机器"),
        ("0 %", "100"),
        ("r_h", "100"),
        ("%", "100"),
        ("_", "100"),
        ('"nein"', "Sie"),
        ("\\", "Sie"),
        ("büb", "übüb"),
    ],
)
def test_search_finds_any_part_on_either_side_in_any_case(store, query, first):
    (pair,) = store.page(0, 10, View(query))
    assert pair.source.startswith(first)
    assert store.count(View(query)) == 1


@pytest.mark.parametrize(
    "query", ["übübüb b", "translation", "zz", "Satz AND", "NEAR(", "*", "器机器"]
)
def test_search_finds_nothing_that_is_not_there(store, query):
    assert store.page(0, 10, View(query)) == []
    assert store.count(View(query)) == 0


def test_pages_join_to_the_whole(store):
    for query, split in (
        ("", ""),
        ("satz", ""),
        ("", "dev"),
        ("numéro 1", "train"),
        ("ph", "test"),
    ):
        view = View(query, split)
        unknown = store.page(97, 97, view)  # before its rows are remembered
        total = store.count(view)
        pages = [pair for start in range(0, total, 97) for pair in store.page(start, 97, view)]
        assert pages[97 : 2 * 97] == unknown
        assert len(pages) == total > 0
        assert [pair.id for pair in pages] == sorted({pair.id for pair in pages})
        assert {pair.split for pair in pages} <= ({split} if split else {"train", "dev", "test"})
        assert all(query in f"{pair.source}\n{pair.target}".casefold() for pair in pages)
    assert store.page(5000, 10) == []


def test_counts_and_splits_agree(store):
    info = store.info()
    assert info.pairs == store.count() == 2005
    assert info.splits == {name: store.count(View(split=name)) for name in ("train", "dev", "test")}
    assert sum(info.splits.values()) == 2005


def test_pairs_in_both_directions_and_loose_tags(store):
    forward = list(store.pairs("dev", "de", "fr"))
    assert len(forward) == store.info().splits["dev"] > 50
    assert list(store.pairs("dev", "fr", "de")) == [(right, left) for left, right in forward]
    assert list(store.pairs("dev", "de-DE", "fr-CA")) == forward


@pytest.mark.parametrize(("source", "target"), [("de", "es"), ("en", "fr"), ("de", "de")])
def test_pairs_of_other_languages_are_refused(store, source, target):
    with pytest.raises(UserError, match=r"the corpus holds de and fr, not"):
        list(store.pairs("train", source, target))


def test_regional_variants_keep_their_direction(workspace, take, tmx):
    take(tmx([[("en-US", "color"), ("en-GB", "colour")]]), source="en-US", target="en-GB")
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        split = store.page(0, 1)[0].split
        assert list(store.pairs(split, "en-US", "en-GB")) == [("color", "colour")]
        assert list(store.pairs(split, "en-GB", "en-US")) == [("colour", "color")]


def test_excluded_rows_stay_but_do_not_count_for_training(store):
    pair = store.page(0, 1, View(split="dev"))[0]
    splits, digest = store.info().splits, store.content_hash()
    assert store.exclude([pair.id], "wrong") == 1
    assert store.info().splits == {**splits, "dev": splits["dev"] - 1}
    assert store.info().pairs == 2005
    assert (pair.source, pair.target) not in list(store.pairs("dev", "de", "fr"))
    assert store.page(0, 1, View(split="dev"))[0].excluded == ("hand",)
    assert store.content_hash() != digest


def test_content_hash_knows_content_not_order(workspace, take, pairs_tsv):
    first, second = pairs_tsv(300, "1.tsv"), pairs_tsv(300, "2.tsv", start=300)
    take(first, second, name="x")
    take(second, name="y")
    take(first, name="y")
    take(first, second, pairs_tsv(1, "3.tsv"), name="z")  # one duplicate more
    hashes = {}
    for name in "xyz":
        with CorpusStore.open(get_corpus(workspace, name).path) as store:
            hashes[name] = store.content_hash()
    assert hashes["x"] == hashes["y"] != hashes["z"]
    assert len(hashes["x"]) == 64


def test_closed_corpus_is_one_file_that_can_be_copied(workspace, take, pairs_tsv, tmp_path):
    take(pairs_tsv(50))
    take(pairs_tsv(50, "b.tsv", start=50))
    path = get_corpus(workspace, "c").path
    with CorpusStore.open(path) as store:
        digest = store.content_hash()
    assert [file.name for file in workspace.corpora.iterdir()] == ["c.corpus"]
    other = Workspace.open(tmp_path / "other")
    shutil.copy(path, other.corpora / "renamed.corpus")
    assert get_corpus(other, "c").pairs == 100
    with CorpusStore.open(get_corpus(other, "c").path) as store:
        assert store.content_hash() == digest
        assert store.count(View("satz nummer 77")) == 1


def test_missing_corpus_names_the_others(workspace, take, pairs_tsv):
    with pytest.raises(UserError, match=r"no corpus 'x'\. Import one first"):
        get_corpus(workspace, "x")
    take(pairs_tsv(1))
    with pytest.raises(UserError, match="Known: c"):
        get_corpus(workspace, "x")
    with pytest.raises(UserError, match="no such corpus"):
        CorpusStore.open(workspace.corpora / "x.corpus")


def test_delete(workspace, take, pairs_tsv):
    take(pairs_tsv(1), name="a")
    take(pairs_tsv(1), name="b")
    delete_corpus(workspace, "a")
    assert [info.name for info in list_corpora(workspace)] == ["b"]
    with pytest.raises(UserError):
        delete_corpus(workspace, "a")


def test_foreign_and_newer_files_are_refused(workspace, take, pairs_tsv):
    take(pairs_tsv(1))
    path = get_corpus(workspace, "c").path
    for pragma, message in (
        ("user_version = 99", "newer version"),
        ("application_id = 1", "not a"),
    ):
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA {pragma}")
        connection.commit()
        connection.close()
        with pytest.raises(UserError, match=message):
            CorpusStore.open(path)


def test_damaged_corpus_says_so(workspace, take, pairs_tsv):
    take(pairs_tsv(3000))
    path = get_corpus(workspace, "c").path
    data = bytearray(path.read_bytes())
    data[4096:-4096] = b"\xff" * (len(data) - 8192)
    path.write_bytes(bytes(data))
    with pytest.raises(EngineError, match="damaged"), CorpusStore.open(path) as store:
        list(store.pairs("train", "de", "fr"))


def test_a_damaged_corpus_is_listed_with_its_problem(workspace, take, pairs_tsv):
    take(pairs_tsv(3), name="good")
    (workspace.corpora / "bad.corpus").write_bytes(b"no database" * 1000)
    bad, good = list_corpora(workspace)
    assert (bad.name, bad.pairs, good.name, good.problem) == ("bad", 0, "good", "")
    assert "the corpus file is damaged" in bad.problem
    with pytest.raises(UserError, match=r"Known: good\.$"):
        get_corpus(workspace, "other")


def test_a_corpus_can_be_read_on_a_full_disk(workspace, take, pairs_tsv):
    take(pairs_tsv(30))
    with full_disk():
        (info,) = list_corpora(workspace)
        with CorpusStore.open(info.path) as store:
            assert store.count(View("satz")) == 30
            with pytest.raises(UserError, match="cannot be written"):
                store.exclude([1])
    with CorpusStore.open(info.path) as store:
        assert store.exclude([1]) == 1


def test_what_lies_in_the_log_is_never_left_out(workspace, take, pairs_tsv):
    take(pairs_tsv(30))
    path = get_corpus(workspace, "c").path
    log = path.with_name(f"{path.name}-wal")
    with CorpusStore.open(path) as store:
        store.exclude([1])
        killed = log.read_bytes(), path.read_bytes()
    path.write_bytes(killed[1])
    log.write_bytes(killed[0])
    with full_disk(), pytest.raises(EngineError):
        CorpusStore.open(path)
    with CorpusStore.open(path) as store:
        assert store.count(View(check="excluded")) == 1


def test_a_corpus_deleted_while_it_is_opened_does_not_come_back(workspace, monkeypatch):
    path = workspace.corpora / "gone #1.corpus"
    monkeypatch.setattr(Path, "is_file", lambda self: True)
    with pytest.raises(UserError, match="no such corpus"):
        CorpusStore.open(path)
    assert not path.exists()


def test_names_that_mean_something_in_a_uri(workspace, take, pairs_tsv):
    take(pairs_tsv(10))
    path = get_corpus(workspace, "c").path
    odd = path.rename(path.with_name("50 % of #1&mode=ro ü.corpus"))
    with CorpusStore.open(odd) as store:
        assert store.count() == 10
        store.exclude([1])


def test_the_quick_signature_of_a_block_is_the_plain_one():
    text = search.fold("Größe 翻译 \U0001f600 fließt, der Fluss; ÿ~\x00")
    bits = search._bits(text)
    ((signature, signed),) = search._signed(text)
    assert signed == text
    found = {bit for bit in range(8 * len(signature)) if signature[bit >> 3] & 0x80 >> (bit & 7)}
    assert found - {0} == bits - {0}  # stands in for the runs that the last bytes lack
    assert 150 < len(bits) < 6 * len(text)


def test_another_corpus_of_the_same_name_is_counted_anew(workspace, take, pairs_tsv):
    for count in (30, 40):
        take(pairs_tsv(count, f"{count}.tsv"))
        info = get_corpus(workspace, "c")
        assert (info.pairs, sum(info.splits.values())) == (count, count)
        with CorpusStore.open(info.path) as store:
            assert store.count(View("satz")) == count
        delete_corpus(workspace, "c")
