"""The evaluations that are kept: listed, opened again, deleted with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from app.i18n import tr
from app.viewmodels.evaluation_result import Opened, opened
from app.viewmodels.evaluation_scores import system_roles, system_titles
from app.viewmodels.names import date_text, direction_name
from mulm_core.errors import MulmError
from mulm_core.evaluation import (
    Evaluation,
    delete_evaluation,
    get_evaluation,
    list_evaluations,
)
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class PastScore:
    """What one system got: BLEU with its signature, and the colour it has."""

    system: str
    title: str
    role: str
    bleu: float
    signature: str


@dataclass(frozen=True)
class Past:
    """A kept evaluation at a glance."""

    id: str
    test_name: str
    test_hash: str
    direction: str
    date: str
    scores: tuple[PastScore, ...]

    @property
    def title(self) -> str:
        """Test set, direction and date."""
        return f"{self.test_name} \N{MIDDLE DOT} {self.direction} \N{MIDDLE DOT} {self.date}"

    @property
    def best(self) -> PastScore:
        """The system with the most BLEU."""
        return max(self.scores, key=lambda one: one.bleu)


@dataclass(frozen=True)
class Curve:
    """One system over the evaluations of a test set: its points are (place, BLEU)."""

    title: str
    role: str
    points: tuple[tuple[int, float], ...]


def curves(past: Sequence[Past], now: Sequence[PastScore]) -> list[Curve]:
    """The systems of ``past`` evaluations of one test set; those of ``now`` keep their colours."""
    points: dict[str, list[tuple[int, float]]] = {}
    roles = {one.system: one.role for one in now}
    titles: dict[str, str] = {}
    for place, one in enumerate(past):
        for scored in one.scores:
            points.setdefault(scored.system, []).append((place, scored.bleu))
            titles[scored.system] = scored.title
            if scored.system not in roles:
                roles[scored.system] = _free_role(scored.role, tuple(roles.values()))
    return [Curve(titles[system], roles[system], tuple(found)) for system, found in points.items()]


def _free_role(wanted: str, taken: Sequence[str]) -> str:
    """``wanted``, or the next colour of the palette that nobody has."""
    if wanted not in taken:
        return wanted
    return next(role for at in count() if (role := f"series:{at}") not in taken)


class HistoryModel(QObject):
    """The list, newest first; what is taken off it can be put back until the window closes."""

    changed = Signal()
    found = Signal(object)  # Opened
    removed = Signal(object)  # Past
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._all: tuple[Past, ...] = ()
        self._doomed = ""  # off the list, can be put back
        self._leaving: set[str] = set()

    @property
    def entries(self) -> tuple[Past, ...]:
        """The kept evaluations, newest first."""
        gone = {self._doomed, *self._leaving}
        return tuple(past for past in self._all if past.id not in gone)

    def of_test(self, test_hash: str) -> tuple[Past, ...]:
        """The evaluations of one test set, newest first."""
        return tuple(past for past in self.entries if past.test_hash == test_hash)

    def comparable(self, evaluation: Evaluation) -> tuple[Past, ...]:
        """The evaluations of its test set with the same kind of BLEU, the oldest first."""
        signature = evaluation.baseline.metrics.bleu.signature
        return tuple(
            past
            for past in reversed(self.of_test(evaluation.test_hash))
            if past.best.signature == signature
        )

    def refresh(self) -> None:
        """Read the list in the background."""
        job = self._runner.start(_list, self._workspace, title="", quiet=True)
        job.succeeded.connect(self._listed)
        job.failed.connect(self.failed.emit)

    def _listed(self, found: tuple[Past, ...]) -> None:
        self._all = found
        self.changed.emit()

    def open(self, id: str) -> None:
        """Read an evaluation; ``found`` follows."""
        job = self._runner.start(
            _get,
            (self._workspace, id),
            title=tr("Open an evaluation"),
            page="evaluate",
            quick=True,
            patient=True,
        )
        job.succeeded.connect(self.found.emit)
        job.failed.connect(self.failed.emit)

    def remove(self, id: str) -> None:
        """Take an evaluation off the list; its file goes when the undo has run out."""
        past = next((past for past in self.entries if past.id == id), None)
        if past is None:
            return
        self.finish_removal()
        self._doomed = id
        self.changed.emit()
        self.removed.emit(past)

    def undo_removal(self) -> None:
        """Put the evaluation back that was taken off last."""
        self._doomed = ""
        self.changed.emit()

    def finish_removal(self) -> None:
        """Delete the file of the evaluation that was taken off the list."""
        id, self._doomed = self._doomed, ""
        if id:
            self._leaving.add(id)
            job = self._runner.start(_delete, (self._workspace, id), title="", quiet=True)
            job.failed.connect(self.failed.emit)
            job.finished.connect(lambda: self._left(id))

    def finish_removal_now(self) -> None:
        """The same without waiting for a thread: before quitting."""
        id, self._doomed = self._doomed, ""
        if id:
            with suppress(MulmError):  # nobody is there to be told
                delete_evaluation(self._workspace, id)

    def _left(self, id: str) -> None:
        self._leaving.discard(id)
        self.refresh()


def _list(ctx: JobContext, workspace: Workspace) -> tuple[Past, ...]:
    return tuple(map(_past, list_evaluations(workspace, heads=True)))


def _past(item: Evaluation) -> Past:
    return Past(
        item.id,
        item.test_name,
        item.test_hash,
        direction_name(item.source, item.target),
        date_text(item.created),
        tuple(
            PastScore(one.system, title, role, one.metrics.bleu.score, one.metrics.bleu.signature)
            for one, title, role in zip(
                item.systems,
                system_titles(item.systems),
                system_roles(item.systems),
                strict=True,
            )
        ),
    )


def _get(ctx: JobContext, request: tuple[Workspace, str]) -> Opened:
    return opened(get_evaluation(*request))


def _delete(ctx: JobContext, request: tuple[Workspace, str]) -> None:
    delete_evaluation(*request)
