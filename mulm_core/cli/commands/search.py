"""``mulm search``: try recipes, keep the best run, and say how to train with its recipe."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections import Counter
from dataclasses import asdict

from mulm_core.cli.args import Parser
from mulm_core.cli.args import workspace as workspace_of
from mulm_core.cli.commands.train import add_training, given_training, training_request
from mulm_core.cli.console import trial_state
from mulm_core.cli.output import Answer, duration, number, table
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.search import (
    ResumeSearch,
    Search,
    SearchRequest,
    SearchResult,
    Trial,
    get_search,
    list_searches,
    result_of,
    search,
)

_TRIALS = 20
_TITLES = {"bleu": "BLEU", "chrf": "chrF", "loss": "loss"}
_ENDINGS = {
    "trials": "all trials were made",
    "minutes": "the time was over",
    "exhausted": "there was nothing new to try",
    "person": "stopped",
}
_STOPPING = "Stopping; what has ended and the best run are kept."


def declare(parser: Parser) -> None:
    """Declare ``mulm search``, with the flags of ``mulm train`` and the search's own."""
    parser.add_argument(
        "--trials", type=int, metavar="N", help=f"recipes to try at most; {_TRIALS} unless told"
    )
    parser.add_argument(
        "--minutes", type=float, metavar="M", help="time in all, pauses not counted"
    )
    parser.add_argument(
        "--fields",
        metavar="NAME,…",
        help="fields of the recipe to change, such as learning_rate,lora_rank; "
        "the usual ones unless told",
    )
    parser.add_argument("--resume", metavar="SEARCH", help="go on with a search")
    parser.add_argument("--list", action="store_true", help="list the searches instead")
    parser.add_argument("--show", metavar="SEARCH", help="show a search instead")
    add_training(parser)
    parser.set_defaults(run=_search)


def _search(args: Namespace) -> Answer:
    if args.list:
        return _list(list_searches(workspace_of(args)))
    if args.show:
        return _answer(get_search(workspace_of(args), args.show))
    request = _resuming(args) if args.resume else _request(args)
    result = run_job(search, request, stoppable=True, stopping=_STOPPING)
    return _answer(get_search(workspace_of(args), result.search))


def _request(args: Namespace) -> SearchRequest:
    names = tuple(name.strip() for name in (args.fields or "").split(",") if name.strip())
    trials = _TRIALS if args.trials is None else args.trials
    return SearchRequest(training_request(args), names, trials, args.minutes)


def _resuming(args: Namespace) -> ResumeSearch:
    given = [*(["fields"] if args.fields else []), *given_training(args)]
    if given:
        raise UserError(
            f"--resume goes on as the search began: --{given[0]} has no place there",
            fix="Start a new search to change something",
        )
    return ResumeSearch(workspace_of(args), args.resume, args.trials, args.minutes)


def _list(searches: list[Search]) -> Answer:
    rows, data = [], []
    for item in searches:
        record, best = item.record, item.record.best
        score = best.score if best else None
        ended = f"{len(record.trials)}/{record.plan.trials}"
        rows.append([item.id, record.status, ended, record.plan.by, number(score, 2), record.run])
        data.append(
            {"search": item.id, "status": record.status, "trials": len(record.trials),
             "by": record.plan.by, "score": score, "run": record.run}
        )  # fmt: skip
    header = ["search", "status", "trials", "by", "best", "run"]
    return Answer({"searches": data}, table(header, rows) if rows else "No searches yet.")


def _answer(found: Search) -> Answer:
    result = result_of(found)
    command = _command(result)
    data = {**asdict(result), "recipe": result.training.recipe.to_dict()}
    del data["training"]
    told = {**data, "status": found.record.status, "command": command}
    return Answer(told, _text(found, result, command))


def _command(result: SearchResult) -> str:
    """``mulm train`` with the best recipe, ready to paste; empty where there is none."""
    if result.best is None:
        return ""
    training = result.training
    words = ["mulm", "train", "--model", training.model]
    for task in training.tasks:
        words += ["--corpus", f"{task.corpus}:{task.source}-{task.target}"]
    if training.general:
        words += ["--general", training.general]
    for flag in ("language_as", "add_language"):
        for language, known in getattr(training, flag).items():
            words += [f"--{flag.replace('_', '-')}", f"{language}={known}"]
    words += ["--recipe", training.recipe.preset]
    words += [part for word in result.words for part in ("--set", word)]
    return shlex.join(words)


def _text(found: Search, result: SearchResult, command: str) -> str:
    record = found.record
    states = Counter(map(trial_state, result.trials))
    ended = ", ".join(f"{count} {state}" for state, count in states.items()) or "none"
    why = _ENDINGS.get(result.stopped_because, record.status)
    lines = [
        f"Search '{result.search}' ({why}): {ended} of {record.plan.trials} trials in "
        f"{duration(result.seconds)}",
        "",
        _table(result),
    ]
    if result.best is not None:
        lines += ["", _verdict(result, result.best)]
    if result.importance:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in result.importance.items())
        lines.append(f"What made the trials differ: {shares}")
    if command:
        lines.append(f"Train with it: {command}")
    if result.run:
        lines.append(f"Its run is kept: mulm translate --run {shlex.quote(result.run)} …")
    return "\n".join(lines)


def _verdict(result: SearchResult, best: Trial) -> str:
    title, first = _TITLES[result.by], result.trials[0]
    decimals = 3 if result.by == "loss" else 2
    told = f"Best: trial {best.number}, dev {title} {number(best.score, decimals)}"
    if best is first:
        return f"{told}: the recipe as it was"
    return f"{told}; the recipe as it was came to {number(first.score, decimals)}"


def _table(result: SearchResult) -> str:
    names = list(result.trials[0].values) if result.trials else []
    decimals = 3 if result.by == "loss" else 2
    rows = [
        [
            f"{trial.number}{' *' if trial is result.best else ''}",
            trial_state(trial),
            number(trial.score, decimals),
            *(f"{trial.values[name]}" for name in names),
            duration(trial.seconds),
        ]
        for trial in result.trials
    ]
    return table(["trial", "state", f"dev {_TITLES[result.by]}", *names, "time"], rows)
