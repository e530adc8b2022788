"""Edits, exclusions, checks and splits: each one operation that can be undone and redone."""

from __future__ import annotations

import sqlite3

import pytest

from mulm_core.corpus import CorpusStore, View, get_corpus, journal
from mulm_core.errors import UserError


@pytest.fixture
def store(workspace, take, pairs_tsv):
    take(pairs_tsv(300))
    with CorpusStore.open(get_corpus(workspace, "c").path) as opened:
        yield opened


def content(store):
    """Everything that an operation may change."""
    return (
        store.page(0, 1000),
        store.info(),
        store.split_policy,
        [(state.key, state.applied, state.excluded) for state in store.checks()],
        [list(store.ids(View(query))) for query in ("nummer 7", "geändert", "翻译")],
        store.content_hash(),
    )


def flag(store, key="length", ids=range(1, 11), detail="too long"):
    return store.write_flags(key, [(id, detail) for id in ids], {"limit": 2.9}, {"why": "usual"})


OPERATIONS = {
    "edit": lambda store: store.edit(7, "target", "geändert 翻译"),
    "rewrite": lambda store: store.rewrite(
        [(id, side, f"{side} {id} 翻译") for id in (1, 200, 300) for side in ("source", "target")],
        "Mask",
    ),
    "exclude": lambda store: store.exclude([3, 4, 5], "not mine"),
    "exclude a view": lambda store: store.exclude(View("nummer 7")),
    "restore": lambda store: store.restore([1, 2, 250]),
    "restore one check": lambda store: store.restore(View(check="excluded"), "length"),
    "apply": lambda store: store.apply_check("length", "script"),
    "take back": lambda store: store.undo_check("length"),
    "take back the hand": lambda store: store.undo_check("hand"),
    "split": lambda store: store.set_splits(
        [(id, "test") for id in range(1, 100)], {"by": "given"}, "Split"
    ),
}


@pytest.fixture
def busy(store):
    """Some rows excluded by hand, one check applied, one only scanned."""
    flag(store)
    flag(store, "script", range(5, 15), "two scripts")
    store.exclude([2, 250, 251], "private")
    store.apply_check("length")
    return store


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_undone_and_redone_even_later(busy, name):
    before = content(busy)
    OPERATIONS[name](busy)
    after = content(busy)
    assert after != before
    with CorpusStore.open(busy.path) as later:
        title = later.undo_title
        assert later.undo() == later.redo_title == title != ""
        assert content(later) == before
        assert later.redo() == title
        assert content(later) == after
        assert later.redo_title == later.redo() == ""


def test_edit_is_found_by_search_and_old_text_is_not(store):
    store.edit(7, "source", "  Völlig anders: e\u0301te\u0301 ")
    assert store.page(6, 1)[0].source == "Völlig anders: été"
    assert list(store.ids(View("VÖLLIG ANDERS"))) == [7]
    assert 7 not in set(store.ids(View("Satz")))
    assert store.undo_title == "Edit row 7"


def test_search_marks_inside_a_text_do_not_shift_rows(store):
    store.edit(7, "source", "a\x1eb\x1fc")
    assert list(store.ids(View("nummer 7"))) == [8, *range(71, 81)]
    assert list(store.ids(View("a\x1eb"))) == [7]


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_cell_cannot_be_emptied(store, text):
    with pytest.raises(UserError, match="the target of a pair cannot be empty"):
        store.edit(1, "target", text)


def test_what_changes_nothing_is_no_operation(store):
    version = store.version
    store.edit(1, "source", store.page(0, 1)[0].source)
    assert store.exclude([]) == store.restore([1, 2]) == 0
    store.set_splits([(1, store.page(0, 1)[0].split)], {"by": "hash"})
    assert (store.undo_title, store.version) == ("", version)


def test_a_new_operation_forgets_what_was_undone(store):
    store.exclude([1])
    store.undo()
    assert store.redo_title == "Exclude 1 row"
    store.exclude([2, 3])
    assert (store.undo_title, store.redo_title) == ("Exclude 2 rows", "")
    assert [pair.id for pair in store.page(0, 9, View(check="excluded"))] == [2, 3]


