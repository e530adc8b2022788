"""``mulm compare``: what systems made of every segment, and where they differ most."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from mulm_core.cli.args import Parser, workspace
from mulm_core.cli.evaluating import add_evaluation, evaluated, outcome
from mulm_core.cli.output import Answer
from mulm_core.errors import UserError
from mulm_core.evaluation import Evaluation, Segment, get_evaluation, segments

_SORTS = ("difference", "gain", "loss", "number")
_SHOWN = 10


def declare(parser: Parser) -> None:
    """Declare ``mulm compare``."""
    parser.add_argument(
        "evaluation", nargs="?", metavar="EVAL", help="a saved evaluation; else as for evaluate"
    )
    add_evaluation(parser, required=False)
    parser.add_argument(
        "--against", default="", metavar="NAME", help="the system set against the baseline"
    )
    parser.add_argument(
        "--sort",
        choices=_SORTS,
        default="difference",
        help="largest difference, gain or loss of chrF first, or as in the test set",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="only so many segments")
    parser.set_defaults(run=_compare)


def _compare(args: Namespace) -> Answer:
    if args.evaluation:
        evaluation = get_evaluation(workspace(args), args.evaluation)
    elif args.source and args.target:
        evaluation = evaluated(args)
    else:
        raise UserError(
            "there is nothing to compare",
            fix="Give an evaluation, or a test set with --source and --target",
        )
    names = [result.system for result in evaluation.systems]
    rows = _sorted(segments(evaluation, 0, _against(names, args.against)), args.sort)
    data = {
        **outcome(evaluation),
        "systems": names,
        "rows": [_row(row, names) for row in rows[: args.limit]],
    }
    shown = rows[: _SHOWN if args.limit is None else args.limit]
    return Answer(data, "\n\n".join(_text(row, evaluation) for row in shown))


def _against(names: list[str], wanted: str) -> int:
    if wanted and wanted not in names:
        raise UserError(f"there is no system '{wanted}'", fix=f"Known: {', '.join(names)}")
    return names.index(wanted) if wanted else min(1, len(names) - 1)


def _sorted(rows: list[Segment], by: str) -> list[Segment]:
    keys = {
        "difference": lambda row: -abs(row.difference),
        "gain": lambda row: -row.difference,
        "loss": lambda row: row.difference,
        "number": lambda row: row.number,
    }
    return sorted(rows, key=keys[by])


def _row(row: Segment, names: list[str]) -> dict[str, Any]:
    """A segment for JSON; what is there for each system goes by its name."""
    values = asdict(row)
    for key in ("hypotheses", "bleu", "chrf"):
        values[key] = dict(zip(names, values[key], strict=False))
    return {**values, "number": row.number + 1}


def _text(row: Segment, evaluation: Evaluation) -> str:
    names = [result.system for result in evaluation.systems]
    lines = [("source", row.source), *(("reference", text) for text in row.references)]
    lines += [
        (name, f"{text}  [chrF {chrf:.1f}]")
        for name, text, chrf in zip(names, row.hypotheses, row.chrf, strict=True)
    ]
    width = max(len(name) for name, _ in lines)
    leaked = "  (leaked)" if row.leaked else ""
    head = f"segment {row.number + 1}, difference {row.difference:+.1f}{leaked}"
    return "\n".join([head, *(f"  {name:<{width}}  {text}" for name, text in lines)])
