"""``mulm demo``: the whole job on a sample project."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mulm_core.cli.args import Parser
from mulm_core.cli.output import Answer
from mulm_core.cli.running import run_job
from mulm_core.samples import get_sample
from mulm_core.workspace import Workspace

if TYPE_CHECKING:
    from mulm_core.demo import DemoResult


def declare(parser: Parser) -> None:
    """Declare ``mulm demo``."""
    parser.add_argument("--sample", default="", metavar="KEY", help="which sample project")
    parser.add_argument("--model", default="starter", help="a model id or folder")
    parser.set_defaults(run=_demo)


def _demo(args: Namespace) -> Answer:
    kept = getattr(args, "workspace", None)
    if kept:
        return _answer(_run(args, Workspace.open(kept)))
    with tempfile.TemporaryDirectory(prefix="mulm-demo-", ignore_cleanup_errors=True) as folder:
        return _answer(_run(args, Workspace.open(Path(folder))))


def _run(args: Namespace, workspace: Workspace) -> DemoResult:
    from mulm_core.demo import run_demo

    return run_demo(workspace, get_sample(args.sample), args.model, run_job, _say)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _answer(result: DemoResult) -> Answer:
    return Answer(asdict(result), result.text())
