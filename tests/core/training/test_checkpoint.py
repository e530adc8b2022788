"""A checkpoint puts training back where it was, to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mulm_core.models import load_base
from mulm_core.models.catalog import inspect
from mulm_core.training.adapters import add_adapter, trainable
from mulm_core.training.checkpoint import keep_newest, load_checkpoint, save_checkpoint
from mulm_core.training.loop import rate_factor
from mulm_core.training.recipe import Recipe


def adapted(folder: Path):
    model = add_adapter(load_base(inspect(folder, "tiny")), Recipe(lora_rank=4))
    return model, torch.optim.AdamW(trainable(model), lr=0.1)


def take_step(model, optimizer) -> None:
    """One step on a loss that depends on torch's chance."""
    loss = sum((torch.randn_like(p) * p).sum() for p in trainable(model))
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()


def test_going_on_from_a_checkpoint_equals_going_on(tiny_folder: Path, tmp_path: Path) -> None:
    torch.manual_seed(3)
    model, optimizer = adapted(tiny_folder)
    take_step(model, optimizer)
    save_checkpoint(model, optimizer, {"step": 1}, tmp_path / "step-000001")
    take_step(model, optimizer)

    torch.manual_seed(99)
    again, its_optimizer = adapted(tiny_folder)
    assert load_checkpoint(again, its_optimizer, tmp_path / "step-000001") == {"step": 1}
    take_step(again, its_optimizer)
    for ours, theirs in zip(trainable(model), trainable(again), strict=True):
        assert torch.equal(ours, theirs)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    folders = [tmp_path / f"step-{step}" for step in range(3)]
    for folder in folders:
        folder.mkdir()
    keep_newest(folders, 2)
    assert [folder.exists() for folder in folders] == [False, True, True]


@pytest.mark.parametrize("targets", ["all-linear", "attention", "decoder"])
def test_only_the_chosen_layers_learn(tiny_folder: Path, targets: str) -> None:
    model = add_adapter(load_base(inspect(tiny_folder, "tiny")), Recipe(lora_targets=targets))
    learning = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert all("lora_" in name for name in learning)
    assert any("fc1" in name for name in learning) == (targets != "attention")
    assert any("encoder.layers" in name for name in learning) == (targets != "decoder")
    assert any("encoder_attn" in name for name in learning)


def test_the_rate_rises_then_falls_and_is_never_zero() -> None:
    factors = [rate_factor(step, 10, 4) for step in range(1, 11)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4:] == sorted(factors[4:], reverse=True)
    assert min(factors) > 0
    assert rate_factor(1, 1, 0) == 1.0
