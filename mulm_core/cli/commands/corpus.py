"""``mulm corpus``: sentence pairs in, listed and looked at."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mulm_core.cli.args import add_command, add_direction, direction, workspace
from mulm_core.cli.commands import corpus_checks
from mulm_core.cli.output import Answer, table
from mulm_core.cli.running import run_job

_SHOWN_PROBLEMS = 10


def register(subparsers: Any) -> None:
    """Declare ``mulm corpus import|list|show``."""
    parser = add_command(subparsers, "corpus", "sentence pairs: import, list, show")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    load = add_command(actions, "import", "read TMX, TSV or line-aligned text files into a corpus")
    load.add_argument("files", metavar="FILE", nargs="+", type=Path)
    add_direction(load)
    load.add_argument("--name", required=True, help="the corpus: a new one, or one to add to")
    load.set_defaults(run=_import)
    add_command(actions, "list", "list the corpora").set_defaults(run=_list)
    show = add_command(actions, "show", "counts and the first pairs of a corpus")
    show.add_argument("name")
    show.add_argument("--pairs", type=int, default=5, metavar="N", help="how many pairs to print")
    show.set_defaults(run=_show)
    corpus_checks.register(actions)


def _import(args: Namespace) -> Answer:
    from mulm_core.corpus import ImportRequest, import_corpus

    source, target = direction(args)
    request = ImportRequest(workspace(args), tuple(args.files), source, target, args.name)
    result = run_job(import_corpus, request)
    problems = [str(problem) for problem in result.problems]
    lines = [f"{result.pairs:,} pairs imported into '{result.corpus}', {result.skipped:,} skipped"]
    lines += [f"  {problem}" for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(f"  and {len(problems) - _SHOWN_PROBLEMS:,} more; --json lists them all")
    data = {
        "corpus": result.corpus,
        "pairs": result.pairs,
        "skipped": result.skipped,
        "problems": problems,
    }
    return Answer(data, "\n".join(lines))


def _list(args: Namespace) -> Answer:
    from mulm_core.corpus import list_corpora

    corpora = list_corpora(workspace(args))
    rows = [
        [info.name, f"{info.source}–{info.target}", f"{info.pairs:,}", _splits(info.splits)]
        for info in corpora
    ]
    text = table(["corpus", "languages", "pairs", "split"], rows) if rows else "No corpora yet."
    return Answer({"corpora": [_plain(info) for info in corpora]}, text)


def _show(args: Namespace) -> Answer:
    from mulm_core.corpus import CorpusStore, get_corpus

    info = get_corpus(workspace(args), args.name)
    with CorpusStore.open(info.path) as store:
        pairs = store.page(0, max(args.pairs, 0))
    lines = [
        f"{info.name}: {info.source}–{info.target}, {info.pairs:,} pairs ({_splits(info.splits)})",
        f"from {', '.join(info.files)}",
        *(f"\n{pair.source}\n{pair.target}" for pair in pairs),
    ]
    data = {**_plain(info), "sample": [asdict(pair) for pair in pairs]}
    return Answer(data, "\n".join(lines))


def _splits(splits: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in splits.items())


def _plain(info: Any) -> dict[str, Any]:
    return {**asdict(info), "path": str(info.path)}
