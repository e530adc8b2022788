"""Real searches of a tiny model: what is tried, what is kept, how they end."""

from __future__ import annotations

import math
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import Event, JobContext
from mulm_core.runs import get_run, list_runs
from mulm_core.search import (
    ResumeSearch,
    SearchRequest,
    SearchStarted,
    Trial,
    TrialChanged,
    get_search,
    list_searches,
    search,
)
from mulm_core.training import Recipe, Task, TrainRequest, recipe_from, train
from mulm_core.translation import Translator
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
FIELDS = ("learning_rate", "lora_rank", "label_smoothing")


def asked(request_for: Make, trials: int, **changes: object) -> SearchRequest:
    """A search of seconds; the loss, unlike BLEU, differs from trial to trial."""
    settings = {"epochs": 1, "dev_size": 12, "best_by": "loss", **changes}
    training = request_for(**settings)
    return SearchRequest(replace(training, name="try"), FIELDS, trials)


def course(trials: tuple[Trial, ...]) -> list[tuple[object, ...]]:
    return [(trial.values, trial.state, trial.score) for trial in trials]


def test_a_search_keeps_the_best_run_alone(request_for: Make, workspace: Workspace) -> None:
    events: list[Event] = []
    request = asked(request_for, 4)
    done = search(JobContext(events.append), request)

    own = request.training.recipe
    assert done.trials[0].values == {name: getattr(own, name) for name in FIELDS}
    assert [trial.number for trial in done.trials] == [1, 2, 3, 4]
    assert len({str(trial.values) for trial in done.trials}) == 4
    assert done.best is not None and done.stopped_because == "trials"
    assert done.best.score == min(trial.score for trial in done.trials if trial.score)
    (run,) = list_runs(workspace)
    assert (run.id, done.run, run.manifest.status) == ("try", "try", "finished")
    assert run.manifest.best["loss"] == done.best.score
    assert run.manifest.recipe == done.training.recipe.to_dict()
    assert Translator(workspace).translate(["the row opens 3"], "en", "fr", system="run:try")
    assert sorted(path.name for path in get_search(workspace, "try").folder.iterdir()) == [
        "search.json"
    ]

    assert isinstance(events[0], SearchStarted) and events[0].search == "try"
    told = [event for event in events if isinstance(event, TrialChanged)]
    assert [event.trial.state for event in told[:2]] == ["running", "running"]
    assert told[-1].best == done.best.number


def test_the_words_give_the_best_run_again(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 3)
    done = search(JobContext(), request)
    assert done.best is not None
    recipe = recipe_from("quick", dict(word.split("=", 1) for word in done.words))
    assert recipe == done.training.recipe
    assert recipe.lora_alpha == 2 * recipe.lora_rank
    result = train(JobContext(), replace(request.training, recipe=recipe))
    assert result.best["loss"] == done.best.score


def test_several_directions_are_searched_together(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 1)
    back = replace(request.training, further=(Task("tiny", "fr", "en"),))
    search(JobContext(), replace(request, training=back))
    done = search(JobContext(), ResumeSearch(workspace, "try", trials=2))
    tasks = get_run(workspace, done.run).manifest.tasks
    assert [task["source"] for task in tasks] == ["en", "fr"]


def test_the_same_seed_gives_the_same_search(request_for: Make) -> None:
    request = asked(request_for, 3)
    first, second = (search(JobContext(), request) for _ in range(2))
    assert course(first.trials) == course(second.trials)
    assert (first.search, second.search) == ("try", "try-2")
    recipe = replace(request.training.recipe, seed=2)
    other = search(
        JobContext(), replace(request, training=replace(request.training, recipe=recipe))
    )
    assert other.trials[1].values != first.trials[1].values


