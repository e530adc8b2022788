"""Everything that is measured once the translations are there: scores, tests, figures, leakage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.evaluation.figures import count_figures, rules_for
from mulm_core.evaluation.leakage import Asked, find_leakage
from mulm_core.evaluation.results import Leakage, SystemResult
from mulm_core.jobs import JobContext
from mulm_core.scoring import Metrics, Scorer, Significance, Statistics, judge

if TYPE_CHECKING:
    from mulm_core.evaluation.job import EvaluateRequest

_STEPS = {"gather": 60, "judge": 10, "figures": 10, "leakage": 10, "without": 10}
"""About how much of the time each step takes, in percent."""


@dataclass(frozen=True)
class Translated:
    """A system's translations, before they are scored; see :class:`SystemResult`."""

    system: str
    title: str
    hypotheses: tuple[str, ...]
    seconds: float
    run: str = ""
    file: str = ""


def judged(
    ctx: JobContext, request: EvaluateRequest, scorer: Scorer, done: Sequence[Translated]
) -> tuple[tuple[SystemResult, ...], tuple[Leakage, ...]]:
    """The results of all systems, the first being the baseline, and what their runs had seen."""
    test = request.test
    steps = _Steps(ctx)
    texts = [one.hypotheses for one in done]
    statistics = scorer.gather(texts, test.streams, ctx.check, steps.follow("gather", "Scoring"))
    scores, tests = judge(scorer, statistics, ctx.check, steps.follow("judge", "Testing"))
    steps.follow("figures", "Checking the translations")
    rules = rules_for(test, request.source, request.target)
    figures = [
        count_figures(test, one.hypotheses, counted, rules, request.terms, ctx.check)
        for one, counted in zip(done, statistics, strict=True)
    ]
    told = steps.follow("leakage", "Looking for the test set in the training data")
    asked = Asked(test, request.source, request.target)
    runs = [one.run for one in done if one.run]
    leakage = find_leakage(request.workspace, asked, runs, ctx.check, told)
    told = steps.follow("without", "Testing without what has leaked")
    leaked = {at for found in leakage for at in found.segments}
    without, tests_without = _without(scorer, statistics, leaked, ctx.check, told)
    results = tuple(
        SystemResult(
            system=one.system,
            title=one.title,
            metrics=scores[at],
            hypotheses=one.hypotheses,
            sentence_chrf=scorer.sentence_chrf(statistics[at]),
            seconds=one.seconds,
            sentence_bleu=scorer.sentence_bleu(statistics[at]),
            file=one.file,
            figures=figures[at],
            significance=tests[at],
            without_leaks=without[at],
            significance_without_leaks=tests_without[at],
        )
        for at, one in enumerate(done)
    )
    return results, leakage


def _without(
    scorer: Scorer,
    statistics: Sequence[Statistics],
    leaked: set[int],
    check: Callable[[], None],
    progress: Callable[[float, float], None],
) -> tuple[Sequence[Metrics | None], list[dict[str, Significance]]]:
    """Scores and tests on the segments that nobody has seen; none where that is all, or nothing."""
    clean = [at for at in range(len(statistics[0])) if at not in leaked]
    if not leaked or not clean:
        return [None] * len(statistics), [{} for _ in statistics]
    return judge(scorer, [one.of(clean) for one in statistics], check, progress)


class _Steps:
    """Progress through :data:`_STEPS`, one after the other."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx

    def follow(self, step: str, message: str) -> Callable[[float, float], None]:
        """What a step tells its progress to."""
        names = list(_STEPS)
        before = sum(_STEPS[name] for name in names[: names.index(step)])

        def told(done: float, total: float) -> None:
            share = done / total if total else 1.0
            self._ctx.report(before + share * _STEPS[step], sum(_STEPS.values()), message)

        told(0, 1)
        return told
