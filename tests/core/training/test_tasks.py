"""Several corpora and directions in one run: who is learnt how often, and how each is scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest
import tiny_model

from mulm_core.corpus import ImportRequest, import_corpus, split_of
from mulm_core.jobs import Event, JobContext
from mulm_core.runs import Run, get_run
from mulm_core.training import (
    DevEvaluated,
    Recipe,
    ResumeRequest,
    Task,
    TrainRequest,
    TrainStep,
    probe,
    train,
)
from mulm_core.training.batches import TokenPairs, TokenTable, plan
from mulm_core.training.forecast import ForecastRequest, forecast_steps
from mulm_core.training.order import Order, shares
from mulm_core.translation import Translator
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
SMALL = Task("small", "en", "fr")


def data(rows: int) -> TokenPairs:
    """Rows of 3 to 9 tokens."""
    source, target = TokenTable(), TokenTable()
    for row in range(rows):
        source.append(range(3 + row % 7))
        target.append(range(3 + row % 5))
    return TokenPairs(source, target, 0)


@pytest.fixture
def both(request_for: Make) -> Callable[..., TrainRequest]:
    """Both directions of the tiny corpus at once."""

    def make(**changes: object) -> TrainRequest:
        request = request_for(**changes)
        return replace(request, further=(Task(request.corpus, "fr", "en"),))

    return make


def test_shares_follow_the_temperature() -> None:
    assert shares([7, 100], [70, 1000], 1.0) == [7, 100]
    assert shares([10, 1000], [100, 10_000], 2.0) == [92, 918], "the roots of 100 and 10,000"
    assert shares([10, 1000], [100, 10_000], 100.0) == pytest.approx([505, 505], rel=0.05)
    assert shares([1, 10_000], [1, 100_000], 1.0)[0] == 1


def test_one_task_is_planned_as_ever() -> None:
    pairs, recipe = data(50), Recipe(batch_tokens=64, seed=7, accumulate=1)
    order = Order(pairs, (50,), recipe)
    for epoch in (0, 3):
        chance = np.random.default_rng([7, epoch])
        assert [rows for (rows,) in order.steps_of_epoch(epoch)] == plan(pairs, 64, chance)


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_every_pair_of_a_task_has_its_turn_before_one_is_repeated(temperature: float) -> None:
    sizes = (300, 40)
    order = Order(data(340), sizes, Recipe(batch_tokens=64, temperature=temperature))
    seen: Counter[int] = Counter()
    for epoch in range(6):
        steps = order.steps_of_epoch(epoch)
        assert len(steps) == order.epoch_steps
        for batches in steps:
            for rows in batches:
                assert all(row < 300 for row in rows) or all(row >= 300 for row in rows)
                seen.update(rows)
    large, small = ([seen[row] for row in rows] for rows in (range(300), range(300, 340)))
    assert max(large) - min(large) <= 1 and max(small) - min(small) <= 1
    if temperature == 1:
        assert set(large) == set(small) == {6}
    else:
        assert fmean(large) < 6 < fmean(small)


def test_both_directions_are_learnt_and_scored(
    both: Make, workspace: Workspace, tiny_folder: Path
) -> None:
    events: list[Event] = []
    request = both(epochs=4)
    result = train(JobContext(events.append), request)
    manifest = get_run(workspace, result.run).manifest
    assert [(task["source"], task["target"]) for task in manifest.tasks] == [
        ("en", "fr"),
        ("fr", "en"),
    ]
    assert sum(task["pairs"] for task in manifest.tasks) == manifest.pairs == result.pairs
    scores = [event for event in events if isinstance(event, DevEvaluated)]
    for score, entry in zip(scores, manifest.history, strict=True):
        assert [(part.source, part.target) for part in score.directions] == [
            ("en", "fr"),
            ("fr", "en"),
        ]
        for name in ("loss", "bleu", "chrf"):
            mean = fmean(getattr(part, name) for part in score.directions)
            assert getattr(score, name) == pytest.approx(mean) == pytest.approx(entry[name])
        assert [part["loss"] for part in entry["directions"]] == [
            part.loss for part in score.directions
        ]
    for now, before in zip(scores[-1].directions, scores[0].directions, strict=True):
        assert now.loss < before.loss - 0.5, "each has been learnt"
    translator = Translator(workspace)
    assert translator.translate(["la ligne ouvre 3"], "fr", "en", system=f"run:{result.run}")


def course(run: Run) -> list[tuple[int, float]]:
    return [(entry["step"], entry["loss"]) for entry in run.manifest.history]


def test_it_ends_the_same_when_interrupted(both: Make, workspace: Workspace) -> None:
    request = both(epochs=3, temperature=2, evals_per_epoch=2, lora_dropout=0.1)
    whole = get_run(workspace, train(JobContext(), request).run)

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 9:
            ctx.stop()

    ctx = JobContext(sink)
    part = train(ctx, request)
    assert part.stopped
    train(JobContext(), ResumeRequest(workspace, part.run))
    resumed = get_run(workspace, part.run)
    assert len(course(resumed)) > len(course(whole)) - 2
    assert course(resumed)[-1] == pytest.approx(course(whole)[-1], abs=1e-4)


def test_the_forecast_and_the_probe_count_all_tasks(both: Make) -> None:
    request = both(epochs=2, temperature=3)
    ask = ForecastRequest(
        request.workspace, request.model, request.corpus, request.source, request.target,
        request.recipe, request.further,
    )  # fmt: skip
    steps = train(JobContext(), request).steps
    assert forecast_steps(JobContext(), ask) == steps == probe(JobContext(), request).steps


def test_what_one_corpus_holds_back_is_not_learnt_from_another(
    request_for: Make, workspace: Workspace, tmp_path: Path
) -> None:
    kept_back = [pair for pair in tiny_model.PAIRS if split_of(pair[0]) != "train"][:5]
    fresh = [(f"the file {at} shows a {at} row", f"le fichier {at} affiche") for at in range(80)]
    # Their sources are new, so they are training pairs; their targets give dev and test away.
    told = [(f"{source} told {at}", target) for at, (source, target) in enumerate(kept_back)]
    told = [pair for pair in told if split_of(pair[0]) == "train"]
    assert told
    file = tmp_path / "small.tsv"
    rows = [("en", "fr"), *fresh, *told]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", "small"))
    request = request_for(epochs=1)
    alone = train(JobContext(), replace(request, corpus="small"))
    one = train(JobContext(), request)
    events: list[Event] = []
    together = train(JobContext(events.append), replace(request, further=(SMALL,)))
    assert together.pairs <= alone.pairs + one.pairs - len(told)
    scores = next(event for event in events if isinstance(event, DevEvaluated))
    assert scores.directions == (), "one direction, two corpora: scored together"
