"""Another run beside the one that shows: its curves, and all in which the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from app.i18n import tr
from app.viewmodels.run_reading import Place, read_run
from app.viewmodels.run_state import Curves
from mulm_core.fields import specs
from mulm_core.jobs import JobContext
from mulm_core.runs import Difference, diff_runs
from mulm_core.training import Recipe
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class DifferenceRow:
    """One thing in which two runs differ, in words."""

    part: str
    name: str
    first: str
    second: str


@dataclass(frozen=True)
class Beside:
    """The other run: id, name, curves, and its differences from the first."""

    run: str = ""
    name: str = ""
    curves: Curves | None = None
    differences: tuple[DifferenceRow, ...] = ()


class RunComparison(QObject):
    """Reads the other run in the background; the latest choice wins."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._wanted: tuple[str, str] = ("", "")
        self.beside = Beside()

    def choose(self, first: str, second: str) -> None:
        """Put the run *second* beside *first* (ids); an empty one takes it away."""
        self._wanted = (first, second)
        if not (first and second):
            self._take(self._wanted, Beside())
            return
        wanted = self._wanted
        request = (self._workspace, first, second)
        job = self._runner.start(_read, request, title="", quiet=True, quick=True)
        job.succeeded.connect(lambda beside: self._take(wanted, beside))
        job.failed.connect(self.failed.emit)

    def _take(self, wanted: tuple[str, str], beside: Beside) -> None:
        if wanted == self._wanted and beside != self.beside:
            self.beside = beside
            self.changed.emit()


def _read(ctx: JobContext, request: tuple[Workspace, str, str]) -> Beside:
    workspace, first, second = request
    reading = read_run(ctx, Place(workspace, second))
    rows = tuple(_row(difference) for difference in diff_runs(workspace, first, second))
    return Beside(second, reading.state.name, reading.curves, rows)


def _row(difference: Difference) -> DifferenceRow:
    parts = {
        "input": tr("Input"),
        "recipe": tr("Recipe"),
        "outcome": tr("Outcome"),
        "versions": tr("Versions"),
    }
    fields = specs(Recipe)
    known = fields.get(difference.name) if difference.part == "recipe" else None
    return DifferenceRow(
        parts.get(difference.part, difference.part),
        known.title if known is not None else _words(difference.name),
        _text(difference.first),
        _text(difference.second),
    )


def _words(name: str) -> str:
    words = name.replace("_", " ").replace("bleu", "BLEU").replace("chrf", "chrF")
    return words[:1].upper() + words[1:]


def _text(value: Any) -> str:
    if value is None or value == "":
        return "\N{EN DASH}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
