"""Evaluate's left column: what dropped files are, other systems' outputs, references, options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow

WAIT = 20_000
TEXTS = {
    "news.en": ("the file opens 3", "the row shows 5", "a cell closes 7"),
    "news.fr": ("le fichier ouvre 3", "la ligne affiche 5", "un champ ferme 7"),
    "second.fr": ("le fichier s'ouvre 3", "le rang affiche 5", "un champ ferme 7"),
    "good.txt": ("le fichier ouvre 3", "la ligne ouvre 5", "un champ ferme 7"),
    "bad.txt": ("la ligne 3", "le champ 4", "rien"),
    "empty.txt": ("", "", ""),
    "short.txt": ("le fichier ouvre 3", "la ligne affiche 5"),
}


@pytest.fixture
def page(window: MainWindow) -> Any:
    window.show_page("evaluate")
    return window.page("evaluate")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    for name, lines in TEXTS.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return {name: tmp_path / name for name in TEXTS}


def give(qtbot: QtBot, window: MainWindow, page: Any, *paths: Path) -> None:
    """Drop files and wait until it is known what they are."""
    before = page._model.state
    assert drop(window, list(paths))
    qtbot.waitUntil(lambda: page._model.state is not before, timeout=WAIT)
    qtbot.waitUntil(lambda: not window._ctx.runner.jobs, timeout=WAIT)


def press(within: Any, text: str) -> None:
    (button,) = [b for b in within.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    button.click()


def titles(page: Any) -> list[str]:
    return [one.title for one in page._model.systems() if one.chosen and one.given]


def only_given(page: Any) -> None:
    """Leave out what would have to be loaded."""
    for one in page._model.systems():
        page._model.choose(one.system, one.given)


def test_outputs_and_references_are_dropped_beside_a_test_set(
    qtbot: QtBot, window: MainWindow, page: Any, files: dict[str, Path]
) -> None:
    model = page._model
    give(qtbot, window, page, files["news.en"], files["news.fr"])
    assert (model.state.source, model.state.target) == ("en", "fr")
    assert model.state.test.sources == TEXTS["news.en"]
    assert page._setup._texts.isHidden()

    give(qtbot, window, page, files["good.txt"], files["bad.txt"], files["empty.txt"])
    assert page._setup._texts.isVisible()
    press(page._setup, "Outputs of other systems")
    qtbot.waitUntil(lambda: len(titles(page)) == 3, timeout=WAIT)
    assert titles(page) == ["good", "bad", "empty"] and page._setup._texts.isHidden()

    give(qtbot, window, page, files["second.fr"])
    press(page._setup, "A further reference")
    qtbot.waitUntil(lambda: bool(model.state.test.further), timeout=WAIT)
    assert model.state.test.streams == (TEXTS["news.fr"], TEXTS["second.fr"])

    only_given(page)
    names = page._setup._systems.findChildren(QLineEdit)
    names[1].setText("good")  # the name of another one
    names[1].editingFinished.emit()
    assert titles(page) == ["good", "good (2)", "empty"]
    box = page._setup._systems._baseline
    box.setCurrentIndex(1)
    box.activated.emit(1)

    with qtbot.waitSignal(model.evaluated, timeout=WAIT):
        page._start.click()
    evaluation = model.state.evaluation
    assert [one.title for one in evaluation.systems] == ["good (2)", "good"]
    assert "nrefs:2|" in evaluation.baseline.metrics.bleu.signature
    shown = [part.text() for part in page._result._scores.findChildren(QLabel)]
    assert any("every translation is empty" in text for text in shown)
    assert "good" in page._result._verdict.text()
    page._setup._systems._given[model.state.given[2].key].removed.emit()
    assert titles(page) == ["good", "good (2)"]


def test_all_texts_at_once_are_told_apart_by_their_endings(
    qtbot: QtBot, window: MainWindow, page: Any, files: dict[str, Path]
) -> None:
    wanted = ("bad.txt", "news.fr", "second.fr", "news.en")
    give(qtbot, window, page, *(files[name] for name in wanted))
    state = page._model.state
    assert (state.source, state.target) == ("en", "fr")
    assert state.test.sources == TEXTS["news.en"]
    assert state.test.streams == (TEXTS["news.fr"], TEXTS["second.fr"])
    assert state.texts == (files["bad.txt"],)


def test_an_output_with_another_number_of_lines_is_refused(
    qtbot: QtBot, window: MainWindow, page: Any, files: dict[str, Path]
) -> None:
    give(qtbot, window, page, files["news.en"], files["news.fr"])
    assert drop(window, [files["short.txt"]])
    qtbot.waitUntil(page._message.isVisible, timeout=WAIT)
    assert "it has 2 lines but the test set has 3" in page._message.text
    assert page._model.state.test.sources == TEXTS["news.en"]


def test_the_other_direction_turns_the_test_set_round(
    qtbot: QtBot, window: MainWindow, page: Any, files: dict[str, Path]
) -> None:
    give(qtbot, window, page, files["news.en"], files["news.fr"])
    page._model.set_direction("fr", "en")
    test = page._model.state.test
    assert (test.sources, test.references) == (TEXTS["news.fr"], TEXTS["news.en"])


def test_options_reach_the_scores(
    qtbot: QtBot, window: MainWindow, page: Any, files: dict[str, Path], tmp_path: Path
) -> None:
    model, form = page._model, page._setup._form
    give(qtbot, window, page, files["news.en"], files["news.fr"])
    give(qtbot, window, page, files["good.txt"])
    press(page._setup, "Output of another system")
    qtbot.waitUntil(page._start.isEnabled, timeout=WAIT)

    only_given(page)
    editor = form.editor("resamples")
    editor.selectAll()
    editor.insert("many")  # as if typed
    qtbot.waitUntil(lambda: not page._start.isEnabled(), timeout=WAIT)
    editor.selectAll()
    editor.insert("20")
    qtbot.waitUntil(page._start.isEnabled, timeout=WAIT)
    form.editor("tokenizer").setCurrentIndex(form.editor("tokenizer").findData("char"))
    (tmp_path / "terms.tsv").write_text("row\tligne\ncell\tcase\n", encoding="utf-8")
    model.read_glossary(tmp_path / "terms.tsv")
    qtbot.waitUntil(lambda: len(model.state.terms) == 2, timeout=WAIT)
    with qtbot.waitSignal(model.evaluated, timeout=WAIT):
        page._start.click()
    good = model.state.evaluation.baseline
    assert "tok:char" in good.metrics.bleu.signature
    assert (good.figures.terms.of, good.figures.terms.broken) == (2, (2,))
