"""Evaluate's right side: tests in words, leakage, segments, plots, history, reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.viewmodels.evaluation_history import Past, PastScore, curves
from app.viewmodels.evaluation_result import opened
from app.viewmodels.evaluation_scores import leak_note, p_words, shown, verdict
from mulm_core.evaluation import (
    EvaluateRequest,
    Evaluation,
    Leakage,
    Outputs,
    TestSet,
    evaluate,
    list_evaluations,
)
from mulm_core.evaluation.store import save
from mulm_core.jobs import JobContext
from mulm_core.scoring import ScoreOptions
from mulm_core.workspace import Workspace

WAIT = 20_000
COUNT = 300
SOURCES = tuple(f"the file {n} opens, see {n % 7}" for n in range(COUNT))
REFERENCES = tuple(f"le fichier {n} ouvre, voir {n % 7}" for n in range(COUNT))
FINE = tuple(text.replace("voir", "vois") if n % 3 else text for n, text in enumerate(REFERENCES))
POOR = tuple(f"la {n} fichier voir" if n % 10 else text for n, text in enumerate(REFERENCES))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """Two systems' outputs, scored by the engine."""
    workspace = Workspace.open(tmp_path_factory.mktemp("measured"))
    test = TestSet("manual", SOURCES, REFERENCES, ())
    outputs = (Outputs("poor", POOR, "poor.txt"), Outputs("fine", FINE, "fine.txt"))
    few = ScoreOptions(resamples=50, trials=100)
    request = EvaluateRequest(workspace, test, "en", "fr", outputs=outputs, scoring=few)
    return evaluate(JobContext(), request)


def leaking(evaluation: Evaluation) -> Evaluation:
    """The same as if the second system were a run that had seen four segments."""
    base, other = evaluation.systems
    metrics = replace(other.metrics, bleu=replace(other.metrics.bleu, score=33.0))
    return replace(
        evaluation,
        systems=(
            replace(base, without_leaks=base.metrics),
            replace(
                other,
                system="run:one",
                file="",
                without_leaks=metrics,
                significance_without_leaks=other.significance,
            ),
        ),
        leakage=(Leakage("one", ("office",), 9, (1, 5, 8), (20,)),),
    )


@pytest.fixture
def page(window: MainWindow, own_workspace: Path, measured: Evaluation, qtbot: QtBot) -> Any:
    """The page with the evaluation open."""
    save(Workspace(own_workspace), measured)
    window.show_page("evaluate")
    page: Any = window.page("evaluate")
    page._model.history.refresh()
    qtbot.waitUntil(lambda: len(page._model.history.entries) == 1, timeout=WAIT)
    with qtbot.waitSignal(page._model.evaluated, timeout=WAIT):
        page.open(evaluation=measured.id)
    return page


def texts(widget: Any) -> list[str]:
    return [part.text() for part in widget.findChildren(QLabel) if part.isVisible()]


def test_significance_is_in_words_and_its_numbers_one_click_away(page: Any) -> None:
    scores = page._result._scores
    assert sum(text.startswith("better, p") for text in texts(scores)) == 3
    assert any(text.startswith("\N{PLUS-MINUS SIGN}") for text in texts(scores))
    assert "p, bootstrap" not in texts(scores)
    (fold,) = [b for b in scores.findChildren(QPushButton) if b.isCheckable()]
    fold.click()
    assert "p, bootstrap" in texts(scores)
    rows = page._model.result.shown.tests
    assert len(rows) == 6 and {len(cells) for cells, _ in rows} == {4, 8}
    assert all(signature.startswith("nrefs:1|") for _, signature in rows)


def test_a_segment_opens_beside_other_systems_outputs(
    qtbot: QtBot, window: MainWindow, page: Any
) -> None:
    first = page._model.result.fetch(0, 1)[0]
    page._result.segments.table.row_activated.emit(0)
    assert window.current_page == "compare"
    compare: Any = window.page("compare")
    columns = compare._columns
    qtbot.waitUntil(lambda: {"poor", "fine"} <= columns.texts().keys(), timeout=WAIT)
    shown = columns.texts()
    assert (shown["poor"], shown["fine"]) == (POOR[first.number], FINE[first.number])
    assert shown["Reference"] == REFERENCES[first.number]