def test_scan_excludes_nothing_until_it_is_applied(store):
    assert flag(store) == 10
    (state,) = store.checks()
    assert (state.key, state.flagged, state.excluded, state.applied) == ("length", 10, 0, False)
    assert (state.settings, state.verdict) == ({"limit": 2.9}, {"why": "usual"})
    pair = store.page(0, 1, View(check="length"))[0]
    assert (pair.excluded, pair.flagged, pair.reasons) == ((), ("length",), ("too long",))
    assert store.apply_check("length") == 10
    assert store.page(0, 1)[0].excluded == ("length",)
    assert sum(store.info().splits.values()) == store.count(View(check="used")) == 290
    assert store.count(View(check="excluded")) == store.checks()[0].excluded == 10
    assert store.apply_check("length") == 0


def test_a_restored_row_stays_restored_when_the_check_is_applied_again(busy):
    busy.restore([1], "length")
    busy.undo_check("length")
    flag(busy, ids=range(1, 21))
    busy.apply_check("length")
    pairs = busy.page(0, 30)
    assert [pair.id for pair in pairs if "length" in pair.excluded] == list(range(2, 21))
    assert pairs[0].kept == ("length",)


def test_applying_again_brings_back_what_is_no_longer_flagged(busy):
    flag(busy, ids=[5, 6])
    busy.apply_check("length")
    assert [pair.id for pair in busy.page(0, 300) if "length" in pair.excluded] == [5, 6]


def test_two_checks_and_a_hand_keep_one_row_out(busy):
    busy.apply_check("script")
    busy.exclude([5])
    assert busy.page(4, 1)[0].excluded == ("hand", "length", "script")
    assert busy.restore([5]) == 1
    pair = busy.page(4, 1)[0]
    assert (pair.excluded, pair.kept) == ((), ("length", "script"))
    assert busy.exclude([5], "after all") == 1
    assert busy.page(4, 1)[0].reasons == ("after all", "too long", "two scripts")


def test_filters_work_together(busy):
    busy.apply_check("script")
    everything = busy.page(0, 1000)
    for query in ("", "satz", "nummer 1", "nirgends"):
        for split in ("", "train", "test"):
            for check in ("", "used", "excluded", "length", "hand", "never run"):
                for file in ("", "pairs.tsv", "other.tsv"):
                    view = View(query, split, file, check)
                    expected = [
                        pair
                        for pair in everything
                        if query in pair.source.lower()
                        and split in ("", pair.split)
                        and file in ("", pair.file)
                        and {
                            "": True,
                            "used": not pair.excluded,
                            "excluded": bool(pair.excluded),
                        }.get(check, check in pair.flagged)
                    ]
                    assert busy.page(0, 1000, view) == expected, view
                    assert busy.count(view) == len(expected)
                    assert list(busy.ids(view)) == [pair.id for pair in expected]
                    assert [row[0] for row in busy.rows(view)] == [pair.id for pair in expected]


def test_rows_stream_with_split_and_file(store):
    assert [(*row[:3], row[4]) for row in store.rows()][9:11] == [
        (10, "Satz Nummer 9", "phrase numéro 9", "pairs.tsv"),
        (11, "Satz Nummer 10", "phrase numéro 10", "pairs.tsv"),
    ]


def test_import_after_edits_goes_on_and_leaves_the_journal(store, take, pairs_tsv):
    store.edit(300, "source", "geändert")
    assert list(store.ids(View("geändert"))) == [300]
    take(pairs_tsv(200, "more.tsv", start=300))
    assert list(store.ids(View("nummer 30"))) == [31, *range(301, 311)]
    store.undo()
    assert list(store.ids(View("nummer 299"))) == [300]


