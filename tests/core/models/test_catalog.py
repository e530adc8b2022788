"""Which model folders are taken, and what is said about the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mulm_core.errors import UserError
from mulm_core.models import add_model, get_model, list_models, load_base, remove_model
from mulm_core.models.catalog import inspect
from mulm_core.models.families import pick_language
from mulm_core.models.weights import weights_hash
from mulm_core.workspace import Workspace


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "copy"))


def test_a_good_folder_is_described(tiny_folder: Path) -> None:
    info = inspect(tiny_folder, "x")
    assert (info.title, info.family, info.licence) == ("Tiny", "m2m100", "cc0-1.0")
    assert info.languages == ("en", "fr")
    assert info.problem == ""
    assert info.size_bytes > 0
    model = load_base(info).model
    assert info.parameters == sum(parameter.numel() for parameter in model.parameters())


def test_the_starter_is_always_listed(workspace: Workspace) -> None:
    assert list_models(workspace)[0].id == "starter"
    assert list_models(workspace)[0].bundled


def test_added_models_are_listed_until_removed(workspace: Workspace, folder: Path) -> None:
    info = add_model(workspace, folder)
    assert add_model(workspace, folder).id == info.id, "adding twice lists it once"
    assert [model.id for model in list_models(workspace)] == ["starter", "copy"]
    assert get_model(workspace, "copy").path == folder
    remove_model(workspace, "copy")
    assert [model.id for model in list_models(workspace)] == ["starter"]
    assert folder.is_dir(), "the files belong to the person"
    with pytest.raises(UserError, match="no model 'copy' on your list"):
        remove_model(workspace, "copy")


def test_a_folder_named_like_the_starter_gets_another_id(
    workspace: Workspace, folder: Path
) -> None:
    first = add_model(workspace, folder.rename(folder.with_name("starter")))
    assert first.id == "starter-2"


def _no_weights(folder: Path) -> None:
    (folder / "model.safetensors").unlink()


def _pickles(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _truncated(folder: Path) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[:-100])


def _not_safetensors(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"\x00" * 40)


def _other_family(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))


def _bad_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _config_of_wrong_type(folder: Path) -> None:
    (folder / "config.json").write_text("[1]")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (shutil.rmtree, "no such model folder"),
        (lambda folder: (folder / "config.json").unlink(), "no config.json"),
        (_bad_config, "not valid JSON"),
        (_config_of_wrong_type, "not valid JSON"),
        (_other_family, "family 'bert' are not supported"),
        (_no_weights, "there are no weights"),
        (_pickles, "convert them to safetensors"),
        (_truncated, "damaged or incomplete"),
        (_not_safetensors, "damaged or incomplete"),
        (lambda folder: (folder / "vocab.json").unlink(), "vocab.json is missing"),
    ],
)
def test_what_is_wrong_with_a_folder_is_one_sentence(
    workspace: Workspace, folder: Path, damage, sentence: str
) -> None:
    damage(folder)
    with pytest.raises(UserError, match=sentence) as caught:
        add_model(workspace, folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value) and "off the list" not in str(caught.value)
    assert not workspace.models_file.exists()


def test_a_model_that_went_away_stays_listed_with_its_problem(
    workspace: Workspace, folder: Path
) -> None:
    add_model(workspace, folder)
    shutil.rmtree(folder)
    assert "take it off the list" in list_models(workspace)[1].problem
    with pytest.raises(UserError, match="no such model folder"):
        get_model(workspace, "copy")


def test_a_missing_shard_is_named(folder: Path) -> None:
    index = {"weight_map": {"a": "model.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model-00002-of-00002.safetensors" in inspect(folder, "x").problem


def test_weights_that_do_not_fit_the_configuration(workspace: Workspace, folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "d_model": 64}))
    with pytest.raises(UserError, match="cannot be loaded"):
        load_base(get_model(workspace, str(folder)))


def test_the_hash_follows_the_content(folder: Path) -> None:
    before = weights_hash(folder)
    assert weights_hash(folder) == before
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(bytes(data))
    assert weights_hash(folder) != before


def test_a_language_the_model_lacks_names_those_it_has() -> None:
    assert pick_language("fr_XX", ("en", "fr"), "m") == "fr"
    assert pick_language("zh-CN", ("en", "zh"), "m") == "zh"
    with pytest.raises(UserError, match=r"does not know the language 'de'\. It knows en, fr"):
        pick_language("de", ("en", "fr"), "m")


def test_a_card_without_languages_means_all_of_the_family(folder: Path) -> None:
    (folder / "README.md").unlink()
    languages = inspect(folder, "x").languages
    assert len(languages) == 100
    assert "nso" in languages and "fil" in languages
