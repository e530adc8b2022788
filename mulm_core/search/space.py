"""What a search may change: one table of recipe fields, their ranges, and when they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mulm_core.errors import UserError
from mulm_core.training import Recipe, changed_recipe

_LORA = ("lora", "dora", "rslora")
_OWN_WEIGHTS = ("top-layers", "full")

Values = dict[str, Any]


@dataclass(frozen=True)
class Range:
    """The values that a field may take: ``choices``, or all from ``low`` to ``high``.

    A ``log`` range is searched in equal factors.
    """

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Any, ...] = ()

    def including(self, value: Any) -> Range:
        """The range widened to what the recipe has now, which is what a search begins with."""
        if self.choices:
            known = self.choices if value in self.choices else (*self.choices, value)
            return replace(self, choices=tuple(sorted(known)))
        return replace(self, low=min(self.low, value), high=max(self.high, value))

    def words(self) -> str:
        """The range for people: ``8, 16, 32`` or ``0.0004 – 0.01``."""
        if self.choices:
            return ", ".join(str(choice) for choice in self.choices)
        return f"{self.low:g} \N{EN DASH} {self.high:g}"


@dataclass(frozen=True)
class _Dimension:
    """A field's usual range; ``around`` means factors of the recipe's own value.

    ``methods`` are those for which the field counts; empty: all.
    """

    range: Range
    methods: tuple[str, ...] = ()
    around: bool = False


_SPACE: dict[str, _Dimension] = {
    # Around the recipe's own rate, because that of another method is ten times as high or low.
    "learning_rate": _Dimension(Range(0.2, 5.0, log=True), around=True),
    "lora_rank": _Dimension(Range(choices=(8, 16, 32, 64)), _LORA),
    "lora_dropout": _Dimension(Range(0.0, 0.2), _LORA),
    "label_smoothing": _Dimension(Range(0.0, 0.2)),
    "batch_tokens": _Dimension(Range(choices=(512, 1024, 2048, 4096))),
    "warmup": _Dimension(Range(0.0, 0.3)),
    "weight_decay": _Dimension(Range(0.0, 0.1)),
    "schedule": _Dimension(Range(choices=("constant", "cosine", "inverse-sqrt", "linear"))),
    "lora_targets": _Dimension(Range(choices=("all-linear", "attention", "ffn")), _LORA),
    "side": _Dimension(Range(choices=("both", "decoder", "encoder")), (*_LORA, "ia3")),
    "method": _Dimension(Range(choices=_LORA), _LORA),
    "dropout": _Dimension(Range(0.0, 0.3), _OWN_WEIGHTS),
    "top_layers": _Dimension(Range(choices=(1, 2, 3)), ("top-layers",)),
    "prefix_length": _Dimension(Range(choices=(8, 16, 32, 64)), ("prefix",)),
}

_DEFAULT = ("learning_rate", "lora_rank", "lora_dropout", "label_smoothing", "batch_tokens")


def searchable(recipe: Recipe) -> tuple[str, ...]:
    """The fields that can be searched with the recipe's method."""
    return tuple(
        name
        for name, dimension in _SPACE.items()
        if not dimension.methods or recipe.method in dimension.methods
    )


def default_fields(recipe: Recipe) -> tuple[str, ...]:
    """The fields that a search changes unless told otherwise.

    Not the batch size where the steps are limited: the largest would always see the most.
    """
    limited = ("batch_tokens",) if recipe.max_steps is not None else ()
    known = searchable(recipe)
    return tuple(name for name in _DEFAULT if name in known and name not in limited)


def space_of(recipe: Recipe, fields: Sequence[str] = ()) -> dict[str, Range]:
    """The range of each field, the recipe's own value included; no fields: the usual ones.

    Raises :class:`UserError` for a field that cannot be searched with the recipe's method.
    """
    known = searchable(recipe)
    for name in fields:
        if name not in known:
            raise UserError(
                f"'{name}' is no field to search with the method {recipe.method}",
                where="fields",
                fix=f"Choose from {', '.join(known)}",
            )
    return {name: _range(recipe, name) for name in fields or default_fields(recipe)}


def _range(recipe: Recipe, name: str) -> Range:
    dimension, value = _SPACE[name], getattr(recipe, name)
    found = dimension.range
    if dimension.around:
        found = replace(found, low=short(found.low * value), high=short(found.high * value))
    return found.including(value)


def short(value: float) -> float:
    """Three digits that count: a value to write down and get the same run again."""
    return float(f"{value:.3g}")


def own_values(recipe: Recipe, space: Mapping[str, Range]) -> Values:
    """What the recipe has in the searched fields."""
    return {name: getattr(recipe, name) for name in space}


def recipe_with(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with a trial's values; LoRA's alpha keeps its ratio to the rank."""
    changes = dict(values)
    if "lora_rank" in changes:
        ratio = recipe.lora_alpha / recipe.lora_rank
        changes["lora_alpha"] = max(1, round(changes["lora_rank"] * ratio))
    return changed_recipe(recipe, {name: str(value) for name, value in changes.items()})
