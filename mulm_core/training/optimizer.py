"""The recipe's optimizer, and the learning rate of every step."""

from __future__ import annotations

import math
from typing import Any

from mulm_core.training.recipe import Recipe

_MOMENTUM = 0.9  # of SGD


def make_optimizer(parameters: list[Any], recipe: Recipe) -> Any:
    """AdamW (fused), Adafactor or SGD with Nesterov momentum; all their state is tensors."""
    import torch

    settings: dict[str, Any] = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay}
    if recipe.optimizer == "adafactor":
        return torch.optim.Adafactor(parameters, **settings)
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(parameters, momentum=_MOMENTUM, nesterov=True, **settings)
    return torch.optim.AdamW(parameters, fused=True, **settings)


def rate_factor(step: int, total: int, warmup: int, schedule: str = "linear") -> float:
    """What step ``step`` (from 1) multiplies the learning rate by; above zero for every step."""
    peak = max(1, warmup)
    if step <= peak:
        return step / peak
    left = (total + 1 - step) / (total + 1 - peak)
    match schedule:
        case "cosine":
            return 0.5 * (1 - math.cos(math.pi * left))
        case "inverse-sqrt":
            return math.sqrt(peak / step)
        case "constant":
            return 1.0
    return left
