"""The whole job on a sample project, as ``make demo`` and ``mulm demo`` show it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from mulm_core import languages
from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.evaluation import EvaluateRequest, Evaluation, TestSet, evaluate, load_parallel
from mulm_core.jobs import JobContext
from mulm_core.samples import Sample
from mulm_core.training import Task, TrainRequest, recipe_from, train, training_pairs
from mulm_core.workspace import Workspace

_SHOWN = 10
_CORPUS = "sample"


class Runner(Protocol):
    """Runs one job in the foreground and returns its result."""

    def __call__(
        self, job: Callable[[JobContext, Any], Any], request: Any, *, stoppable: bool = False
    ) -> Any:
        """The result of ``job(ctx, request)``; ``stoppable`` ones may end early."""


@dataclass(frozen=True)
class Comparison:
    """One test segment in both systems' words."""

    source: str
    reference: str
    zero_shot: str
    fine_tuned: str


@dataclass(frozen=True)
class DemoResult:
    """BLEU on the sample's held-out test before and after, and what that looks like."""

    sample: str
    run: str
    pairs: int
    zero_shot_bleu: float
    fine_tuned_bleu: float
    signature: str
    segments: tuple[Comparison, ...]
    train_seconds: float
    seconds: float

    def text(self) -> str:
        """The result for people."""
        blocks = [
            f"source      {segment.source}\n"
            f"reference   {segment.reference}\n"
            f"zero-shot   {segment.zero_shot}\n"
            f"fine-tuned  {segment.fine_tuned}\n"
            for segment in self.segments
        ]
        gain = self.fine_tuned_bleu - self.zero_shot_bleu
        return "\n".join(
            [
                *blocks,
                f"BLEU on the held-out test: {self.zero_shot_bleu:.1f} zero-shot, "
                f"{self.fine_tuned_bleu:.1f} fine-tuned ({gain:+.1f})",
                self.signature,
                f"{self.seconds:.0f} s in all, {self.train_seconds:.0f} s of them fine-tuning "
                f"on {self.pairs:,} pairs",
            ]
        )


def run_demo(
    workspace: Workspace, sample: Sample, model: str, run_job: Runner, say: Callable[[str], None]
) -> DemoResult:
    """Import, score zero-shot, fine-tune with the quick recipe, score again.

    ``say`` is told in a sentence what happens next; ``run_job`` runs each job. Raises what they
    raise.
    """
    begin = time.monotonic()
    source, target = sample.source, sample.target
    pair = f"{languages.name(source)} → {languages.name(target)}"
    say(f"Sample project: {sample.title or sample.key}, {pair}")
    request = ImportRequest(workspace, sample.train, source, target, _CORPUS)
    imported = run_job(import_corpus, request)
    say(f"Imported {imported.pairs:,} pairs; now the model as it comes, on the held-out test")
    test = load_parallel(*sample.test)

    def on_test(system: str) -> Evaluation:
        return _evaluate(workspace, run_job, test, sample, system)

    before = on_test(model)
    say(f"Zero-shot: {_bleu(before):.1f} BLEU; fine-tuning with the quick recipe")
    known = training_pairs(workspace, (Task(_CORPUS, source, target),))
    recipe = recipe_from("quick", pairs=known)
    training = TrainRequest(workspace, model, _CORPUS, source, target, recipe)
    trained = run_job(train, training, stoppable=True)
    say("Fine-tuned; the same test again")
    after = on_test(f"run:{trained.run}")
    return DemoResult(
        sample=sample.key,
        run=trained.run,
        pairs=trained.pairs,
        zero_shot_bleu=_bleu(before),
        fine_tuned_bleu=_bleu(after),
        signature=after.systems[0].metrics.bleu.signature,
        segments=_segments(before, after),
        train_seconds=trained.seconds,
        seconds=time.monotonic() - begin,
    )


def _evaluate(
    workspace: Workspace, run_job: Runner, test: TestSet, sample: Sample, system: str
) -> Evaluation:
    request = EvaluateRequest(workspace, test, sample.source, sample.target, (system,))
    evaluation: Evaluation = run_job(evaluate, request)
    return evaluation


def _bleu(evaluation: Evaluation) -> float:
    return evaluation.systems[0].metrics.bleu.score


def _segments(before: Evaluation, after: Evaluation) -> tuple[Comparison, ...]:
    """Ten segments spread evenly over the test, so that nobody picked them."""
    step = max(1, len(before.sources) // _SHOWN)
    return tuple(
        Comparison(
            before.sources[at],
            before.references[at],
            before.systems[0].hypotheses[at],
            after.systems[0].hypotheses[at],
        )
        for at in range(0, len(before.sources), step)
    )[:_SHOWN]
