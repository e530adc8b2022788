"""Scanning, applying and taking back: nothing lost, nothing half-written, the same on all cores."""

from __future__ import annotations

import multiprocessing
import time

import pytest

from mulm_core.corpus import CorpusStore, View, get_corpus
from mulm_core.corpus.checks import (
    CHECKS,
    ApplyRequest,
    MaskRequest,
    ScanRequest,
    apply,
    check_states,
    examine,
    mask,
    scan,
    undo,
)
from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import JobContext, Progress

GOOD = [
    ("Guten Morgen, wie geht es Ihnen heute?", "Bonjour, comment allez-vous aujourd'hui ?"),
    ("Das Schiff liegt seit drei Tagen im Hafen.", "Le navire est au port depuis trois jours."),
    ("Wir haben das alte Haus verkauft.", "Nous avons vendu la vieille maison."),
]


@pytest.fixture
def made(tmp_path, take, workspace):
    """Import rows as the corpus ``c``; the ids are their places, from 1."""

    def make(rows, name="c"):
        path = tmp_path / f"{name}.tsv"
        path.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
        take(path, name=name)
        return lambda: CorpusStore.open(get_corpus(workspace, name).path)

    return make


def run(workspace, *checks, corpus="c", ctx=None, **settings):
    request = ScanRequest(workspace, corpus, checks, settings)
    return {result.key: result for result in scan(ctx or JobContext(), request)}


def flags(opened, key):
    with opened() as store:
        rows = store.page(0, 1000, View(check=key))
        return {row.id: dict(zip(row.flagged, row.reasons, strict=True))[key] for row in rows}


def test_a_scan_flags_and_excludes_nothing(workspace, made):
    opened = made([*GOOD, ("Guten Tag", "---")])
    result = run(workspace, "empty")["empty"]
    assert (result.flagged, result.before, result.after, result.applied) == (1, 4, 3, False)
    assert [sample.pair for sample in result.samples] == [4]
    assert flags(opened, "empty") == {4: "the target side holds only '---'"}
    with opened() as store:
        assert store.count(View(check="used")) == 4


def test_apply_and_undo_are_one_operation_each(workspace, made):
    opened = made([*GOOD, ("Guten Tag", "---"), GOOD[0]])
    run(workspace, "empty", "duplicates")
    apply(JobContext(), ApplyRequest(workspace, "c", ("empty", "duplicates")))
    with opened() as store:
        assert list(store.ids(View(check="excluded"))) == [4, 5]
        assert store.undo_title == "Apply: Empty, Duplicates"
    states = {state.key: state for state in check_states(workspace, "c")}
    assert (states["empty"].before, states["empty"].after) == (4, 3)
    assert states["empty"].applied and not states["empty"].stale
    undo(JobContext(), ApplyRequest(workspace, "c", ("empty",)))
    with opened() as store:
        assert list(store.ids(View(check="excluded"))) == [5]
        store.undo()
        store.undo()
        assert store.count(View(check="used")) == 5


def test_a_row_that_a_person_restored_stays_in_use(workspace, made):
    opened = made([*GOOD, ("Guten Tag", "---"), ("Guten Tag", "…!")])
    run(workspace, "empty")
    apply(JobContext(), ApplyRequest(workspace, "c", ("empty",)))
    with opened() as store:
        store.restore([4], "empty")
    result = run(workspace, "empty")["empty"]
    assert (result.flagged, result.after) == (2, 4)
    apply(JobContext(), ApplyRequest(workspace, "c", ("empty",)))
    with opened() as store:
        assert list(store.ids(View(check="excluded"))) == [5]


def test_duplicates_keep_the_first(workspace, made):
    opened = made(
        [GOOD[0], GOOD[1], GOOD[0], ("Guten  Morgen, wie geht es Ihnen heute?", GOOD[0][1])]
    )
    run(workspace, "duplicates")
    assert flags(opened, "duplicates") == {3: "the same pair as row 1", 4: "the same pair as row 1"}


def test_conflicts_keep_the_most_frequent(workspace, made):
    opened = made([("Öffnen", "Ouvert"), ("Öffnen", "Ouvrir"), ("öffnen", "ouvrir"), GOOD[0]])
    run(workspace, "conflicts")
    detail = "the same source has another translation in row 2, 2 times against once"
    assert flags(opened, "conflicts") == {1: detail}


def test_of_equally_frequent_translations_the_first_stays(workspace, made):
    opened = made([("Öffnen", "Ouvrir"), ("Öffnen", "Ouvert")])
    run(workspace, "conflicts")
    assert list(flags(opened, "conflicts")) == [2]


def test_a_row_with_other_trouble_is_not_the_one_that_stays(workspace, made):
    # Both rules together would otherwise lose every translation of the source.
    opened = made([(GOOD[0][0], GOOD[0][0]), GOOD[0]])
    run(workspace, "untranslated", "conflicts")
    assert list(flags(opened, "untranslated")) == [1]
    assert list(flags(opened, "conflicts")) == [1]


def test_rows_that_are_out_of_use_hold_no_place(workspace, made):
    opened = made([GOOD[0], GOOD[0], GOOD[1]])
    with opened() as store:
        store.exclude([1])
    run(workspace, "duplicates")
    assert flags(opened, "duplicates") == {}