def test_p_values_are_written_as_people_do() -> None:
    spaced = "p\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}{}"
    assert p_words(0.0001) == spaced.format("<", "0.001")
    assert p_words(0.0021) == spaced.format("=", "0.002")
    assert p_words(0.314) == spaced.format("=", "0.31")


def test_a_system_keeps_its_colour_over_the_evaluations() -> None:
    def past(*names: str) -> Past:
        scores = tuple(PastScore(name, name, "fine_tuned", 10.0, "sig") for name in names)
        return Past(names[0], "t", "h", "", "", scores)

    now = (PastScore("b", "b", "fine_tuned", 10.0, "sig"),)
    found = curves([past("a", "c"), past("b")], now)
    assert [(one.title, one.role, one.points) for one in found] == [
        ("a", "series:0", ((0, 10.0),)),
        ("c", "series:1", ((0, 10.0),)),
        ("b", "fine_tuned", ((1, 10.0),)),
    ]


def test_chance_is_not_called_a_win(measured: Evaluation) -> None:
    base, other = measured.systems
    doubt = replace(other.significance["bleu"], corrected=0.31)
    tested = replace(other, significance={**other.significance, "bleu": doubt})
    unsure = replace(measured, systems=(base, tested))
    assert verdict(unsure).startswith("No significant difference: fine is ")
    (_, row) = shown(unsure).rows
    assert row.cells[0].verdict.startswith("no significant difference, p")


def test_speed_is_told_in_sentences_and_in_tokens(page: Any, measured: Evaluation) -> None:
    base, other = measured.systems
    assert other.figures is not None
    timed = replace(other, system="run:one", file="", seconds=20.0)
    page._model.result.show(opened(replace(measured, systems=(base, timed))))
    (speed,) = [part for part in page.findChildren(QLabel) if part.toolTip().startswith("It took")]
    tokens = f"{other.figures.tokens / 20:.1f} tokens/s"
    assert speed.text() == "15.0"
    assert "20 s" in speed.toolTip() and tokens in speed.toolTip()


def test_leaked_segments_are_told_and_can_be_left_out(
    qtbot: QtBot, page: Any, measured: Evaluation
) -> None:
    assert leak_note(measured).text == ""  # outputs of others: nothing is known of them
    seen = leaking(measured)
    page._model.result.show(opened(seen))
    bar, scores = page._result._leaks, page._result._scores
    assert bar.isVisible() and bar._switch.isVisible()
    assert "4 of 300 test segments (1.3 %) are in the training data of fine" in bar._text.text()
    assert "1 of them nearly so" in bar._text.text() and "fine 33.0" in bar._text.text()
    assert "33.0" not in texts(scores)
    bar._switch.click()
    qtbot.waitUntil(lambda: "33.0" in texts(scores), timeout=WAIT)
    gain = 33.0 - measured.baseline.metrics.bleu.score
    assert f"+{gain:.1f}" in texts(scores)
    assert sum(text.startswith("better, p") for text in texts(scores)) == 3
    (fold,) = [b for b in scores.findChildren(QPushButton) if b.isCheckable()]
    fold.click()
    assert "33.00" in texts(scores)  # the numbers behind the words are of the same segments

    clean = replace(seen, leakage=(Leakage("one", ("office",), 9),))
    page._model.result.show(opened(clean))
    assert bar._switch.isHidden()
    assert bar._text.text() == "None of the test segments is in the training data of fine."
    gone = Leakage("one", ("office",), problem="there is no corpus 'office'.")
    assert (
        "could not be looked at: there is no corpus"
        in leak_note(replace(seen, leakage=(gone,))).text
    )


