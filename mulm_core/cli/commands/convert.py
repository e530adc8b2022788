"""``mulm convert``: what translating many texts does first, checked on the run's dev segments."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from mulm_core.cli.args import Parser, workspace
from mulm_core.cli.output import Answer, size
from mulm_core.cli.running import run_job
from mulm_core.translation import Conversion, ConvertRequest, convert
from mulm_core.translation.options import PRECISIONS


def declare(parser: Parser) -> None:
    """Declare ``mulm convert``."""
    system = parser.add_mutually_exclusive_group(required=True)
    system.add_argument("from_run", metavar="RUN", nargs="?", help="a fine-tuned run")
    system.add_argument("--model", help="a model id or folder, such as starter")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default=PRECISIONS[0],
        help="auto takes what suits the processor, and float32 where that is refused",
    )
    parser.set_defaults(run=_convert)


def _convert(args: Namespace) -> Answer:
    system = args.model or f"run:{args.from_run}"
    made = run_job(convert, ConvertRequest(workspace(args), system, args.precision))
    return Answer({"system": system, **described(made)}, sentence(made))


def described(made: Conversion) -> dict[str, Any]:
    """A conversion for ``--json``."""
    return {
        "precision": made.precision,
        "folder": str(made.folder),
        "bytes": made.size_bytes,
        "refused": made.refused,
        "parity": asdict(made.parity) if made.parity else None,
    }


def sentence(made: Conversion) -> str:
    """A conversion for people."""
    kept = "refused" if made.refused else size(made.size_bytes)
    checked = made.parity.sentence() if made.parity else "not checked"
    return f"converted to {made.precision} ({kept}): {checked}"
