"""Adapters and checkpoints on disk: safetensors and JSON only, whole or absent."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import explain_os_errors

_OPTIMIZER = "optimizer.safetensors"
_STATE = "state.json"


def save_adapter(peft_model: Any, folder: Path) -> None:
    """Write the adapter to ``folder`` in PEFT's own format, replacing what was there."""
    with files.new_folder(folder) as temporary:
        _write_adapter(peft_model, temporary)


def save_checkpoint(peft_model: Any, optimizer: Any, state: dict[str, Any], folder: Path) -> None:
    """Write what training needs to go on: adapter, optimizer, random numbers, ``state``."""
    from safetensors.torch import save_file

    with files.new_folder(folder) as temporary:
        _write_adapter(peft_model, temporary)
        save_file({**_moments(optimizer), **_random_state()}, temporary / _OPTIMIZER)
        files.write_json(temporary / _STATE, state)


def load_checkpoint(peft_model: Any, optimizer: Any, folder: Path) -> dict[str, Any]:
    """Put a checkpoint's adapter, optimizer and random numbers back; returns its ``state``."""
    import torch
    from peft import set_peft_model_state_dict
    from safetensors.torch import load_file

    set_peft_model_state_dict(peft_model, load_file(folder / "adapter_model.safetensors"))
    tensors = load_file(folder / _OPTIMIZER)
    torch.set_rng_state(tensors.pop("random.cpu"))
    if "random.cuda" in tensors:
        torch.cuda.set_rng_state(tensors.pop("random.cuda"))
    packed = optimizer.state_dict()
    packed["state"] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        packed["state"].setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict(packed)
    return dict(files.read_json(folder / _STATE))


def keep_newest(checkpoints: list[Path], keep: int) -> None:
    """Delete all but the last ``keep`` of the checkpoints (oldest first)."""
    for folder in checkpoints[: max(0, len(checkpoints) - keep)]:
        with explain_os_errors(folder):
            shutil.rmtree(folder)


def _write_adapter(peft_model: Any, folder: Path) -> None:
    # False: PEFT would otherwise ask the model hub whether the vocabulary has grown.
    peft_model.save_pretrained(folder, save_embedding_layers=False)


def _moments(optimizer: Any) -> dict[str, Any]:
    """The optimizer's tensors as ``index.name``; its settings come from the recipe."""
    return {
        f"{index}.{name}": tensor
        for index, values in optimizer.state_dict()["state"].items()
        for name, tensor in values.items()
    }


def _random_state() -> dict[str, Any]:
    import torch

    state = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["random.cuda"] = torch.cuda.get_rng_state()
    return state
