"""A checkpoint puts training back where it was, to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mulm_core.errors import UserError
from mulm_core.models import load_base
from mulm_core.models.catalog import inspect
from mulm_core.training.adapters import add_adapter
from mulm_core.training.checkpoint import keep_newest, load_checkpoint, save_checkpoint
from mulm_core.training.methods import tune
from mulm_core.training.optimizer import make_optimizer, rate_factor
from mulm_core.training.presets import recipe_from
from mulm_core.training.recipe import METHODS, Recipe


def tuned_by(folder: Path, **changes: str):
    recipe = recipe_from("quick", {"learning_rate": "0.1", "lora_rank": "4", **changes})
    tuned = tune(load_base(inspect(folder, "tiny")), recipe)
    return tuned, make_optimizer(tuned.parameters, recipe)


def take_step(tuned, optimizer) -> None:
    """One step on a loss that depends on torch's chance."""
    loss = sum((torch.randn_like(p) * p).sum() for p in tuned.parameters)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()


@pytest.mark.parametrize(
    "changes",
    [
        *({"method": method} for method in METHODS),
        *({"optimizer": name} for name in ("adafactor", "sgd")),
    ],
    ids=lambda changes: "-".join(changes.values()),
)
def test_going_on_from_a_checkpoint_equals_going_on(
    tiny_folder: Path, tmp_path: Path, changes: dict[str, str]
) -> None:
    torch.manual_seed(3)
    tuned, optimizer = tuned_by(tiny_folder, **changes)
    take_step(tuned, optimizer)
    save_checkpoint(tuned, optimizer, {"step": 1}, tmp_path / "step-000001")
    take_step(tuned, optimizer)

    torch.manual_seed(99)
    again, its_optimizer = tuned_by(tiny_folder, **changes)
    assert load_checkpoint(again, its_optimizer, tmp_path / "step-000001") == {"step": 1}
    take_step(again, its_optimizer)
    for ours, theirs in zip(tuned.parameters, again.parameters, strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    "file", ["adapter_model.safetensors", "optimizer.safetensors", "state.json"]
)
def test_a_damaged_checkpoint_is_told(tiny_folder: Path, tmp_path: Path, file: str) -> None:
    tuned, optimizer = tuned_by(tiny_folder)
    take_step(tuned, optimizer)
    save_checkpoint(tuned, optimizer, {}, tmp_path / "step-000001")
    path = tmp_path / "step-000001" / file
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match=r"damaged|cannot be loaded|not valid JSON"):
        load_checkpoint(tuned, optimizer, tmp_path / "step-000001")


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    folders = [tmp_path / f"step-{step}" for step in range(3)]
    for folder in folders:
        folder.mkdir()
    keep_newest(folders, 2)
    assert [folder.exists() for folder in folders] == [False, True, True]


@pytest.mark.parametrize("side", ["both", "encoder", "decoder"])
@pytest.mark.parametrize("targets", ["all-linear", "attention", "ffn"])
def test_only_the_chosen_layers_learn(tiny_folder: Path, targets: str, side: str) -> None:
    learning = _learning(tiny_folder, Recipe(lora_targets=targets, side=side))
    assert all("lora_" in name for name in learning)
    assert any("fc1" in name for name in learning) == (targets != "attention")
    assert any("q_proj" in name for name in learning) == (targets != "ffn")
    assert any(".encoder.layers" in name for name in learning) == (side != "decoder")
    assert any(".decoder.layers" in name for name in learning) == (side != "encoder")


def test_layers_are_chosen_by_name(tiny_folder: Path) -> None:
    learning = _learning(tiny_folder, Recipe(target_names="q_proj, fc2", side="decoder"))
    layers = {name.split(".lora_")[0].rpartition(".")[2] for name in learning}
    assert layers == {"q_proj", "fc2"}
    assert all(".decoder." in name for name in learning)
    with pytest.raises(
        UserError, match=r"no linear layer named qkv there\. It has fc1, fc2, k_proj"
    ):
        _learning(tiny_folder, Recipe(target_names="qkv"))


def _learning(folder: Path, recipe: Recipe) -> list[str]:
    model = add_adapter(load_base(inspect(folder, "tiny")), recipe)
    return [name for name, parameter in model.named_parameters() if parameter.requires_grad]


@pytest.mark.parametrize("schedule", ["linear", "cosine", "inverse-sqrt", "constant"])
def test_every_schedule_warms_up_to_the_same_peak_and_never_rises_again(schedule: str) -> None:
    factors = [rate_factor(step, 20, 4, schedule) for step in range(1, 21)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[3:] == sorted(factors[3:], reverse=True)
    assert 0 < factors[-1] <= 1
    assert (factors[-1] == 1) == (schedule == "constant")


def test_the_rate_rises_then_falls_and_is_never_zero() -> None:
    factors = [rate_factor(step, 10, 4) for step in range(1, 11)]
    assert factors[:4] == [0.25, 0.5, 0.75, 1.0]
    assert factors[4:] == sorted(factors[4:], reverse=True)
    assert min(factors) > 0
    assert rate_factor(1, 1, 0) == 1.0
