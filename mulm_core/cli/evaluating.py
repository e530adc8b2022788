"""What ``mulm evaluate`` and ``mulm compare`` share: the test set and the systems on it."""

from __future__ import annotations

import argparse
from argparse import Namespace
from pathlib import Path
from typing import Any

from mulm_core.cli.args import add_declared, add_direction, declared_values, direction, workspace
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.evaluation import (
    EvaluateRequest,
    Evaluation,
    Outputs,
    TestSet,
    evaluate,
    load_glossary,
    load_outputs,
    load_parallel,
    load_test_set,
)
from mulm_core.scoring import ScoreOptions
from mulm_core.translation import DecodeOptions


def add_evaluation(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """The flags for a test set, the systems on it, and how they translate and are scored."""
    parser.add_argument("--test", metavar="FILE", type=Path, help="test pairs, in any format")
    parser.add_argument("--source-file", metavar="FILE", type=Path, help="text, a segment a line")
    parser.add_argument(
        "--reference-file",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="its translation; more than one for several references",
    )
    add_direction(parser, required=required)
    parser.add_argument(
        "--systems", default="", metavar="A,B", help="models and runs, such as starter,run:RUN"
    )
    parser.add_argument(
        "--hyp",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="what another system made of the test set, a line each; as often as you like",
    )
    parser.add_argument(
        "--baseline", default="", metavar="NAME", help="what others are compared with: the first"
    )
    parser.add_argument(
        "--glossary", metavar="FILE", type=Path, help="terms to be kept: source, tab, target"
    )
    add_declared(parser, DecodeOptions)
    add_declared(parser, ScoreOptions)


def evaluated(args: Namespace) -> Evaluation:
    """The evaluation that the flags ask for, run in the foreground; raises what it raises."""
    source, target = direction(args)
    test = _test_set(args, source, target)
    request = EvaluateRequest(
        workspace=workspace(args),
        test=test,
        source=source,
        target=target,
        systems=tuple(name.strip() for name in args.systems.split(",") if name.strip()),
        options=DecodeOptions(**declared_values(args, DecodeOptions)),
        outputs=tuple(_outputs(text, test) for text in args.hyp),
        baseline=args.baseline,
        scoring=ScoreOptions(**declared_values(args, ScoreOptions)),
        terms=load_glossary(args.glossary) if args.glossary else (),
    )
    evaluation: Evaluation = run_job(evaluate, request)
    return evaluation


def _test_set(args: Namespace, source: str, target: str) -> TestSet:
    if args.test and not (args.source_file or args.reference_file):
        return load_test_set([args.test], source, target)
    if args.source_file and args.reference_file and not args.test:
        return load_parallel(args.source_file, *args.reference_file)
    raise UserError(
        "the test set is not clear",
        fix="Give either --test, or --source-file and --reference-file",
    )


def _outputs(text: str, test: TestSet) -> Outputs:
    name, equals, file = text.partition("=")
    if not (equals and name.strip() and file):
        raise UserError(f"'{text}' is no output", where="--hyp", fix="Write NAME=FILE")
    return load_outputs(name, file, test)


def outcome(evaluation: Evaluation) -> dict[str, Any]:
    """Which evaluation it is, for JSON."""
    return {
        "evaluation": evaluation.id,
        "test": evaluation.test_name,
        "test_hash": evaluation.test_hash,
        "segments": len(evaluation.sources),
        "references": len(evaluation.streams),
        "baseline": evaluation.baseline.system,
    }
