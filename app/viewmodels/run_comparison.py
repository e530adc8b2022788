"""Other runs beside the one that shows: their curves, and all in which the last one differs."""

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
    """Another run: id, name, curves."""

    run: str
    name: str
    curves: Curves


@dataclass(frozen=True)
class Comparison:
    """The runs beside the first, and in what the one that was chosen last differs from it."""

    beside: tuple[Beside, ...] = ()
    differences: tuple[DifferenceRow, ...] = ()


_Request = tuple[Workspace, str, tuple[str, ...], dict[str, Beside]]


class RunComparison(QObject):
    """Reads other runs in the background; what is chosen stays when another run shows."""

    changed = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._first: tuple[str, bool] = ("", False)
        self._asked = 0
        self.chosen: tuple[str, ...] = ()
        self.shown = Comparison()

    def show(self, run: str, busy: bool = False) -> None:
        """Compare with this run (an id) from now on; once more when it has come to its end."""
        if (run, busy) != self._first:
            self._first = (run, busy)
            self._read()

    def choose(self, *runs: str) -> None:
        """Put these runs (ids) beside the one that shows."""
        if runs != self.chosen:
            self.chosen = runs
            self._read()

    def tick(self, run: str, on: bool) -> None:
        """Put a run beside the others, or take it away."""
        others = tuple(other for other in self.chosen if other != run)
        self.choose(*others, *([run] if on else []))

    def _read(self) -> None:
        self._asked += 1
        asked, first = self._asked, self._first[0]
        wanted = tuple(run for run in self.chosen if run != first)
        if not (first and wanted):
            self._take(asked, Comparison())
            return
        known = {beside.run: beside for beside in self.shown.beside}
        request: _Request = (self._workspace, first, wanted, known)
        job = self._runner.start(_read, request, title="", quiet=True, quick=True)
        job.succeeded.connect(lambda comparison: self._take(asked, comparison))
        job.failed.connect(self.failed.emit)

    def _take(self, asked: int, comparison: Comparison) -> None:
        if asked == self._asked and comparison != self.shown:
            self.shown = comparison
            self.changed.emit()


def _read(ctx: JobContext, request: _Request) -> Comparison:
    workspace, first, runs, known = request
    beside = tuple(known.get(run) or _beside(ctx, Place(workspace, run)) for run in runs)
    rows = tuple(_row(difference) for difference in diff_runs(workspace, first, runs[-1]))
    return Comparison(beside, rows)


def _beside(ctx: JobContext, place: Place) -> Beside:
    reading = read_run(ctx, place)
    return Beside(place.run, reading.state.name, reading.curves)


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
