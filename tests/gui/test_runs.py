"""Runs: the one menu of what can be done, the trash, resuming, going on, and two side by side."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QInputDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.main_window import MainWindow
from app.pages.runs import RunEntry, RunMenu
from app.viewmodels.run_state import Curves
from app.widgets.message import InlineMessage
from mulm_core.jobs import JobContext, LogLine
from mulm_core.runs import get_run, list_runs
from mulm_core.training import RunStarted, TrainRequest, recipe_from, train
from mulm_core.workspace import Workspace

WAIT = 120_000


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.show_page("finetune")
    page: Any = window.page("finetune")
    qtbot.waitUntil(lambda: page._model.setup.corpus == "office", timeout=WAIT)
    page._model.choose_model("tiny")
    return page


@pytest.fixture
def stopped(worked: Path) -> str:
    """A second run in the workspace, stopped by a person after its first epoch."""
    ctx = JobContext(sink=lambda event: ctx.stop() if getattr(event, "step", 0) >= 4 else None)
    changes = {"epochs": "4", "batch_tokens": "256", "learning_rate": "0.01", "dev_size": "4"}
    request = TrainRequest(
        Workspace(worked), "tiny", "office", "en", "fr", recipe_from("quick", changes), "second"
    )
    return train(ctx, request).run


def entries(root: QWidget) -> list[RunEntry]:
    return [entry for entry in root.findChildren(RunEntry) if entry.isVisible()]


def actions(menu: RunMenu) -> dict[str, QAction]:
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def test_one_menu_wherever_runs_are_listed(qtbot: QtBot, window: MainWindow, page: Any) -> None:
    wanted = {"Show", "Continue training…", "Duplicate with changes…", "Evaluate", "Rename…"}
    for key in ("finetune", "models", "home"):
        window.show_page(key)
        qtbot.waitUntil(lambda key=key: bool(entries(window.page(key))), timeout=WAIT)
        found = actions(entries(window.page(key))[0]._menu)
        assert wanted <= set(found) and "Resume" not in found


def test_a_deleted_run_comes_back_by_undo_and_from_the_trash(
    qtbot: QtBot, window: MainWindow, page: Any, worked: Path, context: AppContext
) -> None:
    workspace = Workspace(worked)
    window.show_page("models")
    models: Any = window.page("models")
    qtbot.waitUntil(lambda: len(entries(models)) == 1, timeout=WAIT)
    assert not models._trash.isVisible()
    actions(entries(models)[0]._menu)["Delete"].trigger()
    qtbot.waitUntil(lambda: not entries(models), timeout=WAIT)
    assert list_runs(workspace) == [] and models._trash.isVisible()
    bar = window.findChild(InlineMessage, "notice")
    next(b for b in bar.findChildren(QPushButton) if b.text() == "Undo").click()
    qtbot.waitUntil(lambda: len(entries(models)) == 1, timeout=WAIT)
    actions(entries(models)[0]._menu)["Delete"].trigger()
    qtbot.waitUntil(lambda: not entries(models), timeout=WAIT)
    menu = models._trash.menu()
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: len(entries(models)) == 1, timeout=WAIT)
    assert len(list_runs(workspace)) == 1 and not models._trash.isVisible()


def test_a_run_gets_another_name_and_a_note(qtbot: QtBot, page: Any, worked: Path) -> None:
    id = list_runs(Workspace(worked))[0].id

    def answer(text: str) -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QInputDialog)
        dialog.setTextValue(text)
        dialog.accept()

    menu = entries(page)[0]._menu
    QTimer.singleShot(0, lambda: answer("The good one"))
    actions(menu)["Rename…"].trigger()
    qtbot.waitUntil(lambda: page._model.library.run(id).name == "The good one", timeout=WAIT)
    qtbot.waitUntil(lambda: bool(entries(page)), timeout=WAIT)
    menu = entries(page)[0]._menu
    QTimer.singleShot(0, lambda: answer("with the old glossary"))
    actions(menu)["Note…"].trigger()
    qtbot.waitUntil(lambda: page._model.library.run(id).note != "", timeout=WAIT)
    assert get_run(Workspace(worked), id).manifest.note == "with the old glossary"
    page.open(run=id)
    qtbot.waitUntil(page._run._remark.isVisible, timeout=WAIT)


def test_a_stopped_run_goes_on_with_its_curves(
    qtbot: QtBot, stopped: str, page: Any, worked: Path
) -> None:
    before = get_run(Workspace(worked), stopped).manifest
    qtbot.waitUntil(lambda: page._model.library.run(stopped) is not None, timeout=WAIT)
    page.open(run=stopped)
    run = page._model.run
    qtbot.waitUntil(lambda: run.state.phase == "stopped", timeout=WAIT)
    assert page._resume.isVisible() and not page._start.isVisible()
    page._resume.click()
    run = page._model.run
    qtbot.waitUntil(lambda: run.state.phase == "finished", timeout=WAIT)
    after = get_run(Workspace(worked), stopped).manifest
    assert before.steps < after.steps == after.total_steps
    steps = [x for x, _ in run.curves.points["loss"]]
    assert steps == list(range(1, after.steps + 1))
    assert page._run.details.charts.point_count("loss") == after.steps


def test_a_new_run_continues_from_another(qtbot: QtBot, page: Any, worked: Path) -> None:
    parent = list_runs(Workspace(worked))[0]
    page.open(follow_on=parent.id)
    model = page._model
    assert model.setup.from_run == parent.id
    assert model.recipe().epochs == 3 and model.recipe().learning_rate == pytest.approx(0.02)
    assert page._setup._form.values()["epochs"] == 3
    assert page._setup._start_from.isVisible() and not page._setup._presets.isEnabled()
    model.change_fields({"epochs": "1"})
    page.start()
    run = model.run
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert run.state.phase == "finished", run.state.error
    assert get_run(Workspace(worked), run.state.run).manifest.parent == parent.id
    page._again.click()
    page._setup._start_from._action.click()
    assert model.setup.from_run == "" and page._setup._presets.isEnabled()


def test_a_duplicate_starts_with_the_runs_own_recipe(page: Any, worked: Path) -> None:
    run = list_runs(Workspace(worked))[0]
    page.open(duplicate=run.id)
    assert page._model.setup.from_run == ""
    assert page._model.recipe().to_dict() == run.manifest.recipe
    assert "changes" in page._setup._fold.text()


def test_two_runs_side_by_side(qtbot: QtBot, stopped: str, page: Any, worked: Path) -> None:
    first = next(run.id for run in list_runs(Workspace(worked)) if run.id != stopped)
    qtbot.waitUntil(lambda: page._model.library.run(stopped) is not None, timeout=WAIT)
    page.open(run=first, beside=stopped)
    details = page._run.details
    qtbot.waitUntil(lambda: len(page._model.comparison.shown.beside) == 1, timeout=WAIT)
    qtbot.waitUntil(lambda: details.charts is not None, timeout=WAIT)
    other = get_run(Workspace(worked), stopped)
    qtbot.waitUntil(
        lambda: details.charts.point_count(f"dev_loss@{stopped}") == len(other.manifest.history)
    )
    details.show_part("differences")
    table = details.differences.table
    rows = [[table.item(y, x).text() for x in range(4)] for y in range(table.rowCount())]
    assert ["Recipe", "Epochs", "3", "4"] in rows
    assert table.horizontalHeaderItem(3).text() == "second"
    tick(details, stopped)
    assert details.charts.point_count(f"dev_loss@{stopped}") == 0 and table.isHidden()


def tick(details: Any, run: str) -> None:
    """Tick a run in the menu of those to compare with, or untick it."""
    menu = details._others.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.data() == run).trigger()


def test_several_runs_lie_behind_and_stay_chosen(
    qtbot: QtBot, stopped: str, page: Any, worked: Path
) -> None:
    first = next(run for run in list_runs(Workspace(worked)) if run.id != stopped)
    shutil.copytree(first.folder, first.folder.with_name("third"))
    library, comparison, details = page._model.library, page._model.comparison, page._run.details
    library.refresh()
    qtbot.waitUntil(lambda: library.run("third") is not None, timeout=WAIT)
    page.open(run=first.id)
    qtbot.waitUntil(lambda: page._model.run.state.phase == "finished", timeout=WAIT)
    for run in (stopped, "third"):
        tick(details, run)
    charts = details.charts
    qtbot.waitUntil(lambda: charts.point_count("bleu@third") > 0, timeout=WAIT)
    assert charts.point_count(f"bleu@{stopped}") > 0 and charts._runs.isVisible()
    looks = [charts._charts["bleu"]._series[f"bleu@{run}"].look for run in (stopped, "third")]
    assert looks[0].token != looks[1].token and looks[0].dash != looks[1].dash
    curve = charts._charts["bleu"]._series["bleu@third"].curve
    charts._runs._buttons[1][0].click()
    assert not curve.isVisible()
    charts._runs._buttons[1][0].click()
    charts._charts["bleu"]._series["bleu"].button.click()
    assert not curve.isVisible(), "hidden with the curve of the run that shows"

    page.open(run="third")  # the choice stays, without the run itself
    qtbot.waitUntil(lambda: [b.run for b in comparison.shown.beside] == [stopped], timeout=WAIT)
    page.open(run=first.id)
    qtbot.waitUntil(lambda: charts.point_count("bleu@third") > 0, timeout=WAIT)
    tick(details, stopped)
    qtbot.waitUntil(lambda: charts.point_count(f"bleu@{stopped}") == 0, timeout=WAIT)
    assert charts._beside == {"third": 1}, "a run keeps its look"


def test_the_log_shows_and_can_be_copied(qtbot: QtBot, page: Any, worked: Path) -> None:
    run = list_runs(Workspace(worked))[0]
    page.open(run=run.id)
    qtbot.waitUntil(lambda: page._model.run.state.phase == "finished", timeout=WAIT)
    details = page._run.details
    details.show_part("log")
    qtbot.waitUntil(lambda: "checkpoint saved" in details.log.text, timeout=WAIT)
    next(b for b in details.log.findChildren(QPushButton) if b.text() == "Copy").click()
    written = (run.folder / "log.txt").read_text(encoding="utf-8").rstrip("\n")
    assert QGuiApplication.clipboard().text() == details.log.text == written


ELSEWHERE = """
import sys, time, torch
torch.set_num_threads(1)
from mulm_core.jobs import JobContext, LogLine
from mulm_core.training import RunStarted, TrainRequest, recipe_from, train
from mulm_core.workspace import Workspace

