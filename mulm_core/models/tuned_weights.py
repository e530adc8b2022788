"""A model's own weights, changed by training: on disk beside the base, in memory in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core.errors import UserError

if TYPE_CHECKING:
    import torch

WEIGHTS = "tuned_weights.safetensors"


def save_weights(model: Any, folder: Path) -> None:
    """Write the parameters of ``model`` that want a gradient to ``folder``."""
    from safetensors.torch import save_file

    tensors = {
        name: weights.detach().contiguous()
        for name, weights in model.named_parameters()
        if weights.requires_grad
    }
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def read_weights(model: Any, folder: Path) -> dict[str, torch.Tensor]:
    """The changed weights in ``folder``, by name, on the model's device.

    Raises :class:`UserError` where they are damaged or not of this model.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    own = dict(model.named_parameters())
    device = next(iter(own.values())).device
    try:
        tensors = dict(load_file(folder / WEIGHTS, device=str(device)))
    except (OSError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"the weights cannot be loaded ({reason})", where=folder, fix="Train them again"
        ) from error
    for name, tensor in tensors.items():
        if name not in own or own[name].shape != tensor.shape:
            raise UserError(
                f"these weights are not of this model ({name})",
                where=folder,
                fix="Use the model that they were trained on",
            )
    return tensors


@contextmanager
def swapped(model: Any, tensors: Mapping[str, torch.Tensor]) -> Iterator[None]:
    """``tensors`` in place of the parameters of the same names; afterwards the model's own again.

    Nothing is copied: the base's tensors wait outside the model.
    """
    own = {name: weights for name, weights in model.named_parameters() if name in tensors}
    before = {name: weights.data for name, weights in own.items()}
    try:
        for name, tensor in tensors.items():
            own[name].data = tensor
        yield
    finally:
        for name, weights in own.items():
            weights.data = before[name]
