"""The entry of ``mulm``: arguments in, exit status out; errors become one line on stderr."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import TextIO

from mulm_core import __version__, quiet
from mulm_core.cli import commands
from mulm_core.cli.args import Parser, add_common
from mulm_core.cli.output import Answer
from mulm_core.errors import Cancelled, MulmError, from_os_error

CANCELLED = 130  # what shells expect of a program ended by Ctrl+C

_EPILOG = """\
exit status:
  0 done   1 something failed   2 the input or the choice is wrong   130 cancelled by Ctrl+C

Ctrl+C ends a job and leaves nothing of it; while training, the first one keeps the best checkpoint.
The workspace is --workspace, else $MULM_WORKSPACE, else your user data folder.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status (0, 1, 2 or 130) and prints no traceback."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        _use_utf8(stream)
    try:
        answer = _run(arguments)
        _print(answer, as_json="--json" in arguments)
        return 0
    except BrokenPipeError:
        _close_stdout()  # the reader, `head` say, has seen enough
        return 0
    except (Cancelled, KeyboardInterrupt):
        print("mulm: cancelled.", file=sys.stderr)
        return CANCELLED
    except Exception as error:
        return _fail(error, arguments)


def build_parser(arguments: Sequence[str]) -> Parser:
    """The command line, with the flags of the commands that ``arguments`` name.

    Imports nothing heavy.
    """
    parser = Parser(
        prog="mulm",
        description="Fine-tune, compare and score your own translation models on this computer.",
        epilog=_EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"mulm {__version__}")
    add_common(parser)
    subparsers = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    commands.register(subparsers, arguments)
    return parser


def _run(arguments: list[str]) -> Answer:
    args = build_parser(arguments).parse_args(arguments)
    quiet.silence()
    answer: Answer = args.run(args)
    return answer


def _print(answer: Answer, *, as_json: bool) -> None:
    text = json.dumps(answer.data, ensure_ascii=False) if as_json else answer.text
    _write(text if text.endswith("\n") or not text else f"{text}\n")


def _write(text: str) -> None:
    """Put ``text`` on stdout now; one that takes no more is closed."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _close_stdout()
        if isinstance(error, BrokenPipeError):
            raise
        raise from_os_error(error, "the answer") from error


def _fail(error: Exception, arguments: list[str]) -> int:
    if "--debug" in arguments:
        traceback.print_exception(error)
    if isinstance(error, OSError):
        error = from_os_error(error)
    if isinstance(error, MulmError):
        sentence, status = error.sentence(), error.exit_code
    else:
        reason = " ".join(str(error).split()) or "no details"
        sentence = f"{type(error).__name__}: {reason}. Run again with --debug to see where."
        status = 1
    sentence = " ".join(sentence.split())
    print(f"mulm: {sentence}", file=sys.stderr)
    if "--json" in arguments:
        with suppress(OSError, MulmError):  # stderr has said it
            _write(json.dumps({"error": sentence}, ensure_ascii=False) + "\n")
    return status


def _use_utf8(stream: TextIO) -> None:
    """UTF-8 whatever the locale says: on Windows the default cannot write most scripts."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8")


def _close_stdout() -> None:
    # Python flushes stdout once more on its way out, which would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
