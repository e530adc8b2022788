"""Checkpoints on disk: safetensors and JSON only, whole or absent."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.training.methods import Tuned

_OPTIMIZER = "optimizer.safetensors"
_STATE = "state.json"


def save_tuned(tuned: Tuned, folder: Path) -> None:
    """Write what has been learnt to ``folder``, replacing what was there."""
    with files.new_folder(folder) as temporary:
        tuned.save(temporary)


def save_checkpoint(tuned: Tuned, optimizer: Any, state: dict[str, Any], folder: Path) -> None:
    """Write what training needs to go on: weights, optimizer, random numbers, ``state``."""
    from safetensors.torch import save_file

    with files.new_folder(folder) as temporary:
        tuned.save(temporary)
        save_file({**_moments(optimizer), **_random_state()}, temporary / _OPTIMIZER)
        files.write_json(temporary / _STATE, state)


def load_checkpoint(tuned: Tuned, optimizer: Any, folder: Path) -> dict[str, Any]:
    """Put a checkpoint's weights, optimizer and random numbers back; returns its ``state``.

    Raises :class:`UserError` for a checkpoint that is damaged or of other settings.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors = load_file(folder / _OPTIMIZER)
    except (OSError, SafetensorError) as error:
        raise UserError("the checkpoint is damaged", where=folder) from error
    state = dict(files.read_json(folder / _STATE))
    tuned.load(folder)
    torch.set_rng_state(tensors.pop("random.cpu"))
    if "random.cuda" in tensors:
        cuda = tensors.pop("random.cuda")
        if torch.cuda.is_available():
            torch.cuda.set_rng_state(cuda)
    packed = optimizer.state_dict()
    packed["state"] = {}
    for key, tensor in tensors.items():
        index, _, name = key.partition(".")
        packed["state"].setdefault(int(index), {})[name] = tensor
    optimizer.load_state_dict(packed)
    return state


def keep_newest(checkpoints: list[Path], keep: int) -> None:
    """Delete all but the last ``keep`` of the checkpoints (oldest first)."""
    for folder in checkpoints[: max(0, len(checkpoints) - keep)]:
        with explain_os_errors(folder):
            shutil.rmtree(folder)


def _moments(optimizer: Any) -> dict[str, Any]:
    """The optimizer's tensors as ``index.name``; its settings come from the recipe."""
    return {
        f"{index}.{name}": tensor.contiguous()
        for index, values in optimizer.state_dict()["state"].items()
        for name, tensor in values.items()
        if tensor is not None  # SGD's momentum before the first step
    }


def _random_state() -> dict[str, Any]:
    import torch

    state = {"random.cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["random.cuda"] = torch.cuda.get_rng_state()
    return state
