"""``mulm corpus``: sentence pairs in, and listed."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core.cli.args import Parser, add_command, workspace
from mulm_core.cli.commands import corpus_checks, corpus_rows
from mulm_core.cli.output import Answer, table
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError

if TYPE_CHECKING:
    from mulm_core.corpus import ImportResult, ReadOptions

_SHOWN_PROBLEMS = 10


def declare(parser: Parser) -> None:
    """Declare ``mulm corpus`` and its actions."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    load = add_command(actions, "import", "read files of any format into a corpus")
    _declare_import(load)
    load.set_defaults(run=_import)
    add_command(actions, "list", "list the corpora").set_defaults(run=_list)
    corpus_checks.register(actions)
    corpus_rows.register(actions)


def _declare_import(load: Parser) -> None:
    load.add_argument("files", metavar="FILE", nargs="+", type=Path, help="files or folders")
    load.add_argument("--name", required=True, help="the corpus: a new one, or one to add to")
    which = load.add_argument_group("languages (by default those that the files name)")
    which.add_argument("--source", metavar="LANG", default="", help="language code, such as de")
    which.add_argument("--target", metavar="LANG", default="", help="language code, such as fr")
    which.add_argument(
        "--all-pairs",
        action="store_true",
        help="every two languages of the files, as NAME-SOURCE-TARGET",
    )
    how = load.add_argument_group("how the files are read")
    how.add_argument("--encoding", default="", help="instead of the declared or guessed one")
    how.add_argument(
        "--codes", default="strip", metavar="{strip,keep}", help="inline codes of XML formats"
    )
    how.add_argument(
        "--columns", default="", metavar="A,B", help="names or numbers of source and target column"
    )
    how.add_argument("--delimiter", default="", help="what separates columns (CSV)")
    how.add_argument("--header", action="store_true", default=None, help="the first row is names")
    how.add_argument("--no-header", action="store_false", dest="header", help="it is a pair")
    how.add_argument("--unfinished", action="store_true", help="also fuzzy, obsolete, unfinished")
    whether = load.add_argument_group("what is taken")
    whether.add_argument("--again", action="store_true", help="also files imported before")
    whether.add_argument(
        "--skip-bad-files", action="store_true", help="list unreadable files and go on"
    )


def _import(args: Namespace) -> Answer:
    from mulm_core.corpus import ImportRequest, find_direction, import_all_pairs, import_corpus

    if args.all_pairs and (args.source or args.target):
        raise UserError("--all-pairs takes all languages", fix="Leave --source and --target out")
    request = ImportRequest(
        workspace(args),
        tuple(args.files),
        args.source,
        args.target,
        args.name,
        _options(args),
        again=args.again,
        skip_bad_files=args.skip_bad_files,
    )
    if not args.all_pairs:
        source, target = find_direction(request)
        result = run_job(import_corpus, replace(request, source=source, target=target))
        lines = [_told(result)]
        if not (args.source and args.target):
            lines.append(f"  from {source} to {target}, as the files name them")
        return Answer(_plain(result), "\n".join(lines))
    results = run_job(import_all_pairs, request)
    return Answer(
        {"corpora": [_plain(result) for result in results]},
        "\n".join(_told(result) for result in results),
    )


def _options(args: Namespace) -> ReadOptions:
    from mulm_core.corpus import ReadOptions

    first, comma, second = args.columns.partition(",")
    if args.columns and not comma:
        raise UserError(f"'{args.columns}' is not two columns", fix="Write --columns 1,2")
    return ReadOptions(
        encoding=args.encoding,
        codes=args.codes,
        source_column=first.strip(),
        target_column=second.strip(),
        delimiter=args.delimiter.replace("\\t", "\t"),
        header=args.header,
        unfinished=args.unfinished,
    )


def _plain(result: ImportResult) -> dict[str, Any]:
    return {**asdict(result), "problems": [str(problem) for problem in result.problems]}


def _told(result: ImportResult) -> str:
    problems = [str(problem) for problem in result.problems]
    lines = [f"{result.pairs:,} pairs imported into '{result.corpus}', {result.skipped:,} skipped"]
    if result.codes:
        lines.append(f"  {result.codes:,} inline codes")
    lines += [
        f"  {file.name}: the encoding is guessed, {file.encoding}; --encoding tells another one"
        for file in result.files
        if file.guessed
    ]
    lines += [f"  {problem}" for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        more = len(problems) - _SHOWN_PROBLEMS
        lines.append(f"  and {more:,} more; mulm corpus problems {result.corpus} lists them")
    return "\n".join(lines)


def _list(args: Namespace) -> Answer:
    from mulm_core.corpus import list_corpora

    corpora = list_corpora(workspace(args))
    rows = [
        [
            info.name,
            f"{info.source}–{info.target}",
            f"{info.pairs:,}",
            info.problem or corpus_rows.splits(info.splits),
        ]
        for info in corpora
    ]
    text = table(["corpus", "languages", "pairs", "split"], rows) if rows else "No corpora yet."
    return Answer({"corpora": [corpus_rows.plain(info) for info in corpora]}, text)
