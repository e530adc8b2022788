"""Whatever ends a run, it goes on where it was and comes to the end it would have come to."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import Event, JobContext
from mulm_core.runs import Run, get_run, list_runs
from mulm_core.training import (
    CheckpointSaved,
    ResumeRequest,
    TrainRequest,
    TrainStep,
    recipe_from,
    train,
)
from mulm_core.translation import Translator
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]

_KILLS = int(os.environ.get("MULM_KILLS", "5"))


def stop_at(step: int, how: str = "stop") -> JobContext:
    """A context that ends the training once that step is made."""

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == step:
            getattr(ctx, how)()

    ctx = JobContext(sink)
    return ctx


def resume(workspace: Workspace, run: str, sink: Callable[[Event], None] | None = None) -> Run:
    train(JobContext(sink), ResumeRequest(workspace, run))
    return get_run(workspace, run)


def course(run: Run) -> list[tuple[int, float]]:
    """The dev loss of every evaluation."""
    return [(point["step"], point["loss"]) for point in run.manifest.history]


def weights(run: Run) -> bytes:
    return (run.adapter_folder / "adapter_model.safetensors").read_bytes()


def test_a_stopped_run_goes_on_as_if_it_had_not_been(
    request_for: Make, workspace: Workspace
) -> None:
    request = request_for(epochs=3, lora_dropout=0.1, accumulate=2, patience=3)
    whole = get_run(workspace, train(JobContext(), request).run)
    part = train(stop_at(4), request)
    assert part.stopped_because == "person" and part.steps == 4
    events: list[Event] = []
    run = resume(workspace, part.run, events.append)
    assert course(run) == course(whole)
    assert weights(run) == weights(whole)
    assert run.manifest.status == "finished" and run.manifest.stopped_because == "epochs"
    steps = [line["step"] for line in run.metrics() if line["kind"] == "train"]
    assert steps == list(range(1, whole.manifest.steps + 1))
    assert min(event.step for event in events if isinstance(event, TrainStep)) == 5
    assert run.manifest.seconds > part.seconds


def test_what_cannot_go_on_is_refused_in_words(
    request_for: Make, workspace: Workspace, tmp_path: Path
) -> None:
    finished = train(JobContext(), request_for(epochs=1)).run
    with pytest.raises(UserError, match=r"is finished\. Train on from it in a new run"):
        resume(workspace, finished)
    stopped = train(stop_at(2), request_for()).run
    file = tmp_path / "more.tsv"
    file.write_text("a cell opens the file\tun champ ouvre le fichier\n", encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", "tiny"))
    with pytest.raises(UserError, match="the corpus has changed since the run"):
        resume(workspace, stopped)
    assert get_run(workspace, stopped).manifest.status == "stopped"
    with pytest.raises(UserError, match="there is no run 'nothing'"):
        resume(workspace, "nothing")


def test_a_run_in_training_is_not_resumed(request_for: Make, workspace: Workspace) -> None:
    refused = []

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 1:
            with pytest.raises(UserError, match="is running") as error:
                resume(workspace, list_runs(workspace)[0].id)
            refused.append(error)

    train(JobContext(sink), request_for(epochs=1))
    assert refused


def test_cancelling_a_resumed_run_leaves_what_was_there(
    request_for: Make, workspace: Workspace
) -> None:
    run = train(stop_at(2), request_for(epochs=3)).run
    with pytest.raises(Cancelled):
        train(stop_at(4, "cancel"), ResumeRequest(workspace, run))
    left = get_run(workspace, run)
    assert left.manifest.status == "stopped" and left.checkpoints()
    assert resume(workspace, run).manifest.status == "finished"


def test_a_damaged_checkpoint_is_passed_over(request_for: Make, workspace: Workspace) -> None:
    request = request_for(epochs=3, patience=0)
    whole = get_run(workspace, train(JobContext(), request).run)
    run = _fails_at_step(workspace, request, 12)
    newest = run.checkpoints()[-1]
    (newest / "optimizer.safetensors").write_bytes(b"cut")
    assert course(resume(workspace, run.id)) == course(whole)
    assert "A checkpoint is left out" in (run.folder / "log.txt").read_text()


def test_without_a_checkpoint_it_begins_anew(request_for: Make, workspace: Workspace) -> None:
    request = request_for(epochs=3, patience=0)
    whole = get_run(workspace, train(JobContext(), request).run)
    run = _fails_at_step(workspace, request, 12)
    for checkpoint in run.checkpoints():
        (checkpoint / "optimizer.safetensors").write_bytes(b"cut")
    again = resume(workspace, run.id)
    assert course(again) == course(whole)
    evaluated = [line["step"] for line in again.metrics() if line["kind"] == "dev"]
    assert evaluated == [step for step, _ in course(whole)]


def _fails_at_step(workspace: Workspace, request: TrainRequest, step: int) -> Run:
    """A run that an error ended after this step."""

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == step:
            raise OSError("the machine broke")

    with pytest.raises(OSError, match="the machine broke"):
        train(JobContext(sink), request)
    return list_runs(workspace)[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_loses_nothing(request_for: Make, workspace: Workspace) -> None:
    request = request_for(epochs=3)
    whole = get_run(workspace, train(JobContext(), request).run)

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 7:
            file = list_runs(workspace)[0].folder / "metrics.jsonl"
            file.rename(file.with_suffix(".kept"))
            file.symlink_to("/dev/full")

    with pytest.raises(EngineError, match=r"the disk is full\. Free some space"):
        train(JobContext(sink), request)
    run = list_runs(workspace)[0]
    assert run.manifest.status == "failed" and "disk is full" in run.manifest.error
    (run.folder / "metrics.jsonl").unlink()
    (run.folder / "metrics.kept").rename(run.folder / "metrics.jsonl")
    assert course(resume(workspace, run.id)) == course(whole)


@pytest.mark.parametrize("rename", [1, 2, 3])
def test_a_disk_that_fills_while_a_checkpoint_is_written(
    request_for: Make, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, rename: int
) -> None:
    """Every write after the ``rename``-th checkpoint fails, the manifest's too."""
    import errno

    from mulm_core import files

    request = request_for(epochs=3)
    full = []

    def sink(event: Event) -> None:
        if isinstance(event, CheckpointSaved):
            full.append(event)

    def fsync(handle: int) -> None:
        if len(full) >= rename:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", fsync)
        with pytest.raises(EngineError, match="the disk is full"):
            train(JobContext(sink), request)
    run = list_runs(workspace)[0]
    assert run.manifest.status == "interrupted", "not even that could be written"
    assert len(run.checkpoints()) == min(rename, 2)
    assert not list(run.folder.rglob(".*")), "nothing half-written stays"
    assert resume(workspace, run.id).manifest.status == "finished"


