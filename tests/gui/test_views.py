"""Tables, charts, marked texts, messages and the job strip show what they are given."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from app.theme import theme
from app.widgets.diff_view import DiffView
from app.widgets.job_strip import JobStrip
from app.widgets.live_chart import LiveChart
from app.widgets.message import InlineMessage
from app.widgets.segment_table import PAGE, Column, SegmentTable

COLUMNS = [
    Column("n", "#", lambda row: row[0], width=60, number=True, sortable=True),
    Column("text", "Text", lambda row: row[1], share=1),
]


@pytest.fixture(autouse=True)
def dressed(context: object) -> None:
    """Every widget here is shown in the theme."""


def make_table(qtbot: QtBot, **options: object) -> SegmentTable:
    table = SegmentTable(COLUMNS, name="Pairs", **options)
    qtbot.addWidget(table)
    table.resize(600, 400)
    with qtbot.waitActive(table):
        table.show()
        table.activateWindow()
    table.setFocus()
    return table


def test_a_long_table_fetches_only_what_is_seen(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    asked: list[int] = []

    def fetch(offset: int, limit: int) -> list[tuple[int, str]]:
        asked.append(offset)
        return [(number, f"row {number}") for number in range(offset, offset + limit)]

    table.set_source(3_000_000, fetch)
    table.grab()
    assert asked == [0]
    table.scrollToBottom()
    table.grab()
    assert table.rows.index(2_999_999, 1).data() == "row 2999999"
    assert len(asked) <= 3


def test_painting_and_signals_do_not_use_up_none_and_true(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    table.set_source(1000, lambda offset, limit: [(n, "row") for n in range(limit)])
    index = table.rows.index(0, 0)
    for _ in range(10_000):  # each takes a reference to None away that it does not own
        index.data(Qt.ItemDataRole.DecorationRole)
    box = QCheckBox()
    qtbot.addWidget(box)
    for _ in range(1000):
        box.toggled.emit(True)
    assert min(map(sys.getrefcount, (None, True, False))) > 1_000_000


def test_rows_may_come_later(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    asked: list[int] = []
    table.set_source(300, lambda offset, limit: asked.append(offset))
    table.grab()
    table.grab()
    assert asked == [0]
    assert table.rows.index(0, 1).data() == ""
    table.deliver(0, [(n, f"row {n}") for n in range(PAGE)])
    assert table.rows.index(5, 1).data() == "row 5"


def test_selected_rows_are_copied_as_tabs(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    table.set_source(2, lambda offset, limit: [(1, "erste\nZeile"), (2, "مرحبا")])
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "1\terste Zeile\n2\tمرحبا"


def test_a_header_click_asks_for_sorting(qtbot: QtBot) -> None:
    table = make_table(qtbot)
    orders = []
    table.sort_requested.connect(lambda key, descending: orders.append((key, descending)))
    for section in (0, 0, 1):
        table.horizontalHeader().sectionClicked.emit(section)
    assert orders == [("n", True), ("n", False)]


def test_column_widths_are_remembered(qtbot: QtBot, tmp_path: object) -> None:
    settings = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    table = make_table(qtbot, settings=settings, settings_key="pairs")
    table.horizontalHeader().resizeSection(0, 111)
    qtbot.waitUntil(lambda: settings.contains("tables/pairs"))
    again = SegmentTable(COLUMNS, name="Pairs", settings=settings, settings_key="pairs")
    qtbot.addWidget(again)
    assert again.horizontalHeader().sectionSize(0) == 111


def test_a_chart_takes_points_and_hides_series(qtbot: QtBot) -> None:
    chart = LiveChart("BLEU", decimals=1)
    qtbot.addWidget(chart)
    chart.resize(400, 260)
    chart.show()
    for step in range(50):
        chart.append("fine-tuned", step, step / 10)
    chart.append("zero-shot", 0, 5.24)
    qtbot.waitUntil(lambda: "zero-shot  5.2" in chart.accessibleDescription())
    assert "fine-tuned  4.9" in chart.accessibleDescription()
    assert chart.point_count("fine-tuned") == 50
    series = chart._series["fine-tuned"]
    assert len(series.curve.getData()[0]) == 50
    series.button.click()
    assert not series.curve.isVisible()
    chart.clear()
    assert chart.point_count("fine-tuned") == 0


def test_a_chart_follows_the_theme(qtbot: QtBot) -> None:
    chart = LiveChart("Loss")
    qtbot.addWidget(chart)
    chart.append("fine-tuned", 1, 1)
    for mode in ("dark", "light"):
        theme().set_mode(mode)
        wanted = theme().tokens.fine_tuned.lower()
        assert chart._series["fine-tuned"].curve.opts["pen"].color().name() == wanted


def test_differences_are_marked_without_colour_alone(qtbot: QtBot) -> None:
    view = DiffView("Zero-shot", "Fine-tuned")
    qtbot.addWidget(view)
    view.resize(700, 200)
    view.show()
    view.set_texts("le fichier rouge", "le fichier vert")
    assert view.left.text.toPlainText() == "le fichier rouge"

    def marks(text: object) -> list[tuple[str, bool, bool]]:
        found = []
        part = text.document().firstBlock().begin()
        while not part.atEnd():
            form = part.fragment().charFormat()
            found.append((part.fragment().text(), form.fontStrikeOut(), form.fontUnderline()))
            part += 1
        return found

    assert marks(view.left.text)[-1] == ("rouge", True, False)
    assert marks(view.right.text)[-1] == ("vert", False, True)


def test_an_error_can_be_copied_as_a_report(qtbot: QtBot) -> None:
    message = InlineMessage()
    qtbot.addWidget(message)
    assert message.isHidden()
    message.error("a.tmx: the file is cut off.", details="Traceback: line 3")
    assert not message.isHidden() and message.accessibleName() == "a.tmx: the file is cut off."
    copy = next(b for b in message.findChildren(QPushButton) if b.text() == "Copy report")
    copy.click()
    report = QGuiApplication.clipboard().text()
    assert report.startswith("a.tmx: the file is cut off.\n\nTraceback: line 3")
    assert "PySide6" in report and "Python 3" in report


def test_an_action_runs_what_it_promises(qtbot: QtBot) -> None:
    message = InlineMessage()
    qtbot.addWidget(message)
    done = []
    message.info("Deleted.", action="Undo", on_action=lambda: done.append(True))
    next(b for b in message.findChildren(QPushButton) if b.text() == "Undo").click()
    assert done == [True]


def button(strip: JobStrip, name: str) -> QToolButton:
    return next(b for b in strip.findChildren(QToolButton) if b.accessibleName() == name)


def test_the_strip_follows_a_job(qtbot: QtBot) -> None:
    strip = JobStrip()
    qtbot.addWidget(strip)
    strip.show()
    strip.add_job(7, "Fine-tune")
    strip.update_job(7, 0.4, "epoch 2", 62)
    assert strip.running == [7] and strip.titles() == ["Fine-tune"]
    with qtbot.waitSignal(strip.pause_requested) as signal:
        button(strip, "Pause Fine-tune").click()
    assert signal.args == [7]
    strip.set_paused(7, True)
    with qtbot.waitSignal(strip.resume_requested):
        button(strip, "Resume Fine-tune").click()
    with qtbot.waitSignal(strip.cancel_requested):
        button(strip, "Stop Fine-tune and keep what it has").click()
    strip.finish_job(7, "The disk is full.", ok=False)
    assert strip.running == []
    button(strip, "Dismiss").click()
    assert not strip.findChildren(QToolButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert strip._rows == {}
