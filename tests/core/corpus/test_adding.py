"""Pairs that a person writes: one transaction each, undoable, found, split like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mulm_core.corpus import (
    AddRequest,
    CorpusStore,
    View,
    add_pair,
    get_corpus,
    list_corpora,
    split_of,
)
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext


@pytest.fixture
def request_(workspace):
    return AddRequest(
        workspace, "mine", "de", "fr", " Ein neuer Satz ", "Une phrase neuve", "quick-1, segment 3"
    )


def add(request):
    return add_pair(JobContext(), request)


def opened(workspace, name="mine"):
    return CorpusStore.open(get_corpus(workspace, name).path)


def test_a_missing_corpus_is_made(workspace, request_):
    result = add(request_)
    assert (result.corpus, result.id, result.others) == ("mine", 1, 0)
    with opened(workspace) as store:
        (pair,) = store.page(0, 10)
        assert (pair.source, pair.target) == ("Ein neuer Satz", "Une phrase neuve")
        assert (pair.file, pair.unit, pair.excluded) == ("Corrections", "quick-1, segment 3", ())
        assert pair.split == result.split == split_of("Ein neuer Satz")
        assert store.info().files == ("Corrections",)


def test_it_is_found_undone_and_made_again(workspace, take, pairs_tsv, request_):
    take(pairs_tsv(70))
    request = replace(request_, name="c")
    assert add(request).id == 71
    with opened(workspace, "c") as store:
        before = store.content_hash()
        assert list(store.ids(View("neuer satz"))) == [71]
        assert store.undo_title == "Add a correction"
        store.undo()
        (pair,) = store.page(70, 1)
        assert (pair.excluded, pair.reasons) == (("hand",), ("taken back",))
        assert store.content_hash() != before
        store.redo()
        assert store.page(70, 1)[0].excluded == ()
        assert store.content_hash() == before


def test_many_share_a_block_of_the_index(workspace, request_):
    for number in range(5):
        add(replace(request_, source_text=f"Satz {number}"))
    with opened(workspace) as store:
        assert store._fetch("SELECT first, size FROM blocks") == [(1, 5)]
        assert list(store.ids(View("satz 3"))) == [4]
        assert [(origin.name, origin.pairs) for origin in store.origins()] == [("Corrections", 5)]


def test_duplicates_are_told(workspace, request_):
    add(request_)
    again = add(request_)
    assert (again.id, again.others) == (0, 0)
    other = add(replace(request_, source_text="EIN neuer satz", target_text="Autre"))
    assert (other.id, other.others) == (2, 1)
    with opened(workspace) as store:
        store.exclude([1])
    assert add(request_).id == 3  # what is kept out does not count


def test_the_reverse_direction_is_turned_round(workspace, take, pairs_tsv, request_):
    take(pairs_tsv(3))
    add(replace(request_, name="c", source="fr", target="de", source_text="Oui", target_text="Ja"))
    with opened(workspace, "c") as store:
        pair = store.page(3, 1)[0]
        assert (pair.source, pair.target) == ("Ja", "Oui")


def test_what_cannot_be_added_leaves_nothing(workspace, request_, take, pairs_tsv):
    for bad in (replace(request_, target_text="  "), replace(request_, name=" ")):
        with pytest.raises(UserError):
            add(bad)
    assert list_corpora(workspace) == []
    take(pairs_tsv(3))
    with pytest.raises(UserError, match="holds de and fr"):
        add(replace(request_, name="c", source="en"))
