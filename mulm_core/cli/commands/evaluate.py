"""``mulm evaluate``: BLEU, chrF and TER of systems on one test set."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mulm_core import languages
from mulm_core.cli.args import (
    add_command,
    add_declared,
    add_direction,
    declared_values,
    direction,
    workspace,
)
from mulm_core.cli.output import Answer, table
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.evaluation import (
    EvaluateRequest,
    Evaluation,
    TestSet,
    evaluate,
    load_parallel,
    load_test_set,
)
from mulm_core.report import write_csv, write_json
from mulm_core.scoring import Score
from mulm_core.translation import DecodeOptions


def register(subparsers: Any) -> None:
    """Declare ``mulm evaluate``."""
    parser = add_command(subparsers, "evaluate", "score systems on a test set")
    parser.add_argument("--test", metavar="FILE", type=Path, help="TMX or TSV with the test pairs")
    parser.add_argument("--source-file", metavar="FILE", type=Path, help="text, a segment a line")
    parser.add_argument("--reference-file", metavar="FILE", type=Path, help="its translation")
    add_direction(parser)
    parser.add_argument(
        "--systems",
        required=True,
        metavar="A,B",
        help="models and runs, such as starter,run:RUN; the first is what others are compared with",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a row for every segment")
    parser.add_argument("--json-file", type=Path, metavar="FILE", help="write everything as JSON")
    add_declared(parser, DecodeOptions)
    parser.set_defaults(run=_evaluate)


def _evaluate(args: Namespace) -> Answer:
    source, target = direction(args)
    options = DecodeOptions(**declared_values(args, DecodeOptions))
    systems = tuple(name.strip() for name in args.systems.split(",") if name.strip())
    test = _test_set(args, source, target)
    request = EvaluateRequest(workspace(args), test, source, target, systems, options)
    evaluation = run_job(evaluate, request)
    if args.csv:
        write_csv(evaluation, args.csv)
    if args.json_file:
        write_json(evaluation, args.json_file)
    return Answer(summary(evaluation), as_text(evaluation))


def _test_set(args: Namespace, source: str, target: str) -> TestSet:
    parallel = args.source_file, args.reference_file
    if args.test and not any(parallel):
        return load_test_set([args.test], source, target)
    if all(parallel) and not args.test:
        return load_parallel(*parallel)
    raise UserError(
        "the test set is not clear",
        fix="Give either --test, or --source-file and --reference-file",
    )


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """The scores without the segments."""
    return {
        "evaluation": evaluation.id,
        "test": evaluation.test_name,
        "segments": len(evaluation.sources),
        "systems": [
            {"name": result.system, "seconds": round(result.seconds, 3), **asdict(result.metrics)}
            for result in evaluation.systems
        ],
    }


def as_text(evaluation: Evaluation) -> str:
    """A table of scores with the differences from the first system, then the signatures."""
    first = evaluation.systems[0].metrics
    rows = []
    for result in evaluation.systems:
        cells = [result.system]
        for name in ("bleu", "chrf", "ter"):
            score, base = getattr(result.metrics, name), getattr(first, name)
            cells += [f"{score.score:.1f}", _difference(score, base)]
        rows.append(cells)
    header = ["system", "BLEU", "", "chrF", "", "TER", ""]
    pair = f"{languages.name(evaluation.source)} → {languages.name(evaluation.target)}"
    return "\n".join(
        [
            f"{evaluation.test_name}: {len(evaluation.sources):,} segments, {pair}",
            table(header, rows, numbers_from=1),
            f"BLEU {first.bleu.signature}",
            f"chrF {first.chrf.signature}",
            f"TER  {first.ter.signature} (lower is better)",
        ]
    )


def _difference(score: Score, base: Score) -> str:
    return "" if score is base else f"{score.score - base.score:+.1f}"
