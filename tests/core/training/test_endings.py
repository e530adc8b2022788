"""How a run ends: on limits, at once when cancelled, and without leaving anything running."""

from __future__ import annotations

import gc
import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psutil
import pytest

from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import RunManifest, get_run
from mulm_core.training import (
    DevEvaluated,
    ResumeRequest,
    RunStarted,
    TrainRequest,
    TrainStep,
    changed_recipe,
    train,
)
from mulm_core.training.dev import DevScores
from mulm_core.training.judge import judge
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]


def test_the_most_steps_end_it_with_an_evaluation(request_for: Make, workspace: Workspace) -> None:
    result = train(JobContext(), request_for(epochs=50, max_steps=4))
    assert (result.steps, result.stopped_because, result.stopped) == (4, "max_steps", False)
    assert get_run(workspace, result.run).manifest.history[-1]["step"] == 4
    assert train(JobContext(), request_for(epochs=1, max_steps=99)).stopped_because == "epochs"


def test_the_most_minutes_end_it_in_time_with_an_evaluation(
    request_for: Make, workspace: Workspace
) -> None:
    result = train(JobContext(), request_for(epochs=1000, patience=0, max_minutes=0.05))
    assert result.stopped_because == "max_minutes" and not result.stopped
    assert result.seconds < 3 + 1.5
    assert get_run(workspace, result.run).manifest.history[-1]["step"] == result.steps


def test_the_result_tells_rates_and_memory(request_for: Make, workspace: Workspace) -> None:
    events: list[Event] = []
    result = train(JobContext(events.append), request_for(epochs=2, accumulate=2))
    steps = [event for event in events if isinstance(event, TrainStep)]
    assert result.stopped_because == "epochs"
    assert result.dev_loss == result.best["loss"]
    assert result.pairs_per_second > 2 * result.pairs / result.seconds
    low, high = (pick(step.tokens_per_s for step in steps) for pick in (min, max))
    assert low <= result.target_tokens_per_second <= high
    assert 100 < result.peak_memory_mb < psutil.virtual_memory().total / 2**20
    manifest = get_run(workspace, result.run).manifest
    assert manifest.pairs_per_second == result.pairs_per_second


@pytest.mark.parametrize("limits", [{"max_minutes": 0.01}, {"max_minutes": 0.01, "max_steps": 1}])
def test_a_limit_that_is_too_short_still_takes_a_step(
    request_for: Make, limits: dict[str, float]
) -> None:
    result = train(JobContext(), request_for(**limits))
    assert result.steps >= 1 and result.best["step"] == result.steps


def test_stopping_before_the_first_step_ends_with_the_base(request_for: Make) -> None:
    ctx = JobContext(lambda event: ctx.stop() if isinstance(event, RunStarted) else None)
    result = train(ctx, request_for())
    assert (result.steps, result.best, result.stopped) == (0, {}, True)
    assert result.dev_loss == result.zero_shot["loss"]


def test_a_run_behind_the_base_says_so(request_for: Make, workspace: Workspace) -> None:
    changes = {"method": "full", "learning_rate": 1, "best_by": "loss", "patience": 2}
    events: list[Event] = []
    result = train(JobContext(events.append), request_for(epochs=9, **changes))
    scores = [event for event in events if isinstance(event, DevEvaluated)]
    assert min(event.loss for event in scores[1:]) > scores[0].loss, "it has come to harm"
    assert not any(event.is_best for event in scores)
    (warning,) = result.warnings
    figures = f"loss {result.best['loss']:.3f} at best, loss {scores[0].loss:.3f} before"
    assert warning == f"What was learnt is worse than the base model on the dev segments: {figures}"
    assert LogLine(warning, "warning") in events
    run = get_run(workspace, result.run)
    assert run.manifest.warnings == [warning]
    assert run.adapter_folder.is_dir() and result.best["step"], "the best of it is kept"


