"""State and commands of the Models page: base models, and the runs that came from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from app.viewmodels.library import Library, RunRow
from app.viewmodels.names import language_name
from mulm_core.jobs import JobContext
from mulm_core.models import ModelInfo, add_model, list_models, remove_model
from mulm_core.workspace import Workspace

__all__ = ["ModelCardRow", "ModelsModel", "RunRow"]


@dataclass(frozen=True)
class ModelCardRow:
    """One base model; ``problem`` says why it cannot be used."""

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


class ModelsModel(QObject):
    """Reads the models' folders in the background; runs are those of the library."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self.cards: tuple[ModelCardRow, ...] = ()
        self._workspace = workspace
        self._runner = runner
        library.changed.connect(self.changed.emit)

    def refresh(self) -> None:
        """Read the model folders again."""
        job = self._runner.start(_read, self._workspace, title="", quiet=True)
        job.succeeded.connect(self._take)
        job.failed.connect(self.failed.emit)

    def _take(self, cards: tuple[ModelCardRow, ...]) -> None:
        if cards != self.cards:
            self.cards = cards
            self.changed.emit()

    def runs_of(self, model: str) -> list[RunRow]:
        """The runs that were trained on a model, newest first."""
        return [run for run in self.library.runs if run.model == model]

    def orphans(self) -> list[RunRow]:
        """The runs whose base model is no longer listed."""
        known = {card.id for card in self.cards}
        return [run for run in self.library.runs if run.model not in known]

    def add(self, folder: Path) -> None:
        """Put a model folder on the list; ``failed`` says why it cannot be."""
        self._start(_add, folder)

    def remove(self, id: str) -> None:
        """Take a model folder off the list; its files stay."""
        self._start(_remove, id)

    def _start(self, job: Callable[[JobContext, Any], Any], argument: object) -> None:
        handle = self._runner.start(job, (self._workspace, argument), title="", quiet=True)
        handle.succeeded.connect(self._take)
        handle.succeeded.connect(lambda _: self.library.refresh())
        handle.failed.connect(self.failed.emit)


def language_names(tags: Sequence[str]) -> list[str]:
    """The languages in words, sorted."""
    return sorted((language_name(tag) for tag in tags), key=str.casefold)


def _read(ctx: JobContext, workspace: Workspace) -> tuple[ModelCardRow, ...]:
    return tuple(_row(info) for info in list_models(workspace))


def _add(ctx: JobContext, request: tuple[Workspace, Path]) -> tuple[ModelCardRow, ...]:
    add_model(*request)
    return _read(ctx, request[0])


def _remove(ctx: JobContext, request: tuple[Workspace, str]) -> tuple[ModelCardRow, ...]:
    remove_model(*request)
    return _read(ctx, request[0])


def _row(info: ModelInfo) -> ModelCardRow:
    return ModelCardRow(
        info.id,
        info.title,
        info.family,
        info.path,
        tuple(info.languages),
        info.size_bytes,
        info.parameters,
        info.licence,
        info.bundled,
        info.problem,
    )
