"""The options of an evaluation: how to search for translations, and how to score them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mulm_core.evaluation import Evaluation
from mulm_core.fields import FieldSpec, specs
from mulm_core.scoring import ScoreOptions
from mulm_core.translation import DecodeOptions

# Scores are of one translation, and the same each time: nothing is drawn, no alternatives asked.
_SEARCH = (
    "beams",
    "max_length",
    "length_penalty",
    "no_repeat_ngram",
    "repetition_penalty",
    "split",
    "precision",
)


def fields() -> list[FieldSpec]:
    """What can be chosen, all of it folded away: the usual needs no choice."""
    search = specs(DecodeOptions)
    found = [*specs(ScoreOptions).values(), *(search[name] for name in _SEARCH)]
    return [replace(spec, advanced=True) for spec in found]


def search_options(values: Mapping[str, Any]) -> DecodeOptions:
    """The options of the search among ``values`` by name; raises :class:`UserError`."""
    return DecodeOptions(**{key: value for key, value in values.items() if key in _SEARCH})


def score_options(values: Mapping[str, Any]) -> ScoreOptions:
    """The options of the scores among ``values`` by name; raises :class:`UserError`."""
    return ScoreOptions(**{key: value for key, value in values.items() if key not in _SEARCH})


def told(evaluation: Evaluation) -> tuple[tuple[str, Any], ...]:
    """Name and value of the options of ``evaluation``; the default where it does not tell."""
    kept = {**evaluation.options, **evaluation.scoring}
    return tuple((spec.name, kept.get(spec.name, spec.default)) for spec in fields())
