"""Where a person's corpora, runs and model list lie on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mulm_core.errors import explain_os_errors


@dataclass(frozen=True)
class Workspace:
    """One folder that holds everything; copying it moves the work to another computer."""

    root: Path

    @classmethod
    def open(cls, root: Path | str | None = None) -> Workspace:
        """The workspace at ``root``, or ``$MULM_WORKSPACE``, or the user's data folder.

        Creates the folders that are missing; raises :class:`MulmError` where that is impossible.
        """
        place = root or os.environ.get("MULM_WORKSPACE") or default_root()
        workspace = cls(Path(place).expanduser().absolute())
        with explain_os_errors(workspace.root):
            for folder in (workspace.corpora, workspace.runs, workspace.evaluations):
                folder.mkdir(parents=True, exist_ok=True)
        return workspace

    @property
    def corpora(self) -> Path:
        """One SQLite file per corpus."""
        return self.root / "corpora"

    @property
    def runs(self) -> Path:
        """One folder per fine-tuning run."""
        return self.root / "runs"

    @property
    def trash(self) -> Path:
        """Deleted runs that can be restored; missing until there is one."""
        return self.root / "trash"

    @property
    def searches(self) -> Path:
        """One folder per search for a recipe; missing until there is one."""
        return self.root / "searches"

    @property
    def evaluations(self) -> Path:
        """One JSON file per evaluation."""
        return self.root / "evaluations"

    @property
    def conversions(self) -> Path:
        """Converted models, made again when they are missing; so is the folder."""
        return self.root / "cache" / "ct2"

    @property
    def notes(self) -> Path:
        """One JSON file per test set that was commented; missing until there is one."""
        return self.root / "notes"

    @property
    def glossaries(self) -> Path:
        """One JSON file per direction; missing until there is one."""
        return self.root / "glossaries"

    @property
    def models_file(self) -> Path:
        """The local model folders the person added."""
        return self.root / "models.json"

    @property
    def settings_file(self) -> Path:
        """The person's settings."""
        return self.root / "settings.json"


def default_root() -> Path:
    """The platform's user data folder for MULM."""
    from platformdirs import user_data_path

    return user_data_path("mulm", appauthor=False)
