"""Cross-entropy with label smoothing whose logits never leave the processor's cache.

With a vocabulary of 8,000 pieces a plain loss spends its time moving `tokens × pieces` floats. Here
a few hundred rows at a time go through projection, softmax and both gradients.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_ROWS = 512


def precision() -> torch.dtype:
    """bfloat16 where the processor multiplies it; elsewhere its imitation is many times slower."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    fast = any(getattr(torch.cpu, check, lambda: False)() for check in checks)
    return torch.bfloat16 if fast else torch.float32


def autocast() -> torch.autocast:
    """Multiply matrices in :func:`precision` inside."""
    return torch.autocast("cpu", torch.bfloat16, enabled=precision() is torch.bfloat16)


class FusedLoss(torch.autograd.Function):
    """Mean cross-entropy (nats a token) of `hidden @ weight.T` against `targets`.

    The value is the plain cross-entropy; the gradients are those of the smoothed one,
    p - (1 - e) onehot - e / V, its constant part added in closed form.
    """

    @staticmethod
    def forward(  # type: ignore[override]
        ctx: Any, hidden: Tensor, weight: Tensor, targets: Tensor, smoothing: float
    ) -> Tensor:
        """`hidden` is (tokens, d), `weight` (pieces, d), `targets` (tokens,)."""
        low_hidden, low_weight = hidden.to(precision()), weight.to(precision())
        grad_hidden = torch.empty(hidden.shape, dtype=torch.float32)
        grad_weight = torch.zeros(weight.shape, dtype=torch.float32)
        total = torch.zeros(())
        for start in range(0, len(hidden), _ROWS):
            part = slice(start, start + _ROWS)
            probability = torch.softmax(functional.linear(low_hidden[part], low_weight), -1)
            hit = probability.gather(1, targets[part, None])
            total -= hit.float().clamp_min(1e-9).log().sum()
            grad_hidden[part] = probability @ low_weight
            grad_weight += probability.T @ low_hidden[part]
        spread, sure, wide = smoothing / len(weight), 1 - smoothing, hidden.float()
        grad_hidden -= spread * weight.sum(0) + sure * weight[targets]
        grad_weight.index_add_(0, targets, wide, alpha=-sure).sub_(spread * wide.sum(0))
        scale = 1 / len(hidden)
        ctx.save_for_backward((grad_hidden * scale).to(hidden.dtype), grad_weight * scale)
        return total * scale

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """The gradients made on the way forward, scaled."""
        grad_hidden, grad_weight = ctx.saved_tensors
        return grad_hidden * gradients[0], grad_weight * gradients[0], None, None
