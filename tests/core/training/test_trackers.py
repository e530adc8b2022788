"""Trackers watch a run: what they are told, and that they can never end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from accelerate.tracking import TensorBoardTracker

from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import get_run, list_runs
from mulm_core.settings import Settings, save_settings
from mulm_core.training import ResumeRequest, TrainRequest, TrainStep, train
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
BOARD = ("tensorboard",)


def curves(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """What TensorBoard reads in a folder: points by curve."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    read = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    read.Reload()
    return {
        tag: [(point.step, point.value) for point in read.Scalars(tag)]
        for tag in read.Tags()["scalars"]
    }


def test_tensorboard_reads_the_runs_curves(request_for: Make, workspace: Workspace) -> None:
    done = train(JobContext(), replace(request_for(), trackers=BOARD))
    place = workspace.root / "tracking" / "tensorboard" / done.run
    run, read = get_run(workspace, done.run), curves(place)
    for kind in ("train", "dev"):
        lines = [line for line in run.metrics() if line["kind"] == kind]
        told = [(line["step"], pytest.approx(line["loss"], rel=1e-5)) for line in lines]
        assert read[f"{kind}/loss"] == told and len(told) > 2
    assert {"dev/bleu", "dev/chrf", "train/learning_rate", "train/tokens_per_s"} <= set(read)
    hparams = next(place.rglob("hparams.yml")).read_text(encoding="utf-8")
    assert f"learning_rate: {run.manifest.recipe['learning_rate']}" in hparams
    assert "corpus: tiny" in hparams


def test_none_is_told_unless_chosen(request_for: Make, workspace: Workspace) -> None:
    train(JobContext(), request_for(epochs=1))
    assert not (workspace.root / "tracking").exists()
    save_settings(workspace, Settings(tensorboard=True))
    train(JobContext(), replace(request_for(epochs=1), trackers=()))
    assert not (workspace.root / "tracking").exists()
    done = train(JobContext(), request_for(epochs=1))
    assert curves(workspace.root / "tracking" / "tensorboard" / done.run)["dev/bleu"]


def test_a_resumed_run_goes_on_in_the_same_place(request_for: Make, workspace: Workspace) -> None:
    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 3:
            ctx.stop()

    ctx = JobContext(sink)
    half = train(ctx, replace(request_for(), trackers=BOARD))
    done = train(JobContext(), ResumeRequest(workspace, half.run, BOARD))
    read = curves(workspace.root / "tracking" / "tensorboard" / done.run)
    assert [step for step, _ in read["train/loss"]] == list(range(1, done.steps + 1))


def test_a_cancelled_run_leaves_no_curves(request_for: Make, workspace: Workspace) -> None:
    ctx = JobContext(lambda event: ctx.cancel() if isinstance(event, TrainStep) else None)
    with pytest.raises(Cancelled):
        train(ctx, replace(request_for(), trackers=BOARD))
    assert list((workspace.root / "tracking" / "tensorboard").iterdir()) == []


@pytest.mark.parametrize("method", ["start", "store_init_configuration", "log", "finish"])
def test_a_tracker_that_fails_ends_no_run(
    request_for: Make, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    finish = TensorBoardTracker.finish

    def fail(self: TensorBoardTracker, *_: object, **__: object) -> None:
        if method == "finish":
            finish(self)  # its thread ends all the same
        raise OSError("the disk is full")

    monkeypatch.setattr(TensorBoardTracker, method, fail)
    events: list[Event] = []
    done = train(JobContext(events.append), replace(request_for(epochs=1), trackers=BOARD))
    assert done.best
    warnings = [e.text for e in events if isinstance(e, LogLine) and e.level == "warning"]
    assert warnings == ["The tracker tensorboard failed and is switched off: the disk is full"]


def test_a_missing_tracker_is_told_before_training(request_for: Make, workspace: Workspace) -> None:
    with pytest.raises(UserError, match="there is no tracker 'visdom'"):
        train(JobContext(), replace(request_for(), trackers=("visdom",)))
    if find_spec("wandb") is None:
        with pytest.raises(UserError, match=r"wandb is not installed.*-m pip install wandb;"):
            train(JobContext(), replace(request_for(), trackers=("wandb",)))
    assert list_runs(workspace) == []
