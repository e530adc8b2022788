"""Confidence intervals and paired tests, with sacrebleu's draws, and so with its numbers.

Bootstrap: Koehn 2004; approximate randomisation: Riezler and Maxwell 2005; correction for several
systems: Holm 1979. sacrebleu draws all at once and for each system and metric anew, which takes
gigabytes for a large test set; here the same draws are made a piece at a time and shared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from mulm_core.scoring.metrics import METRICS, Metrics
from mulm_core.scoring.statistics import Scorer, Statistics

if TYPE_CHECKING:
    import numpy as np

Progress = Callable[[int, int], None]
_Drawn: TypeAlias = "dict[str, list[list[np.ndarray]]]"  # by metric, then system, then piece

ALPHA = 0.05
_PIECE = 4_000_000  # numbers drawn at once: tens of megabytes
_WORD = 32  # swaps are drawn as bits of words of this size, afresh in each piece


@dataclass(frozen=True)
class Significance:
    """A system against the baseline by one metric: ``difference`` of the corpus scores.

    ``bootstrap`` and ``randomisation`` are the p-values of the two tests as sacrebleu gives them;
    ``corrected`` is the second (the first, where there is none) after Holm's correction for the
    number of systems, and never below what so few segments could show. None where a test was left
    out.
    """

    difference: float
    bootstrap: float | None = None
    randomisation: float | None = None
    corrected: float | None = None

    @property
    def p(self) -> float | None:
        """The p-value to go by, before the correction."""
        return self.bootstrap if self.randomisation is None else self.randomisation


def verdict(key: str, found: Significance) -> str:
    """``better``, ``worse`` or ``same``; empty where no test was made."""
    if found.corrected is None:
        return ""
    if found.corrected >= ALPHA or found.difference == 0:
        return "same"
    return "better" if (found.difference < 0) == METRICS[key].lower_is_better else "worse"


def in_words(key: str, found: Significance) -> str:
    """The verdict in plain words: ``better, p = 0.002``; empty where no test was made."""
    words = {"same": "no significant difference"}
    outcome = verdict(key, found)
    return f"{words.get(outcome, outcome)}, {p_text(found.corrected)}" if outcome else ""


def p_text(p: float | None) -> str:
    """``p = 0.31``, ``p = 0.002``, ``p < 0.001``; empty for None."""
    if p is None:
        return ""
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def seed() -> str:
    """sacrebleu's seed, which ``SACREBLEU_SEED`` changes for both; ``none``: new each time."""
    return os.environ.get("SACREBLEU_SEED", "12345").lower()


def drawn_signature(signature: str, scoring: Mapping[str, Any], *, paired: bool) -> str:
    """A score's signature with what its interval and, if ``paired``, its p-value were drawn from.

    As sacrebleu writes it: ``nrefs:1|bs:1000|ar:10000|seed:12345|case:mixed|...``. Unchanged where
    ``scoring`` (the options and the seed) tells of nothing drawn, or not of the seed.
    """
    counts = {"bs": scoring.get("resamples"), "ar": scoring.get("trials") if paired else 0}
    drawn = [f"{kind}:{count}" for kind, count in counts.items() if count]
    if not drawn or "seed" not in scoring:
        return signature
    references, bar, rest = signature.partition("|")
    return "|".join((references, *drawn, f"seed:{scoring['seed']}")) + bar + rest


def judge(
    scorer: Scorer,
    systems: Sequence[Statistics],
    check: Callable[[], None] = lambda: None,
    progress: Progress = lambda done, total: None,
) -> tuple[list[Metrics], list[dict[str, Significance]]]:
    """Scores with intervals, and the tests of each system against the first.

    The first system's tests are empty. ``check`` may raise.
    """
    options = scorer.options
    scores = [scorer.scores(system) for system in systems]
    steps = options.resamples + (options.trials if len(systems) > 1 else 0)
    drawn = _bootstrap(scorer, systems, options.resamples, check, lambda n: progress(n, steps))
    swapped = _randomised(
        scorer,
        systems,
        options.trials,
        check,
        lambda n: progress(options.resamples + n, steps),
    )
    tests: list[dict[str, Significance]] = [{} for _ in systems]
    for key in scorer.metrics:
        values = [float(getattr(metrics, key).score) for metrics in scores]
        if drawn:
            for at, metrics in enumerate(scores):
                scores[at] = _with_interval(metrics, key, drawn[key][at])
        for at in range(1, len(systems)):
            by_bootstrap = _p_bootstrap(drawn[key], values, at) if drawn else None
            by_swaps = _p_swaps(swapped[key][at - 1], values, at) if swapped else None
            tests[at][key] = Significance(values[at] - values[0], by_bootstrap, by_swaps)
        _correct(key, tests[1:], len(systems[0]))
    return scores, tests


