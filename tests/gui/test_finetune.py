"""Fine-tune: choices, obstacles, and a real run of a tiny model in the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.i18n import rough_duration, rough_size
from app.main_window import MainWindow
from app.viewmodels.forecast import Estimate
from app.viewmodels.run_state import RunState, Scores, summary
from app.widgets.message import InlineMessage
from mulm_core.runs import get_run, list_runs
from mulm_core.translation import conversions
from mulm_core.workspace import Workspace

WAIT = 120_000
SHORT = {
    "epochs": "2", "evals_per_epoch": "1", "batch_tokens": "256", "learning_rate": "0.02",
    "dev_size": "4",
}  # fmt: skip


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.show_page("finetune")
    page: Any = window.page("finetune")
    qtbot.waitUntil(lambda: page._model.setup.corpus == "office", timeout=WAIT)
    page._model.choose_model("tiny")
    return page


def test_without_a_corpus_the_page_teaches(qtbot: QtBot, window: MainWindow) -> None:
    window.show_page("finetune")
    page: Any = window.page("finetune")
    qtbot.waitUntil(lambda: page._right.currentIndex() == 0, timeout=WAIT)
    assert not page._start.isEnabled()


def test_the_forecast_says_what_start_will_do(page: Any) -> None:
    forecast = page._model.forecast()
    row = page._model.library.corpus("office")
    assert forecast.pairs == row.splits["train"]
    assert forecast.epochs == page._model.recipe().epochs
    assert page._start.isEnabled()
    assert "English" in page._forecast._title.text()


def test_the_direction_can_be_swapped(page: Any) -> None:
    page._setup._swap.click()
    assert (page._model.setup.source, page._model.setup.target) == ("fr", "en")
    assert page._setup._direction.text().startswith("French")


def test_a_preset_resets_the_form(page: Any) -> None:
    page._model.change_fields({"epochs": "7"})
    assert page._model.recipe().epochs == 7
    page._model.choose_preset("thorough")
    assert page._model.recipe().epochs > 20
    assert page._setup._form.values()["epochs"] == page._model.recipe().epochs


def test_a_field_out_of_range_stops_start(qtbot: QtBot, page: Any) -> None:
    page._setup._fold.setChecked(True)
    editor = page._setup._form.editor("lora_rank")
    editor.selectAll()
    qtbot.keyClicks(editor, "0")
    assert not page._start.isEnabled()
    editor.selectAll()
    qtbot.keyClicks(editor, "16")
    assert page._start.isEnabled() and page._model.recipe().lora_rank == 16


def test_a_language_the_model_lacks_is_said_before_start(
    qtbot: QtBot, page: Any, tmp_path: Path
) -> None:
    from mulm_core.corpus import ImportRequest, import_corpus
    from mulm_core.jobs import JobContext

    file = tmp_path / "more.en-de.tsv"
    file.write_text("".join(f"row {n}\tZeile {n}\n" for n in range(80)), encoding="utf-8")
    model = page._model
    import_corpus(JobContext(), ImportRequest(model._workspace, (file,), "en", "de", "german"))
    model.library.refresh()
    qtbot.waitUntil(lambda: model.library.corpus("german") is not None, timeout=WAIT)
    model.choose_corpus("german")
    assert "German" in model.obstacle()
    assert page._forecast._obstacle.isVisible() and not page._start.isEnabled()
    like, _way = page._setup._languages.findChildren(QComboBox)
    like.setCurrentIndex(like.findData("fr"))
    like.activated.emit(like.currentIndex())
    assert model.obstacle() == "" and page._start.isEnabled()
    model.change_fields({**SHORT, "epochs": "1"})
    page.start()
    run = model.run
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert run.state.phase == "finished", run.state.error
    assert get_run(model._workspace, run.state.run).manifest.language_as == {"de": "fr"}


def test_a_run_in_the_window(qtbot: QtBot, window: MainWindow, page: Any, worked: Path) -> None:
    page._model.change_fields(SHORT)
    page.start()
    run = page._model.run
    assert run.busy and not page._start.isVisible() and page._stop.isVisible()
    qtbot.waitUntil(lambda: run.state.step > 0 or not run.busy, timeout=WAIT)
    window.show_page("home")
    window.show_page("finetune")
    assert page._right.currentIndex() == 2
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert run.state.phase == "finished", run.state.error
    charts = page._run.details.charts
    assert charts.point_count("loss") == run.state.total_steps
    assert charts.point_count("bleu") == charts.point_count("dev_loss") == 3
    assert len(run.state.samples) >= 2
    assert page._run._result.isVisible()
    assert all(button.isVisible() for button in page._run._steps)
    assert {item.id for item in list_runs(Workspace(worked))} >= {run.state.run}
    # So that nobody waits for it later.
    for system in (f"run:{run.state.run}", "tiny"):
        qtbot.waitUntil(lambda s=system: bool(conversions(Workspace(worked), s)), timeout=WAIT)


def test_pause_holds_and_stop_keeps_the_best(qtbot: QtBot, page: Any, worked: Path) -> None:
    page._model.change_fields({**SHORT, "epochs": "200", "patience": "0"})
    page.start()
    run = page._model.run
    qtbot.waitUntil(lambda: run.state.best is not None and run.state.step > 2, timeout=WAIT)
    page._pause.click()
    assert run.state.phase == "paused" and page._pause.text() == "Resume"
    qtbot.wait(300)
    held = run.state.step
    qtbot.wait(300)
    assert run.state.step == held
    page._stop.click()
    assert run.state.phase == "stopping"
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert run.state.phase == "stopped"
    kept = next(item for item in list_runs(Workspace(worked)) if item.id == run.state.run)
    assert kept.adapter_path is not None


def test_an_earlier_run_shows_its_curves(qtbot: QtBot, page: Any, worked: Path) -> None:
    earlier = list_runs(Workspace(worked))[0]
    page.open(run=earlier.id)
    run = page._model.run
    qtbot.waitUntil(lambda: run.state.phase == "finished", timeout=WAIT)
    assert page._run.details.charts.point_count("loss") == earlier.manifest.steps
    assert run.state.best.bleu == pytest.approx(earlier.manifest.best["bleu"])
    assert run.state.samples and page._again.isVisible()
    page._again.click()
    assert page._right.currentIndex() == 1


def test_the_result_is_one_sentence() -> None:
    state = RunState(
        phase="finished",
        elapsed_s=104,
        zero_shot=Scores(0, 5.2, 30, 4.0),
        best=Scores(180, 14.8, 45, 2.0),
    )
    assert summary(state) == "+9.6 BLEU on dev in 1 min 44 s; best at step 180."


@pytest.mark.parametrize(
    ("zero_shot", "best", "tone", "words"),
    [
        (Scores(0, 2.8, 24, 3.3), Scores(6, 0.1, 9, 7.8), "warning", "0.1 BLEU at best"),
        (Scores(0, 2.8, 24, 3.3), Scores(6, 2.8, 24, 3.3), "warning", "alone has 2.8"),
        (Scores(0, 2.8, 24, 3.3), Scores(0, 2.8, 24, 3.3), "warning", "No gain"),
        (Scores(0, 2.8, 24, 3.3), Scores(0, 9.2, 30, 2.9), "warning", "went on from stays ahead"),
        (Scores(0, 2.8, 24, 3.3), Scores(6, 9.2, 30, 2.9), "success", "+6.4 BLEU"),
        (None, None, "info", "Trained for"),
    ],
)
def test_a_run_that_gained_nothing_ends_with_a_warning(
    page: Any, zero_shot: Scores | None, best: Scores | None, tone: str, words: str
) -> None:
    page._model.run._set(phase="finished", run="r", zero_shot=zero_shot, best=best)
    result = page._run._result
    assert result.isVisible() and result.property("tone") == tone and words in result.text


def test_an_estimate_comes_from_real_steps_and_is_kept(qtbot: QtBot, page: Any) -> None:
    model, view = page._model, page._forecast.estimate
    model.choose_preset("quick")
    assert model.estimate() is None and view._measure.isVisible()
    view._measure.click()
    assert model.forecaster.measuring and view._cancel.isVisible()
    qtbot.waitUntil(lambda: model.estimate() is not None, timeout=WAIT)
    estimate = model.estimate()
    assert estimate.seconds > 0 and 0 < estimate.error_s < estimate.seconds
    assert estimate.fits and estimate.trainable > 0 and estimate.disk > 0
    assert view._stats.isVisible() and not view._measure.isVisible()
    assert "≈" in page._setup._presets._cards["quick"]._facts.text()
    model.change_fields({"seed": "9"})
    assert view._measure.isVisible() and not view._stats.isVisible()
    model.change_fields({"seed": "1"})
    assert view._stats.isVisible()


def test_another_choice_ends_the_estimate(qtbot: QtBot, page: Any, context: AppContext) -> None:
    page._model.measure()
    assert page._model.forecaster.measuring
    page._model.change_fields({"epochs": "4"})
    assert not page._model.forecaster.measuring
    qtbot.waitUntil(lambda: not context.runner.jobs, timeout=WAIT)
    assert page._model.estimate() is None and not page._model.forecaster.error


def test_too_little_memory_proposes_a_batch_that_fits(page: Any) -> None:
    view = page._forecast.estimate
    short = Estimate(60, 9, 9 << 30, 2 << 30, 1 << 20, 1 << 30, 1_200_000, False, 1024)
    view.show_estimate(short, False, "")
    assert view._problem.isVisible() and "1,024 tokens" in view._problem.text
    view._problem._action.click()
    assert page._model.recipe().batch_tokens == 1024
    assert page._setup._form.values()["batch_tokens"] == 1024


def test_estimates_are_told_no_finer_than_they_are_meant() -> None:
    assert [rough_duration(s) for s in (8, 107, 427, 720, 5000)] == [
        "8 s",
        "1 min 50 s",
        "7 min 10 s",
        "12 min",
        "1 h 23 min",
    ]
    assert [rough_size(n) for n in (1_400_000_000, 638_912_344)] == ["1.4 GB", "639 MB"]


@pytest.fixture
def second_corpus(page: Any, worked: Path, small_corpus: Path) -> str:
    from mulm_core.corpus import ImportRequest, import_corpus
    from mulm_core.jobs import JobContext

    request = ImportRequest(Workspace(worked), (small_corpus,), "en", "fr", "more")
    import_corpus(JobContext(), request)
    page._model.library.refresh()
    return "more"


def test_several_corpora_and_directions_are_learnt_at_once(
    second_corpus: str, qtbot: QtBot, page: Any, worked: Path
) -> None:
    model = page._model
    qtbot.waitUntil(lambda: model.library.corpus(second_corpus) is not None, timeout=WAIT)
    model.choose_corpus("office")
    alone = model.forecast().pairs
    menu = page._setup._further._add.menu()
    menu.aboutToShow.emit()
    next(a for a in menu.actions() if a.text().startswith(second_corpus)).trigger()
    assert model.forecast().pairs == 2 * alone
    model.swap_further(0)
    assert [task.direction for task in model.setup.tasks] == [("en", "fr"), ("fr", "en")]
    model.change_fields({**SHORT, "epochs": "1"})
    page.start()
    run = model.run
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert run.state.phase == "finished", run.state.error
    manifest = get_run(Workspace(worked), run.state.run).manifest
    assert [task["corpus"] for task in manifest.tasks] == ["office", second_corpus]
    qtbot.waitUntil(lambda: model.library.run(run.state.run) is not None, timeout=WAIT)
    page.open(duplicate=run.state.run)
    assert [task.corpus for task in model.setup.tasks] == ["office", second_corpus]
    model.remove_further(0)
    assert model.forecast().pairs == alone


def test_forgetting_is_measured_on_a_chosen_corpus(
    second_corpus: str, qtbot: QtBot, page: Any
) -> None:
    model, box = page._model, page._setup._general._box
    qtbot.waitUntil(lambda: box.findData(second_corpus) >= 0, timeout=WAIT)
    model.choose_corpus("office")
    box.setCurrentIndex(box.findData(second_corpus))
    box.activated.emit(box.currentIndex())
    model.change_fields({**SHORT, "epochs": "1"})
    page.start()
    run = model.run
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
    assert len(run.curves.points["general_bleu"]) == len(run.curves.points["bleu"]) == 2
    scores = page._run.details.charts._charts["general_bleu"]
    assert scores._series["general_bleu"].button.isVisible()


def test_presets_fit_the_corpus_and_the_form_follows(page: Any) -> None:
    model, form = page._model, page._setup._form
    model.choose_preset("balanced")
    fitted = model.recipe()
    assert fitted.epochs > 8  # a corpus this small bears more
    assert form.values()["epochs"] == fitted.epochs == model.preset_length("balanced")[0]
    model.change_fields({"method": "full"})
    assert form.values()["learning_rate"] == pytest.approx(fitted.learning_rate / 20)


def test_a_large_corpus_limits_the_steps_instead(page: Any) -> None:
    assert page._model.preset_length("quick")[1] is None
    page._model.setup = replace(page._model.setup, pairs=300_000)
    assert page._model.preset_length("quick")[1] > 1000
    assert page._setup._preset_facts("quick")[0].endswith("steps")


def test_other_runs_wait_for_the_one_at_work(qtbot: QtBot, page: Any, worked: Path) -> None:
    earlier = list_runs(Workspace(worked))[0].id
    page._model.change_fields({**SHORT, "epochs": "200", "patience": "0"})
    page.start()
    run = page._model.run
    qtbot.waitUntil(lambda: run.state.best is not None and run.state.step > 0, timeout=WAIT)
    setup, bar = page._model.setup, page.window().findChild(InlineMessage, "notice")
    page.open(duplicate=earlier)
    assert page._model.run is run and page._model.setup == setup
    assert bar.isVisible() and "Stop" in bar.text
    run.stop()
    qtbot.waitUntil(lambda: not run.busy, timeout=WAIT)
