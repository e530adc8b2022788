"""``mulm corpus show|export|stats|problems|restore|undo|redo``: the rows of one corpus."""

from __future__ import annotations

import re
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core.cli.args import Parser, add_command, workspace
from mulm_core.cli.output import Answer, number
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError

if TYPE_CHECKING:
    from mulm_core.corpus import CorpusStore, Histogram, View

_BAR = 40  # characters of the longest bar of a histogram
_BARS = 12  # of a printed histogram; neighbours are added up


def register(actions: Any) -> None:
    """Declare the actions."""
    show = _action(actions, "show", "counts, files and the first pairs of a corpus", _show)
    show.add_argument("--pairs", type=int, default=5, metavar="N", help="how many pairs to print")
    show.add_argument("--offset", type=int, default=0, metavar="N", help="pairs to pass over")
    _add_view(show)
    export = _action(actions, "export", "write rows as TMX, TSV, JSON lines or Moses", _export)
    export.add_argument("path", type=Path, metavar="FILE", help="for moses without its ending")
    export.add_argument(
        "--format", default="", metavar="{tmx,tsv,jsonl,moses}", help="by default FILE's ending"
    )
    _add_view(export)
    _action(actions, "stats", "lengths, ratios and counts of a corpus", _stats)
    problems = _action(actions, "problems", "what imports left out, and why", _problems)
    problems.add_argument("--csv", type=Path, metavar="FILE", help="write a table instead")
    restore = _action(actions, "restore", "take rows back into use", _restore)
    restore.add_argument("--check", default="", metavar="KEY", help="only what this check excludes")
    restore.add_argument(
        "--ids",
        default="",
        metavar="1,7-9",
        help="only these rows; checks leave them alone from then on",
    )
    _action(actions, "undo", "take back the last change of rows", _undo)
    _action(actions, "redo", "make it again", _redo)


