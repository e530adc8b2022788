"""``mulm train``: fine-tune a model on a corpus, go on with a run, or start from one."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from mulm_core import languages
from mulm_core.cli.args import Parser, add_command, add_declared, add_direction, declared_texts
from mulm_core.cli.args import workspace as workspace_of
from mulm_core.cli.output import Answer, duration, number
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.runs import get_run
from mulm_core.settings import load_settings
from mulm_core.training import (
    PRESETS,
    Recipe,
    ResumeRequest,
    TrainRequest,
    TrainResult,
    changed_recipe,
    recipe_from,
    train,
)
from mulm_core.workspace import Workspace

_ENDINGS = {
    "patience": "the dev score no longer rose",
    "max_minutes": "the time was over",
    "max_steps": "the most steps were made",
}


def register(subparsers: Any) -> None:
    """Declare ``mulm train``; a flag for every usual field of the recipe."""
    parser = add_command(subparsers, "train", "fine-tune a model on a corpus")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run that did not end")
    add_training(parser)
    parser.set_defaults(run=_train)


def add_training(parser: Parser) -> None:
    """The flags that say what to train: model, corpus, direction, recipe."""
    parser.add_argument("--model", help="a model id or folder, such as starter")
    parser.add_argument("--corpus", metavar="NAME")
    add_direction(parser, required=False)
    parser.add_argument(
        "--from-run",
        default="",
        metavar="RUN",
        help="start from what this run has learnt; what is not given is as it was there",
    )
    parser.add_argument("--recipe", metavar=f"{{{','.join(PRESETS)}}}", help="where to start from")
    parser.add_argument("--name", default="", metavar="RUN", help="what to call the run")
    parser.add_argument(
        "--general",
        default="",
        metavar="FILE|CORPUS",
        help="text of another domain, to see what the model forgets; otherwise everyday sentences "
        "that come with the program",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set any field of the recipe, by its name in the run's manifest",
    )
    add_declared(parser, Recipe)


def training_request(args: Namespace) -> TrainRequest:
    """What the arguments ask to train; raises :class:`UserError` for what is missing or wrong."""
    place = workspace_of(args)
    changes = {**declared_texts(args, Recipe), **dict(map(_assignment, args.set))}
    if args.from_run:
        return _going_on(args, place, changes)
    missing = [
        f"--{name}" for name in ("model", "corpus", "source", "target") if not _given(args, name)
    ]
    if missing:
        raise UserError(
            f"the following arguments are required: {', '.join(missing)}",
            fix="See mulm train --help",
        )
    recipe = recipe_from(args.recipe or load_settings(place).recipe, changes)
    source, target = languages.normalise(args.source), languages.normalise(args.target)
    return TrainRequest(
        place, args.model, args.corpus, source, target, recipe, args.name, general=args.general
    )


def _going_on(args: Namespace, place: Workspace, changes: dict[str, str]) -> TrainRequest:
    """A new run from another's adapter: all that is not given is as it was there."""
    if args.recipe:
        raise UserError("--recipe and --from-run exclude each other", fix="Use --set for changes")
    parent = get_run(place, args.from_run)
    before = parent.manifest
    return TrainRequest(
        place,
        args.model or before.model,
        args.corpus or before.corpus,
        languages.normalise(args.source) if args.source else before.source,
        languages.normalise(args.target) if args.target else before.target,
        changed_recipe(Recipe.from_dict(before.recipe), changes),
        args.name,
        parent.id,
        general=args.general or before.general,
    )


def _train(args: Namespace) -> Answer:
    request = _resuming(args) if args.resume else training_request(args)
    result = run_job(train, request, stoppable=True)
    return Answer(asdict(result), _text(result))


def _resuming(args: Namespace) -> ResumeRequest:
    given = given_training(args)
    if given:
        raise UserError(
            f"--resume goes on as the run began: --{given[0]} has no place there",
            fix="Start a new run from it with --from-run to change something",
        )
    return ResumeRequest(workspace_of(args), args.resume)


def given_training(args: Namespace) -> list[str]:
    """Which of the flags of :func:`add_training` were given, without their dashes."""
    others = (
        "model", "corpus", "source", "target", "from_run", "recipe", "name", "general", "set",
    )  # fmt: skip
    given = [name for name in others if _given(args, name)] + list(declared_texts(args, Recipe))
    return [name.replace("_", "-") for name in given]


def _given(args: Namespace, name: str) -> bool:
    return bool(getattr(args, name))


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"'{text}' is not KEY=VALUE", where="--set", fix="Write --set epochs=4")
    return key.strip(), value


def _text(result: TrainResult) -> str:
    ending = "Stopped early" if result.stopped else "Finished"
    why = _ENDINGS.get(result.stopped_because, "")
    scores = [
        f"{title:<11}dev BLEU {number(of.get('bleu'))}, chrF {number(of.get('chrf'))}, "
        f"loss {number(of.get('loss'), 3)}{_general(of)}"
        for title, of in (("zero-shot", result.zero_shot), ("fine-tuned", result.best))
    ]
    return "\n".join(
        [
            f"{ending}{f' ({why})' if why else ''}: run '{result.run}', {result.steps:,} steps on "
            f"{result.pairs:,} pairs in {duration(result.seconds)}",
            *scores,
            f"{result.pairs_per_second:,.0f} pairs/s, "
            f"{result.target_tokens_per_second:,.0f} target tokens/s, "
            f"{result.peak_memory_mb:,.0f} MiB at most",
            f"Translate with: mulm translate --run {result.run} …",
        ]
    )


def _general(scores: dict[str, Any]) -> str:
    """What is left of the model's general knowledge."""
    if "general_bleu" not in scores:
        return ""
    return f"; general BLEU {number(scores['general_bleu'])}, chrF {number(scores['general_chrf'])}"
