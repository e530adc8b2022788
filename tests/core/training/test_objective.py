"""The loss in chunks is torch's own cross-entropy, gradients included."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mulm_core.models import Base, load_base
from mulm_core.models.catalog import inspect
from mulm_core.training import objective
from mulm_core.training.batches import Batch, TokenPairs, TokenTable
from mulm_core.training.dev import batch_of
from mulm_core.training.objective import summed_loss


@pytest.fixture(scope="module")
def base(tiny_folder: Path) -> Base:
    return load_base(inspect(tiny_folder, "tiny"))


@pytest.fixture
def batch(base: Base) -> Batch:
    texts = ["the row opens 3", "a cell", "the file closes 7 rows and a cell"]
    tables = TokenTable(), TokenTable()
    for table, language in zip(tables, ("en", "fr"), strict=True):
        for ids in base.family.encode(base.tokenizer, texts, language):
            table.append(ids)
    return batch_of(base, TokenPairs(*tables, left_out=0), range(len(texts)))


def _loss_and_gradient(base: Base, batch: Batch, smoothing: float) -> tuple[float, torch.Tensor]:
    weights = base.model.model.encoder.layers[0].fc1.weight
    weights.requires_grad_(True)
    loss = summed_loss(base, batch, smoothing)
    (gradient,) = torch.autograd.grad(3 * loss, weights)
    weights.requires_grad_(False)
    return float(loss.detach()), gradient


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("rows", [1, 4, 1000])
def test_any_chunk_gives_torchs_own_loss_and_gradient(
    base: Base, batch: Batch, smoothing: float, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objective, "_LOGITS", rows * base.model.config.vocab_size)
    chunked = _loss_and_gradient(base, batch, smoothing)
    base.model.lm_head.weight.requires_grad_(True)  # the plain way
    plain = _loss_and_gradient(base, batch, smoothing)
    base.model.lm_head.weight.requires_grad_(False)
    assert chunked[0] == pytest.approx(plain[0], rel=1e-5)
    torch.testing.assert_close(chunked[1], plain[1], rtol=1e-4, atol=1e-6)


def test_without_gradients_there_is_the_same_loss(base: Base, batch: Batch) -> None:
    with torch.inference_mode():
        alone = float(summed_loss(base, batch))
    assert alone == pytest.approx(_loss_and_gradient(base, batch, 0.0)[0], rel=1e-6)
