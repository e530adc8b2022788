"""One trial: a real training, followed and ended early where it falls behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import get_run
from mulm_core.search.proposals import falls_behind
from mulm_core.search.record import Search, Trial
from mulm_core.search.space import recipe_with
from mulm_core.training import DevEvaluated, RunStarted, TrainRequest, TrainStep, train
from mulm_core.workspace import Workspace

Tell = Callable[[Trial, float], None]
"""Hears of the trial and the share of its training that is done, from 0 to 1."""


@dataclass(frozen=True)
class _TrialWorkspace(Workspace):
    """The person's workspace, but for the runs, which lie with the search."""

    trial_runs: Path

    @property
    def runs(self) -> Path:
        return self.trial_runs


class _TrialContext(JobContext):
    """The trial's own context: it can be cancelled alone, and pauses and ends with the search."""

    def __init__(self, search: JobContext, sink: Callable[[Event], None]) -> None:
        super().__init__(sink)
        self._search = search
        self._began_s = search.elapsed_s()

    def elapsed_s(self) -> float:
        return self._search.elapsed_s() - self._began_s

    def check(self) -> None:
        self._search.check()
        if self._search.stop_requested:
            self.cancel()
        super().check()


def trial_run_name(trial: Trial) -> str:
    """What the run of a trial is called while the search goes on; its id as well."""
    return f"trial-{trial.number:03d}"


def run_trial(
    ctx: JobContext, search: Search, trial: Trial, left_s: float | None, tell: Tell
) -> Trial:
    """Train with the trial's values; returns it as it ended, its run among the trial runs.

    ``left_s`` is the time left to the search (None: any). Raises :class:`Cancelled` when the
    search is cancelled or stopped, :class:`UserError` for what no other values would mend.
    """
    return _Running(ctx, search, trial, left_s, tell).run()


class _Running:
    def __init__(
        self, ctx: JobContext, search: Search, trial: Trial, left_s: float | None, tell: Tell
    ) -> None:
        self._search, self._trial, self._left_s, self._tell = search, trial, left_s, tell
        self._ctx = _TrialContext(ctx, self._see)
        self._outer = ctx
        self._share = 0.0

    def run(self) -> Trial:
        request = self._request()
        try:
            result = train(self._ctx, request)
        except Cancelled:
            self._outer.check()
            if self._outer.stop_requested:
                raise
            return self._ended("pruned")
        except EngineError as error:
            return self._ended("failed", error.sentence())
        own_limit = recipe_with(self._search.recipe, self._trial.values).max_minutes
        limited = request.recipe.max_minutes != own_limit
        cut = limited and result.stopped_because == "max_minutes"
        return self._ended("cut" if cut else "complete")

    def _request(self) -> TrainRequest:
        """The search's training with the trial's values, within the time that is left."""
        recipe = recipe_with(self._search.recipe, self._trial.values)
        if self._left_s is not None:
            left = max(0.01, self._left_s / 60)
            recipe = replace(recipe, max_minutes=min(left, recipe.max_minutes or left))
        training = self._search.training(recipe)
        place = _TrialWorkspace(training.workspace.root, self._search.trial_runs)
        # Trackers would keep the curves of runs that are thrown away.
        name = trial_run_name(self._trial)
        return replace(training, workspace=place, name=name, trackers=())

    def _ended(self, state: str, error: str = "") -> Trial:
        return replace(self._trial, state=state, error=error, seconds=self._ctx.elapsed_s())

    def _see(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._check_inputs(event)
            case TrainStep():
                self._share = event.step / event.total_steps
                self._tell(self._trial, self._share)
            case DevEvaluated() if event.step:
                self._score(event)
            case LogLine(level="warning"):
                self._outer.log(f"Trial {self._trial.number}: {event.text}", "warning")

    def _score(self, event: DevEvaluated) -> None:
        plan = self._search.record.plan
        score = float(getattr(event, plan.by))
        entry = {
            "step": event.step,
            "bleu": event.bleu,
            "chrf": event.chrf,
            "loss": event.loss,
            "score": score,
        }
        history = (*self._trial.history, entry)
        best = (min if plan.minimise else max)(item["score"] for item in history)
        self._trial = replace(
            self._trial, history=history, score=best, seconds=self._ctx.elapsed_s()
        )
        self._tell(self._trial, self._share)
        if self._share < 1 and falls_behind(plan, self._search.record.trials, self._trial):
            self._ctx.cancel()

    def _check_inputs(self, event: RunStarted) -> None:
        """Scores on another model or corpus could not be compared; raises :class:`UserError`."""
        record = self._search.record
        place = _TrialWorkspace(self._search.workspace.root, self._search.trial_runs)
        manifest = get_run(place, event.run).manifest
        found = {"model_hash": manifest.model_hash, "corpus_hash": manifest.corpus_hash}
        for name, value in found.items():
            what = name.removesuffix("_hash")
            if getattr(record, name) not in ("", value):
                raise UserError(
                    f"the {what} has changed since the search '{self._search.id}' began",
                    fix="Start a new search",
                )
            setattr(record, name, value)