def test_near_duplicates(workspace, made):
    longer = (
        "Die Königin der Elfen reitet mit ihrem Gefolge durch den dunklen Wald nach Süden.",
        "La reine des elfes chevauche avec sa suite à travers la sombre forêt vers le sud.",
    )
    near = (longer[0].replace("Süden", "Norden"), longer[1].replace("sud", "nord"))
    other = (longer[0], "Une phrase qui ne ressemble en rien à celle de l'autre rangée du tableau.")
    opened = made([*GOOD, longer, near, other, ("Seite 1", "Page 1"), ("Seite 2", "Page 2")])
    run(workspace, "near_duplicates", near_duplicates={"likeness": 0.8})
    found = flags(opened, "near_duplicates")
    assert list(found) == [5]
    assert found[5].endswith("% the same as row 4")
    run(workspace, "near_duplicates", near_duplicates={"likeness": 0.99})
    assert not flags(opened, "near_duplicates")


def test_settings_are_kept_and_checked(workspace, made):
    made(GOOD)
    run(workspace, "numbers", numbers={"words_up_to": 3})
    assert "above 3" in run(workspace, "numbers")["numbers"].threshold
    assert (
        "above 12" in run(workspace, "numbers", numbers={"words_up_to": None})["numbers"].threshold
    )
    with pytest.raises(UserError, match="has no setting 'x'"):
        run(workspace, "numbers", numbers={"x": 3})
    with pytest.raises(UserError, match="out of range"):
        run(workspace, "numbers", numbers={"words_up_to": -1})
    with pytest.raises(UserError, match="no check 'y'"):
        run(workspace, "y")
    with pytest.raises(UserError, match="no check 'z'"):
        run(workspace, z={})


def test_a_check_that_was_never_run_cannot_be_applied(workspace, made):
    made(GOOD)
    with pytest.raises(UserError, match="never run"):
        apply(JobContext(), ApplyRequest(workspace, "c", ("empty",)))
    assert check_states(workspace, "c") == ()


def test_results_are_stale_after_an_edit_but_not_after_applying(workspace, made):
    opened = made([*GOOD, ("Guten Tag", "---")])
    run(workspace)
    apply(JobContext(), ApplyRequest(workspace, "c", ("empty",)))
    assert not any(state.stale for state in check_states(workspace, "c"))
    with opened() as store:
        store.edit(1, "target", "Bonjour")
    assert all(state.stale for state in check_states(workspace, "c"))
    with opened() as store:
        store.undo()
    assert not any(state.stale for state in check_states(workspace, "c"))


def test_a_cancelled_scan_leaves_the_last_results(workspace, made, pairs_tsv, take):
    opened = made([*GOOD, ("Guten Tag", "---")])
    run(workspace, "empty")
    take(pairs_tsv(5000), name="c")

    def cancel(event):
        if isinstance(event, Progress) and event.done:
            ctx.cancel()

    ctx = JobContext(cancel)
    with pytest.raises(Cancelled):
        run(workspace, ctx=ctx)
    assert [state.key for state in check_states(workspace, "c")] == ["empty"]
    assert list(flags(opened, "empty")) == [4]


def test_progress_tells_the_time_left(workspace, take, pairs_tsv):
    take(pairs_tsv(6000))
    events = []
    run(workspace, ctx=JobContext(events.append, clock=iter(range(100_000)).__next__))
    progress = [event for event in events if isinstance(event, Progress) and event.total]
    fractions = [event.fraction for event in progress]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert any(event.eta_s for event in progress)


def test_an_empty_corpus_side_needs_no_rows(workspace, made):
    made(GOOD[:1])
    results = run(workspace)
    assert set(results) == set(CHECKS)
    assert results["too_long"].skipped.startswith("choose a model")
    assert all(result.flagged == 0 for result in results.values())


def test_helper_processes_give_the_same_and_end(workspace, made, monkeypatch):
    rows = [
        (f"{GOOD[at % 3][0]} Nummer {at}", f"{GOOD[at % 3][1]} Numéro {at}") for at in range(2500)
    ]
    rows[1200] = ("Guten Tag, mein Freund", "—")
    rows[2400] = rows[3]
    opened = made(rows)
    alone = run(workspace)
    here = {key: flags(opened, key) for key in alone}
    monkeypatch.setattr(examine, "_WORTH_PROCESSES", 1000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    helped = run(workspace)
    assert {key: flags(opened, key) for key in helped} == here
    assert here["empty"] and here["duplicates"]
    assert not multiprocessing.active_children()


def test_cancelling_helpers_takes_less_than_a_second(workspace, take, pairs_tsv, monkeypatch):
    take(pairs_tsv(8000))
    monkeypatch.setattr(examine, "_WORTH_PROCESSES", 1000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    told = []

    def cancel(event):
        if isinstance(event, Progress) and event.done and not told:
            told.append(time.monotonic())
            ctx.cancel()

    ctx = JobContext(cancel)
    with pytest.raises(Cancelled):
        run(workspace, ctx=ctx)
    assert time.monotonic() - told[0] < 1
    assert not multiprocessing.active_children()


def test_masking_is_one_operation(workspace, made):
    opened = made([*GOOD, ("Mail an anna@gmx.de", "Courriel à anna@gmx.de")])
    assert mask(JobContext(), MaskRequest(workspace, "c")).rows == 0  # nothing was flagged yet
    result = run(workspace, "personal")["personal"]
    assert (result.flagged, result.samples[0].detail) == (1, "e-mail address")
    done = mask(JobContext(), MaskRequest(workspace, "c"))
    assert (done.rows, done.places) == (1, 2)
    with opened() as store:
        row = store.page(3, 1)[0]
        assert (row.source, row.target) == ("Mail an [EMAIL1]", "Courriel à [EMAIL1]")
        assert store.undo() == "Mask personal data in 1 rows"
        assert store.page(3, 1)[0].source == "Mail an anna@gmx.de"
