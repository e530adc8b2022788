"""LoRA's quick layers compute what PEFT's own do, gradients included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from mulm_core.training.quick_lora import quicken


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(12, 20)
        self.second = torch.nn.Linear(20, 6, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.second(torch.relu(self.first(x)))


@pytest.fixture
def rng() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(7)
        yield


def _model(**changes: Any) -> Any:
    settings = {"r": 4, "lora_alpha": 6, "target_modules": "all-linear", **changes}
    model = get_peft_model(Net(), LoraConfig(**settings))
    for name, weights in model.named_parameters():
        if "lora_B" in name:  # which begins as zero, where half of the gradients vanish
            torch.nn.init.normal_(weights)
    return model


def _run(model: Any, x: torch.Tensor) -> list[torch.Tensor]:
    learning = [weights for weights in model.parameters() if weights.requires_grad]
    result = model(x)
    return [result, *torch.autograd.grad(result.float().square().sum(), [x, *learning])]


def _bare(model: Any, x: torch.Tensor) -> torch.Tensor:
    net = model.get_base_model()
    return net.second.base_layer(torch.relu(net.first.base_layer(x)))


@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("rslora", [False, True])
def test_results_and_gradients_are_those_of_peft(rng: None, autocast: bool, rslora: bool) -> None:
    model = _model(use_rslora=rslora)
    x = torch.randn(3, 5, 12, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext():
        plain = _run(model, x)
        quicken(model)
        quick = _run(model, x)
    for one, other in zip(plain, quick, strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        # bfloat16 has eight bits, and both round at other places.
        assert (one - other).norm() <= (0.05 if autocast else 1e-5) * one.norm()


def test_dropout_and_the_bare_base_stay_pefts(rng: None) -> None:
    model = _model(lora_dropout=0.5)
    x = torch.randn(2, 12)
    quicken(model)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))
    with model.disable_adapter():
        bare = model(x)
    torch.testing.assert_close(bare, _bare(model, x))
    assert not torch.allclose(bare, model(x))


def test_what_is_not_plain_lora_is_left_alone(rng: None) -> None:
    model = _model(use_dora=True)
    before = {name: module.forward for name, module in model.named_modules()}
    quicken(model)
    assert all(module.forward == before[name] for name, module in model.named_modules())