def test_a_trial_that_falls_behind_is_pruned(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 8, evals_per_epoch=3)
    done = search(JobContext(), request)
    pruned = [trial for trial in done.trials if trial.state == "pruned"]
    complete = [trial for trial in done.trials if trial.state == "complete"]
    assert pruned and len(complete) >= 3
    assert all(len(trial.history) < len(complete[0].history) for trial in pruned)
    for trial in pruned:
        by_then = [
            item.history[len(trial.history) - 1]["score"]
            for item in complete
            if item.number < trial.number
        ]
        assert trial.score is not None and trial.score > sorted(by_then)[(len(by_then) - 1) // 2]
    assert done.best in complete
    assert len(list_runs(workspace)) == 1


class Timed:
    """A context whose clock goes on by ``seconds`` whenever ``when`` holds for a trial."""

    def __init__(self, seconds: float, when: Callable[[Trial], object]) -> None:
        self._now, self._seconds, self._when = 0.0, seconds, when
        self.ctx = JobContext(self._see, clock=lambda: self._now)

    def _see(self, event: Event) -> None:
        if isinstance(event, TrialChanged) and self._when(event.trial):
            self._now += self._seconds


def test_a_trial_is_cut_when_the_time_is_over(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 5, epochs=1000, patience=0, evals_per_epoch=1)
    timed = Timed(1.0, lambda trial: trial.state == "running")  # about a second a step
    done = search(timed.ctx, replace(request, minutes=0.5))
    assert done.stopped_because == "minutes"
    assert [trial.state for trial in done.trials] == ["cut"] and done.best is not None
    assert 29 <= timed.ctx.elapsed_s() <= 32
    manifest = get_run(workspace, done.run).manifest
    assert manifest.stopped_because == "max_minutes" and 0 < manifest.steps < 30
    assert done.training.recipe.max_minutes is None and "max_minutes" not in " ".join(done.words)


def test_no_trial_begins_that_would_not_end_in_time(request_for: Make) -> None:
    request = replace(asked(request_for, 9), minutes=0.6)
    timed = Timed(10.0, lambda trial: trial.state == "running" and trial.history)
    done = search(timed.ctx, request)
    assert [trial.state for trial in done.trials] == ["complete"] * 3
    assert (done.stopped_because, done.seconds) == ("minutes", 30)


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_what_has_ended_is_kept(request_for: Make, workspace: Workspace, how: str) -> None:
    def sink(event: Event) -> None:
        if isinstance(event, TrialChanged) and event.trial.number == 3 and event.trial.history:
            getattr(ctx, how)()

    ctx = JobContext(sink)
    request = asked(request_for, 4)
    if how == "stop":
        assert len(search(ctx, request).trials) == 2
    else:
        with pytest.raises(Cancelled):
            search(ctx, request)
    record = get_search(workspace, "try").record
    assert (record.status, record.stopped_because) == ("stopped", "person")
    assert len(record.trials) == 2
    (run,) = list_runs(workspace)
    assert run.id == record.run and not (workspace.searches / "try" / "runs").exists()

    done = search(JobContext(), ResumeSearch(workspace, "try", trials=3))
    assert list(done.trials[:2]) == record.trials and len(done.trials) == 3


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_a_search_without_a_trial_leaves_nothing(
    request_for: Make, workspace: Workspace, how: str
) -> None:
    ctx = JobContext(lambda event: getattr(ctx, how)() if isinstance(event, TrialChanged) else None)
    with pytest.raises(Cancelled):
        search(ctx, asked(request_for, 3))
    assert list_searches(workspace) == [] and list_runs(workspace) == []


def test_a_pause_does_not_count(request_for: Make) -> None:
    def sink(event: Event) -> None:
        if isinstance(event, TrialChanged) and event.trial.history and not timers:
            ctx.pause()
            timers.append(threading.Timer(1.0, ctx.resume))
            timers[0].start()

    timers: list[threading.Timer] = []
    ctx = JobContext(sink)
    began = time.monotonic()
    done = search(ctx, asked(request_for, 2))
    timers[0].join()
    assert time.monotonic() - began > 1.0
    assert sum(trial.seconds for trial in done.trials) <= done.seconds
    assert done.seconds < time.monotonic() - began - 0.9


def _search_in_child(root: str, model: str, recipe: dict[str, object], telling: object) -> None:
    import torch

    torch.set_num_threads(1)
    training = TrainRequest(
        Workspace.open(root), model, "tiny", "en", "fr", Recipe.from_dict(recipe), "try"
    )
    ctx = JobContext(
        lambda event: (
            telling.send(event.trial.number)  # type: ignore[attr-defined]
            if isinstance(event, TrialChanged) and event.trial.history
            else None
        )
    )
    search(ctx, SearchRequest(training, FIELDS, 3))


def test_a_killed_search_is_resumed(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 3)
    recipe = request.training.recipe.to_dict()
    context = multiprocessing.get_context("forkserver")
    told, telling = context.Pipe(duplex=False)
    arguments = (str(workspace.root), request.training.model, recipe, telling)
    child = context.Process(target=_search_in_child, args=arguments)
    child.start()
    while told.recv() < 2:
        pass
    child.kill()
    child.join()
    told.close()
    telling.close()
    assert child.exitcode == -signal.SIGKILL
    found = get_search(workspace, "try")
    assert found.record.status == "interrupted" and found.record.trials
    done = search(JobContext(), ResumeSearch(workspace, "try"))
    whole = search(JobContext(), request)
    assert course(done.trials) == course(whole.trials)
    assert done.run and get_run(workspace, done.run).manifest.best["loss"] == done.best.score
    assert len(list_runs(workspace)) == 2


def test_more_trials_go_on_from_those_there_are(request_for: Make, workspace: Workspace) -> None:
    request = asked(request_for, 2)
    first = search(JobContext(), request)
    more = search(JobContext(), ResumeSearch(workspace, first.search, trials=4))
    assert course(more.trials)[:2] == course(first.trials) and len(more.trials) == 4
    again = search(JobContext(), ResumeSearch(workspace, first.search))
    assert course(again.trials) == course(more.trials) and again.run == more.run


def test_a_small_space_is_exhausted(request_for: Make) -> None:
    request = replace(asked(request_for, 20), fields=("lora_rank",))
    done = search(JobContext(), request)
    assert done.stopped_because == "exhausted"
    assert sorted(trial.values["lora_rank"] for trial in done.trials) == [8, 16, 32, 64]


def test_a_failed_trial_does_not_end_the_search(
    request_for: Make, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mulm_core.training.stepper import Stepper

    gradient, request = Stepper.gradient, asked(request_for, 3)
    own = request.training.recipe.learning_rate

    def bad_rate(self: Stepper, batches: list[list[int]]) -> tuple[float, int]:
        loss, tokens = gradient(self, batches)
        return (loss if self._recipe.learning_rate == own else math.nan), tokens

    monkeypatch.setattr(Stepper, "gradient", bad_rate)
    done = search(JobContext(), request)
    assert [trial.state for trial in done.trials] == ["complete", "failed", "failed"]
    assert "no longer a number" in done.trials[1].error
    assert [run.id for run in list_runs(workspace)] == [done.run]
    monkeypatch.setattr(Stepper, "gradient", lambda *_: (math.nan, 1))
    with pytest.raises(EngineError, match="no trial came to its end"):
        search(JobContext(), replace(request, training=replace(request.training, name="none")))
    assert get_search(workspace, "none").record.status == "failed"


def test_a_changed_corpus_cannot_be_compared(
    request_for: Make, workspace: Workspace, tmp_path: Path
) -> None:
    from mulm_core.corpus import ImportRequest, import_corpus

    search(JobContext(), asked(request_for, 2))
    more = tmp_path / "more.tsv"
    for path in workspace.corpora.iterdir():
        path.unlink()
    rows = [f"the file opens {n}\tle fichier ouvre {n}" for n in range(60)]
    more.write_text("en\tfr\n" + "\n".join(rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (more,), "en", "fr", "tiny"))
    with pytest.raises(UserError, match="the corpus has changed"):
        search(JobContext(), ResumeSearch(workspace, "try", trials=4))
    assert len(get_search(workspace, "try").record.trials) == 2


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fields": ("epochs",)}, "'epochs' is no field to search"),
        ({"trials": 0}, "at least one trial"),
        ({"minutes": 0.0}, "more than no minutes"),
    ],
)
def test_a_wrong_request_is_named(
    request_for: Make, workspace: Workspace, change: dict[str, object], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        search(JobContext(), replace(asked(request_for, 2), **change))
    assert list_searches(workspace) == []


def test_what_is_wrong_with_every_trial_ends_the_search(
    request_for: Make, workspace: Workspace
) -> None:
    request = asked(request_for, 2)
    with pytest.raises(UserError, match="no model"):
        search(JobContext(), replace(request, training=replace(request.training, model="none")))
    assert list_searches(workspace) == []
    with pytest.raises(UserError, match="there is no search 'x'"):
        search(JobContext(), ResumeSearch(workspace, "x"))
