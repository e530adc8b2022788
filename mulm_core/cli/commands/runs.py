"""``mulm runs``: what was trained, and how it went."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mulm_core.cli.args import add_command, workspace
from mulm_core.cli.output import Answer, duration, number, table
from mulm_core.runs import Run, get_run, list_runs

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
    "best",
)


def register(subparsers: Any) -> None:
    """Declare ``mulm runs list|show``."""
    parser = add_command(subparsers, "runs", "fine-tuning runs: list, show")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    add_command(actions, "list", "list the runs, newest first").set_defaults(run=_list)
    show = add_command(actions, "show", "the record of a run")
    show.add_argument("name", metavar="RUN")
    show.set_defaults(run=_show)


def _list(args: Namespace) -> Answer:
    runs = list_runs(workspace(args))
    rows = [
        [
            run.id,
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
    text = table(header, rows, numbers_from=4) if rows else "No runs yet."
    return Answer({"runs": [_listed(run) for run in runs]}, text)


def _listed(run: Run) -> dict[str, Any]:
    values = run.manifest.to_dict()
    return {**{key: values[key] for key in _LISTED}, **_places(run)}


def _show(args: Namespace) -> Answer:
    run = get_run(workspace(args), args.name)
    manifest = run.manifest
    recipe = ", ".join(f"{key}={value}" for key, value in manifest.recipe.items())
    lines = [
        f"{run.id}: {manifest.status}, {manifest.source}→{manifest.target}, "
        f"{manifest.model} on {manifest.corpus}",
        f"{manifest.steps:,} of {manifest.total_steps:,} steps in {duration(manifest.seconds)}",
        f"recipe: {recipe}",
        f"folder: {run.folder}",
        *([f"error: {manifest.error}"] if manifest.error else []),
        *(["", _history(run)] if manifest.history else []),
        *(f"{name}: {signature}" for name, signature in manifest.signatures.items()),
    ]
    return Answer({**manifest.to_dict(), **_places(run)}, "\n".join(lines))


def _history(run: Run) -> str:
    rows = [
        [
            str(point.get("step", "")),
            number(point.get("bleu")),
            number(point.get("chrf")),
            number(point.get("loss"), 3),
        ]
        for point in run.manifest.history
    ]
    return table(["step", "dev BLEU", "chrF", "loss"], rows, numbers_from=0)


def _places(run: Run) -> dict[str, Any]:
    return {
        "folder": str(run.folder),
        "adapter": str(run.adapter_path) if run.adapter_path else None,
        "checkpoints": [str(path) for path in run.checkpoints()],
    }