# Killed --------------------------------------------------------------------------------------


def _train_in_child(root: str, model: str, changes: dict[str, str], told: Any) -> None:
    import torch

    torch.set_num_threads(1)
    recipe = recipe_from("quick", changes)
    request = TrainRequest(Workspace.open(root), model, "tiny", "en", "fr", recipe)
    train(JobContext(lambda event: told.send(type(event).__name__)), request)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
def test_a_killed_run_always_resumes_to_the_same_end(
    request_for: Make, workspace: Workspace
) -> None:
    changes = {"epochs": "4", "batch_tokens": "200", "learning_rate": "0.02", "patience": "0",
               "lora_dropout": "0.1", "evals_per_epoch": "2"}  # fmt: skip
    request = replace(request_for(), recipe=recipe_from("quick", changes))
    began = time.monotonic()
    whole = get_run(workspace, train(JobContext(), request).run)
    lasts = time.monotonic() - began
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "peft", "sacrebleu", "mulm_core.training.loop"])
    chance = random.Random(4)
    killed = 0
    for _ in range(_KILLS):
        told, telling = context.Pipe(duplex=False)
        arguments = (str(workspace.root), request.model, changes, telling)
        child = context.Process(target=_train_in_child, args=arguments)
        child.start()
        assert told.poll(60) and told.recv()
        while told.recv() != "RunStarted":
            pass
        time.sleep(chance.uniform(0, 1.2 * lasts))
        child.kill()
        child.join()
        told.close()
        telling.close()
        run = list_runs(workspace)[0]
        if child.exitcode == -signal.SIGKILL:
            killed += 1
            assert run.manifest.status == "interrupted"
            run = resume(workspace, run.id)
        assert [step for step, _ in course(run)] == [step for step, _ in course(whole)]
        for (_, ours), (_, theirs) in zip(course(run), course(whole), strict=True):
            assert abs(ours - theirs) <= 1e-4
        assert [line["step"] for line in run.metrics() if line["kind"] == "dev"] == [
            step for step, _ in course(whole)
        ]
        assert not list(run.folder.rglob(".*"))
        assert Translator(workspace).translate(
            ["the row opens 3"], "en", "fr", system=f"run:{run.id}"
        )
    assert killed >= _KILLS // 2
