"""The Search tab: real searches of a tiny model in the window, and what is done with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyqtgraph import AxisItem
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.main_window import MainWindow
from mulm_core.runs import list_runs
from mulm_core.search import list_searches
from mulm_core.workspace import Workspace

WAIT = 120_000
SHORT = {"epochs": "1", "batch_tokens": "256", "learning_rate": "0.02", "dev_size": "4",
         "best_by": "loss", "general_size": "0"}  # fmt: skip


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.show_page("finetune")
    page: Any = window.page("finetune")
    qtbot.waitUntil(lambda: page._model.setup.corpus == "office", timeout=WAIT)
    page._model.choose_model("tiny")
    page._model.change_fields(SHORT)
    page.tabs.setCurrentIndex(1)
    return page


def done(qtbot: QtBot, page: Any, trials: int) -> Any:
    """Search with that many trials to the end; returns the state."""
    page.search.setup.trials.setValue(trials)
    page.search.setup.start.click()
    qtbot.waitUntil(lambda: not page.search.model.state.busy, timeout=WAIT)
    return page.search.model.state


def test_the_fields_and_ranges_follow_the_recipe(page: Any) -> None:
    setup = page.search.setup
    assert setup.boxes["lora_rank"].isChecked() and not setup.boxes["warmup"].isChecked()
    assert setup.boxes["learning_rate"].accessibleDescription() == "0.004 \N{EN DASH} 0.1"
    setup.boxes["lora_rank"].click()
    page._model.change_fields({"method": "ia3", "learning_rate": "0.01"})
    assert "lora_rank" not in setup.boxes and setup.boxes["learning_rate"].isChecked()
    page._model.change_fields({"method": "lora"})
    assert not setup.boxes["lora_rank"].isChecked(), "what the person chose stays"
    for box in setup.boxes.values():
        box.setChecked(False)
    assert not setup.start.isEnabled()


def test_one_primary_button_shows_at_a_time(page: Any) -> None:
    assert page.search.setup.start.isVisible() and not page._start.isVisible()
    page.tabs.setCurrentIndex(0)
    assert page._start.isVisible() and not page.search.setup.start.isVisible()


def test_a_search_from_start_to_the_best_recipe(
    qtbot: QtBot, page: Any, context: AppContext, worked: Path
) -> None:
    state = done(qtbot, page, 3)
    view = page.search
    assert state.phase == "finished" and len(state.trials) == 3
    assert view.table.rowCount() == 3 and view.table.item(0, 0).text() == "3"
    bold = [row for row in range(3) if view.table.item(row, 0).font().bold()]
    assert [view.table.item(row, 0).text() for row in bold] == [str(state.best)]
    assert len(view.chart._points) == 3 and view.chart.isVisible()
    assert not view.pause.isVisible() and view.again.isVisible()

    view.use.click()
    assert page.tabs.currentIndex() == 0 and page._start.isVisible()
    values = state.best_trial.values
    recipe = page._model.recipe()
    assert {name: getattr(recipe, name) for name in values} == values
    assert recipe.lora_alpha == 2 * recipe.lora_rank
    page.tabs.setCurrentIndex(1)
    view.open_run.click()
    qtbot.waitUntil(lambda: page._model.run.state.run == state.run, timeout=WAIT)
    assert state.run in {run.id for run in list_runs(Workspace(worked))}


def test_the_chart_says_what_is_under_the_pointer(qtbot: QtBot, page: Any) -> None:
    state = done(qtbot, page, 2)
    chart = page.search.chart
    qtbot.waitUntil(lambda: chart._plot.width() > 100)
    box = chart._plot.getPlotItem().getViewBox()
    chart._plot.scene().sigMouseMoved.emit(box.mapViewToScene(QPointF(2, state.trials[1].score)))
    assert chart._note.text().startswith("Trial 2: ") and "LoRA rank" in chart._note.text()
    assert whole_ticks(chart._plot.getPlotItem().getAxis("bottom"))
    bests = [point.best for point in chart._points]
    assert bests == [state.trials[0].score, min(t.score for t in state.trials)]


def whole_ticks(axis: AxisItem) -> bool:
    """Whether an axis that shows 1 to 2 names 1 and 2 alone."""
    ticks = [at for _, level in axis.tickValues(*axis.range, axis.width()) for at in level]
    return ticks == [1, 2]


def test_steps_are_whole_numbers_from_the_first_on(page: Any) -> None:
    page._run.details._need_charts().show_curves({"loss": [(1, 3.0), (2, 2.0)]})
    chart = page._run.details.charts._charts["loss"]
    chart.redraw()
    axis = chart._plot.getPlotItem().getAxis("bottom")
    for low, high in ((0.9, 2.1), (1.0, 1.02)):
        axis.setRange(low, high)
        assert all(at == int(at) for _, level in axis.tickValues(low, high, 300) for at in level)


def test_stopping_keeps_what_ended_and_it_can_go_on(
    qtbot: QtBot, page: Any, context: AppContext, worked: Path
) -> None:
    model, view = page.search.model, page.search
    view.setup.trials.setValue(4)
    view.setup.start.click()
    qtbot.waitUntil(lambda: len(model.state.trials) >= 2, timeout=WAIT)
    view.pause.click()
    assert model.state.phase == "paused" and view.pause.text() == "Resume"
    view.pause.click()
    assert model.state.phase == "running"
    view.stop.click()
    qtbot.waitUntil(lambda: not model.state.busy, timeout=WAIT)
    assert model.state.phase == "stopped" and model.state.run
    ended = len(model.state.trials)
    assert ended >= 1 and view.go_on.isVisible()
    view.go_on.click()
    qtbot.waitUntil(lambda: model.state.phase == "finished", timeout=WAIT)
    assert len(model.state.trials) == 4
    assert [item.id for item in list_searches(Workspace(worked))] == [model.state.id]


def test_an_earlier_search_shows_again(qtbot: QtBot, page: Any) -> None:
    state = done(qtbot, page, 2)
    page.search.again.click()
    setup = page.search.setup
    qtbot.waitUntil(lambda: setup._earlier.count() == 1, timeout=WAIT)
    assert setup._earlier.isVisible() and setup.start.isVisible()
    setup._earlier.itemClicked.emit(setup._earlier.item(0))
    qtbot.waitUntil(lambda: page.search.model.state.id == state.id, timeout=WAIT)
    again = page.search.model.state
    assert (again.phase, again.trials, again.best) == ("finished", state.trials, state.best)


def test_earlier_searches_are_listed_at_the_first_sight(
    qtbot: QtBot, worked: Path, window: MainWindow, context: AppContext
) -> None:
    from mulm_core.jobs import JobContext
    from mulm_core.search import SearchRequest, search
    from mulm_core.training import TrainRequest, recipe_from

    training = TrainRequest(
        context.workspace, "tiny", "office", "en", "fr", recipe_from("quick", SHORT), "before"
    )
    search(JobContext(), SearchRequest(training, trials=1))
    window.show_page("finetune")
    setup = window.page("finetune").search.setup  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: setup._earlier.count() == 1, timeout=WAIT)


def test_an_obstacle_is_said_before_the_search(page: Any) -> None:
    page._model.change_fields({"lora_rank": "0"})
    assert page.search.setup._obstacle.isVisible() and not page.search.setup.start.isEnabled()
