"""Drop zones, language boxes, choice cards and forms, by mouse, keyboard and real events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.choice_cards import Choice, ChoiceCards, SegmentedButtons
from app.widgets.combos import combo_box, fill
from app.widgets.drop_zone import DropZone
from app.widgets.language_box import LanguageBox
from app.widgets.recipe_form import RecipeForm, number_text, parse_number


@pytest.fixture(autouse=True)
def dressed(context: object) -> None:
    """Every widget here is shown in the theme."""


def test_dropped_files_arrive_as_paths(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "Übersetzung 文.tmx"
    file.touch()
    zone = DropZone("Drop here")
    qtbot.addWidget(zone)
    with qtbot.waitSignal(zone.dropped) as signal:
        assert drop(zone, [file])
    assert signal.args == [[file]]


def test_a_zone_refuses_what_its_hint_refuses(qtbot: QtBot, tmp_path: Path) -> None:
    zone = DropZone("Drop here", hint_for=lambda paths: None)
    qtbot.addWidget(zone)
    with qtbot.assertNotEmitted(zone.dropped):
        assert not drop(zone, [tmp_path])


def test_languages_are_found_by_name_and_tag(qtbot: QtBot) -> None:
    box = LanguageBox("Source", [("de", "German"), ("fr", "French"), ("zh", "Chinese")])
    qtbot.addWidget(box)
    assert box.tag == ""
    for typed, tag in (("french", "fr"), ("de", "de"), ("Chinese (zh)", "zh")):
        box.setCurrentText(typed)
        with qtbot.waitSignal(box.changed) as signal:
            box.lineEdit().editingFinished.emit()
        assert signal.args == [tag] and box.tag == tag
    box.setCurrentText("Klingon")
    box.lineEdit().editingFinished.emit()
    assert box.tag == "" and box.property("invalid") == "true"


def test_a_language_stays_chosen_while_it_is_offered(qtbot: QtBot) -> None:
    box = LanguageBox("Source", [("de", "German"), ("fr", "French")])
    qtbot.addWidget(box)
    box.set_tag("fr")
    box.set_languages([("fr", "French"), ("en", "English")])
    assert box.tag == "fr"
    box.set_languages([("en", "English")])
    assert box.tag == ""


def test_cards_are_chosen_by_keyboard(qtbot: QtBot) -> None:
    cards = ChoiceCards([Choice("a", "Quick", "Fast."), Choice("b", "Thorough", "Slow.")])
    qtbot.addWidget(cards)
    with qtbot.waitActive(cards):
        cards.show()
        cards.activateWindow()
    assert cards.current == "a"
    first = cards.findChildren(type(cards._cards["a"]))[0]
    first.setFocus()
    with qtbot.waitSignal(cards.changed) as signal:
        qtbot.keyClick(first, Qt.Key.Key_Right)
    assert signal.args == ["b"] and cards.current == "b"
    with qtbot.assertNotEmitted(cards.changed):
        cards.set_current("a")
    assert cards.current == "a"


def test_segments_tell_only_of_clicks(qtbot: QtBot) -> None:
    buttons = SegmentedButtons([("x", "X"), ("y", "Y")], "Axis")
    qtbot.addWidget(buttons)
    with qtbot.assertNotEmitted(buttons.changed):
        buttons.set_current("x")
    with qtbot.waitSignal(buttons.changed) as signal:
        buttons._buttons["y"].click()
    assert signal.args == ["y"] and buttons.current == "y"


LONG = "a model of a long name, fine-tuned on a corpus of a long name"


def hover(box: QWidget, over: QWidget) -> str:
    """The tooltip that shows for the box when the mouse rests over it."""
    QToolTip.hideText()
    at = over.rect().center()
    QApplication.sendEvent(over, QHelpEvent(QEvent.Type.ToolTip, at, over.mapToGlobal(at)))
    return QToolTip.text()


@pytest.mark.parametrize("wide", [False, True])
def test_a_box_cuts_its_text_with_an_ellipsis_and_tells_all_of_it(qtbot: QtBot, wide: bool) -> None:
    box = combo_box("Model")
    qtbot.addWidget(box)
    fill(box, [(LONG, "a")], "a", "")
    box.setToolTip("What is translated with.")
    box.resize(900 if wide else 160, 30)
    shown = box.shown
    assert (shown == LONG) is wide and (shown.endswith("…")) is not wide
    picture = box.grab().toImage()
    box.setItemText(0, shown)
    assert box.grab().toImage() == picture  # painted as if the cut text were all
    box.setItemText(0, LONG)
    told = "What is translated with."
    assert hover(box, box) == (told if wide else f"{LONG}\n{told}")


def test_a_language_is_cut_the_same_way_until_one_types(qtbot: QtBot) -> None:
    box = LanguageBox("Source", [("pt-BR", LONG), ("de", "German")])
    qtbot.addWidget(box)
    box.set_tag("pt-BR")
    box.resize(160, 30)
    line = box.lineEdit()
    assert line is not None
    whole = f"{LONG} (pt-BR)"
    assert hover(box, line) == whole and box.shown.endswith("…")
    box.show()
    line.clearFocus()
    cut = line.grab().toImage()
    line.setText(box.shown)
    line.setCursorPosition(0)
    assert line.grab().toImage() == cut  # painted as if the cut text were all
    line.setText(whole)
    line.setCursorPosition(0)
    assert line.grab().toImage() == cut
    box.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.end(False)
    assert line.grab().toImage() != cut  # the end of it can be seen


@dataclass(frozen=True)
class Spec:
    name: str
    kind: str
    default: Any
    title: str = "A field"
    help: str = "What it does."
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    advanced: bool = False
    optional: bool = False


SPECS = [
    Spec("epochs", "int", 4, minimum=1, maximum=100),
    Spec("rate", "float", 2e-4, minimum=0),
    Spec("schedule", "choice", "linear", choices=("linear", "cosine")),
    Spec("keep", "bool", True, advanced=True),
    Spec("limit", "int", None, optional=True, advanced=True),
]


@pytest.fixture
def form(qtbot: QtBot) -> RecipeForm:
    form = RecipeForm(SPECS)
    qtbot.addWidget(form)
    form.show()
    return form


def type_into(qtbot: QtBot, form: RecipeForm, name: str, text: str) -> None:
    editor = form.editor(name)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_a_form_gives_back_what_it_shows(form: RecipeForm) -> None:
    assert form.values() == {spec.name: spec.default for spec in SPECS}


def test_sound_values_are_reported_and_others_explained(qtbot: QtBot, form: RecipeForm) -> None:
    with qtbot.waitSignal(form.changed, check_params_cb=lambda n, v: v == 12) as signal:
        type_into(qtbot, form, "epochs", "12")
    assert signal.args == ["epochs", 12]
    with qtbot.waitSignal(form.valid_changed) as signal:
        type_into(qtbot, form, "epochs", "0")
    assert signal.args == [False] and not form.valid
    with pytest.raises(ValueError, match="From 1 to 100"):
        form.values()
    type_into(qtbot, form, "epochs", "7")
    assert form.valid and form.values()["epochs"] == 7


def test_rates_are_read_in_any_notation(qtbot: QtBot, form: RecipeForm) -> None:
    type_into(qtbot, form, "rate", "3e-5")
    assert form.values()["rate"] == 3e-5
    qtbot.keyClick(form.editor("rate"), Qt.Key.Key_Up)
    assert form.values()["rate"] == 4e-5


def test_choices_and_folded_fields(qtbot: QtBot, form: RecipeForm) -> None:
    editor = form.editor("schedule")
    assert isinstance(editor, QComboBox)
    with qtbot.waitSignal(form.changed) as signal:
        editor.setCurrentText("Cosine")
    assert signal.args == ["schedule", "cosine"]
    assert not form.editor("keep").isVisible()
    form.set_error("limit", "Too small for this model.")
    assert form.editor("limit").isVisible() and not form.valid
    form.set_values({"limit": 30, "unknown": 1})
    assert form.valid and form.values()["limit"] == 30


@pytest.mark.parametrize("text", ["", "abc", "1.5.2"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_number(text, whole=False)


def test_whole_numbers_have_no_fraction() -> None:
    assert parse_number("12", whole=True) == 12
    with pytest.raises(ValueError):
        parse_number("1.5", whole=True)


@pytest.mark.parametrize("value", [0.0002, 2e-5, 1e-8, 0.5, 4096, 0])
def test_numbers_survive_being_shown(value: float) -> None:
    assert parse_number(number_text(value), whole=False) == value
