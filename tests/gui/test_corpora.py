"""Corpora: what a person drops becomes a corpus, or one sentence says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.viewmodels.importing import suggest_direction, suggest_name
from app.widgets.stat_row import StatRow
from mulm_core.corpus import list_corpora
from mulm_core.corpus.survey import survey
from mulm_core.workspace import Workspace

WAIT = 20_000
ROWS = [(f"row number {n}", f"ligne {n}") for n in range(60)]


def tsv(path: Path, rows: list[tuple[str, ...]]) -> Path:
    path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def page(window: MainWindow) -> Any:
    window.show_page("corpora")
    return window.page("corpora")


def open_dialog(qtbot: QtBot, window: MainWindow, page: Any, files: list[Path]) -> Any:
    assert drop(window, files)
    qtbot.waitUntil(lambda: page.dialog is not None, timeout=WAIT)
    return page.dialog


def import_file(qtbot: QtBot, window: MainWindow, page: Any, file: Path) -> None:
    dialog = open_dialog(qtbot, window, page, [file])
    with qtbot.waitSignal(page._model.importing.imported, timeout=WAIT):
        dialog.accept()
    qtbot.waitUntil(lambda: bool(page._model.corpora), timeout=WAIT)


def cells(page: Any, column: int) -> list[str]:
    rows = page._detail.pairs.table.rows
    return [str(rows.index(row, column).data()) for row in range(rows.rowCount())]


def test_the_empty_page_teaches(page: Any) -> None:
    assert page._stack.currentIndex() == 0
    assert not page._import.isVisible()


def test_a_corpus_that_cannot_be_opened_is_named_with_its_problem(
    qtbot: QtBot, own_workspace: Path, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not page._broken.isVisible()
    file = Workspace(own_workspace).corpora / "bad.corpus"
    file.write_bytes(b"no database" * 1000)
    page._model.library.refresh()
    qtbot.waitUntil(page._broken.isVisible, timeout=WAIT)
    assert "bad.corpus: the corpus file is damaged" in page._broken.text
    opened: list[Path] = []
    monkeypatch.setattr("app.pages.broken_corpora.open_path", opened.append)
    buttons = page._broken.findChildren(QPushButton)
    next(button for button in buttons if button.text() == "Open folder").click()
    assert opened == [file.parent]
    file.unlink()
    page._model.library.refresh()
    qtbot.waitUntil(lambda: not page._broken.isVisible(), timeout=WAIT)


def test_a_dropped_file_becomes_a_corpus(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    file = tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS])
    dialog = open_dialog(qtbot, window, page, [file])
    assert (dialog.source, dialog.target, dialog.name) == ("en", "fr", "office")
    assert dialog.can_import
    with qtbot.waitSignal(page._model.importing.imported, timeout=WAIT):
        dialog.accept()
    qtbot.waitUntil(lambda: page._detail.pairs.table.rows.rowCount() == 60, timeout=WAIT)
    assert cells(page, 1)[:2] == ["row number 0", "row number 1"]
    assert "60" in page._detail.pairs.count.text()
    assert "60" in page._result.text


def test_no_figure_of_the_statistics_is_cut_in_a_small_window(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    window.resize(1024, 720)
    page._detail.show_tab("statistics")
    figures = page._detail.statistics.findChild(StatRow)
    words = "characters of English"
    qtbot.waitUntil(
        lambda: words in [part.text() for part in figures.findChildren(QLabel)], timeout=WAIT
    )

    def nothing_cut() -> None:
        parts = [part for part in figures.findChildren(QLabel) if part.isVisible()]
        assert len(parts) == 12
        assert [part.text() for part in parts if part.width() < part.sizeHint().width()] == []

    qtbot.waitUntil(nothing_cut, timeout=WAIT)  # laid out when the window comes to it


def test_search_and_split_narrow_the_table(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    detail = page._detail.pairs
    qtbot.waitUntil(lambda: detail.table.rows.rowCount() == 60, timeout=WAIT)
    qtbot.keyClicks(detail.search, "ligne 7")
    qtbot.waitUntil(lambda: cells(page, 2) == ["ligne 7"], timeout=WAIT)
    detail.search.clear()
    qtbot.waitUntil(lambda: detail.table.rows.rowCount() == 60, timeout=WAIT)
    train = next(b for b in detail.split.findChildren(QPushButton) if b.text() == "Train")
    qtbot.mouseClick(train, Qt.MouseButton.LeftButton)
    wanted = page._model.corpora[0].splits["train"]
    qtbot.waitUntil(lambda: detail.table.rows.rowCount() == wanted, timeout=WAIT)
    assert set(cells(page, 3)) == {"Train"}


def test_a_long_corpus_is_fetched_by_the_page(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    rows = [(f"row number {n}", f"ligne {n}") for n in range(1000)]
    import_file(qtbot, window, page, tsv(tmp_path / "long.en-fr.tsv", [("en", "fr"), *rows]))
    table = page._detail.pairs.table
    qtbot.waitUntil(lambda: table.rows.rowCount() == 1000, timeout=WAIT)
    table.scrollToBottom()
    last = table.rows.index(999, 1)
    qtbot.waitUntil(lambda: last.data() == "row number 999", timeout=WAIT)


def test_unknown_languages_are_the_one_question(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    dialog = open_dialog(qtbot, window, page, [tsv(tmp_path / "mine.tsv", list(ROWS))])
    assert (dialog.source, dialog.target) == ("", "")
    assert not dialog.can_import
    dialog._source.set_tag("en")
    dialog._target.set_tag("en")
    assert not dialog.can_import
    dialog._target.set_tag("fr")
    assert dialog.can_import
    dialog.reject()
    qtbot.waitUntil(lambda: page.dialog is None, timeout=WAIT)


def test_a_name_of_another_direction_is_refused(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    (tmp_path / "other").mkdir()
    other = tsv(tmp_path / "other" / "office.en-de.tsv", [("en", "de"), *ROWS])
    dialog = open_dialog(qtbot, window, page, [other])
    assert dialog.name == "office" and not dialog.can_import
    dialog._name.setText("another")
    assert dialog.can_import
    dialog.reject()
    qtbot.waitUntil(lambda: page.dialog is None, timeout=WAIT)


def test_skipped_rows_are_listed_behind_a_disclosure(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    rows: list[tuple[str, ...]] = [("en", "fr"), *ROWS, ("ragged",)]
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", rows))
    assert "60 pairs" in page._result.text
    assert "1 left out" in page._result._action.text()
    page._result._run_action()
    table = page.flow.problems.table
    assert [table.rows.index(0, column).data() for column in range(3)] == [
        "office.en-fr.tsv",
        "line 62",
        "1 column instead of 2",
    ]
    page.flow.problems.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.tmx", b""),
        ("picture.tsv", bytes(range(256)) * 20),
        ("cut.tmx", b'<?xml version="1.0"?><tmx version="1.4"><header srclang="en"/><body><tu>'),
        ("single.txt", b"only one language\n" * 5),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert drop(window, [file])
    qtbot.waitUntil(lambda: page._result.isVisible() or page.dialog is not None, timeout=WAIT)
    if page.dialog is not None:  # found out while reading it through
        page.dialog._source.set_tag("en")
        page.dialog._target.set_tag("fr")
        page.dialog.accept()
        qtbot.waitUntil(page._result.isVisible, timeout=WAIT)
    assert name in page._result.text
    assert "Traceback" not in page._result.text and len(page._result.text) < 400
    assert page._model.corpora == ()


def test_deleting_can_be_undone(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path, own_workspace: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    page._model.remove("office")
    assert page._model.corpora == () and page._undo.isVisible()
    page._undo._run_action()
    assert [row.name for row in page._model.corpora] == ["office"]
    assert [info.name for info in list_corpora(Workspace(own_workspace))] == ["office"]


def test_leaving_the_page_ends_the_undo(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path, own_workspace: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    page._model.remove("office")
    window.show_page("home")
    qtbot.waitUntil(lambda: list_corpora(Workspace(own_workspace)) == [], timeout=WAIT)


def test_closing_the_window_ends_the_undo(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path, own_workspace: Path
) -> None:
    import_file(qtbot, window, page, tsv(tmp_path / "office.en-fr.tsv", [("en", "fr"), *ROWS]))
    page._model.remove("office")
    window.close()
    assert list_corpora(Workspace(own_workspace)) == []


def test_a_generic_file_name_is_called_after_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "spring-catalogue"
    folder.mkdir()
    found = survey([tsv(folder / "train.en-fr.tsv", list(ROWS))])
    assert suggest_name(found) == "spring-catalogue"
    assert suggest_direction([one.detected for one in found if one.detected]) == ("en", "fr")
