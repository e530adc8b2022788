"""State and commands of the search for a better recipe, beside the one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels.finetune import FineTuneModel
from mulm_core.fields import specs
from mulm_core.jobs import Event, JobContext, Progress
from mulm_core.search import (
    Plan,
    ResumeSearch,
    Search,
    SearchRequest,
    SearchResult,
    SearchStarted,
    Trial,
    TrialChanged,
    default_fields,
    get_search,
    list_searches,
    result_of,
    search,
    searchable,
    space_of,
)
from mulm_core.training import Recipe, TrainRequest
from mulm_core.workspace import Workspace

__all__ = ["FieldChoice", "SearchModel", "SearchRow", "SearchState", "Trial"]

_BUSY = ("starting", "running", "paused", "stopping")
_RESUMABLE = ("interrupted", "stopped", "failed")


@dataclass(frozen=True)
class FieldChoice:
    """A field that can be searched: ``range`` in words, ``usual`` whether it is so unless told."""

    name: str
    title: str
    help: str
    range: str
    usual: bool


@dataclass(frozen=True)
class SearchRow:
    """One earlier search in a list."""

    id: str
    status: str
    created: str
    trials: int
    by: str
    score: float | None


@dataclass(frozen=True)
class SearchState:
    """A search at one moment.

    ``phase`` is idle, starting, running, paused, stopping, finished, stopped, interrupted, failed
    or cancelled (before any trial had ended). ``by`` is the dev score that decides: bleu, chrf or
    loss. ``trials`` are in order; ``best`` is a trial's number, ``training`` makes its run again.
    """

    phase: str = "idle"
    id: str = ""
    by: str = "bleu"
    planned: int = 0
    fields: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    best: int | None = None
    fraction: float = 0.0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    message: str = ""
    stopped_because: str = ""
    run: str = ""
    training: TrainRequest | None = None
    importance: tuple[tuple[str, float], ...] = ()
    error: str = ""
    details: str = ""

    @property
    def busy(self) -> bool:
        """Whether its job has not ended."""
        return self.phase in _BUSY

    @property
    def resumable(self) -> bool:
        """Whether it ended before all was tried."""
        return self.phase in _RESUMABLE and bool(self.id)

    @property
    def best_trial(self) -> Trial | None:
        """The best trial that has ended."""
        return next((trial for trial in self.trials if trial.number == self.best), None)


class SearchModel(QObject):
    """Searches around the recipe that is chosen for a run."""

    changed = Signal()
    listed = Signal()  # the earlier searches have been read

    def __init__(self, workspace: Workspace, runner: JobRunner, finetune: FineTuneModel) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self.finetune = finetune
        self._job: Job | None = None
        self.state = SearchState()
        self.earlier: tuple[SearchRow, ...] = ()
        self._listed_for = ""  # the corpus
        finetune.setup_changed.connect(self._follow_corpus)

    # Choices -------------------------------------------------------------------------------

    def fields(self) -> list[FieldChoice]:
        """What can be searched around the chosen recipe; empty while that is not sound."""
        if self.finetune.obstacle():
            return []
        recipe, known = self.finetune.recipe(), specs(Recipe)
        names, usual = searchable(recipe), default_fields(recipe)
        space = space_of(recipe, names)
        return [
            FieldChoice(
                name, known[name].title, known[name].help, space[name].words(), name in usual
            )
            for name in names
        ]

    @staticmethod
    def titles(names: Sequence[str]) -> list[str]:
        """The fields' names for people."""
        known = specs(Recipe)
        return [known[name].title for name in names]

    # Commands ------------------------------------------------------------------------------

    def start(self, fields: Sequence[str], trials: int, minutes: float | None) -> None:
        """Search around the chosen recipe, for ``minutes`` at most (None: no limit)."""
        obstacle = self.finetune.obstacle()
        if self.state.busy:
            return
        if obstacle:
            self._set(phase="failed", error=obstacle)
            return
        training = self.finetune.setup.request(self._workspace)
        self._begin(SearchRequest(training, tuple(fields), trials, minutes))

    def resume(self) -> None:
        """Go on with the search that shows."""
        if self.state.resumable:
            self._begin(ResumeSearch(self._workspace, self.state.id))

    def pause_or_resume(self) -> None:
        """Hold the search at its next step, or let it go on."""
        if self._job is not None:
            (self._job.resume if self.state.phase == "paused" else self._job.pause)()

    def stop(self) -> None:
        """End now; what has ended and the best run stay."""
        if self._job is not None:
            self._job.stop()

    def show(self, id: str) -> None:
        """Show an earlier search, unless one is at work here."""
        if not self.state.busy:
            job = self._runner.start(_read, (self._workspace, id), title="", quiet=True)
            job.succeeded.connect(self._recalled)
            job.failed.connect(self._failed)

    def clear(self) -> None:
        """Go back to the choices."""
        if not self.state.busy:
            self.state = SearchState()
            self.changed.emit()
            self.refresh()

    def refresh(self) -> None:
        """Read the earlier searches on the chosen corpus; ``listed`` follows."""
        corpus = self._listed_for = self.finetune.setup.corpus
        job = self._runner.start(_list, (self._workspace, corpus), title="", quiet=True)
        job.succeeded.connect(self._list_read)

    def _follow_corpus(self) -> None:
        if self.finetune.setup.corpus != self._listed_for:
            self.refresh()

    def use_best(self) -> None:
        """Take the best recipe, and what it was found for, into the form."""
        if self.state.training is not None:
            self.finetune.take_over(self.state.training)

    # What the job tells --------------------------------------------------------------------

    def _begin(self, request: SearchRequest | ResumeSearch) -> None:
        self.state = SearchState(phase="starting", message=tr("Preparing"))
        corpus = self.finetune.setup.corpus
        job = self._runner.start(
            _search,
            request,
            title=tr("Search on {corpus}", corpus=corpus),
            page="finetune",
            heavy=True,
            stoppable=True,
        )
        self._job = job
        job.progressed.connect(self._progressed)
        job.told.connect(self._told)
        job.paused_changed.connect(self._held)
        job.stopping.connect(lambda: self._set(phase="stopping"))
        job.succeeded.connect(self._succeeded)
        job.failed.connect(self._failed)
        job.cancelled.connect(self._cancelled)
        job.finished.connect(self._ended)
        self.changed.emit()

    def _set(self, **values: Any) -> None:
        self.state = replace(self.state, **values)
        self.changed.emit()

    def _held(self, paused: bool) -> None:
        if self.state.phase in ("running", "starting", "paused"):
            running = "running" if self.state.id else "starting"
            self._set(phase="paused" if paused else running)

    def _progressed(self, progress: Progress) -> None:
        self._set(
            message=progress.message,
            fraction=progress.fraction or 0.0,
            elapsed_s=progress.elapsed_s,
            remaining_s=progress.eta_s,
        )

    def _told(self, event: Event) -> None:
        if isinstance(event, SearchStarted):
            phase = "running" if self.state.phase == "starting" else self.state.phase
            best = event.plan.best_of(event.trials)
            number = best.number if best else None
            self._set(
                phase=phase, id=event.search, trials=event.trials, best=number,
                **_planned(event.plan),
            )  # fmt: skip
        elif isinstance(event, TrialChanged):
            earlier = [item for item in self.state.trials if item.number != event.trial.number]
            self._set(trials=(*earlier, event.trial), best=event.best)

    def _succeeded(self, result: SearchResult) -> None:
        person = result.stopped_because == "person"
        self._set(phase="stopped" if person else "finished", **_outcome(result))

    def _failed(self, failure: Failure) -> None:
        self._set(phase="failed", error=failure.sentence, details=failure.details)

    def _cancelled(self) -> None:
        """Show what was kept, if any trial had ended."""
        self._set(phase="cancelled")
        if any(trial.state != "running" for trial in self.state.trials):
            self.show(self.state.id)

    def _ended(self) -> None:
        self._job = None
        self.finetune.library.refresh()
        self.refresh()

    # What lies on disk ---------------------------------------------------------------------

    def _recalled(self, found: tuple[Search, SearchResult]) -> None:
        opened, result = found
        record = opened.record
        self.state = replace(
            SearchState(), phase=record.status, id=opened.id, **_planned(record.plan),
            **_outcome(result),
        )  # fmt: skip
        self.changed.emit()

    def _list_read(self, rows: tuple[SearchRow, ...]) -> None:
        self.earlier = rows
        self.listed.emit()


