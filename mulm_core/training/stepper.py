"""One optimizer step on real batches: what the loop repeats, and what the probe times."""

from __future__ import annotations

import math

from mulm_core.models.device import autocast_dtype
from mulm_core.training.dev import batch_of
from mulm_core.training.methods import Tuned
from mulm_core.training.objective import summed_loss
from mulm_core.training.optimizer import make_optimizer
from mulm_core.training.order import Rows
from mulm_core.training.recipe import Recipe
from mulm_core.training.setup import Setup


class Stepper:
    """Holds the optimizer; :meth:`gradient` adds up, :meth:`step` applies or :meth:`drop` drops."""

    def __init__(self, setup: Setup, tuned: Tuned, recipe: Recipe) -> None:
        from accelerate import Accelerator

        self._setup, self._recipe = setup, recipe
        self._parameters = tuned.parameters
        device = setup.base.device.type
        self._accelerator = Accelerator(
            cpu=device == "cpu", mixed_precision="bf16" if autocast_dtype(device) else "no"
        )
        self.optimizer = make_optimizer(tuned.parameters, recipe)

    def gradient(self, batches: list[Rows]) -> tuple[float, int]:
        """Add up the gradient of the mean loss; returns it (nats per token) and the tokens."""
        moved = [batch_of(self._setup.base, self._setup.train, rows) for rows in batches]
        tokens = sum(batch.tokens for batch in moved)
        loss = 0.0
        for batch in moved:
            with self._accelerator.autocast():
                total = summed_loss(self._setup.base, batch, self._recipe.label_smoothing)
            part = total / tokens
            self._accelerator.backward(part)
            loss += float(part.detach())
        return loss, tokens

    def clip(self) -> float:
        """Shorten the gradient to the recipe's limit; returns its norm before."""
        limit = self._recipe.gradient_clip or math.inf
        return float(self._accelerator.clip_grad_norm_(self._parameters, limit))

    def step(self, rate: float) -> None:
        """Move the weights along the gradient at this learning rate, and drop it."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.drop()

    def drop(self) -> None:
        """Forget the gradient."""
        self.optimizer.zero_grad(set_to_none=True)