def test_segments_are_searched_filtered_and_sorted(qtbot: QtBot, page: Any) -> None:
    page._result.tabs.setCurrentIndex(1)
    tab, model = page._result.segments, page._model.result
    assert model.count == COUNT
    assert len(tab.table.rows._pages) < 3  # only what is looked at is fetched

    with qtbot.waitSignal(model.segments_changed, timeout=WAIT):
        tab.search.setText("FILE 29")
    assert [row.number for row in model.fetch(0, 20)] != []
    assert {row.source[:11] for row in model.fetch(0, 20)} == {"the file 29"}
    with qtbot.waitSignal(model.segments_changed, timeout=WAIT):
        tab.search.clear()
    keys = [tab.filter.itemData(at) for at in range(tab.filter.count())]
    assert {"", "better", "numbers:0"} <= set(keys) and "leaked" not in keys
    tab.filter.setCurrentIndex(keys.index("numbers:0"))
    with qtbot.waitSignal(model.segments_changed, timeout=WAIT):
        tab.filter.activated.emit(0)
    broken = model.evaluation.systems[0].figures.numbers.broken
    assert sorted(row.number for row in model.fetch(0, COUNT)) == list(broken)
    with qtbot.waitSignal(model.segments_changed, timeout=WAIT):
        tab.table.sort_requested.emit("number", False)
    assert model.fetch(0, 1)[0].number == broken[0] and tab.source.text == SOURCES[broken[0]]

    page._result.plots.segment_wanted.emit(0)  # not among those that show
    qtbot.waitUntil(lambda: tab.source.text == SOURCES[0], timeout=WAIT)
    assert page._result.tabs.currentWidget() is tab and model.count == COUNT


def test_the_setup_makes_way_in_a_narrow_window(
    qtbot: QtBot, window: MainWindow, page: Any
) -> None:
    setup, fold, segments = page._setup, page._fold, page._result.segments
    table = segments.table
    page._result.tabs.setCurrentWidget(segments)
    assert setup.isVisible() and fold.text() == "Hide setup"
    window.resize(1024, 720)
    qtbot.waitUntil(setup.isHidden, timeout=WAIT)
    qtbot.waitUntil(lambda: segments.search.width() > 200, timeout=WAIT)
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0, timeout=WAIT)
    assert segments._open_button.text() == "Open in Compare"

    fold.setFocus()
    qtbot.keyClick(fold, Qt.Key.Key_Space)  # with the keyboard, and against the width
    qtbot.waitUntil(lambda: page._result.width() < 500, timeout=WAIT)
    assert setup.isVisible() and fold.text() == "Hide setup"
    qtbot.waitUntil(lambda: segments.search.width() > 120, timeout=WAIT)
    assert segments._open_button.text() == ""
    assert segments._open_button.accessibleName() == "Open in Compare"
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0, timeout=WAIT)
    buttons = {b.text(): b for b in page._result.findChildren(QPushButton)}
    assert buttons["Copy scores"].y() > page._result._verdict.geometry().bottom()


def test_the_setup_stays_as_it_was_left(
    qtbot: QtBot, window: MainWindow, page: Any, measured: Evaluation, tmp_path: Path
) -> None:
    setup, fold = page._setup, page._fold
    fold.click()
    assert setup.isHidden() and fold.text() == "Show setup"
    (tmp_path / "news.en-fr.tsv").write_text("en\tfr\none\tun\n", encoding="utf-8")
    page.drop_files([tmp_path / "news.en-fr.tsv"])
    assert setup.isVisible()  # to see what has become of the files
    qtbot.waitUntil(lambda: len(page._model.state.test.sources) == 1, timeout=WAIT)
    with qtbot.waitSignal(page._model.evaluated, timeout=WAIT):
        page.open(evaluation=measured.id)
    assert setup.isHidden()
    fold.click()
    window.resize(1024, 720)
    qtbot.waitUntil(lambda: page.width() < 900, timeout=WAIT)
    assert setup.isVisible()


def test_other_two_systems_are_compared(qtbot: QtBot, page: Any, measured: Evaluation) -> None:
    third = replace(measured.systems[0], system="third", title="third")
    page._model.result.show(opened(replace(measured, systems=(*measured.systems, third))))
    tab, model = page._result.segments, page._model.result
    assert model.pair == (0, 1) and not tab.pair.isHidden()
    with qtbot.waitSignal(model.pair_changed, timeout=WAIT):
        tab.pair.changed.emit(1, 2)
    assert model.pair == (1, 2) and model.fetch(0, 1)[0].first in FINE
    with qtbot.waitSignal(model.pair_changed, timeout=WAIT):
        model.choose_pair(2, 2)  # they change places
    assert model.pair == (2, 1)
    with qtbot.waitSignal(model.pair_changed, timeout=WAIT):
        tab.pair.changed.emit(2, 2)
    assert model.pair == (1, 2)