def _planned(plan: Plan) -> dict[str, Any]:
    return {"by": plan.by, "planned": plan.trials, "fields": tuple(plan.space)}


def _outcome(result: SearchResult) -> dict[str, Any]:
    """What a search that has ended sets in the state."""
    return {
        "trials": result.trials,
        "best": result.best.number if result.best else None,
        "training": result.training if result.best else None,
        "run": result.run,
        "elapsed_s": result.seconds,
        "remaining_s": 0.0,
        "stopped_because": result.stopped_because,
        "importance": tuple(result.importance.items()),
    }


def _search(ctx: JobContext, request: SearchRequest | ResumeSearch) -> SearchResult:
    return search(ctx, request)


def _read(ctx: JobContext, request: tuple[Workspace, str]) -> tuple[Search, SearchResult]:
    found = get_search(*request)
    return found, result_of(found)


def _list(ctx: JobContext, request: tuple[Workspace, str]) -> tuple[SearchRow, ...]:
    workspace, corpus = request
    return tuple(
        _row(found)
        for found in list_searches(workspace)
        if found.record.training.get("corpus") == corpus
    )


def _row(found: Search) -> SearchRow:
    record, best = found.record, found.record.best
    score = best.score if best else None
    return SearchRow(
        found.id, record.status, record.created, len(record.trials), record.plan.by, score
    )
