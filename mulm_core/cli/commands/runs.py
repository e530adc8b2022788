"""``mulm runs``: what was trained, how it went, and putting the runs in order."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mulm_core import files
from mulm_core.cli.args import Parser, add_command, workspace
from mulm_core.cli.commands.convert import described, sentence
from mulm_core.cli.output import Answer, duration, number, table
from mulm_core.runs import (
    Run,
    delete_run,
    deleted_runs,
    diff_runs,
    get_run,
    list_runs,
    note_run,
    rename_run,
    restore_run,
)
from mulm_core.translation import conversions

_LISTED = (
    "id",
    "name",
    "status",
    "created",
    "model",
    "corpus",
    "source",
    "target",
    "steps",
    "total_steps",
    "seconds",
    "zero_shot",
    "start",
    "best",
    "note",
)

_COLUMNS = {
    "bleu": "dev BLEU",
    "chrf": "chrF",
    "loss": "loss",
    "general_bleu": "general BLEU",
    "general_chrf": "chrF",
}
_DECIMALS = dict.fromkeys(_COLUMNS, 1) | {"loss": 3}


def declare(parser: Parser) -> None:
    """Declare ``mulm runs list|show|diff|rename|note|delete|restore``."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listed = add_command(actions, "list", "list the runs, newest first")
    listed.add_argument("--deleted", action="store_true", help="those in the trash")
    listed.set_defaults(run=_list)
    for name, summary, further, run in (
        ("show", "the record of a run", (), _show),
        ("diff", "what differs between two runs", ("other",), _diff),
        ("rename", "call a run something else", ("new_name",), _rename),
        ("note", "keep a note with a run; an empty one takes it away", ("text",), _note),
        ("delete", "move a run to the trash", (), _delete),
        ("restore", "take a run out of the trash", (), _restore),
    ):
        action = add_command(actions, name, summary)
        action.add_argument("name", metavar="RUN")
        for argument in further:
            action.add_argument(argument, metavar=argument.upper())
        action.set_defaults(run=run)


def _list(args: Namespace) -> Answer:
    place = workspace(args)
    runs = deleted_runs(place) if args.deleted else list_runs(place)
    rows = [
        [
            _title(run),
            run.manifest.status,
            f"{run.manifest.source}→{run.manifest.target}",
            run.manifest.corpus,
            f"{run.manifest.steps:,}/{run.manifest.total_steps:,}",
            number(run.manifest.zero_shot.get("bleu")),
            number(run.manifest.best.get("bleu")),
        ]
        for run in runs
    ]
    header = ["run", "status", "direction", "corpus", "steps", "zero-shot BLEU", "best dev BLEU"]
    none = "The trash is empty." if args.deleted else "No runs yet."
    text = table(header, rows, numbers_from=4) if rows else none
    return Answer({"runs": [_listed(run) for run in runs]}, text)


def _title(run: Run) -> str:
    """The run's id, and its name where that is another: one that is taken gets a number."""
    name = run.manifest.name
    made_of_it = re.fullmatch(rf"{re.escape(files.slug(name))}(-\d+)?", run.id)
    return run.id if made_of_it else f"{run.id} ({name})"


def _diff(args: Namespace) -> Answer:
    found = diff_runs(workspace(args), args.name, args.other)
    header = ["", "", args.name, args.other]
    rows = [[item.part, item.name, str(item.first), str(item.second)] for item in found]
    text = table(header, rows) if rows else "The runs do not differ."
    return Answer({"differences": [asdict(item) for item in found]}, text)


def _rename(args: Namespace) -> Answer:
    run = rename_run(workspace(args), args.name, args.new_name)
    return Answer(_named(run), f"{run.id} is now called '{run.manifest.name}'")


def _note(args: Namespace) -> Answer:
    run = note_run(workspace(args), args.name, args.text)
    return Answer({**_named(run), "note": run.manifest.note}, f"Noted with {run.id}")


def _delete(args: Namespace) -> Answer:
    run = delete_run(workspace(args), args.name)
    return Answer(_named(run), f"In the trash. Undo with: mulm runs restore {run.id}")


def _restore(args: Namespace) -> Answer:
    run = restore_run(workspace(args), args.name)
    return Answer(_named(run), f"Restored as {run.id}")


def _named(run: Run) -> dict[str, Any]:
    return {"run": run.id, "name": run.manifest.name}


def _listed(run: Run) -> dict[str, Any]:
    values = run.manifest.to_dict()
    return {**{key: values[key] for key in _LISTED}, **_places(run)}


def _show(args: Namespace) -> Answer:
    run = get_run(workspace(args), args.name)
    manifest = run.manifest
    recipe = ", ".join(f"{key}={value}" for key, value in manifest.recipe.items())
    converted = conversions(workspace(args), f"run:{run.id}")
    lines = [
        f"{run.id}: {manifest.status}, {manifest.source}→{manifest.target}, "
        f"{manifest.model} on {manifest.corpus}",
        *(
            f"and {task['source']}→{task['target']} on {task['corpus']}, {task['pairs']:,} pairs"
            for task in manifest.tasks[1:]
        ),
        f"{manifest.steps:,} of {manifest.total_steps:,} steps in {duration(manifest.seconds)}",
        f"recipe: {recipe}",
        *([f"goes on from: {manifest.parent}"] if manifest.parent else []),
        *([f"note: {manifest.note}"] if manifest.note else []),
        *(f"step {incident['step']}: {incident['text']}" for incident in manifest.incidents),
        f"folder: {run.folder}",
        *([f"error: {manifest.error}"] if manifest.error else []),
        *(["", _history(run)] if manifest.history else []),
        *map(direction_scores, manifest.best.get("directions", ())),
        *(f"{name}: {signature}" for name, signature in manifest.signatures.items()),
        *map(sentence, converted),
    ]
    data = {**manifest.to_dict(), **_places(run), "conversions": [*map(described, converted)]}
    return Answer(data, "\n".join(lines))


def _history(run: Run) -> str:
    columns = {name: title for name, title in _COLUMNS.items() if name in run.manifest.zero_shot}
    rows = [
        [
            "start" if point == run.manifest.start else str(point["step"]),
            *(number(point.get(name), _DECIMALS[name]) for name in columns),
        ]
        for point in run.manifest.history
    ]
    return table(["step", *columns.values()], rows, numbers_from=0)


def direction_scores(scores: Mapping[str, Any]) -> str:
    """One direction's best dev scores, of a run with several."""
    return (
        f"{scores['source']}→{scores['target']}: dev BLEU {number(scores['bleu'])}, "
        f"chrF {number(scores['chrf'])}, loss {number(scores['loss'], 3)}"
    )


def _places(run: Run) -> dict[str, Any]:
    return {
        "folder": str(run.folder),
        "adapter": str(run.adapter_path) if run.adapter_path else None,
        "checkpoints": [str(path) for path in run.checkpoints()],
    }
