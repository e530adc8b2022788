"""``mulm corpus check`` and ``mulm corpus split``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mulm_core.cli.args import add_command, workspace
from mulm_core.cli.output import Answer
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError

if TYPE_CHECKING:
    from mulm_core.corpus.checks import CheckResult, UnknownResult

_ALL = "all"
_SHOWN = 100  # characters of a sample


def register(actions: Any) -> None:
    """Declare ``mulm corpus check|split``."""
    check = add_command(
        actions,
        "check",
        "find rows that should not be trained on",
        epilog="Nothing is ever deleted: a check flags rows, --apply keeps them out, --undo takes\n"
        "them back. --apply all applies every check that was run but personal data, --undo all\n"
        "takes all back that are applied.",
    )
    check.add_argument("name")
    check.add_argument("--only", default="", metavar="A,B", help="run only these checks")
    check.add_argument("--model", default="", help="also look whether this model can spell it")
    check.add_argument(
        "--apply", default="", metavar="A,B", help="keep out what these flag, or all"
    )
    check.add_argument(
        "--undo", default="", metavar="A,B", help="run nothing; take these back, or all"
    )
    check.add_argument("--mask", action="store_true", help="replace personal data on both sides")
    check.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="CHECK.SETTING=VALUE",
        help="change what a check goes by, such as near_duplicates.likeness=0.85",
    )
    check.set_defaults(run=_check)
    split = add_command(actions, "split", "divide the rows into train, dev and test")
    split.add_argument("name")
    split.add_argument("--by", default="hash", help="hash (of the source), file, or given")
    split.add_argument("--dev", type=float, default=0.05, metavar="SHARE", help="such as 0.05")
    split.add_argument("--test", type=float, default=0.05, metavar="SHARE", help="such as 0.05")
    split.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="NAME=SPLIT",
        help="by file: where the rows of this file go",
    )
    split.add_argument(
        "--given", nargs="+", default=[], type=Path, metavar="FILE", help="given: the test set"
    )
    split.set_defaults(run=_split)


def _check(args: Namespace) -> Answer:
    from mulm_core.corpus import checks

    place = workspace(args)
    if args.undo:
        return _taken_back(args)
    settings = _settings(args.set)
    results = run_job(
        checks.scan,
        checks.ScanRequest(place, args.name, _keys(args.only), settings, args.model),
    )
    ran = {result.key for result in results}
    if args.apply:
        keys = _to_apply(args.apply, results)
        applied = run_job(checks.apply, checks.ApplyRequest(place, args.name, keys))
        results = tuple(result for result in applied if result.key in ran | set(keys))
    more: dict[str, Any] = {}
    if args.mask:
        more["masked"] = asdict(run_job(checks.mask, checks.MaskRequest(place, args.name)))
    unknown = None
    if args.model:
        unknown = run_job(
            checks.unknown_pieces, checks.UnknownRequest(place, args.name, args.model)
        )
        more["unknown"] = asdict(unknown)
    return _answer(args.name, results, unknown, more)


def _taken_back(args: Namespace) -> Answer:
    from mulm_core.corpus import checks

    if args.apply or args.only or args.mask:
        raise UserError("--undo runs no check", fix="Give it alone")
    place, keys = workspace(args), _keys(args.undo)
    if args.undo.strip() == _ALL:
        states = checks.check_states(place, args.name)
        keys = tuple(result.key for result in states if result.applied)
        if not keys:
            return _answer(args.name, states)
    return _answer(args.name, run_job(checks.undo, checks.ApplyRequest(place, args.name, keys)))


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in text.split(",") if key.strip())


def _to_apply(text: str, results: Sequence[CheckResult]) -> tuple[str, ...]:
    from mulm_core.corpus.checks import CHECKS

    if text.strip() != _ALL:
        return _keys(text)
    ran = [result.key for result in results if not result.skipped]
    return tuple(key for key in ran if CHECKS[key].advised)


def _settings(assignments: Sequence[str]) -> dict[str, dict[str, Any]]:
    from mulm_core.corpus.checks import CHECKS
    from mulm_core.fields import parse

    settings: dict[str, dict[str, Any]] = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        key, dot, field = name.strip().partition(".")
        if not equals or not dot:
            raise UserError(
                f"'{text}' is not CHECK.SETTING=VALUE",
                where="--set",
                fix="Write --set length_ratio.strictness=4",
            )
        if key not in CHECKS:
            raise UserError(f"there is no check '{key}'", fix=f"Known: {', '.join(CHECKS)}")
        settings.setdefault(key, {})[field] = parse(CHECKS[key].settings, field, value)
    return settings


def _answer(
    name: str,
    results: Sequence[CheckResult],
    unknown: UnknownResult | None = None,
    more: dict[str, Any] | None = None,
) -> Answer:
    lines = [line for result in results for line in _described(result)]
    if more and "masked" in more:
        lines.append("{places:,} places masked in {rows:,} rows".format(**more["masked"]))
    for side in unknown.sides if unknown else ():
        lines.append(
            f"{side.side}: {side.tokens:.2%} unknown tokens, {side.missing:.2%} characters that "
            f"the model lacks"
        )
        if side.warning:
            lines.append(f"  {side.warning}.")
    data = {"corpus": name, "checks": [asdict(result) for result in results], **(more or {})}
    return Answer(data, "\n".join(lines))


def _described(result: CheckResult) -> list[str]:
    head = f"{result.title} ({result.key}): "
    if result.skipped:
        return [f"{head}not judged: {result.skipped}"]
    state = "applied" if result.applied else "would leave"
    lines = [
        f"{head}{result.flagged:,} flagged, {state}: {result.before:,} -> {result.after:,} rows",
        f"  limit: {result.threshold}. {result.why}",
    ]
    for sample in result.samples:
        lines.append(f"  row {sample.pair}: {sample.detail}")
        lines.append(f"    {_short(sample.source)} | {_short(sample.target)}")
    return lines


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _split(args: Namespace) -> Answer:
    from mulm_core.corpus.splitting import SplitRequest, split_corpus

    request = SplitRequest(
        workspace(args),
        args.name,
        args.by,
        args.dev,
        args.test,
        dict(map(_file_split, args.file)),
        tuple(args.given),
    )
    result = run_job(split_corpus, request)
    splits = ", ".join(f"{split} {count:,}" for split, count in result.splits.items())
    lines = [f"{result.moved:,} rows moved; now {splits}"]
    if result.missing:
        lines.append(
            f"{result.missing:,} of {result.given:,} given pairs are not in the corpus; the check "
            "leakage finds training rows like them"
        )
    if not result.splits["test"]:
        lines.append("The corpus has no test rows now: nothing in it can be evaluated.")
    return Answer(asdict(result), "\n".join(lines))


def _file_split(text: str) -> tuple[str, str]:
    name, equals, split = text.rpartition("=")
    if not equals:
        raise UserError(
            f"'{text}' is not NAME=SPLIT", where="--file", fix="Write --file a.tmx=test"
        )
    return name, split
