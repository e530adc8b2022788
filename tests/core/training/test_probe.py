"""The probe tells what a run then takes, keeps nothing, and finds a batch that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import JobContext, Progress
from mulm_core.runs import get_run
from mulm_core.training import TrainRequest, probe, probing, stepper, train
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]


def test_it_tells_what_the_run_then_takes(request_for: Make, workspace: Workspace) -> None:
    request = request_for(epochs=8, patience=0, accumulate=2, evals_per_epoch=2)
    train(JobContext(), request_for(epochs=1))  # whatever loads once is loaded
    told = probe(JobContext(), request)
    result = train(JobContext(), request)
    run = get_run(workspace, result.run)
    assert told.steps == result.steps
    assert told.trainable == run.manifest.trainable
    assert told.fits and told.batch_tokens == request.recipe.batch_tokens
    # Steps of milliseconds on a shared machine: benchmarks hold the estimate to a quarter.
    assert result.seconds / 3 < told.seconds < 3 * result.seconds
    assert 0.1 <= told.error < 5
    assert told.memory_mb == pytest.approx(result.peak_memory_mb, rel=0.25)
    size = sum(path.stat().st_size for path in run.folder.rglob("*.safetensors")) / 2**20
    assert size < told.disk_mb < 4 * size


def test_it_keeps_nothing(request_for: Make, workspace: Workspace) -> None:
    request = request_for()
    before = sorted(workspace.root.rglob("*"))
    probe(JobContext(), request)
    ctx = JobContext(lambda event: ctx.cancel() if isinstance(event, Progress) else None)
    with pytest.raises(Cancelled):
        probe(ctx, request)
    assert sorted(workspace.root.rglob("*")) == before


def test_the_time_limit_is_the_most_it_tells(request_for: Make) -> None:
    told = probe(JobContext(), request_for(epochs=1000, max_minutes=0.5, patience=0))
    assert told.seconds == 30


def test_short_memory_is_told_with_a_batch_that_fits(
    request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose memory fills by one MiB with each token, of which 500 MiB are left."""
    largest = 0

    class Stepper(probing.Stepper):  # type: ignore[misc, name-defined]
        def gradient(self, batches: list[list[int]]) -> tuple[float, int]:
            nonlocal largest
            data = self._setup.train
            for rows in batches:
                longest = max(max(len(data.source[at]), len(data.target[at])) for at in rows)
                largest = max(largest, longest * len(rows))
            return super().gradient(batches)

    monkeypatch.setattr(probing, "Stepper", Stepper)
    monkeypatch.setattr(probing, "held_and_free_mb", lambda: (float(largest), 500.0))
    request = request_for(batch_tokens=1500)
    told = probe(JobContext(), request)
    assert not told.fits and told.memory_mb > 500
    assert 100 <= told.batch_tokens < 500
    assert largest < 500, "the whole batch was never tried"
    again = replace(request, recipe=replace(request.recipe, batch_tokens=told.batch_tokens))
    largest = 0
    assert probe(JobContext(), again).fits


@pytest.mark.parametrize("room", [0, 3])
def test_memory_that_runs_out_is_told_too(
    request_for: Make, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    own = stepper.summed_loss

    def short(base: Any, batch: Any, smoothing: float) -> torch.Tensor:
        if len(batch.source) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return own(base, batch, smoothing)

    monkeypatch.setattr(stepper, "summed_loss", short)
    if not room:
        with pytest.raises(EngineError, match="not enough memory for a single pair"):
            probe(JobContext(), request_for())
    else:
        told = probe(JobContext(), request_for())
        assert not told.fits and 16 <= told.batch_tokens <= 64


def test_what_does_not_fit_together_is_refused(request_for: Make) -> None:
    with pytest.raises(UserError, match="there is no corpus 'nothing'"):
        probe(JobContext(), replace(request_for(), corpus="nothing"))