@pytest.mark.parametrize(
    ("scores", "evaluations"),
    [((0.0, 0.0, 1.0), 2), ((3.0, 4.0, 1.0, 1.0), 4), ((6.0, 7.0, 7.0, 7.0), 4)],
)
def test_patience_counts_from_the_base(scores: tuple[float, ...], evaluations: int) -> None:
    """The base has 5: ending by a patience of 2, as the scores of the steps come."""
    manifest = RunManifest(*[""] * 10, recipe={"best_by": "bleu"}, seed=0)
    without = 0
    for step, bleu in enumerate((5.0, *scores)):
        dev = DevScores(1.0, bleu, 0.0, (), {}, (), None, None)
        without = 0 if judge(manifest, dev, step, 0.0).gain else without + 1
        if without == 2:
            break
    assert step == evaluations


def test_accumulated_batches_learn_what_one_large_batch_does(request_for: Make) -> None:
    events: list[Event] = []
    result = train(JobContext(events.append), request_for(epochs=1, accumulate=100))
    (step,) = [event for event in events if isinstance(event, TrainStep)]
    large = train(JobContext(), request_for(epochs=1, batch_tokens=100_000))
    assert result.steps == large.steps == 1 and step.epoch == 1
    assert result.dev_loss == pytest.approx(large.dev_loss, abs=1e-4)


def test_the_same_seed_gives_the_same_metrics(request_for: Make, workspace: Workspace) -> None:
    def course() -> list[dict[str, object]]:
        run = get_run(workspace, train(JobContext(), request_for(lora_dropout=0.1)).run)
        clocks = ("tokens_per_s", "elapsed_s", "remaining_s", "memory_mb", "gpu_memory_mb")
        lines = run.metrics()
        return [{key: line[key] for key in line if key not in clocks} for line in lines]

    assert course() == course()


def test_a_cancelled_run_ends_at_once(request_for: Make) -> None:
    chance = random.Random(1)
    request = request_for(epochs=1000, patience=0)
    for _ in range(4):
        ctx, began = JobContext(), threading.Event()
        ended: list[float] = []

        def work(ctx: JobContext = ctx, ended: list[float] = ended) -> None:
            with pytest.raises(Cancelled):
                train(ctx, request)
            ended.append(time.monotonic())

        worker = threading.Thread(target=work)
        worker.start()
        began.wait(chance.uniform(0, 1.5))
        asked = time.monotonic()
        ctx.cancel()
        worker.join()
        assert ended[0] - asked < 1.0


