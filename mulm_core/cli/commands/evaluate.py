"""``mulm evaluate``: scores of systems on one test set, and what is significant about them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mulm_core import files, languages
from mulm_core.cli.args import Parser
from mulm_core.cli.evaluating import add_evaluation, evaluated, outcome
from mulm_core.cli.output import Answer, table
from mulm_core.evaluation import Evaluation, Kept, Leakage, SystemResult
from mulm_core.report import wording, write_csv, write_json
from mulm_core.scoring import METRICS, Score, Significance, in_words, verdict


def declare(parser: Parser) -> None:
    """Declare ``mulm evaluate``."""
    add_evaluation(parser)
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row for every segment")
    parser.add_argument("--json-file", type=Path, metavar="FILE", help="write everything as JSON")
    parser.set_defaults(run=_evaluate)


def _evaluate(args: Namespace) -> Answer:
    for path in filter(None, (args.csv, args.json_file)):
        files.expect_folder(path)
    evaluation = evaluated(args)
    if args.csv:
        write_csv(evaluation, args.csv)
    if args.json_file:
        write_json(evaluation, args.json_file)
    return Answer(summary(evaluation), as_text(evaluation))


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """The scores without the segments."""
    return {
        **outcome(evaluation),
        "signatures": evaluation.signatures,
        "systems": [_system(result) for result in evaluation.systems],
        "failures": [asdict(failed) for failed in evaluation.failures],
        "leakage": [_leakage(found) for found in evaluation.leakage],
    }


def _system(result: SystemResult) -> dict[str, Any]:
    without = result.without_leaks
    return {
        "name": result.system,
        "seconds": round(result.seconds, 3),
        "segments_per_second": result.segments_per_second,
        "tokens_per_second": result.tokens_per_second,
        **{key: asdict(score) for key, score in result.metrics.items()},
        "significance": _tests(result.significance),
        "figures": _figures(result),
        "without_leaks": {key: asdict(one) for key, one in without.items()} if without else None,
        "significance_without_leaks": _tests(result.significance_without_leaks),
    }


def _tests(found: dict[str, Significance]) -> dict[str, Any]:
    return {key: _test(key, one) for key, one in found.items()}


def _test(key: str, found: Significance) -> dict[str, Any]:
    words = {"verdict": verdict(key, found), "words": in_words(key, found)}
    return {**asdict(found), **words}


def _figures(result: SystemResult) -> dict[str, Any] | None:
    if result.figures is None:
        return None
    values = vars(result.figures).items()
    return {
        name: {"of": value.of, "kept": value.kept} if isinstance(value, Kept) else value
        for name, value in values
    }


def _leakage(found: Leakage) -> dict[str, Any]:
    return {**asdict(found), "segments": list(found.segments)}


def as_text(evaluation: Evaluation) -> str:
    """A table of scores with the differences from the baseline, the verdicts, the signatures."""
    first = evaluation.baseline.metrics
    rows = []
    for result in evaluation.systems:
        cells = [result.system]
        for key, score in result.metrics.items():
            cells += [_score(score), _difference(score, getattr(first, key))]
        rows.append(cells)
    titles = [METRICS[key].title for key, _ in first.items()]
    header = ["system", *(cell for title in titles for cell in (title, ""))]
    pair = f"{languages.name(evaluation.source)} → {languages.name(evaluation.target)}"
    return "\n".join(
        [
            f"{evaluation.test_name}: {len(evaluation.sources):,} segments, {pair}",
            table(header, rows, numbers_from=1),
            *(_verdict(result, evaluation) for result in evaluation.systems[1:]),
            *_counted(evaluation),
            *(f"failed: {failed.failure}" for failed in evaluation.failures),
            *map(wording.leakage, evaluation.leakage),
            *(_without_leaks(result) for result in evaluation.systems if result.without_leaks),
            *(f"{METRICS[key].title} {text}" for key, text in evaluation.signatures.items()),
        ]
    )


def _score(score: Score) -> str:
    margin = f" ±{score.margin:.1f}" if score.margin is not None else ""
    return f"{score.score:.1f}{margin}"


def _difference(score: Score, base: Score) -> str:
    return "" if score is base else f"{score.score - base.score:+.1f}"


def _verdict(result: SystemResult, evaluation: Evaluation) -> str:
    words = (
        f"{METRICS[key].title} {in_words(key, found)}" for key, found in result.significance.items()
    )
    return f"{result.system} against {evaluation.baseline.system}: {'; '.join(words)}"


def _counted(evaluation: Evaluation) -> Iterator[str]:
    """What was counted of each system's translations, on one line."""
    rows = list(wording.figures(evaluation))
    for at, result in enumerate(evaluation.systems):
        told = [f"{name} {cells[at]}" for name, cells in rows if cells[at] != wording.NONE]
        if told:
            yield f"{result.system}: {'; '.join(told)}"


def _without_leaks(result: SystemResult) -> str:
    scores = result.without_leaks.items() if result.without_leaks else ()
    words = ", ".join(f"{METRICS[key].title} {score.score:.1f}" for key, score in scores)
    return f"{result.system} without these segments: {words}"
