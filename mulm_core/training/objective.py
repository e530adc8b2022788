"""The training loss: cross-entropy with label smoothing, computed only where a label counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from mulm_core.training.batches import Batch


def summed_loss(model: Any, batch: Batch, label_smoothing: float = 0.0) -> torch.Tensor:
    """Nats over all scored labels of the batch (a scalar); ``model`` is a bare seq2seq model.

    The output layer sees only the positions that are scored: with a vocabulary of 100,000 the
    logits of padding alone would outweigh the rest of the network.
    """
    import torch

    hidden = model.model(
        input_ids=batch.source,
        attention_mask=batch.source_mask,
        decoder_input_ids=batch.decoder_input,
        use_cache=False,
    ).last_hidden_state
    logits = model.lm_head(hidden[batch.scored])
    return torch.nn.functional.cross_entropy(
        logits.float(), batch.labels[batch.scored], label_smoothing=label_smoothing, reduction="sum"
    )
