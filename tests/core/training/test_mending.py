"""What goes wrong while training is mended and told, or ends in one clear error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from mulm_core.errors import EngineError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import Run, get_run, list_runs
from mulm_core.training import TrainRequest, TrainStep, stepper, train
from mulm_core.training.batches import Batch
from mulm_core.translation.torch_search import TorchSearch
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
Loss = Callable[..., torch.Tensor]


def watched(request: TrainRequest) -> tuple[Run, list[Event]]:
    events: list[Event] = []
    run = train(JobContext(events.append), request).run
    return get_run(request.workspace, run), events


def told(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, LogLine)]


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Loss], Loss]], None]:
    """Wraps the loss of training steps (not that of the dev set) in what a fault does to it."""

    def wrap(fault: Callable[[Loss], Loss]) -> None:
        monkeypatch.setattr(stepper, "summed_loss", fault(stepper.summed_loss))

    return wrap


def nan_at(*calls: int) -> Callable[[Loss], Loss]:
    """A loss that is no number the n-th time it is asked for."""

    def fault(loss: Loss) -> Loss:
        count = 0

        def wrapped(*arguments: Any) -> torch.Tensor:
            nonlocal count
            count += 1
            return loss(*arguments) * (float("nan") if count in calls else 1.0)

        return wrapped

    return fault


def test_a_loss_that_is_no_number_goes_back_with_half_the_rate(
    request_for: Make, faulty: Any
) -> None:
    request = request_for(epochs=3, schedule="constant", warmup=0)
    epoch = train(JobContext(), request).steps // 3
    faulty(nan_at(epoch + 2))
    run, events = watched(request)
    steps = [event for event in events if isinstance(event, TrainStep)]
    again = [event for event in steps if event.step == epoch + 1]
    assert len(again) == 2
    assert again[1].learning_rate == again[0].learning_rate / 2 == steps[-1].learning_rate
    sentence = f"the loss of step {epoch + 2} is no number: back to step {epoch} with half"
    assert any(sentence in text.lower() for text in told(events))
    (incident,) = run.manifest.incidents
    assert (incident["kind"], incident["step"]) == ("not-a-number", epoch)
    assert run.manifest.status == "finished"
    assert [line["step"] for line in run.metrics() if line["kind"] == "train"] == list(
        range(1, 3 * epoch + 1)
    )


def test_a_third_time_is_an_error(request_for: Make, workspace: Workspace, faulty: Any) -> None:
    faulty(nan_at(2, 4, 6))
    with pytest.raises(EngineError, match=r"no longer a number \(step 2\)\. Lower the learning"):
        train(JobContext(), request_for())
    (run,) = list_runs(workspace)
    assert run.manifest.status == "failed"
    assert [incident["kind"] for incident in run.manifest.incidents] == ["not-a-number"] * 2


def memory_for(rows: int, error: type[Exception], sentence: str) -> Callable[[Loss], Loss]:
    """A device that holds at most this many pairs."""

    def fault(loss: Loss) -> Loss:
        def wrapped(base: Any, batch: Batch, smoothing: float) -> torch.Tensor:
            if len(batch.source) > rows:
                raise error(sentence)
            return loss(base, batch, smoothing)

        return wrapped

    return fault


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (torch.OutOfMemoryError, "CUDA out of memory"),
        (RuntimeError, "DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"),
    ],
)
def test_short_memory_halves_the_batch_and_learns_the_same(
    request_for: Make, faulty: Any, error: type[Exception], sentence: str
) -> None:
    request = request_for(epochs=2)
    whole, events = watched(request)
    rows = max(1, whole.manifest.pairs // (whole.manifest.steps // 2))
    faulty(memory_for(rows // 3, error, sentence))
    halved, events = watched(request)
    assert halved.manifest.steps == whole.manifest.steps
    for ours, theirs in zip(halved.manifest.history, whole.manifest.history, strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-3)
    kinds = {incident["kind"] for incident in halved.manifest.incidents}
    assert kinds == {"out-of-memory"} and len(halved.manifest.incidents) >= 2
    assert any("computed in 4 parts" in text for text in told(events))


def test_memory_for_nothing_is_an_error_and_the_run_can_go_on(
    request_for: Make, workspace: Workspace, faulty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mulm_core.training import ResumeRequest

    with monkeypatch.context() as patch:
        patch.setattr(
            stepper, "summed_loss", memory_for(0, MemoryError, "no memory")(stepper.summed_loss)
        )
        with pytest.raises(EngineError, match="not enough memory, even for single pairs"):
            train(JobContext(), request_for(max_steps=1))
    (run,) = list_runs(workspace)
    assert run.manifest.status == "failed"
    assert not train(JobContext(), ResumeRequest(workspace, run.id)).stopped


def test_another_error_is_not_taken_for_short_memory(request_for: Make, faulty: Any) -> None:
    faulty(memory_for(0, RuntimeError, "the shapes do not fit"))
    with pytest.raises(RuntimeError, match="the shapes do not fit"):
        train(JobContext(), request_for())


def test_short_memory_in_an_evaluation_cuts_its_batches(
    request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_for(epochs=2)
    whole, _ = watched(request)
    own = TorchSearch.search

    def search(self: TorchSearch, batches: list[Any], *rest: Any) -> Any:
        if any(len(batch.rows) > 2 for batch in batches):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return own(self, batches, *rest)

    monkeypatch.setattr(TorchSearch, "search", search)
    mended, events = watched(request)
    for ours, theirs in zip(mended.manifest.history, whole.manifest.history, strict=True):
        assert (ours["bleu"], ours["chrf"]) == (theirs["bleu"], theirs["chrf"])
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-5)
    incidents = [(item["kind"], item["step"]) for item in mended.manifest.incidents]
    assert set(incidents) == {("evaluation-out-of-memory", 0)}, "what helped is kept"
    assert any("dev segments are now translated in" in text for text in told(events))


def test_no_memory_for_a_single_segment_is_an_error(
    request_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*arguments: Any) -> list[list[int]]:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(TorchSearch, "search", search)
    with pytest.raises(EngineError, match="not enough memory, even for single pairs"):
        train(JobContext(), request_for())
