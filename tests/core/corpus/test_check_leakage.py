"""What train has in common with dev and test is found on either side and kept out of training."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mulm_core.corpus import CorpusStore, View, get_corpus, split_of
from mulm_core.corpus.checks import ScanRequest, keep_out_leakage, scan
from mulm_core.corpus.splitting import SplitRequest, split_corpus
from mulm_core.jobs import JobContext

LONG = "Die Königin der Elfen reitet mit ihrem Gefolge durch den Wald nach Süden, Nummer {}."
LONG_FR = "La reine des elfes chevauche avec sa suite à travers la forêt vers le sud, {} fois."


def with_split(split: str, text: str) -> str:
    """The text with a number that puts it into this split."""
    return next(one for at in range(1000) if split_of(one := text.format(at)) == split)


@pytest.fixture
def leaking(tmp_path, take, workspace):
    """Rows 1 to 5 are train, row 6 is dev, row 7 is test."""
    dev, test = with_split("dev", LONG), with_split("test", "Der Zwerg gräbt {} Stollen.")
    rows = [
        (with_split("train", "Ein ganz anderer Satz, der {} mal vorkommt."), "Une autre phrase."),
        (
            with_split("train", LONG),
            "Une traduction libre de la même phrase allemande.",
        ),  # near dev
        (with_split("train", "Hier grub man {} Tage."), "Le nain creuse."),  # target of test
        (
            with_split("train", "Das sind {} verschiedene Wörter hier."),
            LONG_FR.format(9),
        ),  # near dev
        (with_split("train", "Nichts davon ist {} mal gleich."), "Rien n'est pareil."),
        (dev, LONG_FR.format(3)),
        (test, "Le nain creuse."),
    ]
    path = tmp_path / "leak.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
    take(path)
    return lambda: CorpusStore.open(get_corpus(workspace, "c").path)


def test_train_rows_are_flagged_with_their_partner(workspace, leaking):
    scan(JobContext(), ScanRequest(workspace, "c", ("leakage",)))
    with leaking() as store:
        found = {row.id: row.reasons[0] for row in store.page(0, 9, View(check="leakage"))}
    assert set(found) == {2, 3, 4}
    assert found[3] == "its target is in the test set, row 7"
    assert found[2].startswith("its source is ") and "row 6 in the dev set" in found[2]
    assert found[4].startswith("its target is ") and "row 6 in the dev set" in found[4]


def test_it_is_applied_once_and_a_person_may_overrule_it(workspace, leaking):
    events = []
    assert keep_out_leakage(JobContext(events.append), workspace, "c") == 3
    assert events[-1].message == "Applying: Leakage" and events[-1].total is None  # not at an end
    with leaking() as store:
        assert store.info().splits == {"train": 2, "dev": 1, "test": 1}
        store.restore([2], "leakage")
    events.clear()
    assert keep_out_leakage(JobContext(events.append), workspace, "c") == 2
    assert not events  # nothing was read again


def test_new_texts_are_looked_at(workspace, leaking):
    keep_out_leakage(JobContext(), workspace, "c")
    with leaking() as store:
        store.edit(5, "target", "Le nain creuse.")
    assert keep_out_leakage(JobContext(), workspace, "c") == 4
    with leaking() as store:
        store.undo()  # the check
        store.undo()  # the edit
        store.edit(3, "target", "Autre chose.")
    assert keep_out_leakage(JobContext(), workspace, "c") == 2


def test_taken_back_it_is_applied_again_before_training(workspace, leaking):
    keep_out_leakage(JobContext(), workspace, "c")
    with leaking() as store:
        store.undo_check("leakage")
        assert store.info().splits["train"] == 5
    assert keep_out_leakage(JobContext(), workspace, "c") == 3


def test_a_corpus_without_dev_and_test_leaks_nothing(workspace, tmp_path, take):
    path = tmp_path / "train.tsv"
    path.write_text(f"{with_split('train', 'Satz {} hier')}\tphrase\n", encoding="utf-8")
    take(path)
    assert keep_out_leakage(JobContext(), workspace, "c") == 0


def test_a_given_test_set_that_the_corpus_lacks(workspace, tmp_path, take):
    rows = [
        (LONG.format(17), "Une traduction libre de la même phrase allemande."),
        ("Der Zwerg gräbt einen Stollen.", "Le nain creuse."),
        ("Nichts davon ist gleich.", "Rien n'est pareil."),
    ]
    path = tmp_path / "rows.tsv"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
    take(path)
    given = tmp_path / "given.tsv"
    given.write_text(
        f"{LONG.format(3)}\t{LONG_FR.format(3)}\nEs gräbt jemand.\tLe nain creuse.\n",
        encoding="utf-8",
    )
    split = SplitRequest(workspace, "c", dev=0, test=0)
    split_corpus(JobContext(), split)
    assert keep_out_leakage(JobContext(), workspace, "c") == 0
    result = split_corpus(JobContext(), replace(split, by="given", given=(given,)))
    assert (result.moved, result.given, result.missing) == (0, 2, 2)
    assert keep_out_leakage(JobContext(), workspace, "c") == 2
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        found = {row.id: row.reasons[0] for row in store.page(0, 9, View(check="leakage"))}
        assert set(found) == {1, 2}
        assert found[1].endswith("the same as one in the given test set")
        assert found[2] == "its target is in the given test set"
        store.undo()  # the check
        store.undo()  # the split
    assert keep_out_leakage(JobContext(), workspace, "c") == 0