def _bootstrap(
    scorer: Scorer,
    systems: Sequence[Statistics],
    resamples: int,
    check: Callable[[], None],
    progress: Callable[[int], None],
) -> dict[str, list[np.ndarray]]:
    """Scores of resampled test sets, of each system by metric; empty for no resamples."""
    import numpy as np

    if not resamples:
        return {}
    segments = len(systems[0])
    stacked = _stacked(scorer, systems)
    scores: _Drawn = {key: [[] for _ in systems] for key in scorer.metrics}
    rng = np.random.default_rng(_start())
    for start, stop in _pieces(resamples, segments):
        check()
        chosen = rng.choice(segments, size=(stop - start, segments), replace=True)
        # How often each segment was drawn, times what it counts: exact, and far quicker than sums.
        often = np.stack([np.bincount(row, minlength=segments) for row in chosen])
        sums = often.astype(np.float64) @ stacked
        for key, at, columns in _slices(scorer, systems):
            # sacrebleu resamples in single precision; to the last digit, so must this.
            part = _scores(scorer, key, sums[:, columns].astype(np.float32))
            scores[key][at].append(part)
        progress(stop)
    return _whole(scores)


def _randomised(
    scorer: Scorer,
    systems: Sequence[Statistics],
    trials: int,
    check: Callable[[], None],
    progress: Callable[[int], None],
) -> dict[str, list[np.ndarray]]:
    """Differences of pseudo-systems, of each system but the first by metric; empty for none.

    Each trial swaps the baseline's and the system's segments by the toss of a coin.
    """
    import numpy as np

    others = systems[1:]
    if not trials or not others:
        return {}
    segments = len(systems[0])
    mine = _stacked(scorer, others)
    base = np.concatenate([_stacked(scorer, systems[:1])] * len(others), axis=1)
    apart, whole = base - mine, (base + mine).sum(0)
    rest = mine.sum(0)
    found: _Drawn = {key: [[] for _ in others] for key in scorer.metrics}
    rng = np.random.default_rng(_start())
    for start, stop in _pieces(trials, segments):
        check()
        swaps = rng.integers(2, size=(stop - start, segments), dtype=bool)
        first = swaps.astype(np.float64) @ apart + rest
        second = whole - first
        for key, at, columns in _slices(scorer, others):
            a, b = (_scores(scorer, key, sums[:, columns].tolist()) for sums in (first, second))
            found[key][at].append(np.abs(a - b))
        progress(stop)
    return _whole(found)


def _stacked(scorer: Scorer, systems: Sequence[Statistics]) -> np.ndarray:
    """All systems' and metrics' statistics side by side."""
    import numpy as np

    return np.concatenate([one.rows[key] for one in systems for key in scorer.metrics], axis=1)


def _slices(scorer: Scorer, systems: Sequence[Statistics]) -> Iterator[tuple[str, int, slice]]:
    """Where in :func:`_stacked` each metric's columns of each system are."""
    start = 0
    for at, one in enumerate(systems):
        for key in scorer.metrics:
            stop = start + one.rows[key].shape[1]
            yield key, at, slice(start, stop)
            start = stop


def _pieces(draws: int, segments: int) -> Iterator[tuple[int, int]]:
    """Draws in pieces that fit the memory; whole words each, so that they are those of one draw."""
    size = max(1, _PIECE // segments // _WORD) * _WORD
    for start in range(0, draws, size):
        yield start, min(start + size, draws)


def _scores(scorer: Scorer, key: str, sums: np.ndarray | list[list[float]]) -> np.ndarray:
    import numpy as np

    compute = scorer.metrics[key]._compute_score_from_stats
    return np.array([compute(row).score for row in sums])


def _whole(parts: _Drawn) -> dict[str, list[np.ndarray]]:
    import numpy as np

    return {key: list(map(np.concatenate, systems)) for key, systems in parts.items()}


def _with_interval(metrics: Metrics, key: str, drawn: np.ndarray) -> Metrics:
    from sacrebleu.significance import estimate_ci

    mean, margin = map(float, estimate_ci(drawn))
    return replace(metrics, **{key: replace(getattr(metrics, key), mean=mean, margin=margin)})


def _p_bootstrap(drawn: Sequence[np.ndarray], values: list[float], at: int) -> float:
    import numpy as np
    from sacrebleu.significance import _compute_p_value

    differences = np.abs(drawn[at] - drawn[0])
    return _compute_p_value(differences - differences.mean(), abs(values[0] - values[at]))


def _p_swaps(differences: np.ndarray, values: list[float], at: int) -> float:
    from sacrebleu.significance import _compute_p_value

    return _compute_p_value(differences, abs(values[0] - values[at]))


def _correct(key: str, tests: list[dict[str, Significance]], segments: int) -> None:
    """Holm: the smallest of n p-values counts n times, the next n - 1 times, never falling."""
    # sacrebleu counts no ties, so that three segments would be as significant as a thousand; but
    # of all ways to swap them, two are as they are.
    least = 2.0 ** max(1 - segments, -1000)
    made = sorted((max(p, least), at) for at, one in enumerate(tests) if (p := one[key].p))
    worst = 0.0
    for rank, (p, at) in enumerate(made):
        worst = max(worst, min(1.0, p * (len(made) - rank)))
        tests[at][key] = replace(tests[at][key], corrected=worst)


def _start() -> int | None:
    text = seed()
    return None if text == "none" else int(text)