def test_the_journal_is_bounded(store, monkeypatch):
    monkeypatch.setattr(journal, "_OPERATIONS", 5)
    for id in range(1, 11):
        store.exclude([id], f"{id}")
    undone = 0
    while store.undo():
        undone += 1
    assert undone == 5
    assert store.count(View(check="excluded")) == 5
    monkeypatch.setattr(journal, "_CHANGES", 100)
    store.exclude(range(1, 200))
    assert store.undo() == "Exclude 194 rows"  # the last one can always be undone
    assert store.undo() == ""


def test_unknown_names_are_refused(store):
    with pytest.raises(UserError, match="never run"):
        store.apply_check("length")
    with pytest.raises(UserError, match="no split"):
        store.count(View(split="valid"))
    with pytest.raises(UserError, match="no side"):
        store.rewrite([(1, "text", "x")], "Mask")


def test_an_error_inside_an_operation_leaves_nothing(store):
    def rows():
        yield 1, "source", "x"
        raise RuntimeError("broken scan")

    before = content(store)
    with pytest.raises(RuntimeError):
        store.rewrite(rows(), "Mask")
    assert content(store) == before
    assert store.undo_title == ""
    store.exclude([1])  # nothing is in the way of the next one
    store.undo()


VERSION_1 = """
PRAGMA application_id = 0x4D554C4D;
PRAGMA user_version = 1;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL,
                    imported TEXT NOT NULL);
CREATE TABLE pairs (id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL,
                    split INTEGER NOT NULL, file INTEGER NOT NULL REFERENCES files(id),
                    unit TEXT NOT NULL, excluded TEXT NOT NULL DEFAULT '');
CREATE INDEX pairs_by_split ON pairs (split);
CREATE INDEX pairs_excluded ON pairs (excluded, split) WHERE excluded <> '';
CREATE VIRTUAL TABLE search USING fts5 (source, target, content='pairs', content_rowid='id',
                                        tokenize='trigram', detail=none);
INSERT INTO meta VALUES ('name', 'old'), ('source', 'de'), ('target', 'fr'),
                        ('created', '2026-01-01T00:00:00+00:00');
INSERT INTO files VALUES (1, 'a.tsv', 'tsv', '2026-01-01T00:00:00+00:00');
"""


def test_a_corpus_of_version_1_is_brought_to_today(workspace, take, pairs_tsv):
    path = workspace.corpora / "old.corpus"
    connection = sqlite3.connect(path)
    connection.executescript(VERSION_1)
    connection.executemany(
        "INSERT INTO pairs VALUES (?, ?, ?, ?, 1, ?, ?)",
        [
            (id, f"Satz {id}", f"翻译 {id}", id % 3, f"line {id}", "wrong" if id == 9 else "")
            for id in range(1, 501)
        ],
    )
    connection.commit()
    connection.close()
    info = get_corpus(workspace, "old")
    assert (info.pairs, sum(info.splits.values())) == (500, 499)
    with CorpusStore.open(path) as store:
        assert list(store.ids(View("翻译 49"))) == [49, *range(490, 500)]
        (pair,) = store.page(0, 9, View(check="excluded"))
        assert (pair.id, pair.excluded, pair.reasons) == (9, ("hand",), ("wrong",))
        assert pair.split == "train"
        assert (store.origins()[0].pairs, store.split_policy) == (500, {"by": "hash"})
        store.restore([9])
        store.undo()
        assert store.count(View(check="excluded")) == 1
    take(pairs_tsv(10), name="old")
    assert get_corpus(workspace, "old").pairs == 510
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_search_index_of_version_2_is_made_anew(workspace, take, pairs_tsv):
    take(pairs_tsv(100), name="old")
    path = workspace.corpora / "old.corpus"
    with CorpusStore.open(path) as store:
        wanted = store.page(70, 1)[0]
    connection = sqlite3.connect(path)
    connection.execute("UPDATE blocks SET signature = zeroblob(2080)")
    connection.execute("PRAGMA user_version = 2")
    connection.commit()
    connection.close()
    with CorpusStore.open(path) as store:
        assert wanted.id in store.ids(View(wanted.source))
        assert store._connection.execute("PRAGMA user_version").fetchone() == (3,)
