"""The search for a better recipe: trainings within a budget, the best of which is kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import fmean

from mulm_core import files
from mulm_core.errors import Cancelled, EngineError, UserError, explain_os_errors
from mulm_core.jobs import JobContext
from mulm_core.runs.store import read_run
from mulm_core.search.events import SearchStarted, TrialChanged
from mulm_core.search.proposals import importance, propose
from mulm_core.search.record import (
    Plan,
    Search,
    SearchRecord,
    Trial,
    create_search,
    get_search,
)
from mulm_core.search.space import own_values, recipe_with, space_of
from mulm_core.search.trial import run_trial, trial_run_name
from mulm_core.training import PRESETS, Recipe, TrainRequest
from mulm_core.workspace import Workspace

_SHORTEST_S = 1.0  # a trial that nothing is known of may take longer, but is cut in time


@dataclass(frozen=True)
class SearchRequest:
    """Try at most ``trials`` recipes around that of ``training``, for ``minutes`` at most.

    ``fields`` of the recipe change (empty: the usual ones); ``training.name`` names the search.
    """

    training: TrainRequest
    fields: tuple[str, ...] = ()
    trials: int = 20
    minutes: float | None = None


@dataclass(frozen=True)
class ResumeSearch:
    """Go on with a search that is not at work; ``trials`` and ``minutes`` are in all.

    None leaves them as they were.
    """

    workspace: Workspace
    search: str
    trials: int | None = None
    minutes: float | None = None


@dataclass(frozen=True)
class SearchResult:
    """What came of a search; ``best`` is None where no trial came to an end.

    ``run`` is the best trial's, kept among the runs; ``training`` is the request that makes it
    again, whose recipe ``words`` give, as ``--set`` takes them, from its preset. ``importance``
    has each field's share, and is empty for fewer than ten complete trials.
    """

    search: str
    by: str
    trials: tuple[Trial, ...]
    best: Trial | None
    run: str
    training: TrainRequest
    words: tuple[str, ...]
    importance: dict[str, float]
    seconds: float
    stopped_because: str


def search(ctx: JobContext, request: SearchRequest | ResumeSearch) -> SearchResult:
    """Train one recipe after the other; the first is the one that the request came with.

    Both ``ctx.stop()`` and ``ctx.cancel()`` keep what has ended and the best run; a search of
    which nothing has ended leaves nothing behind. Raises :class:`UserError` for what does not fit
    together, :class:`EngineError` where every trial failed.
    """
    opened = _reopened(request) if isinstance(request, ResumeSearch) else _new(request)
    record = opened.record
    try:
        _Searching(ctx, opened).run()
    except Cancelled:
        record.status, record.stopped_because = "stopped", "person"
        raise
    except BaseException:
        record.status = "failed"
        raise
    finally:
        opened.release()
        if record.trials:
            opened.save()
        else:
            opened.delete()
    return result_of(opened)


def result_of(search: Search) -> SearchResult:
    """What the record of a search tells, whether it has ended or not."""
    record = search.record
    best = record.best
    recipe = recipe_with(search.recipe, best.values) if best else search.recipe
    return SearchResult(
        search=search.id,
        by=record.plan.by,
        trials=tuple(record.trials),
        best=best,
        run=record.run,
        training=search.training(recipe),
        words=_words(recipe, tuple(record.plan.space)) if best else (),
        importance=importance(record.plan, record.trials),
        seconds=record.seconds,
        stopped_because=record.stopped_because,
    )


def _words(recipe: Recipe, searched: Sequence[str]) -> tuple[str, ...]:
    """What the recipe has of its own, and what its preset would fit to method and data."""
    preset = PRESETS[recipe.preset].to_dict()
    named = {*searched, "learning_rate", "epochs"}
    return tuple(
        f"{name}={value}"
        for name, value in recipe.to_dict().items()
        if name != "preset" and (name in named or value != preset[name])
    )


def _new(request: SearchRequest) -> Search:
    training, recipe = request.training, request.training.recipe
    if training.from_run:
        raise UserError(
            "a search starts from the model as it is",
            where="from_run",
            fix="Search without the run, and train on from it with what is found",
        )
    space = space_of(recipe, request.fields)
    plan = Plan(space, request.trials, request.minutes, recipe.best_by, recipe.seed)
    _check(plan)
    plain = asdict(training)
    del plain["workspace"], plain["recipe"], plain["trackers"]
    record = SearchRecord(
        name=training.name.strip() or f"{training.corpus}-{training.source}-{training.target}",
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        training=plain,
        recipe=recipe.to_dict(),
        plan=plan,
    )
    return create_search(training.workspace, record)


def _reopened(request: ResumeSearch) -> Search:
    found = get_search(request.workspace, request.search)
    record = found.record
    if record.status == "running":
        raise UserError(f"the search '{found.id}' is at work", fix="Stop it first")
    before = record.plan
    record.plan = Plan(
        before.space,
        request.trials or before.trials,
        request.minutes if request.minutes is not None else before.minutes,
        before.by,
        before.seed,
    )
    _check(record.plan)
    record.status, record.stopped_because = "running", ""
    found.hold()
    found.save()
    return found


def _check(plan: Plan) -> None:
    if plan.trials < 1:
        raise UserError("a search takes at least one trial", where="trials")
    if plan.minutes is not None and not plan.minutes > 0:
        raise UserError("a search takes more than no minutes", where="minutes")


class _Searching:
    """One search at work."""

    def __init__(self, ctx: JobContext, search: Search) -> None:
        self._ctx, self._search, self._record = ctx, search, search.record
        self._worked_before_s = search.record.seconds
        self._ended_before = len(search.record.trials)

    def run(self) -> None:
        """Trial after trial; however it ends, the best run is kept."""
        record = self._record
        self._ctx.emit(SearchStarted(self._search.id, record.plan, tuple(record.trials)))
        self._tidy()
        try:
            while not self._over():
                values = self._values()
                if values is None:
                    record.stopped_because = "exhausted"
                    break
                self._try(Trial(len(record.trials) + 1, values))
        except Cancelled:
            if not (self._ctx.stop_requested and record.trials):
                raise
            record.stopped_because = "person"
        finally:
            record.seconds = self._worked_s()
            self._keep_best()
        self._finish()

    def _finish(self) -> None:
        record = self._record
        stopped = record.stopped_because == "person"
        if record.trials and all(trial.state == "failed" for trial in record.trials):
            raise EngineError(f"no trial came to its end. The last one: {record.trials[-1].error}")
        record.status = "stopped" if stopped else "finished"
        total = record.plan.trials
        self._ctx.report(total, total, "Finished")

    def _over(self) -> bool:
        """Whether no trial should follow, and because of what."""
        self._ctx.check()
        left_s = self._left_s()
        ends = {
            "person": self._ctx.stop_requested,
            "trials": len(self._record.trials) >= self._record.plan.trials,
            # No trial begins that would not come to its end.
            "minutes": left_s is not None and left_s < self._usual_s(),
        }
        self._record.stopped_because = next((reason for reason, true in ends.items() if true), "")
        return bool(self._record.stopped_because)

    def _values(self) -> dict[str, object] | None:
        plan, trials = self._record.plan, self._record.trials
        return propose(plan, trials) if trials else own_values(self._search.recipe, plan.space)

    def _try(self, trial: Trial) -> None:
        self._tell(trial, 0.0)
        ended = run_trial(self._ctx, self._search, trial, self._left_s(), self._tell)
        record = self._record
        record.trials.append(ended)
        record.seconds = self._worked_s()
        self._search.save()
        self._tidy()
        self._tell(ended, 0.0)

    # Time ----------------------------------------------------------------------------------

    def _worked_s(self) -> float:
        return self._worked_before_s + self._ctx.elapsed_s()

    def _left_s(self) -> float | None:
        minutes = self._record.plan.minutes
        return None if minutes is None else 60 * minutes - self._worked_s()

    def _usual_s(self) -> float:
        complete = [trial.seconds for trial in self._record.trials if trial.state == "complete"]
        return fmean(complete) if complete else _SHORTEST_S

    # Runs ----------------------------------------------------------------------------------

    def _tidy(self) -> None:
        """Delete the runs of all trials but the best, and what a crash left."""
        best = self._record.best
        kept = trial_run_name(best) if best else ""
        folder = self._search.trial_runs
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name != kept:
                shutil.rmtree(path, ignore_errors=True)

    def _keep_best(self) -> None:
        """Move the best trial's run among the person's."""
        record, best = self._record, self._record.best
        run = read_run(self._search.trial_runs / trial_run_name(best)) if best else None
        if best is None or run is None or record.run_of == best.number:
            return
        runs = self._search.workspace.runs
        run.manifest.name = record.name
        run.manifest.note = f"Trial {best.number} of the search '{self._search.id}'"
        if best.state == "complete":  # the search's limit had no effect
            run.manifest.recipe = recipe_with(self._search.recipe, best.values).to_dict()
        run.save()
        place = runs / files.free_name(runs, record.name)
        with explain_os_errors(run.folder):
            os.replace(run.folder, place)
            shutil.rmtree(self._search.trial_runs, ignore_errors=True)
        record.run, record.run_of = place.name, best.number

    # What the world is told ----------------------------------------------------------------

    def _tell(self, trial: Trial, share: float) -> None:
        plan, best = self._record.plan, self._record.best
        self._ctx.emit(TrialChanged(trial, best.number if best else None))
        done = len(self._record.trials) + share
        words = f", best so far {best.score:.2f}" if best else ""
        number = min(trial.number, plan.trials)
        self._ctx.report(
            done, plan.trials, f"Trial {number} of {plan.trials}{words}", eta_s=self._eta_s(done)
        )

    def _eta_s(self, done: float) -> float | None:
        """Seconds left, at the pace of this sitting, within the time there is."""
        here, left_s = done - self._ended_before, self._left_s()
        if here <= 0:
            return left_s
        pace_s = self._ctx.elapsed_s() / here * (self._record.plan.trials - done)
        return pace_s if left_s is None else max(0.0, min(left_s, pace_s))
