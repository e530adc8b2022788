"""What a person does with runs: compare, rename, note, delete and restore them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.runs.store import Run, get_run, list_runs, read_run
from mulm_core.workspace import Workspace

_INPUTS = (
    "model", "model_hash", "corpus", "corpus_hash", "source", "target", "general", "parent",
    "pairs",
)  # fmt: skip
_OUTCOMES = ("status", "steps", "seconds", "stopped_because")
_SCORES = ("bleu", "chrf", "loss", "step")


@dataclass(frozen=True)
class Difference:
    """One thing in which two runs differ; ``part`` is input, recipe, outcome or versions."""

    part: str
    name: str
    first: Any
    second: Any


def diff_runs(workspace: Workspace, first: str, second: str) -> list[Difference]:
    """All that differs between two runs: what went in, the recipe, what came out, versions.

    Raises :class:`UserError` where there is no such run.
    """
    sides = [_facts(get_run(workspace, name)) for name in (first, second)]
    keys = dict.fromkeys([*sides[0], *sides[1]])
    pairs = ((key, sides[0].get(key), sides[1].get(key)) for key in keys)
    return [Difference(*key, one, other) for key, one, other in pairs if one != other]


def _facts(run: Run) -> dict[tuple[str, str], Any]:
    values = run.manifest.to_dict()
    return {
        **{("input", name): values[name] for name in _INPUTS},
        ("input", "further"): ", ".join(map(_task, values["tasks"][1:])),
        **{("recipe", name): value for name, value in values["recipe"].items()},
        **{("outcome", name): values[name] for name in _OUTCOMES},
        **{("outcome", f"best {name}"): values["best"].get(name) for name in _SCORES},
        **{("versions", name): value for name, value in values["versions"].items()},
    }


def _task(task: dict[str, Any]) -> str:
    return f"{task['corpus']}:{task['source']}-{task['target']}"


def rename_run(workspace: Workspace, name: str, new_name: str) -> Run:
    """Call a run ``new_name``; its id and folder stay.

    Raises :class:`UserError` for no name, and for another run's.
    """
    if not new_name.strip():
        raise UserError("a run needs a name", fix="Give it at least one letter")
    run, wanted = _at_rest(workspace, name), new_name.strip()
    for other in list_runs(workspace):
        if other.id != run.id and wanted in (other.id, other.manifest.name):
            raise UserError(
                f"the run '{other.id}' is called '{wanted}' already", fix="Choose another name"
            )
    run.manifest.name = wanted
    run.save()
    return run


def note_run(workspace: Workspace, name: str, text: str) -> Run:
    """Keep ``text`` with a run, in place of the note before; empty takes it away."""
    run = _at_rest(workspace, name)
    run.manifest.note = text.strip()
    run.save()
    return run


def delete_run(workspace: Workspace, name: str) -> Run:
    """Move a run to the trash; raises :class:`UserError` for one that is still training.

    The run that is returned lies in the trash; its id restores it.
    """
    run = _at_rest(workspace, name)
    with explain_os_errors(run.folder):
        workspace.trash.mkdir(exist_ok=True)
        place = workspace.trash / files.free_name(workspace.trash, run.id)
        os.replace(run.folder, place)
    return Run(place, run.manifest)


def deleted_runs(workspace: Workspace) -> list[Run]:
    """The runs in the trash, newest first."""
    folders = workspace.trash.iterdir() if workspace.trash.is_dir() else ()
    runs = [run for run in map(read_run, folders) if run is not None]
    return sorted(runs, key=lambda run: (run.manifest.created, run.id), reverse=True)


def restore_run(workspace: Workspace, name: str) -> Run:
    """Take a run, by id or else by name, out of the trash; :class:`UserError` where it is not.

    It gets another id where a new run has taken its own.
    """
    runs = deleted_runs(workspace)
    found = [run for run in runs if run.id == name] or [
        run for run in runs if run.manifest.name == name
    ]
    if not found:
        known = ", ".join(run.id for run in runs[:10]) or "nothing"
        raise UserError(f"there is no run '{name}' in the trash", fix=f"In the trash: {known}")
    return _moved_back(workspace, found[0])


def _moved_back(workspace: Workspace, run: Run) -> Run:
    place: Path = workspace.runs / files.free_name(workspace.runs, run.id)
    with explain_os_errors(run.folder):
        os.replace(run.folder, place)
    return Run(place, run.manifest)


def _at_rest(workspace: Workspace, name: str) -> Run:
    """The run, which must not be training: its process would write over the change."""
    run = get_run(workspace, name)
    if run.manifest.status == "running":
        raise UserError(f"the run '{run.id}' is still training", fix="Stop it first")
    return run
