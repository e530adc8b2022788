"""At 1024 x 720 nothing of the Fine-tune page lies beyond the edge of what scrolls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.theme import theme
from app.viewmodels.forecast import Estimate
from mulm_core.runs import list_runs
from mulm_core.workspace import Workspace

WAIT = 120_000


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.resize(1024, 720)
    window.show_page("finetune")
    page: Any = window.page("finetune")
    qtbot.waitUntil(lambda: page._model.setup.corpus == "office", timeout=WAIT)
    page._model.choose_model("tiny")
    return page


def beyond(page: QWidget) -> list[str]:
    """What is cut off at the right, of all that shows."""
    found = []
    for area in page.findChildren(QScrollArea):
        if not area.isVisible():
            continue
        room = area.viewport().width()
        for part in area.widget().findChildren(QWidget):
            shown = part.isVisible() and isinstance(part, QAbstractButton | QComboBox | QLabel)
            place = QRect(part.mapTo(area.widget(), QPoint(0, 0)), part.size())
            if shown and place.right() >= room:
                found.append(f"{part.accessibleName()} {place.right()} of {room}")
    return found


def fits(qtbot: QtBot, page: QWidget) -> None:
    qtbot.waitUntil(lambda: not beyond(page), timeout=2000)


def test_all_of_the_set_up_can_be_reached(qtbot: QtBot, page: Any) -> None:
    page._setup._fold.setChecked(True)
    page._setup._form._fold.setChecked(True)
    fits(qtbot, page)
    long = Estimate(5000, 900, 9 << 30, 2 << 30, 1 << 30, 90 << 30, 120_000_000, False, 1024)
    page._forecast.estimate.show_estimate(long, False, "")
    page._forecast._device.set("NVIDIA GeForce RTX 4070 Laptop GPU")
    fits(qtbot, page)
    page.tabs.setCurrentIndex(1)
    fits(qtbot, page)


def test_all_of_a_run_can_be_reached(qtbot: QtBot, page: Any, worked: Path) -> None:
    page.open(run=list_runs(Workspace(worked))[0].id)
    run, view = page._model.run, page._run
    qtbot.waitUntil(lambda: run.state.phase == "finished", timeout=WAIT)
    assert all(button.isVisible() for button in view._steps) and view._more.isVisible()
    for part in ("charts", "log", "differences"):
        view.details.show_part(part)
        fits(qtbot, page)
    # Whole figures, also of one that shows only now.
    run._set(phase="running", step=123_456, elapsed_s=12_345.0, remaining_s=20_000.0)
    stats = (view._step, view._elapsed, view._remaining, view._best)
    qtbot.waitUntil(lambda: all(s.width() >= s.sizeHint().width() for s in stats), timeout=2000)
    theme().set_mode("dark")
    fits(qtbot, page)
    run._set(phase="finished")


def test_two_charts_stand_beside_each_other_where_their_legends_fit(
    qtbot: QtBot, window: MainWindow, page: Any, worked: Path
) -> None:
    page.open(run=list_runs(Workspace(worked))[0].id)
    details = page._run.details
    qtbot.waitUntil(lambda: details.charts is not None, timeout=WAIT)
    scores = details.charts._charts["bleu"]
    for width, columns in ((1024, 1), (1180, 1), (1280, 2)):
        window.resize(width, 720)
        qtbot.waitUntil(lambda c=columns: details.charts._columns == c, timeout=2000)
        qtbot.waitUntil(lambda: scores._plot.height() >= 80, timeout=2000)
