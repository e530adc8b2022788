"""The person's choices, shown by the Settings page and obeyed by the whole window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, cast

from PySide6.QtCore import QObject, Signal

from app.system_info import versions_text
from mulm_core.errors import MulmError
from mulm_core.fields import FieldSpec, specs
from mulm_core.models import device_summary
from mulm_core.settings import TRACKERS, Settings, load_settings, save_settings
from mulm_core.training.trackers import installation
from mulm_core.workspace import Workspace


class SettingsModel(QObject):
    """Reads the settings once and writes every change at once."""

    changed = Signal(str)  # name of the setting
    failed = Signal(str)  # sentence: why it could not be saved

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._settings = load_settings(workspace)

    @property
    def theme(self) -> Literal["system", "light", "dark"]:
        """The appearance asked for."""
        return cast(Literal["system", "light", "dark"], self._settings.theme)

    @property
    def recipe(self) -> str:
        """The preset that fine-tuning starts with."""
        return self._settings.recipe

    def is_on(self, name: str) -> bool:
        """Whether a setting that can be switched is on."""
        return bool(getattr(self._settings, name))

    @property
    def trackers(self) -> tuple[str, ...]:
        """The settings that tell runs to another program."""
        return TRACKERS

    def installation(self, tracker: str) -> str:
        """The command that installs what a tracker needs; empty where it is there."""
        return installation(tracker)

    @property
    def workspace_folder(self) -> str:
        """Where corpora and runs lie."""
        return str(self._workspace.root)

    def spec(self, name: str) -> FieldSpec:
        """How a setting is declared: title, help, choices."""
        return specs(Settings)[name]

    def set(self, name: str, value: Any) -> None:
        """Change a setting and save it; it holds for this session even where saving fails."""
        if getattr(self._settings, name) == value:
            return
        self._settings = replace(self._settings, **{name: value})
        self.changed.emit(name)
        try:
            save_settings(self._workspace, self._settings)
        except MulmError as problem:
            self.failed.emit(problem.sentence())

    def device(self) -> str:
        """The processor that will compute, for people."""
        return device_summary()

    def versions(self) -> str:
        """Versions of system and packages, one a line."""
        return versions_text()
