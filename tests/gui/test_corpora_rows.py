"""The table of pairs: long ones, editing, keeping rows out, undo, filters and exports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.widgets.cell_editor import CellEditor
from mulm_core.corpus import (
    CorpusStore,
    ImportRequest,
    View,
    get_corpus,
    import_corpus,
    read_pairs,
)
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

WAIT = 20_000
SOURCE, TARGET, USE = 1, 2, 3
NUMBERS = [(f"row number {n}", f"ligne {n}") for n in range(1, 61)]


def fill(workspace: Path, folder: Path, rows: list[tuple[str, str]], tags: str = "en-fr") -> None:
    file = folder / f"office.{tags}.tsv"
    file.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
    source, target = tags.split("-")
    request = ImportRequest(Workspace.open(workspace), (file,), source, target, "office")
    import_corpus(JobContext(), request)


def store(workspace: Path) -> CorpusStore:
    return CorpusStore.open(get_corpus(Workspace(workspace), "office").path)


def shown(qtbot: QtBot, window: MainWindow, count: int) -> Any:
    """The Corpora page with the corpus in its table."""
    window.show_page("corpora")
    page: Any = window.page("corpora")
    rows = page._detail.pairs.table.rows
    qtbot.waitUntil(lambda: rows.rowCount() == count, timeout=WAIT)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT)
    return page


@pytest.fixture
def page(qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: Any) -> Any:
    fill(own_workspace, tmp_path, NUMBERS)
    return shown(qtbot, request.getfixturevalue("window"), 60)


def texts(page: Any, column: int) -> list[str]:
    rows = page._detail.pairs.table.rows
    return [str(rows.index(row, column).data()) for row in range(rows.rowCount())]


def choose(page: Any, *numbers: int) -> None:
    table = page._detail.pairs.table
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for number in numbers:
        table.selectionModel().select(table.rows.index(number, 0), flags)
    table.setFocus()


def test_twenty_thousand_rows_are_paged(
    qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: Any
) -> None:
    fill(own_workspace, tmp_path, [(f"row number {n}", f"ligne {n}") for n in range(20_000)])
    page = shown(qtbot, request.getfixturevalue("window"), 20_000)
    table, pages = page._detail.pairs.table, page._model.pairs
    table.scrollToBottom()
    last = table.rows.index(19_999, SOURCE)
    qtbot.waitUntil(lambda: last.data() == "row number 19999", timeout=WAIT)
    assert len(pages._pages) <= 5
    qtbot.keyClicks(page._detail.pairs.search, "number 1999")
    qtbot.waitUntil(lambda: table.rows.rowCount() == 11, timeout=WAIT)
    assert "11 pairs found" in page._detail.pairs.count.text()


def test_a_search_that_finds_much_shows_rows_before_it_has_counted(
    qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: Any
) -> None:
    fill(own_workspace, tmp_path, [(f"row number {n}", f"ligne {n}") for n in range(3000)])
    page = shown(qtbot, request.getfixturevalue("window"), 3000)
    totals: list[tuple[int, bool]] = []
    pages = page._model.pairs
    pages.reset.connect(lambda: totals.append((pages.total, pages.counting)))
    page._detail.pairs.search.setText("number")
    qtbot.waitUntil(lambda: pages.query.text == "number" and not pages.counting, timeout=WAIT)
    assert totals == [(200, True)]
    assert page._detail.pairs.table.rows.rowCount() == 3000


def test_a_cell_is_edited_in_place_and_undone(
    qtbot: QtBot, own_workspace: Path, page: Any, window: MainWindow
) -> None:
    table = page._detail.pairs.table
    table.setCurrentIndex(table.rows.index(4, TARGET))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(CellEditor)
    assert editor.toPlainText() == "ligne 5"
    editor.setPlainText("ligne\u00a0cinq")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert texts(page, TARGET)[4] == "ligne\u00a0cinq"  # at once, before the corpus has it
    qtbot.waitUntil(lambda: page.undo_titles()[0] != "", timeout=WAIT)
    with store(own_workspace) as corpus:
        assert corpus.page(4, 1)[0].target == "ligne\u00a0cinq"
    qtbot.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: texts(page, TARGET)[4] == "ligne 5", timeout=WAIT)
    qtbot.waitUntil(lambda: page.undo_titles() == ("", "Edit row 5"), timeout=WAIT)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(table, Qt.Key.Key_Z, both)
    qtbot.waitUntil(lambda: texts(page, TARGET)[4] == "ligne\u00a0cinq", timeout=WAIT)


def test_the_menu_names_what_undo_would_do(qtbot: QtBot, page: Any, window: MainWindow) -> None:
    page._model.rows.edit("office", 3, "source", "third")
    qtbot.waitUntil(lambda: page.undo_titles()[0] == "Edit row 3", timeout=WAIT)
    edit = next(a for a in window.menuBar().actions() if a.text() == "&Edit")
    menu = edit.menu()
    menu.aboutToShow.emit()
    undo: QAction = menu.actions()[0]
    assert "Edit row 3" in undo.text()
    window.setFocus()
    undo.trigger()
    qtbot.waitUntil(lambda: texts(page, SOURCE)[2] == "row number 3", timeout=WAIT)


def test_an_empty_edit_is_refused_in_a_sentence(qtbot: QtBot, page: Any) -> None:
    table = page._detail.pairs.table
    table.rows.setData(table.rows.index(0, SOURCE), "   ")
    qtbot.waitUntil(page._result.isVisible, timeout=WAIT)
    assert "cannot be empty" in page._result.text
    qtbot.waitUntil(lambda: texts(page, SOURCE)[0] == "row number 1", timeout=WAIT)


def test_rows_are_kept_out_with_words_and_come_back(
    qtbot: QtBot, own_workspace: Path, page: Any
) -> None:
    table = page._detail.pairs.table
    choose(page, 1, 2, 7)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: texts(page, USE)[7].startswith("Excluded"), timeout=WAIT)
    assert sum(text.startswith("Excluded") for text in texts(page, USE)) == 3
    qtbot.waitUntil(
        lambda: sum(page._model.corpora[0].splits.values()) == 57, timeout=WAIT
    )  # the list and its bar know
    table.setCurrentIndex(table.rows.index(7, SOURCE))
    note = page._detail.pairs._note
    assert note.isVisible() and "by hand" in note._text.text()
    choose(page, 2, 7)
    qtbot.keyClick(table, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not texts(page, USE)[7].startswith("Excluded"), timeout=WAIT)
    with store(own_workspace) as corpus:
        assert list(corpus.ids(View(check="excluded"))) == [2]


def test_where_nothing_is_found_the_table_says_so(qtbot: QtBot, page: Any) -> None:
    tab = page._detail.pairs
    tab.search.setText("nowhere to be found")
    qtbot.waitUntil(tab._nothing.isVisible, timeout=WAIT)
    tab._nothing.findChild(QPushButton).click()
    qtbot.waitUntil(lambda: tab.table.rows.rowCount() == 60, timeout=WAIT)
    assert not tab._nothing.isVisible() and tab.search.text() == ""


def test_all_rows_of_a_view_are_kept_out_at_once(
    qtbot: QtBot, own_workspace: Path, page: Any
) -> None:
    tab = page._detail.pairs
    tab.search.setText("ligne 1")
    qtbot.waitUntil(lambda: tab.table.rows.rowCount() == 11, timeout=WAIT)
    tab.table.selectAll()
    tab.exclude()
    tab.show_rows("excluded")
    qtbot.waitUntil(lambda: tab.count.text() == "11 pairs found", timeout=WAIT)
    qtbot.waitUntil(lambda: texts(page, USE) == ["Excluded: by hand"] * 11, timeout=WAIT)
    with store(own_workspace) as corpus:
        assert corpus.count(View(check="excluded")) == 11


def test_a_run_of_rows_that_was_not_fetched_is_found_by_its_place(
    qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: Any
) -> None:
    fill(own_workspace, tmp_path, [(f"row number {n}", f"ligne {n}") for n in range(5000)])
    page = shown(qtbot, request.getfixturevalue("window"), 5000)
    table = page._detail.pairs.table
    model = table.selectionModel()
    top, bottom = table.rows.index(1000, 0), table.rows.index(3999, 0)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    model.select(QItemSelection(top, bottom), flags)
    page._detail.pairs.exclude()
    qtbot.waitUntil(lambda: page.undo_titles()[0] == "Exclude 3,000 rows", timeout=WAIT)
    with store(own_workspace) as corpus:
        ids = list(corpus.ids(View(check="excluded")))
    assert (ids[0], ids[-1], len(ids)) == (1001, 4000, 3000)


def test_what_shows_is_exported_and_reads_back(qtbot: QtBot, page: Any, tmp_path: Path) -> None:
    tab = page._detail.pairs
    tab.search.setText("ligne 2")
    qtbot.waitUntil(lambda: tab.table.rows.rowCount() == 11, timeout=WAIT)
    out = tmp_path / "out"
    out.mkdir()
    for kind, names in (
        ("tmx", ["o.tmx"]),
        ("tsv", ["o.tsv"]),
        ("jsonl", ["o.jsonl"]),
        ("moses", ["o.en", "o.fr"]),
    ):
        with qtbot.waitSignal(page._model.facts.exported, timeout=WAIT):
            page._detail.export_to(out / ("o" if kind == "moses" else names[0]), kind)
        pairs, _ = read_pairs([out / name for name in names], "en", "fr")
        assert pairs == [pair for pair in NUMBERS if "ligne 2" in pair[1]]
    assert "11 pairs written" in page._result.text


def test_text_from_right_to_left_and_chinese_are_shown_and_edited(
    qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: Any
) -> None:
    fill(own_workspace, tmp_path, [("مرحبا بكم", "欢迎使用"), ("افتح الملف", "打开文件")], "ar-zh")
    page = shown(qtbot, request.getfixturevalue("window"), 2)
    tab = page._detail.pairs
    tab.search.setText("文件")
    qtbot.waitUntil(lambda: texts(page, TARGET) == ["打开文件"], timeout=WAIT)
    tab.table.setCurrentIndex(tab.table.rows.index(0, SOURCE))
    tab.edit_current()
    editor = tab.table.findChild(CellEditor)
    option = editor.document().defaultTextOption()
    assert option.textDirection() == Qt.LayoutDirection.RightToLeft
    editor.rejected.emit()
