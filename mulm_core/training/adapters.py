"""Putting a trainable adapter on a frozen base, by PEFT."""

from __future__ import annotations

import re
from typing import Any

from mulm_core.errors import UserError
from mulm_core.models import Base
from mulm_core.quiet import quiet_libraries
from mulm_core.training.quick_lora import quicken
from mulm_core.training.recipe import Recipe

_ATTENTION = "q_proj|k_proj|v_proj|out_proj"
_FFN = "fc1|fc2"
_LAYERS = {"all-linear": f"{_ATTENTION}|{_FFN}", "attention": _ATTENTION, "ffn": _FFN}
_SIDES = {"both": "", "encoder": r"\.encoder\..*", "decoder": r"\.decoder\..*"}
TARGETS = {  # what each choice of lora_targets means on both sides, as PEFT's regular expression
    choice: rf".*\.({names})" for choice, names in _LAYERS.items()
}
_PREFIX_STD = 0.02  # a prefix of PEFT's own size (1) would drown the base's attention


def add_adapter(base: Base, recipe: Recipe) -> Any:
    """Insert the recipe's adapter into ``base.model`` and return the PEFT model around it.

    Only the adapter wants gradients; its weights are float32. The base stays in evaluation mode:
    its own dropout would slow training and, on a small adapter, hinder it. The initial values
    come from torch's global generator. Raises :class:`UserError` for layers the model lacks.
    """
    from peft import get_peft_model

    quiet_libraries()
    if recipe.method == "prefix":
        model = get_peft_model(base.model, _prefix(base, recipe))
        _shrink_prefix(model)
        base.prompt = model
        return model
    pattern = target_pattern(base.model, recipe)
    config = _ia3(recipe, pattern) if recipe.method == "ia3" else _lora(base, recipe, pattern)
    model = get_peft_model(base.model, config)
    quicken(model)
    return model


def target_pattern(model: Any, recipe: Recipe) -> str:
    """The layers to adapt as PEFT's regular expression; :class:`UserError` where there are none."""
    names = _LAYERS[recipe.lora_targets]
    if recipe.target_names:
        given = [name.strip() for name in recipe.target_names.split(",") if name.strip()]
        names = "|".join(map(re.escape, given))
    pattern = rf".*{_SIDES[recipe.side]}\.({names})"
    if not any(re.fullmatch(pattern, name) for name in linear_layers(model)):
        known = sorted({name.rpartition(".")[2] for name in linear_layers(model)})
        raise UserError(
            f"the model has no linear layer named {names.replace('|', ' or ')} there",
            where="target_names",
            fix=f"It has {', '.join(known)}",
        )
    return pattern


def linear_layers(model: Any) -> list[str]:
    """The full names of the linear layers that can be adapted: all but the output layer."""
    import torch

    found = [name for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)]
    return [name for name in found if "." in name]


def _lora(base: Base, recipe: Recipe, pattern: str) -> Any:
    """LoRA (Hu et al. 2021), DoRA (Liu et al. 2024) or rsLoRA (Kalajdzievski 2023).

    The tokens of languages that are added learn beside it.
    """
    from peft import LoraConfig, TaskType

    return LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=pattern,
        bias="none",
        use_dora=recipe.method == "dora",
        use_rslora=recipe.method == "rslora",
        trainable_token_indices=list(base.new_tokens) or None,
    )


def _ia3(recipe: Recipe, pattern: str) -> Any:
    """(IA)³ (Liu et al. 2022): of the feed-forward layers the inputs are scaled."""
    from peft import IA3Config, TaskType

    inputs_scaled = pattern.rpartition("(")[0] + f"({_FFN})"
    return IA3Config(
        task_type=TaskType.SEQ_2_SEQ_LM, target_modules=pattern, feedforward_modules=inputs_scaled
    )


def _prefix(base: Base, recipe: Recipe) -> Any:
    """Prefix tuning (Li and Liang 2021) of the decoder's self-attention."""
    from peft import PrefixTuningConfig, TaskType

    config = base.model.config
    return PrefixTuningConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        num_virtual_tokens=recipe.prefix_length,
        num_layers=config.decoder_layers,  # PEFT would count the encoder's
        num_attention_heads=config.decoder_attention_heads,
        token_dim=config.d_model,
    )


def _shrink_prefix(model: Any) -> None:
    import torch

    for weights in trainable(model):
        torch.nn.init.normal_(weights, std=_PREFIX_STD)


def training_mode(model: Any, active: bool) -> None:
    """Switch the adapter's own dropout on or off."""
    for name, module in model.named_modules():
        if name.rpartition(".")[2] == "lora_dropout":
            module.train(active)


def trainable(model: Any) -> list[Any]:
    """The parameters that learn, in a stable order."""
    return [parameter for parameter in model.parameters() if parameter.requires_grad]
