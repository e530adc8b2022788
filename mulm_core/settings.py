"""The person's settings: declared once, kept as JSON in the workspace, migrated by version."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from mulm_core import files
from mulm_core.errors import MulmError, explain_os_errors
from mulm_core.fields import declared, problem, specs, validate
from mulm_core.workspace import Workspace

TRACKERS = ("tensorboard", "wandb", "mlflow")
"""The settings that switch a tracker on."""

# The entry at index n turns a file of version n + 1 into one of version n + 2.
_MIGRATIONS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class Settings:
    """Raises :class:`UserError` naming the first value that is not one of the choices."""

    theme: str = declared(
        "system",
        title="Appearance",
        help="Light, dark, or whatever the system uses at the moment.",
        choices=("system", "light", "dark"),
    )
    recipe: str = declared(
        "quick",
        title="Usual recipe",
        help="The recipe that fine-tuning starts with: quick takes minutes, thorough learns most.",
        choices=("quick", "balanced", "thorough"),
    )
    tensorboard: bool = declared(
        False,
        title="TensorBoard",
        help="Writes each run's curves into the workspace, in tracking/tensorboard.",
    )
    wandb: bool = declared(
        False,
        title="Weights & Biases",
        help="Keeps each run in the workspace, in tracking/wandb; nothing is uploaded unless "
        "WANDB_MODE says so.",
    )
    mlflow: bool = declared(
        False,
        title="MLflow",
        help="Keeps each run in the workspace, in tracking/mlflow.db, or where "
        "MLFLOW_TRACKING_URI says.",
    )

    @property
    def trackers(self) -> tuple[str, ...]:
        """The trackers that are switched on."""
        return tuple(name for name in TRACKERS if getattr(self, name))

    def __post_init__(self) -> None:
        validate(self)


def load_settings(workspace: Workspace) -> Settings:
    """The saved settings; the default for whatever is missing, damaged or of a later version."""
    saved = _read(workspace)
    fitting = {
        name: saved[name]
        for name, spec in specs(Settings).items()
        if name in saved and not problem(spec, saved[name])
    }
    return Settings(**fitting)


def save_settings(workspace: Workspace, settings: Settings) -> None:
    """Write the settings, atomically; a file that cannot be read is set aside as ``.damaged``.

    Raises :class:`MulmError` when the workspace cannot be written.
    """
    path = workspace.settings_file
    if path.exists() and not _read(workspace):
        with explain_os_errors(path):
            os.replace(path, path.with_suffix(".json.damaged"))
    files.write_json(path, {"version": _version(), **asdict(settings)})


def _read(workspace: Workspace) -> dict[str, Any]:
    """What the file holds, in today's form; empty where there is no readable file."""
    try:
        saved = files.read_json(workspace.settings_file)
    except (MulmError, UnicodeDecodeError):
        return {}
    if not isinstance(saved, dict) or not isinstance(saved.get("version"), int):
        return {}
    for migrate in _MIGRATIONS[max(saved["version"], 1) - 1 :]:
        saved = migrate(saved)
    return saved


def _version() -> int:
    return len(_MIGRATIONS) + 1
