"""What a run trains, whatever the method: parameters that are saved, loaded and switched off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, Protocol

from mulm_core.errors import UserError
from mulm_core.models import Base
from mulm_core.models.tuned_weights import read_weights, save_weights
from mulm_core.training.adapters import add_adapter, trainable, training_mode
from mulm_core.training.recipe import Recipe


class Tuned(Protocol):
    """A base with the part of it that learns."""

    parameters: list[Any]

    def train(self, active: bool) -> None:
        """Switch dropout on or off."""

    def save(self, folder: Path) -> None:
        """Write what has been learnt into ``folder``, as safetensors."""

    def load(self, folder: Path) -> None:
        """Put back what :meth:`save` wrote; raises :class:`UserError` for what does not fit."""

    @contextmanager
    def without(self) -> Iterator[None]:
        """Inside it, the base translates as it came; before a step or :meth:`load`."""


def tune(base: Base, recipe: Recipe) -> Tuned:
    """Make ``base`` trainable by the recipe's method; chance comes from torch's global generator.

    Raises :class:`UserError` for layers that the model lacks.
    """
    return OwnWeights(base, recipe) if recipe.own_weights else Adapter(base, recipe)


class Adapter:
    """An adapter of PEFT's, on disk in PEFT's own format."""

    def __init__(self, base: Base, recipe: Recipe) -> None:
        self._base = base
        self.model = add_adapter(base, recipe)
        self.parameters = trainable(self.model)

    def train(self, active: bool) -> None:
        """Switch the adapter's dropout on or off; the base has none."""
        training_mode(self.model, active)

    def save(self, folder: Path) -> None:
        """Write ``adapter_model.safetensors`` and ``adapter_config.json`` as PEFT does.

        Without its model card, which takes a tenth of a second each time.
        """
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        # False: PEFT would otherwise ask the model hub whether the vocabulary has grown.
        tensors = get_peft_model_state_dict(self.model, save_embedding_layers=False)
        whole = {name: tensor.contiguous() for name, tensor in tensors.items()}
        save_file(whole, folder / "adapter_model.safetensors", metadata={"format": "pt"})
        config = copy(self.model.active_peft_config)
        config.inference_mode = True
        config.base_model_name_or_path = str(self._base.info.path)
        config.save_pretrained(str(folder))

    def load(self, folder: Path) -> None:
        """Put an adapter of the same settings back."""
        from peft import set_peft_model_state_dict
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            tensors = load_file(folder / "adapter_model.safetensors")
            left = set_peft_model_state_dict(self.model, tensors)
        except (OSError, RuntimeError, ValueError, KeyError, SafetensorError) as error:
            reason = str(error).strip().splitlines()[0]
            raise UserError(f"the adapter cannot be loaded ({reason})", where=folder) from error
        # PEFT counts a prefix, which has no place in the model, as unexpected.
        if left is not None and set(left.unexpected_keys) - {"prompt_embeddings"}:
            raise UserError("the adapter is one of other layers", where=folder)

    @contextmanager
    def without(self) -> Iterator[None]:
        """Switch the adapter off: a prefix changes the base from the start."""
        prompt, self._base.prompt = self._base.prompt, None
        try:
            with self.model.disable_adapter():
                yield
        finally:
            self._base.prompt = prompt


class OwnWeights:
    """The model's own weights, all of them or those of the top layers; only these are saved."""

    def __init__(self, base: Base, recipe: Recipe) -> None:
        self._model, self._dropout = base.model, recipe.dropout
        wanted = _learning(base.model, recipe)
        for name, weights in base.model.named_parameters():
            weights.requires_grad_(wanted(name))
        self.parameters = trainable(base.model)
        for module in base.model.modules():
            if isinstance(getattr(module, "dropout", None), float):
                module.dropout = recipe.dropout

    def train(self, active: bool) -> None:
        """Switch the model's dropout on or off, where the recipe has any."""
        self._model.train(active and self._dropout > 0)

    def save(self, folder: Path) -> None:
        """Write ``tuned_weights.safetensors``."""
        save_weights(self._model, folder)

    def load(self, folder: Path) -> None:
        """Copy the weights in ``folder`` into the model."""
        own = dict(self._model.named_parameters())
        for name, tensor in read_weights(self._model, folder).items():
            own[name].data.copy_(tensor)

    @contextmanager
    def without(self) -> Iterator[None]:
        """Nothing to switch off: before a step or :meth:`load` the weights are the base's."""
        yield


def _learning(model: Any, recipe: Recipe) -> Any:
    """Which parameters learn, as a test of their names."""
    sides = ("encoder", "decoder") if recipe.side == "both" else (recipe.side,)
    if recipe.method == "full":
        if recipe.side == "both":
            return lambda name: True
        return lambda name: name.startswith(tuple(f"model.{side}." for side in sides))
    top = [f"model.{side}.layer_norm." for side in sides]
    for side in sides:
        count = len(getattr(model.model, side).layers)
        top += [f"model.{side}.layers.{at}." for at in range(count)[-recipe.top_layers :]]
    return lambda name: name.startswith(tuple(top))
