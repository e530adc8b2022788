"""``mulm train``: fine-tune an adapter on a corpus."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from mulm_core.cli.args import (
    add_command,
    add_declared,
    add_direction,
    declared_texts,
    direction,
    workspace,
)
from mulm_core.cli.output import Answer, duration, number
from mulm_core.cli.running import run_job
from mulm_core.errors import UserError
from mulm_core.settings import load_settings
from mulm_core.training import PRESETS, Recipe, TrainRequest, TrainResult, recipe_from, train


def register(subparsers: Any) -> None:
    """Declare ``mulm train``; a flag for every usual field of the recipe."""
    parser = add_command(subparsers, "train", "fine-tune a model on a corpus")
    parser.add_argument("--model", required=True, help="a model id or folder, such as starter")
    parser.add_argument("--corpus", required=True, metavar="NAME")
    add_direction(parser)
    parser.add_argument("--recipe", metavar=f"{{{','.join(PRESETS)}}}", help="where to start from")
    parser.add_argument("--name", default="", metavar="RUN", help="what to call the run")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="set any field of the recipe, by its name in the run's manifest",
    )
    add_declared(parser, Recipe)
    parser.set_defaults(run=_train)


def _train(args: Namespace) -> Answer:
    source, target = direction(args)
    place = workspace(args)
    changes = {**declared_texts(args, Recipe), **dict(map(_assignment, args.set))}
    recipe = recipe_from(args.recipe or load_settings(place).recipe, changes)
    request = TrainRequest(place, args.model, args.corpus, source, target, recipe, args.name)
    result = run_job(train, request, stoppable=True)
    return Answer(asdict(result), _text(result))


def _assignment(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"'{text}' is not KEY=VALUE", where="--set", fix="Write --set epochs=4")
    return key.strip(), value


def _text(result: TrainResult) -> str:
    ending = "Stopped early" if result.stopped else "Finished"
    scores = [
        f"{title:<11}dev BLEU {number(of.get('bleu'))}, chrF {number(of.get('chrf'))}, "
        f"loss {number(of.get('loss'), 3)}"
        for title, of in (("zero-shot", result.zero_shot), ("fine-tuned", result.best))
    ]
    return "\n".join(
        [
            f"{ending}: run '{result.run}', {result.steps:,} steps on {result.pairs:,} pairs "
            f"in {duration(result.seconds)}",
            *scores,
            f"Translate with: mulm translate --run {result.run} …",
        ]
    )