def slow(event):
    if getattr(event, "step", 0) and not hasattr(event, "is_best"):
        time.sleep(0.05)

changes = {"epochs": "12", "batch_tokens": "256", "dev_size": "4", "patience": "0"}
workspace, recipe = Workspace.open(sys.argv[1]), recipe_from("quick", changes)
request = TrainRequest(workspace, "tiny", "office", "en", "fr", recipe, "far away")
train(JobContext(slow), request)
"""


def test_a_run_of_another_program_is_told_and_followed(
    qtbot: QtBot, page: Any, worked: Path, own_workspace: Path, qapp: object
) -> None:
    from app.launch import make_context, make_window

    root = Path(__file__).resolve().parents[2]
    other = subprocess.Popen([sys.executable, "-c", ELSEWHERE, str(worked)], cwd=root)
    try:
        qtbot.waitUntil(
            lambda: any(run.manifest.status == "running" for run in list_runs(Workspace(worked))),
            timeout=WAIT,
        )
        context = make_context(own_workspace)
        window = make_window(context)
        qtbot.addWidget(window)
        window.show()
        bar = window.findChild(InlineMessage, "notice")
        qtbot.waitUntil(lambda: "far away" in bar.text and bar.isVisible(), timeout=WAIT)
        next(b for b in bar.findChildren(QPushButton) if b.text() == "Show it").click()
        run = window.page("finetune")._model.run
        qtbot.waitUntil(lambda: run.state.phase == "elsewhere", timeout=WAIT)
        seen = run.state.step
        qtbot.waitUntil(lambda: run.state.step > seen, timeout=WAIT)
        assert run.state.phase == "elsewhere" and not run.busy
        qtbot.waitUntil(lambda: run.state.phase == "finished", timeout=WAIT)
        steps = [x for x, _ in run.curves.points["loss"]]
        assert steps == list(range(1, run.state.total_steps + 1))
        qtbot.waitUntil(lambda: not context.runner.jobs, timeout=WAIT)
        window.close()
    finally:
        other.kill()
        other.wait()


def test_the_training_loss_is_smoothed_and_steps_trained_again_replace_the_old() -> None:
    curves = Curves()
    for step in range(1, 41):
        curves.add("loss", step, 4.0 if step % 2 else 2.0)
    raw, smooth = curves.points["loss"], curves.points["smooth_loss"]
    assert smooth[0] == (1, 4.0) and abs(smooth[-1][1] - 3.0) < 0.2
    assert curves.cut(21) and raw[-1][0] == smooth[-1][0] == 20
    assert not curves.cut(21)


def test_what_a_person_should_know_is_told_once(page: Any) -> None:
    run, words = page._model.run, "out of memory: each batch is now computed in 2 parts"
    run._told(RunStarted("far", 10, "CPU", 100, 10, warnings=("Too long pairs were left out",)))
    for text in ("Too long pairs were left out", words):
        run._told(LogLine(text, "warning"))
    assert run.state.incidents == ("Too long pairs were left out", words)
    shown = page._run._incidents.text
    assert shown.startswith("Out of memory: each batch") and "1 more in the log" in shown
