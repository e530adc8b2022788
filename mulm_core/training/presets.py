"""Recipes to start from, fitted to the method and to the size of the data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from mulm_core.errors import UserError
from mulm_core.fields import parse
from mulm_core.training.recipe import Recipe

PRESETS: dict[str, Recipe] = {
    # Small batches: an epoch takes little longer than with large ones, and learns more.
    "quick": Recipe(
        preset="quick",
        epochs=1,
        evals_per_epoch=2,
        learning_rate=3e-3,
        batch_tokens=256,
        warmup=0.05,
        patience=0,
        dev_size=150,
    ),
    "balanced": Recipe(preset="balanced"),
    "thorough": Recipe(
        preset="thorough",
        epochs=20,
        learning_rate=5e-4,
        lora_rank=64,
        lora_alpha=128,
        lora_dropout=0.05,
        evals_per_epoch=2,
        dev_size=500,
        patience=8,
    ),
}


_RATES = {"ia3": 5.0, "prefix": 10.0, "top-layers": 0.1, "full": 0.05}
"""What a preset's learning rate, which is LoRA's, is multiplied by for the other methods."""


def recipe_from(
    preset: str, changes: Mapping[str, str] | None = None, pairs: int | None = None
) -> Recipe:
    """The preset with ``changes`` (field name to text, as ``--set`` and forms give them) applied.

    Where ``changes`` choose a method and no learning rate, the preset's is fitted to the method;
    where they choose no epochs, the preset's are fitted to the number of training ``pairs``, and
    with them how often it is scored (None: left as they are).
    Raises :class:`UserError` for an unknown preset or field, or a value that does not fit.
    """
    if preset not in PRESETS:
        raise UserError(f"there is no recipe '{preset}'", fix=f"Choose one of {', '.join(PRESETS)}")
    changes = dict(changes or {})
    if "method" in changes and "learning_rate" not in changes:
        rate = PRESETS[preset].learning_rate * _RATES.get(changes["method"].strip(), 1.0)
        changes["learning_rate"] = f"{rate:.6g}"
    recipe = changed_recipe(PRESETS[preset], changes)
    if pairs is None or "epochs" in changes:
        return recipe
    return changed_recipe(_scaled(recipe, pairs), changes)


_USUAL_PAIRS = 2500  # the presets are made for about as many
_NEARLY_ALL = 0.8  # of a pass; then it is made whole
_PAIR_TOKENS = 30  # of a usual pair in a batch, padding included


def _scaled(recipe: Recipe, pairs: int) -> Recipe:
    """The recipe for so many training pairs, where its preset is made for ``_USUAL_PAIRS``.

    The pairs that are seen grow as the root of the pairs there are. With equal epochs a small
    corpus would be over before anything is learnt, and the time would grow with a large one without
    end; with equal steps most of a large one would never be read. Below one pass the steps are
    limited. As many evaluations as in the preset are spread over all that, at least one a pass,
    and the patience is the same share of them.
    """
    passes = recipe.epochs * math.sqrt(_USUAL_PAIRS / max(1, pairs))
    if _NEARLY_ALL < passes < 1:
        passes = 1.0
    wanted = recipe.epochs * recipe.evals_per_epoch
    evals_per_epoch = min(100, max(1, round(wanted / passes)))
    epochs = min(1000, max(1, round(passes)))
    share = evals_per_epoch * min(passes, epochs) / wanted
    limit = math.ceil(passes * pairs * _PAIR_TOKENS / recipe.batch_tokens / recipe.accumulate)
    return replace(
        recipe,
        epochs=epochs,
        max_steps=limit if passes < 1 else recipe.max_steps,
        evals_per_epoch=evals_per_epoch,
        patience=max(1, round(recipe.patience * share)) if recipe.patience else 0,
    )


def changed_recipe(recipe: Recipe, changes: Mapping[str, str]) -> Recipe:
    """``recipe`` with ``changes`` (field name to text) applied; :class:`UserError` as above."""
    return replace(recipe, **{name: parse(Recipe, name, text) for name, text in changes.items()})
