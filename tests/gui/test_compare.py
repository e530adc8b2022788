"""Compare: typed text and test files through two systems, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow

WAIT = 120_000


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
    state = page._model.state
    return bool(state.columns) and not state.working


def test_without_a_model_or_text_the_page_teaches(window: MainWindow) -> None:
    window.show_page("compare")
    page: Any = window.page("compare")
    assert page._columns.texts() == {}


def test_typed_text_is_translated_by_both(qtbot: QtBot, page: Any) -> None:
    assert (page._from.tag, page._to.tag) == ("en", "fr")
    qtbot.keyClicks(page._source, "the file opens 3")
    qtbot.keyClick(page._source, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    texts = page._columns.texts()
    assert set(texts) == {"Zero-shot", "Fine-tuned"}
    assert texts["Zero-shot"] != texts["Fine-tuned"]
    assert all(column.chrf is None for column in page._model.state.columns)


def test_lines_stay_lines(qtbot: QtBot, page: Any) -> None:
    page._source.setPlainText("the file opens 3\n\nthe row closes 4")
    page._model.translate()
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    for text in page._columns.texts().values():
        lines = text.split("\n")
        assert len(lines) == 3 and lines[1] == ""


def test_a_test_file_is_stepped_through(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    (tmp_path / "test.en").write_text("the file opens 3\nthe row shows 5\n", encoding="utf-8")
    (tmp_path / "test.fr").write_text("le fichier ouvre 3\nla ligne affiche 5\n", encoding="utf-8")
    assert drop(window, [tmp_path / "test.fr", tmp_path / "test.en"])
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    state = page._model.state
    assert (state.text, state.reference, state.count) == (
        "the file opens 3",
        "le fichier ouvre 3",
        2,
    )
    assert page._columns.texts()["Reference"] == "le fichier ouvre 3"
    assert all(0 <= column.chrf <= 100 for column in state.columns)
    qtbot.keyClick(page._source, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: translated(page) and page._model.state.position == 1, timeout=WAIT)
    assert page._source.toPlainText() == "the row shows 5"
    assert not page._arrows[1].isEnabled()
    qtbot.keyClick(page._source, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert translated(page)  # made before, so it is there at once


def test_a_text_that_is_changed_loses_its_reference(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    file = tmp_path / "test.en-fr.tsv"
    file.write_text("the file opens 3\tle fichier ouvre 3\n", encoding="utf-8")
    assert drop(window, [file])
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    qtbot.keyClicks(page._source, " again")
    page._model.translate()
    qtbot.waitUntil(lambda: translated(page), timeout=WAIT)
    assert page._model.state.reference == ""
    assert "Reference" not in page._columns.texts()


def test_a_broken_test_file_is_one_sentence(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    (tmp_path / "test.en").write_text("one\ntwo\n", encoding="utf-8")
    (tmp_path / "test.fr").write_text("un\n", encoding="utf-8")
    assert drop(window, [tmp_path / "test.en", tmp_path / "test.fr"])
    qtbot.waitUntil(page._message.isVisible, timeout=WAIT)
    assert "test.en" in page._message.text
