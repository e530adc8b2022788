"""Numbers of an evaluation in words and cells, the same in every kind of report."""

from __future__ import annotations

from collections.abc import Iterator

from mulm_core.evaluation import Evaluation, Kept, Leakage, SystemResult
from mulm_core.scoring import Metrics, Score, in_words

NONE = "–"


def score_text(score: Score | None) -> str:
    """``14.8 ± 0.7``; without the interval where there is none."""
    if score is None:
        return NONE
    margin = f" ± {score.margin:.1f}" if score.margin is not None else ""
    return f"{score.score:.1f}{margin}"


def score_row(result: SystemResult) -> tuple[str, ...]:
    """A system's name and its scores."""
    return (result.title, *_scores(result.metrics))


def row_without_leaks(result: SystemResult) -> tuple[str, ...]:
    """The same without the leaked segments."""
    assert result.without_leaks is not None
    return (result.title, *_scores(result.without_leaks))


def _scores(metrics: Metrics) -> tuple[str, ...]:
    return tuple(score_text(score) for _, score in metrics.items())


def verdict(key: str, result: SystemResult) -> str:
    """``+9.6: better, p < 0.001``."""
    found = result.significance.get(key)
    if found is None:
        return NONE
    words = in_words(key, found)
    return f"{found.difference:+.1f}: {words}" if words else f"{found.difference:+.1f}"


def verdicts(evaluation: Evaluation) -> Iterator[str]:
    """A sentence on each system but the baseline, by BLEU."""
    base = evaluation.baseline
    for result in evaluation.systems[1:]:
        gain = result.metrics.bleu.score - base.metrics.bleu.score
        found = result.significance.get("bleu")
        parts = [f"{gain:+.1f} BLEU", in_words("bleu", found) if found else ""]
        yield f"{result.title} against {base.title}: {', '.join(filter(None, parts))}."


def how_tested(evaluation: Evaluation) -> Iterator[str]:
    """How the intervals and the p-values came about."""
    draws, trials = (evaluation.scoring.get(key, 0) for key in ("resamples", "trials"))
    if draws:
        yield f"± is the 95 % confidence interval, by bootstrap with {draws:,} resamples."
    if len(evaluation.systems) > 1 and (draws or trials):
        how = f"approximate randomisation with {trials:,} trials" if trials else "paired bootstrap"
        several = len(evaluation.systems) > 2
        corrected = ", after Holm's correction for several systems" if several else ""
        yield f"p-values are by {how}{corrected}; differences count from p < 0.05."


def leakage(found: Leakage) -> str:
    """What a run has seen of the test set."""
    if found.pairs:
        corpora = ", ".join(found.corpora)
        told = (
            f"Run {found.run}: of the test set {len(found.exact):,} segments are in its training "
            f"data ({corpora}, {found.pairs:,} pairs) and {len(found.near):,} almost."
        )
        return f"{told} {found.problem}".rstrip()
    return f"Run {found.run}: nothing is known of its training data. {found.problem}".rstrip()


def figures(evaluation: Evaluation) -> Iterator[tuple[str, list[str]]]:
    """What was counted, row by row: a name and a cell for each system."""
    counted = [result.figures for result in evaluation.systems]
    kinds = {
        "numbers": "numbers kept",
        "placeholders": "placeholders kept",
        "terms": "terms kept",
        "language": "in the right language",
    }
    yield "length ratio", [f"{one.length_ratio:.3f}" if one else NONE for one in counted]
    yield "equal to a reference", [f"{one.exact:,}" if one else NONE for one in counted]
    yield "empty", [f"{one.empty:,}" if one else NONE for one in counted]
    for key, title in kinds.items():
        yield title, [_kept(getattr(one, key)) if one else NONE for one in counted]
    for title, unit in (("segments_per_second", "segments"), ("tokens_per_second", "tokens")):
        speeds = [getattr(result, title) for result in evaluation.systems]
        yield f"{unit} a second", [NONE if one is None else f"{one:,.1f}" for one in speeds]


def _kept(kept: Kept) -> str:
    if kept.share is None:
        return NONE
    return f"{kept.kept:,} of {kept.of:,} ({100 * kept.share:.1f} %)"
