"""A whole fine-tuning on a tiny real model: what it tells, what it leaves, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_model
import torch

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import Event, JobContext, LogLine, Progress
from mulm_core.runs import get_run, list_runs
from mulm_core.training import (
    CheckpointSaved,
    DevEvaluated,
    RunStarted,
    TrainRequest,
    TrainStep,
    train,
)
from mulm_core.training.opening import open_run
from mulm_core.training.setup import new_manifest, prepare
from mulm_core.translation import Translator
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
TEXTS = ["the row opens 3", "", "a cell shows 12"]


def of_kind(events: list[Event], kind: type) -> list:
    return [event for event in events if isinstance(event, kind)]


def test_a_run_from_start_to_finish(request_for: Make) -> None:
    events: list[Event] = []
    request = request_for(epochs=3)
    result = train(JobContext(events.append), request)

    (started,) = of_kind(events, RunStarted)
    steps, scores = of_kind(events, TrainStep), of_kind(events, DevEvaluated)
    assert started.run == result.run and started.pairs == result.pairs
    assert [step.step for step in steps] == list(range(1, started.total_steps + 1))
    assert [score.step for score in scores] == [0, *(len(steps) // 3 * i for i in (1, 2, 3))]
    assert scores[-1].loss < scores[0].loss - 0.5, "it has learnt"
    assert steps[-1].loss < steps[0].loss
    assert all(step.tokens_per_s > 0 and step.learning_rate > 0 for step in steps)
    assert all(step.grad_norm > 0 and step.memory_mb > 50 for step in steps)
    assert all((step.gpu_memory_mb is None) != torch.cuda.is_available() for step in steps)
    assert scores[0].samples[0].now == scores[0].samples[0].zero_shot
    assert {s.source for s in scores[-1].samples} == {s.source for s in scores[0].samples}
    done = of_kind(events, Progress)[-1]
    assert done.done == done.total == started.total_steps

    best = max(scores[1:], key=lambda score: (score.bleu, -score.loss))
    assert (result.best["step"], result.best["loss"]) == (best.step, best.loss)
    assert result.zero_shot["loss"] == scores[0].loss
    assert not result.stopped and result.steps == started.total_steps


def test_what_a_run_leaves_on_disk(request_for: Make, workspace: Workspace) -> None:
    request = request_for()
    result = train(JobContext(), request)
    run = get_run(workspace, result.run)
    manifest = run.manifest
    assert manifest.status == "finished"
    assert manifest.best == result.best and manifest.zero_shot == result.zero_shot
    assert manifest.history[0]["step"] == 0
    assert manifest.recipe == request.recipe.to_dict()
    assert "tok:13a" in manifest.signatures["bleu"]
    assert len(manifest.model_hash) == len(manifest.corpus_hash) == 64
    kinds = [record["kind"] for record in run.metrics()]
    assert kinds.count("train") == result.steps and kinds.count("dev") == 3
    assert {"grad_norm", "memory_mb", "gpu_memory_mb"} <= run.metrics()[1].keys()
    assert "(best)" in (run.folder / "log.txt").read_text()
    assert [path.name for path in run.checkpoints()] == [f"step-{result.steps:06d}"]
    suffixes = {path.suffix for path in run.folder.rglob("*") if path.is_file()}
    assert suffixes <= {".json", ".jsonl", ".txt", ".safetensors", ".md"}, "no pickle"


@pytest.mark.parametrize("corpus", ["tiny", "tiny-en-fr"])
def test_a_run_without_a_name_is_named_after_corpus_and_direction(
    request_for: Make, workspace: Workspace, tmp_path: Path, corpus: str
) -> None:
    file = tmp_path / "few.tsv"
    rows = [("en", "fr"), *tiny_model.PAIRS]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", corpus, again=True))
    request = replace(request_for(), corpus=corpus)
    assert new_manifest(request, prepare(JobContext(), request)).name == "tiny-en-fr"


def test_a_taken_name_is_told(request_for: Make) -> None:
    logs: list[list[str]] = []
    for _ in range(2):
        events: list[Event] = []
        open_run(JobContext(events.append), replace(request_for(), name="My first"))
        logs.append([line.text for line in of_kind(events, LogLine)])
    told = "The name 'My first' is taken; this run is 'My-first-2'"
    assert told not in logs[0] and told in logs[1]


def test_the_adapter_is_pefts_own(request_for: Make, workspace: Workspace) -> None:
    from peft import PeftModel

    from mulm_core.models import load_base
    from mulm_core.models.catalog import inspect
    from mulm_core.translation.decode import decode
    from mulm_core.translation.options import DecodeOptions

    request = request_for(epochs=3)
    run = get_run(workspace, train(JobContext(), request).run)
    ours = Translator(workspace).translate(TEXTS, "en", "fr", system=f"run:{run.id}")
    base = load_base(inspect(Path(request.model), "tiny"))
    PeftModel.from_pretrained(base.model, str(run.adapter_path))
    assert decode(base, TEXTS, "en", "fr", DecodeOptions()) == ours


def test_the_same_seed_gives_the_same_run(request_for: Make) -> None:
    def losses(request: TrainRequest) -> list[float]:
        events: list[Event] = []
        train(JobContext(events.append), request)
        return [event.loss for event in of_kind(events, TrainStep)]

    request = request_for(epochs=1, lora_dropout=0.1)
    first = losses(request)
    assert losses(request) == first
    other = replace(request, recipe=replace(request.recipe, seed=2))
    assert losses(other) != first


def test_training_does_not_touch_the_base_that_translates(
    request_for: Make, workspace: Workspace
) -> None:
    request = request_for()
    translator = Translator(workspace)
    before = translator.translate(TEXTS, "en", "fr", system=request.model)
    run = train(JobContext(), request).run
    after = translator.translate(TEXTS, "en", "fr", system=f"run:{run}")
    assert translator.translate(TEXTS, "en", "fr", system=request.model) == before
    assert after != before


@pytest.mark.parametrize("kind", [Progress, RunStarted, TrainStep, DevEvaluated, CheckpointSaved])
def test_cancelling_leaves_nothing(request_for: Make, workspace: Workspace, kind: type) -> None:
    ctx = JobContext(lambda event: ctx.cancel() if isinstance(event, kind) else None)
    with pytest.raises(Cancelled):
        train(ctx, request_for())
    assert list(workspace.runs.iterdir()) == []


def test_stopping_keeps_the_best(request_for: Make, workspace: Workspace) -> None:
    def sink(event: Event) -> None:
        if isinstance(event, DevEvaluated) and event.step:
            ctx.stop()

    ctx = JobContext(sink)
    result = train(ctx, request_for(epochs=50))
    assert result.stopped and result.steps == result.best["step"]
    run = get_run(workspace, result.run)
    assert run.manifest.status == "stopped"
    assert Translator(workspace).translate(TEXTS, "en", "fr", system=f"run:{run.id}")


def test_stopping_before_the_first_evaluation_still_gives_an_adapter(request_for: Make) -> None:
    ctx = JobContext(lambda event: ctx.stop() if isinstance(event, TrainStep) else None)
    result = train(ctx, request_for(epochs=50))
    assert result.steps == 1 and result.best["step"] == 1


def test_a_pause_holds_training_and_does_not_count(request_for: Make) -> None:
    events: list[Event] = []

    def sink(event: Event) -> None:
        events.append(event)
        if isinstance(event, TrainStep) and event.step == 2:
            ctx.pause()
            resumer.start()

    ctx = JobContext(sink)
    resumer = threading.Timer(2.0, ctx.resume)
    train(ctx, request_for(epochs=1))
    second, third = (of_kind(events, TrainStep)[index] for index in (1, 2))
    assert third.elapsed_s - second.elapsed_s < 1.5
    resumer.join()


def test_it_ends_when_the_dev_score_no_longer_rises(request_for: Make) -> None:
    request = request_for(epochs=40, patience=2, learning_rate=1e-7, best_by="chrf")
    result = train(JobContext(), request)
    assert not result.stopped
    assert result.steps < 40 * 3


def test_a_loss_that_is_no_number_ends_it_and_says_so(
    request_for: Make, workspace: Workspace, tmp_path: Path
) -> None:
    request = replace(request_for(), model=str(_with_infinite_weights(request_for(), tmp_path)))
    with pytest.raises(
        EngineError, match=r"no longer a number \(step 1\)\. Lower the learning rate"
    ):
        train(JobContext(), request)
    (run,) = list_runs(workspace)
    assert run.manifest.status == "failed"
    assert "no longer a number" in run.manifest.error


def _with_infinite_weights(request: TrainRequest, tmp_path: Path) -> Path:
    import shutil

    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(request.model, tmp_path / "infinite"))
    weights = load_file(folder / "model.safetensors")
    weights["model.shared.weight"][:] = float("inf")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"source": "de"}, "does not know the language 'de'. It knows en, fr"),
        ({"corpus": "nothing"}, "there is no corpus 'nothing'"),
        ({"model": "nothing"}, "there is no model 'nothing'"),
        ({"source": "fr", "target": "fr"}, "the corpus holds en and fr"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    request_for: Make, workspace: Workspace, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        train(JobContext(), replace(request_for(), **changes))
    assert list(workspace.runs.iterdir()) == []


def test_pairs_that_are_all_too_long_are_an_error(request_for: Make) -> None:
    with pytest.raises(UserError, match="shorter than 4 tokens"):
        train(JobContext(), request_for(max_length=4))


_KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[1])
from mulm_core.jobs import JobContext
from mulm_core.training import CheckpointSaved, TrainRequest, recipe_from, train
from mulm_core.workspace import Workspace

def sink(event):
    if isinstance(event, CheckpointSaved) and event.step:
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

recipe = recipe_from("quick", {"batch_tokens": "256"})
train(JobContext(sink), TrainRequest(Workspace.open(sys.argv[2]), sys.argv[3], "tiny", "en", "fr", recipe))
"""  # noqa: E501


def test_a_killed_run_is_listed_and_translates(request_for: Make, workspace: Workspace) -> None:
    root = str(Path(__file__).parents[3])
    arguments = [root, str(workspace.root), request_for().model]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, *arguments],
        capture_output=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert killed.returncode != 0 and b"Traceback" not in killed.stderr
    (run,) = list_runs(workspace)
    assert run.manifest.status == "interrupted"
    assert len(run.checkpoints()) == 2 and run.adapter_path is not None
    assert json.loads((run.checkpoints()[1] / "state.json").read_text())["step"] > 0
    assert Translator(workspace).translate(TEXTS, "en", "fr", system=f"run:{run.id}")[1] == ""
