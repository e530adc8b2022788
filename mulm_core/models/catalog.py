"""The models a person can choose: the bundled starter, and local folders they added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError
from mulm_core.models.families import FAMILIES, read_card, read_config
from mulm_core.models.weights import count_parameters, missing_shards, weight_files
from mulm_core.workspace import Workspace

STARTER = "starter"


@dataclass(frozen=True)
class ModelInfo:
    """One model folder in Hugging Face layout.

    ``problem`` says in a sentence why the folder cannot be used; empty for a good one.
    """

    id: str
    title: str
    family: str
    path: Path
    languages: tuple[str, ...]
    size_bytes: int
    parameters: int
    licence: str
    bundled: bool
    problem: str = ""


def starter_folder() -> Path:
    """Where the bundled model lies, in a checkout and in an installed program alike."""
    from importlib import resources

    return Path(str(resources.files("resources"))) / "models" / STARTER


def list_models(workspace: Workspace) -> list[ModelInfo]:
    """The starter, then the person's folders by title; unusable ones carry their problem."""
    added = [inspect(path, id) for id, path in _added(workspace).items()]
    return [_starter(), *sorted(added, key=lambda info: info.title.casefold())]


def get_model(workspace: Workspace, id: str) -> ModelInfo:
    """The model with this id or at this folder; raises :class:`UserError` for an unusable one."""
    info = _find(workspace, id)
    if info.problem:
        raise UserError(info.problem, where=info.path)
    return info


def _find(workspace: Workspace, id: str) -> ModelInfo:
    if id == STARTER:
        return _starter()
    added = _added(workspace)
    if id in added:
        return inspect(added[id], id)
    folder = Path(id).expanduser()
    if folder.is_dir():
        return inspect(folder.absolute(), str(folder.absolute()))
    raise UserError(
        f"there is no model '{id}'",
        fix=f"Choose one of {', '.join([STARTER, *added])}, or give a model folder",
    )


def add_model(workspace: Workspace, path: Path | str) -> ModelInfo:
    """Put the folder on the person's list; it is not copied.

    Raises :class:`UserError` for one that holds no usable model.
    """
    folder = Path(path).expanduser().absolute()
    if not folder.is_dir():
        raise UserError("there is no such model folder", where=folder, fix="Choose another")
    info = inspect(folder, "")
    if info.problem:
        raise UserError(info.problem, where=folder)
    added = _added(workspace)
    known = next((id for id, other in added.items() if other == folder), None)
    id = known or _free_id(folder.name, added)
    if known is None:
        files.write_json(workspace.models_file, {**_as_text(added), id: str(folder)})
    return replace(info, id=id)


def remove_model(workspace: Workspace, id: str) -> None:
    """Take a folder off the list; its files stay. Raises :class:`UserError` for another id."""
    added = _added(workspace)
    if id not in added:
        raise UserError(f"there is no model '{id}' on your list")
    files.write_json(
        workspace.models_file, _as_text({key: path for key, path in added.items() if key != id})
    )


def inspect(folder: Path, id: str, *, bundled: bool = False) -> ModelInfo:
    """Look at a model folder without loading it; never raises for what is wrong with it."""
    info = ModelInfo(id, folder.name, "", folder, (), 0, 0, "", bundled)
    try:
        problem = _find_problem(folder)
        if problem:
            return replace(info, problem=problem)
        family = FAMILIES[read_config(folder)["model_type"]]
        card = read_card(folder)
        return replace(
            info,
            title=str(card.get("model_name") or folder.name),
            family=family.name,
            languages=family.languages(folder),
            size_bytes=sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
            parameters=sum(count_parameters(file) for file in weight_files(folder)),
            licence=str(card.get("license", "")),
        )
    except OSError as error:
        return replace(info, problem=f"the folder cannot be read ({error.strerror or error})")


def _find_problem(folder: Path) -> str:
    """Why this folder holds no model that the engine loads; empty when it does."""
    if not folder.is_dir():
        return "there is no such model folder; choose another, or take it off the list"
    if not (folder / "config.json").is_file():
        return "there is no config.json; choose a model folder in Hugging Face layout"
    try:
        kind = read_config(folder).get("model_type", "")
    except ValueError:
        return "config.json is not valid JSON; download the model again"
    if kind not in FAMILIES:
        return (
            f"models of the family '{kind or 'unknown'}' are not supported; "
            f"choose one of {', '.join(FAMILIES)}"
        )
    return _weights_problem(folder) or _files_problem(folder, FAMILIES[kind].required_files)


def _weights_problem(folder: Path) -> str:
    if not weight_files(folder):
        if any(folder.glob("*.bin")):
            return (
                "the weights are pickle files (.bin), which can run code when opened; "
                "convert them to safetensors first"
            )
        return "there are no weights (model.safetensors); download the model again"
    try:
        absent = missing_shards(folder)
        for file in weight_files(folder):
            count_parameters(file)
    except (ValueError, KeyError, TypeError):
        return "the weights are damaged or incomplete; download the model again"
    return f"part of the weights is missing ({absent[0]}); download it again" if absent else ""


def _files_problem(folder: Path, names: tuple[str, ...]) -> str:
    absent = [name for name in names if not (folder / name).is_file()]
    return f"{absent[0]} is missing; download the model again" if absent else ""


def _starter() -> ModelInfo:
    return inspect(starter_folder(), STARTER, bundled=True)


def _added(workspace: Workspace) -> dict[str, Path]:
    """The person's folders by id; an unreadable list is an error, never overwritten."""
    if not workspace.models_file.exists():
        return {}
    listed: Any = files.read_json(workspace.models_file)
    if not isinstance(listed, dict):
        raise UserError("this is not a list of models", where=workspace.models_file)
    return {id: Path(path) for id, path in listed.items()}


def _as_text(added: dict[str, Path]) -> dict[str, str]:
    return {id: str(path) for id, path in added.items()}


def _free_id(name: str, taken: dict[str, Path]) -> str:
    base = files.slug(name)
    candidates = [base, *(f"{base}-{count}" for count in range(2, len(taken) + 3))]
    return next(id for id in candidates if id not in taken and id != STARTER)
