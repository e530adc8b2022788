"""Putting a trainable adapter on a frozen base."""

from __future__ import annotations

from typing import Any

from mulm_core.models import Base
from mulm_core.quiet import quiet_libraries
from mulm_core.training.recipe import Recipe

_ATTENTION = "q_proj|k_proj|v_proj|out_proj"
TARGETS = {  # what each choice of lora_targets means, as PEFT's regular expression
    "all-linear": rf".*\.({_ATTENTION}|fc1|fc2)",
    "attention": rf".*\.({_ATTENTION})",
    "decoder": rf".*\.decoder\..*\.({_ATTENTION}|fc1|fc2)",
}


def add_adapter(base: Base, recipe: Recipe) -> Any:
    """Insert LoRA (Hu et al. 2021) into ``base.model`` and return the PEFT model around it.

    Only the adapter wants gradients; its weights are float32. The base stays in evaluation mode:
    its own dropout would slow training and, on a small adapter, hinder it. The initial values
    come from torch's global generator.
    """
    from peft import LoraConfig, TaskType, get_peft_model

    quiet_libraries()
    config = LoraConfig(
        task_type=TaskType.SEQ_2_SEQ_LM,
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=TARGETS[recipe.lora_targets],
        bias="none",
    )
    return get_peft_model(base.model, config)


def training_mode(peft_model: Any, active: bool) -> None:
    """Switch the adapter's own dropout on or off."""
    for name, module in peft_model.named_modules():
        if name.rpartition(".")[2] == "lora_dropout":
            module.train(active)


def trainable(peft_model: Any) -> list[Any]:
    """The adapter's parameters, in a stable order."""
    return [parameter for parameter in peft_model.parameters() if parameter.requires_grad]
