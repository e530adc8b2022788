"""``mulm models``: the base models a person can choose."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mulm_core.cli.args import Parser, add_command, workspace
from mulm_core.cli.output import Answer, size, table
from mulm_core.models import ModelInfo, add_model, list_models, remove_model


def declare(parser: Parser) -> None:
    """Declare ``mulm models list|add|remove``."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add_command(actions, "list", "list the models").set_defaults(run=_list)
    add = add_command(actions, "add", "put a model folder in Hugging Face layout on the list")
    add.add_argument("folder", type=Path)
    add.set_defaults(run=_add)
    remove = add_command(actions, "remove", "take a folder off the list; its files stay")
    remove.add_argument("id")
    remove.set_defaults(run=_remove)


def _list(args: Namespace) -> Answer:
    models = list_models(workspace(args))
    rows = [
        [model.id, " ".join(model.languages), size(model.size_bytes), model.problem or model.title]
        for model in models
    ]
    text = table(["model", "languages", "size", "title"], rows)
    return Answer({"models": [_plain(model) for model in models]}, text)


def _add(args: Namespace) -> Answer:
    model = add_model(workspace(args), args.folder)
    return Answer(_plain(model), f"Added as '{model.id}': {' '.join(model.languages)}")


def _remove(args: Namespace) -> Answer:
    remove_model(workspace(args), args.id)
    return Answer({"removed": args.id}, f"'{args.id}' is off the list; its files are untouched.")


def _plain(model: ModelInfo) -> dict[str, Any]:
    return {**asdict(model), "path": str(model.path)}
