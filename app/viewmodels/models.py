"""State and commands of the Models page: base models, and the runs that came from each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, JobRunner
from app.i18n import tr
from app.viewmodels.library import Library, RunRow
from app.viewmodels.names import language_name
from mulm_core.errors import MulmError
from mulm_core.jobs import JobContext
from mulm_core.models import ModelInfo, add_model, list_models, remove_model
from mulm_core.runs import delete_run
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
    run_removed = Signal(str, str)  # id and name of a run whose deletion can be undone

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self.cards: tuple[ModelCardRow, ...] = ()
        self._workspace = workspace
        self._runner = runner
        self._doomed = ""
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
        return [run for run in self.library.runs if run.model == model and run.id != self._doomed]

    def orphans(self) -> list[RunRow]:
        """The runs whose base model is no longer listed."""
        known = {card.id for card in self.cards}
        return [
            run for run in self.library.runs if run.model not in known and run.id != self._doomed
        ]

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

    def remove_run(self, id: str) -> None:
        """Take a run off the list; its folder goes with ``finish_removal``."""
        self.finish_removal()
        run = self.library.run(id)
        if run is None:
            return
        if run.status == "running":
            words = tr("“{name}” is still training. Stop it first.", name=run.name)
            self.failed.emit(Failure(words, ""))
            return
        self._doomed = id
        self.changed.emit()
        self.run_removed.emit(id, run.name)

    def undo_removal(self) -> None:
        """Put the run back that was taken off last."""
        self._doomed = ""
        self.changed.emit()

    def finish_removal(self) -> None:
        """Delete the folder of the run that was taken off the list; small, so done at once."""
        id, self._doomed = self._doomed, ""
        if not id:
            return
        try:
            delete_run(self._workspace, id)
        except MulmError as problem:
            self.failed.emit(Failure(problem.sentence(), ""))
        self.library.refresh()


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
