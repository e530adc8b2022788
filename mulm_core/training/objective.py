"""The training loss: cross-entropy with label smoothing, computed only where a label counts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from mulm_core.models import Base
    from mulm_core.training.batches import Batch

_LOGITS = 1 << 24  # logits that exist at once: 64 MB in float32


def summed_loss(base: Base, batch: Batch, label_smoothing: float = 0.0) -> torch.Tensor:
    """Nats over all scored labels of the batch (a scalar), with whatever adapter is active.

    The output layer sees only the positions that are scored, a few at a time: with a vocabulary of
    100,000 the logits alone would outweigh the rest of the network.
    """
    model = base.model
    hidden = model.model(
        input_ids=batch.source,
        attention_mask=batch.source_mask,
        decoder_input_ids=batch.decoder_input,
        past_key_values=base.prompt and base.prompt.get_prompt(len(batch.source)),
        use_cache=False,
    ).last_hidden_state[batch.scored]
    labels = batch.labels[batch.scored]
    if model.lm_head.weight.requires_grad:  # the layer learns too: torch keeps what that takes
        return _cross_entropy(model.lm_head(hidden), labels, label_smoothing)
    total: torch.Tensor = _chunked().apply(hidden, model.lm_head.weight, labels, label_smoothing)
    return total


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    import torch

    return torch.nn.functional.cross_entropy(
        logits.float(), labels, label_smoothing=smoothing, reduction="sum"
    )


@cache
def _chunked() -> Any:
    """The loss over a frozen output layer, as a function that torch differentiates.

    Forward goes through the positions in chunks and keeps the gradient of each instead of its
    logits: the same two matrix products as usual, in constant memory.
    """
    import torch

    class ChunkedLoss(torch.autograd.Function):
        @staticmethod
        def forward(
            ctx: Any,
            hidden: torch.Tensor,
            weight: torch.Tensor,
            labels: torch.Tensor,
            smoothing: float,
        ) -> torch.Tensor:
            total = torch.zeros((), device=hidden.device)
            wanted = ctx.needs_input_grad[0]
            gradient = torch.empty_like(hidden) if wanted else None
            kind = hidden.device.type
            if torch.is_autocast_enabled(kind):  # once, not for every chunk
                weight = weight.to(torch.get_autocast_dtype(kind))
            rows = max(1, _LOGITS // weight.shape[0])
            for start in range(0, len(labels), rows):
                part = slice(start, start + rows)
                logits = torch.nn.functional.linear(hidden[part], weight)
                total += _cross_entropy(logits, labels[part], smoothing)
                if gradient is not None:
                    slope = _slope(logits, labels[part], smoothing)
                    gradient[part] = slope.to(logits.dtype) @ weight.to(logits.dtype)
            ctx.gradient = gradient
            return total

        @staticmethod
        def backward(ctx: Any, above: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
            gradient, ctx.gradient = ctx.gradient, None
            return gradient.mul_(above), None, None, None

    return ChunkedLoss


def _slope(logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """The loss differentiated by the logits: softmax less the smoothed label, in float32."""
    slope = logits.float().softmax(dim=-1)
    slope -= smoothing / logits.shape[-1]
    rows = labels.new_tensor(range(len(labels)))
    slope[rows, labels] -= 1 - smoothing
    return slope
