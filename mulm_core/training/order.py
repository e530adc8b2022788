"""Which pairs each step learns from: a matter of seed and step alone, so that a run can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from mulm_core.training.batches import TokenPairs, plan
from mulm_core.training.recipe import Recipe

Rows = list[int]


def most_steps(epoch_steps: int, recipe: Recipe) -> int:
    """How many steps a run takes that nothing ends early."""
    return min(epoch_steps * recipe.epochs, recipe.max_steps or epoch_steps * recipe.epochs)


def shares(batches: Sequence[int], pairs: Sequence[int], temperature: float) -> list[int]:
    """How many batches of each task an epoch has, of tasks with so many ``batches`` and ``pairs``.

    A task of n pairs is drawn in proportion to n^(1/T) (Arivazhagan et al. 2019): with T = 1 each
    batch once, with a higher T those of small tasks more often and of large ones more seldom.
    """
    weights = [
        count * size ** (1 / temperature - 1) for count, size in zip(batches, pairs, strict=True)
    ]
    total = sum(batches) / sum(weights)
    return [max(1, round(total * weight)) for weight in weights]


@dataclass(frozen=True)
class Order:
    """The steps of a run over ``data``, whose rows belong to tasks of these ``sizes`` in turn.

    Each batch is of one task: their texts differ in length, and so do their directions.
    """

    data: TokenPairs
    sizes: tuple[int, ...]
    recipe: Recipe

    @cached_property
    def epoch_steps(self) -> int:
        """How many steps an epoch takes, the same for each."""
        return -(-sum(self._shares) // self.recipe.accumulate)

    def total_steps(self) -> int:
        """How many steps the run takes if nothing ends it early."""
        return most_steps(self.epoch_steps, self.recipe)

    def steps_of_epoch(self, epoch: int) -> list[list[Rows]]:
        """The batches of each step of an epoch (from 0): lists of rows of ``data``."""
        import numpy as np

        tasks = (
            self._batches(task, epoch * count, count) for task, count in enumerate(self._shares)
        )
        batches = [rows for batches in tasks for rows in batches]
        if len(self.sizes) > 1:
            chance = np.random.default_rng([self.recipe.seed, epoch, len(self.sizes)])
            batches = [batches[index] for index in chance.permutation(len(batches))]
        size = self.recipe.accumulate
        return [batches[start : start + size] for start in range(0, len(batches), size)]

    @cached_property
    def _shares(self) -> list[int]:
        return shares(self._counts, self.sizes, self.recipe.temperature)

    @cached_property
    def _counts(self) -> list[int]:
        """Batches of each task in one pass over it; they hang on the lengths alone."""
        budget = self.recipe.batch_tokens
        return [len(plan(self.data, budget, rows=rows)) for rows in self._ranges]

    @cached_property
    def _ranges(self) -> list[range]:
        ends = accumulate(self.sizes)
        return [range(end - size, end) for end, size in zip(ends, self.sizes, strict=True)]

    def _batches(self, task: int, first: int, count: int) -> list[Rows]:
        """``count`` batches of a task from its ``first`` on, counted over pass after pass."""
        import numpy as np

        found: list[Rows] = []
        passes, skipped = divmod(first, self._counts[task])
        while len(found) < skipped + count:
            chance = np.random.default_rng([self.recipe.seed, passes, task])
            found += plan(self.data, self.recipe.batch_tokens, chance, self._ranges[task])
            passes += 1
        return found[skipped : skipped + count]


def in_parts(batches: list[Rows], parts: int) -> list[Rows]:
    """Each batch cut into at most ``parts`` smaller ones; together they hold the same rows."""
    cut: list[Rows] = []
    for rows in batches:
        size = -(-len(rows) // parts)
        cut += [rows[start : start + size] for start in range(0, len(rows), size)]
    return cut
