"""What only a GPU can show: `make test-gpu`; skipped where there is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.jobs import Event, JobContext
from mulm_core.models.device import autocast_dtype
from mulm_core.runs import get_run
from mulm_core.samples import get_sample
from mulm_core.training import ResumeRequest, TrainRequest, TrainStep, recipe_from, train
from mulm_core.workspace import Workspace

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]

Make = Callable[..., TrainRequest]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def sample(workspace: Workspace) -> Callable[..., TrainRequest]:
    """Makes a training of the starter on the sample project."""
    found = get_sample()
    direction = (found.source, found.target)
    import_corpus(JobContext(), ImportRequest(workspace, found.train, *direction, "help"))

    def make(**changes: object) -> TrainRequest:
        recipe = recipe_from("quick", {key: str(value) for key, value in changes.items()})
        return TrainRequest(workspace, "starter", "help", *direction, recipe)

    return make


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Leaves this process a gibibyte and a half of the GPU."""
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(1.5 * 2**30 / total)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def test_it_trains_there_in_bfloat16_and_keeps_float32(sample: Make, workspace: Workspace) -> None:
    result = train(JobContext(), sample(max_steps=60, dev_size=50))
    run = get_run(workspace, result.run)
    assert run.manifest.machine["device"].startswith("cuda")
    if torch.cuda.is_bf16_supported(including_emulation=False):
        assert autocast_dtype("cuda") is torch.bfloat16
    kept = load_file(run.adapter_folder / "adapter_model.safetensors")
    assert {tensor.dtype for tensor in kept.values()} == {torch.float32}
    assert run.manifest.best["loss"] < run.manifest.zero_shot["loss"]


def test_memory_that_runs_out_halves_the_batch(
    sample: Make, workspace: Workspace, little_memory: None
) -> None:
    result = train(JobContext(), sample(batch_tokens=80_000, max_steps=2, dev_size=20))
    run = get_run(workspace, result.run)
    assert result.steps == 2 and run.manifest.status == "finished"
    assert run.manifest.count_incidents("out-of-memory") > 0


def test_a_stopped_run_comes_to_the_same_end(request_for: Make, workspace: Workspace) -> None:
    request = request_for(epochs=3)
    whole = get_run(workspace, train(JobContext(), request).run)

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 4:
            ctx.stop()

    ctx = JobContext(sink)
    part = train(ctx, request)
    assert part.stopped_because == "person"
    resumed = get_run(workspace, train(JobContext(), ResumeRequest(workspace, part.run)).run)
    ends = [run.manifest.history[-1]["loss"] for run in (whole, resumed)]
    assert ends[0] == pytest.approx(ends[1], abs=0.02)  # a GPU adds up in any order


@pytest.mark.parametrize("model", ["starter", "418M"])
def test_the_benchmark_runs(model: str) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "finetune_vs_peft.py")]
    done = subprocess.run(
        [*command, "--model", model, "--pairs", "128"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "times the pairs/s" in done.stdout
    print(done.stdout)