def splits(counts: dict[str, int]) -> str:
    """``train 90, dev 5, test 5``."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items())


def plain(info: Any) -> dict[str, Any]:
    """A corpus at a glance for JSON."""
    return {**asdict(info), "path": str(info.path)}


def _action(actions: Any, name: str, summary: str, run: Any) -> Parser:
    parser = add_command(actions, name, summary)
    parser.add_argument("name", help="the corpus")
    parser.set_defaults(run=run)
    return parser


def _add_view(parser: Parser) -> None:
    group = parser.add_argument_group("only some rows")
    group.add_argument("--query", default="", metavar="TEXT", help="found on either side")
    group.add_argument("--split", default="", metavar="{train,dev,test}")
    group.add_argument("--file", default="", metavar="NAME", help="as show prints it")
    group.add_argument(
        "--check", default="", metavar="KEY", help="flagged by this check; or excluded, or used"
    )


def _view(args: Namespace) -> View:
    from mulm_core.corpus import View

    return View(args.query, args.split, args.file, args.check)


def _opened(args: Namespace) -> CorpusStore:
    from mulm_core.corpus import CorpusStore, get_corpus

    return CorpusStore.open(get_corpus(workspace(args), args.name).path)


def _show(args: Namespace) -> Answer:
    view = _view(args)
    with _opened(args) as store:
        info = store.info()
        found = store.count(view)
        pairs = store.page(max(args.offset, 0), max(args.pairs, 0), view)
        data = {
            **plain(info),
            "origins": [asdict(origin) for origin in store.origins()],
            "checks": [asdict(state) for state in store.checks()],
            "split_policy": store.split_policy["by"],
            "undo": store.undo_title,
            "redo": store.redo_title,
            "found": found,
            "sample": [asdict(pair) for pair in pairs],
        }
    lines = [
        f"{info.name}: {info.source}–{info.target}, {info.pairs:,} pairs ({splits(info.splits)})",
        f"from {', '.join(info.files)}",
    ]
    if found != info.pairs:
        lines.append(f"{found:,} found")
    for pair in pairs:
        lines += ["", *(f"[{reason}]" for reason in pair.reasons), pair.source, pair.target]
    return Answer(data, "\n".join(lines))


def _export(args: Namespace) -> Answer:
    from mulm_core.corpus import ExportRequest, export_view

    format = args.format or args.path.suffix.lstrip(".").lower()
    request = ExportRequest(workspace(args), args.name, args.path, format, _view(args))
    result = run_job(export_view, request)
    names = [str(file) for file in result.files]
    lines = [f"{result.pairs:,} pairs written to {' and '.join(names)}"]
    if result.flattened:
        lines.append(
            f"{result.flattened:,} had line breaks or tabs, written as spaces; "
            "tmx and jsonl keep them"
        )
    return Answer({**asdict(result), "files": names}, "\n".join(lines))


def _stats(args: Namespace) -> Answer:
    from mulm_core.corpus import StatisticsRequest, statistics

    found = run_job(statistics, StatisticsRequest(workspace(args), args.name))
    lines = [f"{found.pairs:,} pairs, {found.excluded:,} excluded; in use: {splits(found.splits)}"]
    lines += [f"  {count:,} kept out by {key}" for key, count in found.checks.items() if count]
    lines += [f"  {count:,} in use of {name}" for name, count in found.files.items()]
    for tag, histogram in found.lengths.items():
        lines += _drawn(f"characters a segment, {tag}", histogram)
    lines += _drawn("target characters for each source character", found.ratio)
    return Answer(asdict(found), "\n".join(lines))


def _drawn(title: str, histogram: Histogram) -> list[str]:
    median, mean = number(histogram.median, 2), number(histogram.mean, 2)
    lines = ["", f"{title}: median {median}, mean {mean}"]
    step = -(-len(histogram.counts) // _BARS)
    starts = histogram.edges[:-1:step]
    counts = [sum(histogram.counts[at * step : (at + 1) * step]) for at in range(len(starts))]
    most = max(counts, default=0) or 1
    for start, count in zip(starts, counts, strict=True):
        lines.append(f"{start:10.4g} {count:10,} {'#' * round(_BAR * count / most)}".rstrip())
    return lines


def _problems(args: Namespace) -> Answer:
    from mulm_core.corpus import problems_csv

    if args.csv:
        count = problems_csv(workspace(args), args.name, args.csv)
        return Answer({"problems": count, "file": str(args.csv)}, f"{count:,} problems written")
    with _opened(args) as store:
        problems = store.problems()
        skipped = sum(origin.skipped for origin in store.origins())
    lines = [str(problem) for problem in problems] or ["No problems."]
    if skipped > len(problems):
        lines.append(f"and {skipped - len(problems):,} more that are only counted")
    data = {"skipped": skipped, "problems": [asdict(problem) for problem in problems]}
    return Answer(data, "\n".join(lines))


def _restore(args: Namespace) -> Answer:
    with _opened(args) as store:
        if args.ids:
            count = store.restore(_ids(args.ids, store.info().pairs), args.check)
        else:
            keys = [args.check] if args.check else [s.key for s in store.checks() if s.excluded]
            count = store.undo_check(*keys) if keys else 0
    return Answer({"corpus": args.name, "restored": count}, f"{count:,} rows are back in use")


def _ids(text: str, rows: int) -> list[int]:
    ids: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if match is None:
            raise UserError(f"'{part}' is no row number", where="--ids", fix="Write 1,7-9")
        first, last = int(match[1]), int(match[2] or match[1])
        if first > last:
            raise UserError(f"{first} comes after {last}", where="--ids", fix="Write 1,7-9")
        ids += range(max(first, 1), min(last, rows) + 1)
    if not ids:
        what = f"the corpus has no such row: its rows are 1 to {rows}"
        raise UserError(what, where="--ids", fix="check prints their numbers")
    return ids


def _undo(args: Namespace) -> Answer:
    with _opened(args) as store:
        title = store.undo()
    return Answer({"undone": title}, f"Taken back: {title}" if title else "Nothing to take back.")


def _redo(args: Namespace) -> Answer:
    with _opened(args) as store:
        title = store.redo()
    return Answer({"redone": title}, f"Made again: {title}" if title else "Nothing to make again.")
