"""What the workspace holds, as the pages list it: corpora, models and runs.

One ``Library`` is shared by all pages, so that what one page makes shows in the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.viewmodels.names import direction_name
from mulm_core.corpus import CorpusInfo, list_corpora
from mulm_core.jobs import JobContext
from mulm_core.models import ModelInfo, list_models
from mulm_core.runs import Run, deleted_runs, list_runs
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class CorpusRow:
    """One corpus in a list; ``splits`` counts the pairs in use of train, dev and test."""

    name: str
    source: str
    target: str
    pairs: int
    splits: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    created: str = ""

    @property
    def direction(self) -> str:
        """The direction in words: German → French."""
        return direction_name(self.source, self.target)


@dataclass(frozen=True)
class ModelRow:
    """One base model; ``problem`` says why it cannot be used."""

    id: str
    title: str
    languages: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True)
class RunRow:
    """One run; ``bleu`` and ``gain`` are dev scores, None before the first evaluation.

    ``further`` are the corpora and directions (source, target) that were learnt beside the first.
    """

    id: str
    name: str
    model: str
    corpus: str
    source: str
    target: str
    status: str
    created: str
    usable: bool
    bleu: float | None = None
    gain: float | None = None
    note: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    further: tuple[tuple[str, str, str], ...] = ()
    general: str = ""
    language_as: Mapping[str, str] = field(default_factory=dict)
    add_language: Mapping[str, str] = field(default_factory=dict)

    @property
    def resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.status in ("interrupted", "stopped", "failed")

    @property
    def system(self) -> str:
        """How translation and evaluation name it."""
        return f"run:{self.id}"

    @property
    def direction(self) -> str:
        """The direction in words."""
        return direction_name(self.source, self.target)


@dataclass(frozen=True)
class Shelf:
    """Everything in the workspace at one moment; ``broken`` says why corpora cannot be opened."""

    corpora: tuple[CorpusRow, ...] = ()
    broken: tuple[str, ...] = ()
    models: tuple[ModelRow, ...] = ()
    runs: tuple[RunRow, ...] = ()
    deleted: tuple[RunRow, ...] = ()


def read_shelf(ctx: JobContext, workspace: Workspace) -> Shelf:
    """Read the lists from disk (a light job)."""
    corpora = list_corpora(workspace)
    return Shelf(
        corpora=tuple(_corpus_row(info) for info in corpora if not info.problem),
        broken=tuple(info.problem for info in corpora if info.problem),
        models=tuple(_model_row(info) for info in list_models(workspace)),
        runs=tuple(_run_row(run) for run in list_runs(workspace)),
        deleted=tuple(_run_row(run) for run in deleted_runs(workspace)),
    )


class Library(QObject):
    """The workspace's lists, read again on :meth:`refresh`; ``changed`` follows."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._shelf = Shelf()
        self._hidden: frozenset[str] = frozenset()
        self._reading: Job | None = None
        self._again = False
        self.loaded = False

    @property
    def corpora(self) -> tuple[CorpusRow, ...]:
        """The corpora that show; one whose deletion can still be undone does not."""
        return tuple(row for row in self._shelf.corpora if row.name not in self._hidden)

    @property
    def corpora_folder(self) -> Path:
        """Where the files of the corpora lie."""
        return self._workspace.corpora

    @property
    def broken(self) -> tuple[str, ...]:
        """A sentence for each corpus that cannot be opened."""
        return self._shelf.broken

    @property
    def models(self) -> tuple[ModelRow, ...]:
        """The models, unusable ones included."""
        return self._shelf.models

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs, newest first."""
        return self._shelf.runs

    @property
    def deleted(self) -> tuple[RunRow, ...]:
        """The runs in the trash, newest first."""
        return self._shelf.deleted

    def corpus(self, name: str) -> CorpusRow | None:
        """The corpus of this name."""
        return next((row for row in self.corpora if row.name == name), None)

    def model(self, id: str) -> ModelRow | None:
        """The model of this id."""
        return next((row for row in self.models if row.id == id), None)

    def run(self, id: str) -> RunRow | None:
        """The run of this id."""
        return next((row for row in self.runs if row.id == id), None)

    def hide_corpora(self, names: frozenset[str]) -> None:
        """Leave these corpora out of the lists."""
        self._hidden = names
        self.changed.emit()

    def refresh(self) -> None:
        """Read the lists again in the background; calls while reading are joined."""
        if self._reading is not None:
            self._again = True
            return
        self._reading = self._runner.start(read_shelf, self._workspace, title="", quiet=True)
        self._reading.succeeded.connect(self._take)
        self._reading.failed.connect(self._fail)
        self._reading.finished.connect(self._ended)

    def _take(self, shelf: Shelf) -> None:
        first, self.loaded = not self.loaded, True
        if shelf != self._shelf or first:
            self._shelf = shelf
            self.changed.emit()

    def _fail(self, failure: Failure) -> None:
        self.failed.emit(failure)

    def _ended(self) -> None:
        self._reading = None
        if self._again:
            self._again = False
            self.refresh()


def _corpus_row(info: CorpusInfo) -> CorpusRow:
    return CorpusRow(
        info.name, info.source, info.target, info.pairs, dict(info.splits), info.files, info.created
    )


def _model_row(info: ModelInfo) -> ModelRow:
    return ModelRow(info.id, info.title, info.languages, info.problem)


def _run_row(run: Run) -> RunRow:
    manifest = run.manifest
    bleu, zero_shot = _bleu(manifest.best), _bleu(manifest.zero_shot)
    gain = bleu - zero_shot if bleu is not None and zero_shot is not None else None
    return RunRow(
        id=run.id,
        name=manifest.name,
        model=manifest.model,
        corpus=manifest.corpus,
        source=manifest.source,
        target=manifest.target,
        status=manifest.status,
        created=manifest.created,
        usable=run.adapter_path is not None and manifest.status != "running",
        bleu=bleu,
        gain=gain,
        note=manifest.note,
        recipe=manifest.recipe,
        further=tuple(
            (task["corpus"], task["source"], task["target"]) for task in manifest.tasks[1:]
        ),
        general=manifest.general,
        language_as=manifest.language_as,
        add_language=manifest.add_language,
    )


def _bleu(scores: dict[str, Any]) -> float | None:
    value = scores.get("bleu")
    return float(value) if isinstance(value, int | float) else None
