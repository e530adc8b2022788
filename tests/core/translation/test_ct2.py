"""CTranslate2 finds what torch finds, with and without an adapter, and leaves the model alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext
from mulm_core.models import Base, load_base
from mulm_core.models.catalog import get_model
from mulm_core.training import Recipe, TrainRequest, train
from mulm_core.training.adapters import add_adapter
from mulm_core.translation import DecodeOptions, SystemRef, ct2
from mulm_core.translation.decode import decode
from mulm_core.translation.pool import Pool
from mulm_core.workspace import Workspace

TEXTS = [f"Click the {thing} to {action} {n} cells." for n in range(2, 7)
         for thing in ("button", "menu", "icon") for action in ("delete", "format")]  # fmt: skip


def _both(base: Base, monkeypatch: pytest.MonkeyPatch, beams: int) -> tuple[list[str], list[str]]:
    """The translations of torch and of CTranslate2."""
    options = DecodeOptions(beams=beams)
    assert ct2.worth_it(len(TEXTS)) and ct2.possible(base, options)
    fast = decode(base, TEXTS, "en", "de", options)
    with monkeypatch.context() as patch:
        patch.setattr(ct2, "_FEWEST_TEXTS", len(TEXTS) + 1)
        return decode(base, TEXTS, "en", "de", options), fast


@pytest.mark.parametrize("beams", [1, 4])
def test_the_starter_translates_the_same(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, beams: int
) -> None:
    slow, fast = _both(load_base(get_model(workspace, "starter")), monkeypatch, beams)
    assert sum(a == b for a, b in zip(slow, fast, strict=True)) >= 0.7 * len(TEXTS)  # rounding


def test_an_adapter_counts_and_the_weights_stay(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = load_base(get_model(workspace, "starter"))
    plain = decode(base, TEXTS, "en", "de", DecodeOptions(beams=1))
    peft_model = add_adapter(base, Recipe())
    torch.manual_seed(1)
    for name, weights in peft_model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    before = {name: weights.clone() for name, weights in peft_model.state_dict().items()}
    slow, fast = _both(base, monkeypatch, beams=1)
    after = peft_model.state_dict()
    assert all(torch.equal(weights, after[name]) for name, weights in before.items())
    assert sum(a == b for a, b in zip(slow, fast, strict=True)) >= 0.7 * len(TEXTS)  # rounding
    assert fast != plain
    with peft_model.disable_adapter():
        assert decode(base, TEXTS, "en", "de", DecodeOptions(beams=1)) == plain


def test_one_base_serves_both_systems(
    request_for: Callable[..., TrainRequest], workspace: Workspace
) -> None:
    run = train(JobContext(), request_for(epochs=1)).run
    pool, texts = Pool(), [f"the row opens {n}" for n in range(20)]

    def outputs(system: SystemRef) -> list[str]:
        with pool.use(workspace, system, lambda: None) as base:
            assert ct2.worth_it(len(texts)) and ct2.possible(base, DecodeOptions())
            return decode(base, texts, "en", "fr", DecodeOptions(beams=1))

    systems = [SystemRef(request_for().model), SystemRef(run=run)]
    first = [outputs(system) for system in systems]
    assert first[0] != first[1]
    assert [outputs(system) for system in systems] == first


def test_it_can_be_cancelled_between_batches(workspace: Workspace) -> None:
    base = load_base(get_model(workspace, "starter"))
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        decode(base, TEXTS, "en", "de", DecodeOptions(), check=ctx.check)
