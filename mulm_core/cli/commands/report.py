"""``mulm report``: an evaluation as a document, a table or data."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from mulm_core.cli.args import Parser, workspace
from mulm_core.cli.output import Answer
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.evaluation import Evaluation, get_evaluation, list_evaluations
from mulm_core.report import REPORTS, WriteRequest, write_report
from mulm_core.runs import list_runs
from mulm_core.workspace import Workspace


def declare(parser: Parser) -> None:
    """Declare ``mulm report``."""
    parser.add_argument(
        "subject", metavar="EVAL|RUN", help="an evaluation, or a run: its newest evaluation"
    )
    parser.add_argument("--format", choices=REPORTS, help="by the ending of the file, else html")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="instead of the evaluation's name, here"
    )
    parser.set_defaults(run=_report)


def _report(args: Namespace) -> Answer:
    place = workspace(args)
    evaluation = _find(place, args.subject.removeprefix("run:"))
    ending = args.output.suffix.removeprefix(".").lower() if args.output else ""
    kind = args.format or (ending if ending in REPORTS else "html")
    path = args.output or Path(f"{evaluation.id}.{kind}")
    run_job(write_report, WriteRequest(place, evaluation, path, kind))
    data = {"evaluation": evaluation.id, "format": kind, "output": str(path)}
    return Answer(data, f"Written: {path}")


def _find(place: Workspace, subject: str) -> Evaluation:
    """The evaluation of this id, or else the newest that has this run."""
    runs = {run.id for run in list_runs(place) if subject in (run.id, run.manifest.name)}
    if not runs:
        return get_evaluation(place, subject)
    found = (
        evaluation
        for evaluation in list_evaluations(place)
        if evaluation.id == subject or runs & {result.run for result in evaluation.systems}
    )
    evaluation = next(found, None)
    if evaluation is None:
        raise UserError(
            f"the run '{subject}' has not been evaluated yet",
            fix=f"Evaluate it first: mulm evaluate --systems run:{subject} …",
        )
    return evaluation
