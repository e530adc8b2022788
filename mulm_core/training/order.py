"""Which pairs each step learns from: a matter of seed and step alone, so that a run can go on."""

from __future__ import annotations

from mulm_core.training.batches import TokenPairs, plan
from mulm_core.training.recipe import Recipe

Rows = list[int]


def steps_per_epoch(data: TokenPairs, recipe: Recipe) -> int:
    """How many steps one pass over the data takes, in every epoch."""
    batches = len(plan(data, recipe.batch_tokens))
    return -(-batches // recipe.accumulate)


def most_steps(epoch_steps: int, recipe: Recipe) -> int:
    """How many steps a run takes that nothing ends early."""
    return min(epoch_steps * recipe.epochs, recipe.max_steps or epoch_steps * recipe.epochs)


def steps_of_epoch(data: TokenPairs, recipe: Recipe, epoch: int) -> list[list[Rows]]:
    """The batches of each step of an epoch (from 0): lists of rows of ``data``."""
    import numpy as np

    batches = plan(data, recipe.batch_tokens, np.random.default_rng([recipe.seed, epoch]))
    size = recipe.accumulate
    return [batches[start : start + size] for start in range(0, len(batches), size)]


def in_parts(batches: list[Rows], parts: int) -> list[Rows]:
    """Each batch cut into at most ``parts`` smaller ones; together they hold the same rows."""
    cut: list[Rows] = []
    for rows in batches:
        size = -(-len(rows) // parts)
        cut += [rows[start : start + size] for start in range(0, len(rows), size)]
    return cut
