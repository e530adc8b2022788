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
