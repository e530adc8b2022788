"""Compare: typed text and test files through any systems, side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.evaluation import Outputs
from mulm_core.workspace import Workspace

WAIT = 15_000


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.show_page("compare")
    page: Any = window.page("compare")
    qtbot.waitUntil(lambda: bool(page._model.state.run), timeout=WAIT)
    window.activateWindow()
    page._source.setFocus()
    qtbot.waitUntil(page._source.hasFocus, timeout=WAIT)
    return page


def translated(page: Any) -> bool:
    """Whether all columns show what became of the present text, and no job is at work."""
    model = page._model
    columns = model.state.columns
    return (
        bool(columns)
        and model._asked.text == page._source.text
        and model._job is None
        and all(column.text or column.problem for column in columns)
    )


def write(page: Any, qtbot: QtBot, text: str) -> None:
    page._source.setPlainText(text)
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)


@pytest.fixture
def stepping(qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path) -> Any:
    """The page with a test file of three segments open."""
    (tmp_path / "test.en").write_text(
        "the file opens 3\nthe row shows 5\na cell closes 7\n", encoding="utf-8"
    )
    (tmp_path / "test.fr").write_text(
        "le fichier ouvre 3\nla ligne affiche 5\nun champ ferme 7\n", encoding="utf-8"
    )
    assert drop(window, [tmp_path / "test.fr", tmp_path / "test.en"])
    qtbot.waitUntil(lambda: page._model.state.count == 3 and translated(page), timeout=WAIT)
    qtbot.waitUntil(lambda: page._model.test.can_note, timeout=WAIT)
    return page


def test_without_text_the_page_teaches(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("compare")
    page: Any = window.page("compare")
    qtbot.waitUntil(lambda: "test file" in page._columns._legend.text(), timeout=WAIT)
    assert page._columns.texts() == {}
    (base,) = page._model.state.systems
    page._model.close_system(base)
    assert page._columns._stack.currentIndex() == 0


def test_typed_text_is_translated_by_both_while_typing(qtbot: QtBot, page: Any) -> None:
    assert (page._from.tag, page._to.tag) == ("en", "fr")
    qtbot.keyClicks(page._source, "the file opens 3")
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    texts = page._columns.texts()
    assert set(texts) == {"Zero-shot", "Fine-tuned"}
    assert texts["Zero-shot"] != texts["Fine-tuned"]
    assert all(column.chrf is None for column in page._model.state.columns)


def test_lines_stay_lines_and_only_new_ones_are_translated(qtbot: QtBot, page: Any) -> None:
    write(page, qtbot, "the file opens 3\n\nthe row closes 4")
    for text in page._columns.texts().values():
        lines = text.split("\n")
        assert len(lines) == 3 and lines[1] == ""
    made: list[str] = []
    page._source.setPlainText("the file opens 3\n\nthe row closes 4\na cell shows 5")
    page._model.translate()
    page._model._job.told.connect(lambda event: made.append(event.line))
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert made == ["a cell shows 5"] * 2


def test_a_stale_request_is_cancelled(qtbot: QtBot, page: Any) -> None:
    page._source.setPlainText("the file opens 3")
    page._model.translate()
    stale = page._model._job
    page._source.setPlainText("the file opens 4")
    page._model.translate()
    assert stale.ctx.cancelled
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.text == "the file opens 4"


def test_systems_are_added_closed_and_remembered(
    qtbot: QtBot, window: MainWindow, page: Any
) -> None:
    model = page._model
    base, run = model.state.systems
    write(page, qtbot, "the file opens 3")
    page._columns.card(base).close_button.click()
    assert model.state.systems == (run,)
    offered = [choice.id for choice in model.offered()[0]]
    assert base in offered and "starter" in offered
    model.add_system(base)
    assert model.state.systems == (run, base)
    assert [column.token for column in model.state.columns] == ["fine_tuned", "zero_shot"]
    assert page._settings.value("compare/systems") == [run, base]
    model.add_system("starter")
    assert [column.title for column in model.state.columns][:2] == ["Fine-tuned", "Zero-shot: Tiny"]
    assert model.state.columns[2].token == "series:0"
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    page.open(run=run.removeprefix("run:"))
    assert model.state.systems == (base, run)


def test_one_system_that_fails_leaves_the_others(qtbot: QtBot, page: Any) -> None:
    write(page, qtbot, "the file opens 3")
    page._model.set_direction("en", "de")  # the model does not know German
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert all("de" in column.problem for column in page._model.state.columns)
    card = page._columns.card(page._model.state.systems[0])
    assert card._problem.isVisible()
    page._model.swap()
    page._model.set_direction("en", "fr")
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert not card._problem.isVisible()


def test_differences_are_marked_against_what_is_chosen(qtbot: QtBot, stepping: Any) -> None:
    columns = stepping._columns
    base, run = stepping._model.state.systems
    struck = columns.card(base).reading
    assert struck._mark == "missing" and any(span.changed for span in struck._spans)
    columns.against.setCurrentIndex(columns.against.findText("Reference"))
    columns.against.activated.emit(columns.against.currentIndex())
    for key, mark in ((base, "added"), (run, "added"), ("reference:0", "missing")):
        assert columns.card(key).reading._mark == mark
    columns.mark_against("-")
    assert not any(s.changed for card in columns._cards.values() for s in card.reading._spans)


def test_confidence_and_counterparts(qtbot: QtBot, page: Any) -> None:
    write(page, qtbot, "😀 the file opens 3")
    run = page._model.state.systems[1]
    reading, shown = page._columns.card(run).reading, page._columns.card(run).shown
    page._sure.trigger()
    unsure = [word for word in shown.words if word[2] < 0.75]
    assert len(reading.extraSelections()) == len(unsure) > 0
    source, target = shown.links[0]
    page._columns.point_at_source(source[0])
    lit = [one.cursor.selectedText() for one in reading.extraSelections()[len(unsure) :]]
    assert shown.text[target[0] : target[1]] in lit
    reading.pointed.emit(target[0])
    marked = [one.cursor.selectedText() for one in page._source.extraSelections()]
    assert page._source.text[source[0] : source[1]] in marked
    word = next(word for word in shown.words if word[0] <= target[0] < word[1])
    assert f"{word[2] * 100:.1f}" in page._columns._legend.text()
    reading.pointed.emit(-1)
    assert page._source.extraSelections() == []


def test_the_mouse_and_the_caret_find_words(qtbot: QtBot, page: Any) -> None:
    write(page, qtbot, "the file opens 3")
    reading = page._columns.card(page._model.state.systems[1]).reading
    found: list[int] = []
    reading.pointed.connect(found.append)
    QTest.mouseMove(reading.viewport(), QPoint(12, 10))
    qtbot.waitUntil(lambda: bool(found) and found[-1] in (0, 1, 2), timeout=WAIT)
    place = QPoint(12, 10)
    tip = QHelpEvent(QEvent.Type.ToolTip, place, reading.viewport().mapToGlobal(place))
    assert reading.viewportEvent(tip)
    assert "probability" in QToolTip.text()
    QToolTip.hideText()
    reading.setFocus()
    qtbot.keyClick(reading, Qt.Key.Key_End)
    assert found[-1] == len(reading.text.split("\n")[0])
    assert page._source._character_at(QPointF(14, 16)) in (0, 1)
    assert page._source._character_at(QPointF(14, 80)) == -1
    page._source.setFocus()
    asked: list[int] = []
    page._source.pointed.connect(asked.append)
    qtbot.keyClick(page._source, Qt.Key.Key_Right)
    assert asked == [1]


def test_alternatives_and_back_translation(qtbot: QtBot, page: Any) -> None:
    write(page, qtbot, "the file opens 3")
    run = page._model.state.systems[1]
    card = page._columns.card(run)
    card.menu_button.menu().aboutToShow.emit()
    actions = {action.text(): action for action in card.menu_button.menu().actions()}
    actions["Alternatives"].trigger()
    assert card._alternatives.isVisible()
    assert card.shown.alternatives[0][0] == card.shown.text
    assert len(card.shown.alternatives) == 4
    actions["Translate back"].trigger()
    assert page._model.state.columns[1].back == "…"
    qtbot.waitUntil(lambda: page._model.state.columns[1].back != "…", timeout=WAIT)
    assert card._back.isVisible() and page._model.state.columns[0].back is None
    page._columns.card(run).back_wanted.emit(run, False)
    assert not card._back.isVisible()


def test_a_test_file_is_stepped_through(qtbot: QtBot, stepping: Any) -> None:
    page, state = stepping, stepping._model.state
    assert (state.text, state.references) == ("the file opens 3", ("le fichier ouvre 3",))
    assert page._columns.texts()["Reference"] == "le fichier ouvre 3"
    assert all(0 <= column.chrf <= 100 and 0 <= column.bleu <= 100 for column in state.columns)
    qtbot.keyClick(page._source, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: translated(page) and page._model.state.position == 1, timeout=WAIT)
    assert page._source.text == "the row shows 5"
    page._bar.position.setValue(3)
    assert page._source.text == "a cell closes 7"
    assert not page._bar.following.isEnabled()
    page._bar.position.setValue(1)
    assert translated(page)  # made before, so it is there at once
    page._model.close_test()
    assert page._bar.isHidden() and "Reference" not in page._columns.texts()


def test_flags_and_comments_stay_with_the_test_file(
    qtbot: QtBot, stepping: Any, tmp_path: Path, worked: Path
) -> None:
    page, test = stepping, stepping._model.test
    qtbot.keyClick(page._source, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert test.note.flagged and page._bar.flag.isChecked()
    page._model.step(2)
    page._bar.comment.setFocus()
    qtbot.keyClicks(page._bar.comment, "odd word")
    qtbot.keyClick(page._bar.comment, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert test.position == 0 and test.noted_count == 2
    page._bar.more.menu().aboutToShow.emit()  # the menu's own keys stand in nobody's way
    qtbot.keyClick(page._source, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert test.position == 2 and page._bar.comment.text() == "odd word"
    with qtbot.waitSignal(test.exported, timeout=WAIT):
        test.export(tmp_path / "notes.csv")
    rows = (tmp_path / "notes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[1:] == [
        "1,flagged,,the file opens 3,le fichier ouvre 3",
        "3,,odd word,a cell closes 7,un champ ferme 7",
    ]
    page._bar.comment.setText("closing")
    page.on_closing()
    (kept,) = (worked / "notes").glob("*.json")
    notes = json.loads(kept.read_text(encoding="utf-8"))["notes"]
    assert notes["2"] == {"flagged": False, "comment": "closing"}
    again = test._test
    page._model.close_test()
    test.show(again)
    qtbot.waitUntil(lambda: test.noted_count == 2, timeout=WAIT)


def test_another_systems_file_is_a_column(
    qtbot: QtBot, window: MainWindow, stepping: Any, tmp_path: Path
) -> None:
    page = stepping
    (tmp_path / "theirs.txt").write_text("le fichier ouvre 3\nune\ndeux\n", encoding="utf-8")
    assert drop(window, [tmp_path / "theirs.txt"])
    qtbot.waitUntil(lambda: len(page._model.state.columns) == 3 and translated(page), timeout=WAIT)
    column = page._model.state.columns[2]
    assert (column.title, column.text, column.token) == (
        "theirs.txt",
        "le fichier ouvre 3",
        "series:0",
    )
    assert column.chrf == pytest.approx(100)
    qtbot.keyClicks(page._source, " x")
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.columns[2].problem
    page._model.close_test()
    assert len(page._model.state.columns) == 2


def test_another_page_opens_a_test_set_with_its_systems(qtbot: QtBot, stepping: Any) -> None:
    page, run = stepping, stepping._model.state.systems[1]
    test = stepping._model.test._test
    outputs = Outputs("theirs", ("un", "deux", "trois"))
    evaluated = {run: ("a", "b", "as it was scored"), "gone": ("", "", "")}
    page.open(test=test, direction=("en", "fr"), position=2, evaluated=evaluated, outputs=[outputs])
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.systems == (run, "file:theirs")
    assert page._columns.texts()["theirs"] == "trois"
    column = page._model.state.columns[0]
    assert column.text == "as it was scored" and column.told.words
    assert column.told.alternatives[0].text == "as it was scored"
    page._model.step(-1)
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.columns[0].text == "b"
    page._source.setPlainText(test.sources[0])  # typed: as the model translates it now
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.columns[0].text not in ("a", "b")
    assert page._settings.value("compare/systems") == [run]  # a file goes with its test set


def test_a_correction_is_saved_and_taken_back(qtbot: QtBot, stepping: Any, worked: Path) -> None:
    page = stepping
    run = page._model.state.systems[1]
    card = page._columns.card(run)
    card.menu_button.menu().aboutToShow.emit()
    next(a for a in card.menu_button.menu().actions() if a.text() == "Correct…").trigger()
    editor = card.editor
    assert editor.text.text == card.shown.text and not card.reading.isVisible()
    assert editor._warning.isVisible()  # it would be trained on a test segment
    editor.text.setPlainText("le fichier s'ouvre\u00a03")
    with qtbot.waitSignal(page._model.corrections.saved, timeout=WAIT) as saved:
        qtbot.keyClick(editor.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert card.reading.isVisible() and editor.isHidden()
    assert "Corrections" in page._message.text
    with CorpusStore.open(get_corpus(Workspace.open(worked), "Corrections").path) as store:
        (pair,) = store.page(0, 10)
    assert (pair.source, pair.target) == ("the file opens 3", "le fichier s'ouvre\u00a03")
    assert pair.file == "Corrections" and "test 1" in pair.unit and not pair.excluded
    with qtbot.waitSignal(page._model.corrections.taken_back, timeout=WAIT):
        page._message._action.click()
    with CorpusStore.open(get_corpus(Workspace.open(worked), "Corrections").path) as store:
        assert store.page(0, 10)[0].excluded == ("hand",)
    assert saved.args[0].id == 1
    page.correct(run)
    qtbot.keyClick(editor.text, Qt.Key.Key_Escape)
    assert editor.isHidden()


def test_a_correction_stays_with_its_segment(qtbot: QtBot, stepping: Any, worked: Path) -> None:
    page = stepping
    base, run = page._model.state.systems
    page.correct(base)
    page.correct(run)
    editor = page._columns.card(run).editor
    editor.text.setFocus()
    qtbot.keyClicks(editor.text, " mien")
    page._model.step(1)
    assert page._columns.card(base).editor.isHidden()  # nothing was written in it
    assert editor.isVisible() and "the file opens 3" in editor._warning.text()
    with qtbot.waitSignal(page._model.corrections.saved, timeout=WAIT):
        editor.save_button.click()
    with CorpusStore.open(get_corpus(Workspace.open(worked), "Corrections").path) as store:
        (pair,) = store.page(0, 10)
    assert pair.source == "the file opens 3" and pair.target.endswith(" mien")
    assert "test 1" in pair.unit


def test_terms_are_kept_or_missed(qtbot: QtBot, stepping: Any) -> None:
    page = stepping
    page.edit_glossary()
    table = page._glossary.table
    word = page._model.state.columns[1].text.split()[0]
    QGuiApplication.clipboard().setText(f"file\t{word}\nopens\tnowhere\nrow\tligne\n")
    qtbot.keyClick(table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    terms = page._model.state.columns[1].terms
    assert [(term.source, term.kept) for term in terms] == [("file", True), ("opens", False)]
    assert page._terms.text() == "Glossary (3)"
    assert page._columns.card(page._model.state.systems[1])._terms.isVisible()
    page._model.set_direction("fr", "en")
    assert page._model.glossary.terms == ()
    page._model.set_direction("en", "fr")
    assert len(page._model.glossary.terms) == 3
    assert table.terms()[2] == ("row", "ligne")
    table.setCurrentCell(2, 0)
    table.remove_selected()
    assert len(page._model.glossary.terms) == 2
    page._glossary.close()


def test_all_is_copied_as_a_table(qtbot: QtBot, stepping: Any) -> None:
    page = stepping
    qtbot.keyClick(
        page._source,
        Qt.Key.Key_C,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    titles, cells = QGuiApplication.clipboard().text().split("\n")
    assert titles.split("\t") == ["Source", "Zero-shot", "Fine-tuned", "Reference"]
    assert cells.split("\t")[::3] == ["the file opens 3", "le fichier ouvre 3"]
    page._columns.copy_requested.emit("one")
    assert QGuiApplication.clipboard().text() == "one"


def test_a_text_that_is_changed_loses_its_reference(qtbot: QtBot, stepping: Any) -> None:
    page = stepping
    qtbot.keyClicks(page._source, " again")
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.references == ()
    assert "Reference" not in page._columns.texts()


def test_a_broken_test_file_is_one_sentence(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    (tmp_path / "test.en").write_text("one\ntwo\n", encoding="utf-8")
    (tmp_path / "test.fr").write_text("un\n", encoding="utf-8")
    assert drop(window, [tmp_path / "test.en", tmp_path / "test.fr"])
    qtbot.waitUntil(page._message.isVisible, timeout=WAIT)
    assert "test.en" in page._message.text