def test_ten_runs_in_a_row_leave_nothing_behind(request_for: Make, workspace: Workspace) -> None:
    me = psutil.Process()

    def started_and_stopped() -> tuple[int, int, float]:
        def sink(event: Event) -> None:
            if isinstance(event, TrainStep) and event.step == 2:
                ctx.stop()

        ctx = JobContext(sink)
        train(ctx, request_for(epochs=5))
        gc.collect()
        return me.num_threads(), len(me.open_files()), me.memory_info().rss

    first, *_, last = [started_and_stopped() for _ in range(10)]
    assert last[:2] == first[:2]
    assert last[2] <= 1.1 * first[2]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"language_as": {"gsw": "fr"}}, "no corpus is in 'gsw'"),
        ({"add_language": {"gsw": "fr"}}, "no corpus is in 'gsw'"),
        ({"language_as": {"oc": "fr"}, "add_language": {"oc": "fr"}, "target": "oc"}, "borrows"),
    ],
)
def test_languages_without_effect_are_refused(
    request_for: Make, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        train(JobContext(), replace(request_for(), **changes))


def test_more_layers_than_there_are_are_refused(request_for: Make) -> None:
    with pytest.raises(UserError, match="the model has 1 layers"):
        train(JobContext(), request_for(method="top-layers", top_layers=2))


# Going on in a new run -----------------------------------------------------------------------


def test_a_new_run_starts_from_what_another_learnt(request_for: Make, workspace: Workspace) -> None:
    parent = train(JobContext(), request_for(epochs=2))
    request = replace(request_for(epochs=1, learning_rate=1e-5), from_run=parent.run)
    child = train(JobContext(), request)
    assert child.dev_loss == pytest.approx(parent.dev_loss, abs=0.01)
    assert child.zero_shot["loss"] == parent.zero_shot["loss"], "the base, without any adapter"
    assert get_run(workspace, child.run).manifest.parent == parent.run
    assert get_run(workspace, parent.run).manifest.best == parent.best


@pytest.mark.parametrize("method", ["full", "top-layers"])
def test_the_base_is_scored_before_own_weights_go_on(request_for: Make, method: str) -> None:
    parent = train(JobContext(), request_for(epochs=1, method=method))
    assert parent.best["loss"] < parent.zero_shot["loss"]
    request = request_for(epochs=1, method=method, learning_rate=1e-5)
    child = train(JobContext(), replace(request, from_run=parent.run))
    assert child.zero_shot["loss"] == parent.zero_shot["loss"]
    assert child.dev_loss == pytest.approx(parent.dev_loss, abs=0.01)


def test_what_it_starts_from_is_kept_where_nothing_is_better(
    request_for: Make, workspace: Workspace
) -> None:
    parent = train(JobContext(), request_for(epochs=2, best_by="loss"))
    request = request_for(
        epochs=9, learning_rate=1, best_by="loss", patience=2, schedule="constant"
    )
    events: list[Event] = []
    child = train(JobContext(events.append), replace(request, from_run=parent.run))
    base, start, *later = [event for event in events if isinstance(event, DevEvaluated)]
    assert (base.step, base.start, base.is_best) == (0, False, False)
    assert (start.step, start.start, start.is_best) == (0, True, True)
    assert start.loss == child.start["loss"] == pytest.approx(parent.dev_loss, abs=1e-6)
    assert child.best == child.start and child.stopped_because == "patience"
    (warning,) = child.warnings
    assert f"worse than the run '{parent.run}', whose state is kept" in warning
    assert len(later) == 2 and not any(event.is_best or event.start for event in later)
    assert [sample.zero_shot for sample in start.samples] == [item.now for item in base.samples]
    run = get_run(workspace, child.run)
    assert run.manifest.history[:2] == [child.zero_shot, child.start]
    ours, theirs = (
        get_run(workspace, name).adapter_folder / "adapter_model.safetensors"
        for name in (child.run, parent.run)
    )
    assert ours.read_bytes() == theirs.read_bytes()


def test_a_run_that_goes_on_is_resumed_with_its_start(
    request_for: Make, workspace: Workspace
) -> None:
    parent = train(JobContext(), request_for(epochs=1))
    request = replace(request_for(epochs=2), from_run=parent.run)
    whole = get_run(workspace, train(JobContext(), request).run).manifest

    def stop(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == whole.history[-2]["step"] + 1:
            ctx.stop()

    ctx = JobContext(stop)
    run = train(ctx, request).run
    train(JobContext(), ResumeRequest(workspace, run))
    again = get_run(workspace, run).manifest
    assert [point["loss"] for point in again.history] == [point["loss"] for point in whole.history]
    assert again.start["loss"] == whole.start["loss"]


def test_without_its_checkpoints_it_starts_from_the_same_run(
    request_for: Make, workspace: Workspace
) -> None:
    parent = train(JobContext(), request_for(epochs=1))

    def stop(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 2:
            ctx.stop()

    ctx = JobContext(stop)
    first = train(ctx, replace(request_for(epochs=1), from_run=parent.run))
    run = get_run(workspace, first.run)
    for checkpoint in run.checkpoints():
        (checkpoint / "optimizer.safetensors").write_bytes(b"cut")
    assert (
        train(JobContext(), ResumeRequest(workspace, run.id)).start["loss"] == first.start["loss"]
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"lora_rank": "3"}, "has lora_rank=32, which cannot"), ({"method": "dora"}, "method=lora")],
)
def test_another_adapter_cannot_go_on(
    request_for: Make, workspace: Workspace, changes: dict[str, str], sentence: str
) -> None:
    parent = train(JobContext(), request_for(epochs=1)).run
    request = request_for()
    other = replace(request, recipe=changed_recipe(request.recipe, changes), from_run=parent)
    with pytest.raises(UserError, match=sentence):
        train(JobContext(), other)
    with pytest.raises(UserError, match="is of another model"):
        train(JobContext(), replace(request, model="starter", from_run=parent))
    with pytest.raises(UserError, match="there is no run 'nothing'"):
        train(JobContext(), replace(request, from_run="nothing"))
