"""Recipes: every preset valid, changes read from text, nonsense refused by name."""

from __future__ import annotations

import pytest

from mulm_core.errors import UserError
from mulm_core.fields import specs
from mulm_core.training import PRESETS, Recipe, recipe_from


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_names_itself_and_comes_back_from_a_manifest(name: str) -> None:
    assert PRESETS[name].preset == name
    assert Recipe.from_dict({**PRESETS[name].to_dict(), "of_the_future": 1}) == PRESETS[name]


def test_every_field_explains_itself() -> None:
    for spec in specs(Recipe).values():
        assert spec.title and len(spec.help) > 30, spec.name


def test_changes_are_read_from_text() -> None:
    recipe = recipe_from("quick", {"epochs": "7", "learning_rate": "1e-4", "lora_targets": "ffn"})
    assert (recipe.epochs, recipe.learning_rate, recipe.lora_targets) == (7, 1e-4, "ffn")
    assert recipe.batch_tokens == PRESETS["quick"].batch_tokens


@pytest.mark.parametrize(
    ("preset", "changes", "sentence"),
    [
        ("best", {}, "no recipe 'best'. Choose one of quick"),
        ("quick", {"epoch": "3"}, "no setting 'epoch'"),
        ("quick", {"epochs": "many"}, "epochs: 'many' is not a value"),
        ("quick", {"epochs": "0"}, "epochs: Epochs is out of range"),
        ("quick", {"learning_rate": "nan"}, "learning_rate: Learning rate is out of range"),
        ("quick", {"lora_targets": "none"}, "lora_targets: 'none' is not one of"),
    ],
)
def test_nonsense_is_refused_by_name(preset: str, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        recipe_from(preset, changes)


# preset, pairs: epochs, evaluations in an epoch, patience, most steps
SCALED = {
    ("quick", 200): (4, 1, 0, None),
    ("balanced", 200): (28, 1, 14, None),
    ("thorough", 200): (71, 1, 14, None),
    ("quick", 3_000): (1, 2, 0, None),
    ("balanced", 3_000): (7, 1, 4, None),
    ("thorough", 3_000): (18, 2, 7, None),
    ("quick", 300_000): (1, 22, 0, 3210),
    ("balanced", 300_000): (1, 11, 4, 3210),
    ("thorough", 300_000): (2, 22, 8, None),
}


@pytest.mark.parametrize(("preset", "pairs"), SCALED)
def test_presets_fit_the_size_of_the_data(preset: str, pairs: int) -> None:
    recipe = recipe_from(preset, pairs=pairs)
    fitted = recipe.epochs, recipe.evals_per_epoch, recipe.patience, recipe.max_steps
    assert fitted == SCALED[preset, pairs]


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("pairs", [0, 1, 10_000_000_000])
def test_no_size_is_too_odd(preset: str, pairs: int) -> None:
    recipe = recipe_from(preset, pairs=pairs)
    assert recipe.epochs >= 1 and (recipe.max_steps or 1) >= 1


@pytest.mark.parametrize("preset", PRESETS)
def test_the_sample_project_has_the_presets_as_they_are(preset: str) -> None:
    for pairs in (2_450, 2_570):
        assert recipe_from(preset, pairs=pairs) == PRESETS[preset]


def test_what_a_person_sets_is_not_scaled() -> None:
    assert recipe_from("balanced", {"epochs": "3"}, 300_000) == recipe_from(
        "balanced", {"epochs": "3"}
    )
    assert recipe_from("balanced", {"patience": "2"}, 200).patience == 2
    recipe = recipe_from("quick", {"batch_tokens": "5120", "evals_per_epoch": "1"}, 300_000)
    assert (recipe.max_steps, recipe.evals_per_epoch) == (161, 1)
    assert recipe_from("quick", {"max_steps": "none"}, 300_000).max_steps is None
