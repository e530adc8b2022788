"""``mulm translate``: line in, line out."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.cli.args import (
    Parser,
    add_declared,
    add_direction,
    declared_values,
    direction,
    workspace,
)
from mulm_core.cli.output import Answer
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.translation import DecodeOptions, TranslateRequest, translate_n_best


def declare(parser: Parser) -> None:
    """Declare ``mulm translate``."""
    system = parser.add_mutually_exclusive_group(required=True)
    system.add_argument("--model", help="a model id or folder, such as starter")
    system.add_argument("--run", dest="from_run", metavar="RUN", help="a fine-tuned run")
    add_direction(parser)
    parser.add_argument("--input", type=Path, metavar="FILE", help="instead of standard input")
    parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")
    add_declared(parser, DecodeOptions, advanced=True)
    parser.set_defaults(run=_translate)


def _translate(args: Namespace) -> Answer:
    source, target = direction(args)
    if args.output:
        files.expect_folder(args.output)
    options = DecodeOptions(**declared_values(args, DecodeOptions))
    system = f"run:{args.from_run}" if args.from_run else args.model
    lines = tuple(_read_file(args.input) if args.input else _read_stdin())
    request = TranslateRequest(workspace(args), system, lines, source, target, options)
    found = run_job(translate_n_best, request)
    # A line break inside a translation would shift every line after it.
    ways = [[" ".join(text.splitlines()) for text in texts] for texts in found]
    translations = [best for best, *_ in ways]
    text = "".join(f"{line}\n" for line in translations)
    data: dict[str, Any] = {"system": system, "segments": len(lines)}
    if options.n_best > 1:
        data["alternatives"] = ways
    if args.output:
        files.write_text(args.output, text)
        return Answer({**data, "output": str(args.output)}, "")
    return Answer({**data, "translations": translations}, text)


def _read_file(path: Path) -> list[str]:
    from mulm_core.corpus import read_lines

    return read_lines(path)


def _read_stdin() -> list[str]:
    """The lines of standard input as UTF-8; the same line ends as in files."""
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"byte {error.start + 1} is not UTF-8 text", where="standard input", fix="Send UTF-8"
        ) from None
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()  # the end of the last line, not one more
    return [line.removesuffix("\r") for line in lines]