def test_every_plot_shows_what_was_measured(qtbot: QtBot, page: Any) -> None:
    page._result.tabs.setCurrentIndex(2)
    plots, result = page._result.plots, page._model.result
    for kind in ("points", "length", "frequency", "ngrams"):
        plots.choose(kind)
        qtbot.waitUntil(lambda kind=kind: page._model.plots.has(kind), timeout=WAIT)
        assert plots._stack.currentIndex() > 0
    assert "3" in page._model.plots.lengths[0].title or page._model.plots.lengths[0].count == COUNT
    gained = plots.ngrams.tables[0].rows.row(0)
    assert gained[2] > gained[1]

    plots.choose("points")
    poor, fine = (one.sentence_chrf for one in result.evaluation.systems)
    number = plots.points.nearest(poor[1], fine[1])
    assert (poor[number], fine[number]) == pytest.approx((poor[1], fine[1]), abs=3)
    assert plots.points.nearest(99.0, 1.0) is None
    with qtbot.waitSignal(plots.segment_wanted) as clicked:
        plots.points.plot.clicked.emit(poor[1], fine[1])
    assert result.fetch(result.place_of(clicked.args[0]), 1)[0].number == clicked.args[0]


def test_evaluations_are_kept_opened_deleted_and_put_back(
    qtbot: QtBot, window: MainWindow, page: Any, measured: Evaluation, own_workspace: Path
) -> None:
    workspace = Workspace(own_workspace)
    later = replace(measured, id="later", created="2099-01-01T10:00:00+00:00")
    other = replace(measured, id="other", test_hash="another", test_name="another")
    for one in (later, other):
        save(workspace, one)
    history, tab = page._model.history, page._result.history
    history.refresh()
    qtbot.waitUntil(lambda: len(history.entries) == 3, timeout=WAIT)
    page._result.tabs.setCurrentIndex(3)
    assert [past.id for past in tab._listed] == ["later", measured.id]
    tab.which._buttons["all"].click()
    assert len(tab._listed) == 3

    shown = [(group.title, group.token, len(group.x)) for group in tab.chart._groups]
    assert shown == [("poor", "series:0", 2), ("fine", "series:1", 2)]
    newest = next(key for key, (past, *_) in enumerate(tab._drawn) if past.id == "later")
    with qtbot.waitSignal(page._model.evaluated, timeout=WAIT):
        tab._open_point(newest)
    assert page._model.state.evaluation.id == "later"

    tab.table.selectRow(0)
    tab.delete_current()
    assert "later" not in [past.id for past in history.entries]
    assert "is deleted" in page._message.text
    page._message._action.click()
    assert history.entries[0].id == "later"
    tab.table.selectRow(0)
    tab.delete_current()
    window.close()
    assert "later" not in [one.id for one in list_evaluations(workspace)]


def test_an_earlier_evaluation_brings_its_options_and_terms_back(
    qtbot: QtBot, page: Any, measured: Evaluation, own_workspace: Path
) -> None:
    model, setup = page._model, page._setup
    assert setup._form.values()["resamples"] == 50
    other = replace(
        measured,
        id="other",
        options={**measured.options, "beams": 2},
        scoring={**measured.scoring, "tokenizer": "char"},
        terms=(("file", "fichier"),),
    )
    save(Workspace(own_workspace), other)
    with qtbot.waitSignal(model.evaluated, timeout=WAIT):
        page.open(evaluation="other")
    values = setup._form.values()
    assert (values["beams"], values["tokenizer"], values["resamples"]) == (2, "char", 50)
    assert setup._glossary.text() == "1 term, as in the evaluation"
    with qtbot.waitSignal(model.evaluated, timeout=WAIT):
        page._start.click()
    again = model.state.evaluation
    assert again.id not in (other.id, measured.id)
    assert (again.options, again.scoring, again.terms) == (
        other.options,
        other.scoring,
        other.terms,
    )
    model.set_direction("fr", "en")
    assert model.state.terms == ()  # they were of the other direction


@pytest.mark.parametrize("kind", ["html", "pdf", "csv", "json", "tex"])
def test_reports_are_saved(qtbot: QtBot, page: Any, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"report.{kind}"
    with qtbot.waitSignal(page._model.result.saved, timeout=WAIT):
        page._model.result.save(path, kind)
    assert path.stat().st_size > 200
    assert "report" in page._message.text and page._message._other.text() == "Show in folder"
