"""Arguments: one-line errors, flags common to all commands, flags made from declared fields."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from mulm_core import fields, languages
from mulm_core.errors import UserError
from mulm_core.workspace import Workspace


class Parser(argparse.ArgumentParser):
    """A parser whose errors are :class:`UserError`, and whose flags may not be abbreviated."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise UserError(message, fix=f"See {self.prog} --help")


def add_command(subparsers: Any, name: str, summary: str, **options: Any) -> Parser:
    """A subcommand that knows the common flags."""
    parser: Parser = subparsers.add_parser(name, help=summary, description=summary, **options)
    add_common(parser)
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """``--workspace``, ``--json`` and ``--debug``, before or after the command alike."""
    # SUPPRESS: a subcommand must not overwrite with its default what came before it.
    group = parser.add_argument_group("for every command")
    group.add_argument(
        "--workspace", metavar="DIR", default=argparse.SUPPRESS, help="where your work lies"
    )
    group.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON object on stdout",
    )
    group.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback"
    )


def add_direction(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """``--source`` and ``--target``."""
    for side, example in (("source", "de"), ("target", "fr")):
        parser.add_argument(
            f"--{side}",
            metavar="LANG",
            required=required,
            help=f"language code, such as {example}",
        )


def direction(args: argparse.Namespace) -> tuple[str, str]:
    """Source and target as BCP 47 tags; raises :class:`UserError` for what is no language."""
    return languages.normalise(args.source), languages.normalise(args.target)


def workspace(args: argparse.Namespace) -> Workspace:
    """The workspace the arguments or the environment name; created where it is missing."""
    return Workspace.open(getattr(args, "workspace", None))


def add_declared(parser: argparse.ArgumentParser, cls: type, *, advanced: bool = False) -> None:
    """A flag for each declared field of ``cls``, for the ``advanced`` ones only when asked."""
    group = parser.add_argument_group(f"{cls.__name__} fields".lower())
    for name, spec in fields.specs(cls).items():
        if spec.advanced and not advanced:
            continue
        group.add_argument(
            _flag(name),
            dest=f"field_{name}",
            metavar=f"{{{','.join(spec.choices)}}}" if spec.choices else spec.kind.upper(),
            default=argparse.SUPPRESS,
            help=f"{spec.title}. {spec.help}".replace("%", "%%"),
        )


def declared_texts(args: argparse.Namespace, cls: type) -> dict[str, str]:
    """The fields of ``cls`` given as flags, as text by name."""
    given = vars(args)
    return {name: given[f"field_{name}"] for name in fields.specs(cls) if f"field_{name}" in given}


def declared_values(args: argparse.Namespace, cls: type) -> dict[str, Any]:
    """The fields of ``cls`` given as flags, parsed; raises :class:`UserError` for a bad one."""
    return {name: fields.parse(cls, name, text) for name, text in declared_texts(args, cls).items()}


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
