"""The space of a search, and what Optuna makes of scores that are known."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from mulm_core.errors import UserError
from mulm_core.search.proposals import falls_behind, importance, propose
from mulm_core.search.record import Plan, Trial
from mulm_core.search.space import own_values, recipe_with, searchable, space_of
from mulm_core.training import PRESETS, Recipe, recipe_from


def plan_of(recipe: Recipe, *fields: str, by: str = "bleu") -> Plan:
    return Plan(space_of(recipe, fields), 20, None, by, recipe.seed)


def ended(plan: Plan, count: int) -> list[Trial]:
    """Trials on a hill: the best learning rate is 0.001, the label smoothing hardly matters."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        values = propose(plan, trials)
        assert values is not None
        score = 40 - 10 * abs(math.log10(values["learning_rate"] / 1e-3))
        score += 0.1 * values["label_smoothing"]
        trials.append(Trial(number, values, "complete", score, ({"score": score},)))
    return trials


@pytest.mark.parametrize("method", ["lora", "dora", "ia3", "prefix", "top-layers", "full"])
@pytest.mark.parametrize("preset", PRESETS)
def test_every_value_makes_a_sound_recipe(preset: str, method: str) -> None:
    recipe = recipe_from(preset, {"method": method})
    space = space_of(recipe, searchable(recipe))
    own = own_values(recipe, space)
    assert recipe_with(recipe, own) == recipe
    for name, found in space.items():
        for value in found.choices or (found.low, found.high):
            changed = recipe_with(recipe, {**own, name: value})
            assert getattr(changed, name) == value


def test_alpha_keeps_its_ratio_to_the_rank() -> None:
    assert recipe_with(Recipe(lora_rank=32, lora_alpha=32), {"lora_rank": 8}).lora_alpha == 8
    assert recipe_with(Recipe(), {"lora_rank": 8}).lora_alpha == 16


def test_only_what_has_an_effect_is_searched() -> None:
    assert "lora_rank" in space_of(Recipe())
    assert "lora_rank" not in space_of(recipe_from("quick", {"method": "full"}))
    with pytest.raises(UserError, match="'lora_rank' is no field to search with the method ia3"):
        space_of(recipe_from("quick", {"method": "ia3"}), ["lora_rank"])


def test_the_rate_is_searched_around_the_recipes_own() -> None:
    found = space_of(recipe_from("quick", {"learning_rate": "0.01"}))["learning_rate"]
    assert (found.low, found.high, found.log) == (0.002, 0.05, True)
    assert space_of(Recipe(lora_rank=24))["lora_rank"].choices == (8, 16, 24, 32, 64)


def test_proposals_come_closer_and_can_be_written_down() -> None:
    plan = plan_of(Recipe(), "learning_rate", "label_smoothing")
    trials = ended(plan, 30)
    early, late = trials[:5], trials[-10:]
    assert sum(t.score or 0 for t in late) / 10 > sum(t.score or 0 for t in early) / 5
    assert json.loads(json.dumps([t.values for t in trials])) == [t.values for t in trials]
    assert all(f"{t.values['learning_rate']:.3g}" == f"{t.values['learning_rate']:g}" for t in late)
    assert propose(plan, trials) == propose(plan, trials)
    assert propose(plan, trials) != propose(replace(plan, seed=2), trials)


def test_what_matters_is_told_from_ten_trials_on() -> None:
    plan = plan_of(Recipe(), "learning_rate", "label_smoothing")
    trials = ended(plan, 20)
    assert importance(plan, trials[:9]) == {}
    shares = importance(plan, trials)
    assert next(iter(shares)) == "learning_rate" and sum(shares.values()) == pytest.approx(1)


@pytest.mark.parametrize(("by", "worse", "better"), [("bleu", 10.0, 30.0), ("loss", 3.0, 1.0)])
def test_a_trial_below_the_middle_falls_behind(by: str, worse: float, better: float) -> None:
    plan = plan_of(Recipe(), "label_smoothing", by=by)
    history = ({"score": (worse + better) / 2}, {"score": better})
    trials = [
        Trial(number, {"label_smoothing": number / 100}, "complete", better, history)
        for number in (1, 2, 3)
    ]

    def behind(score: float, among: int) -> bool:
        values = {"label_smoothing": 0.2}
        trial = Trial(4, values, "running", score, ({"score": score},))
        return falls_behind(plan, trials[:among], trial)

    assert behind(worse, 3) and not behind(better, 3)
    assert not behind(worse, 2), "two trials are too few to compare with"
