"""Evaluations on disk: one JSON file each, complete or absent."""

from __future__ import annotations

import json
from pathlib import Path

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.evaluation.results import Evaluation
from mulm_core.workspace import Workspace


def free_id(workspace: Workspace, name: str) -> str:
    """An id for a new evaluation, made from ``name``."""
    return files.free_name(workspace.evaluations, name, suffix=".json")


def save(workspace: Workspace, evaluation: Evaluation) -> None:
    """Write the evaluation, atomically."""
    files.write_json(_path(workspace, evaluation.id), evaluation.to_dict())


def list_evaluations(workspace: Workspace) -> list[Evaluation]:
    """All evaluations that can be read, newest first."""
    paths = workspace.evaluations.glob("[!.]*.json")
    found = [evaluation for evaluation in map(_read, paths) if evaluation is not None]
    return sorted(found, key=lambda item: (item.created, item.id), reverse=True)


def history(workspace: Workspace, test_hash: str) -> list[Evaluation]:
    """The evaluations of one test set, the oldest first."""
    found = list_evaluations(workspace)
    return [evaluation for evaluation in reversed(found) if evaluation.test_hash == test_hash]


def get_evaluation(workspace: Workspace, id: str) -> Evaluation:
    """The evaluation with this id; raises :class:`UserError` when there is none to read."""
    evaluation = _read(_path(workspace, id))
    if evaluation is None:
        raise UserError(f"there is no evaluation '{id}'", where=workspace.evaluations)
    return evaluation


def delete_evaluation(workspace: Workspace, id: str) -> None:
    """Remove the evaluation for good; raises :class:`UserError` when there is none."""
    path = _path(workspace, id)
    with explain_os_errors(path):
        path.unlink()


def _path(workspace: Workspace, id: str) -> Path:
    # An id is one file name: nothing outside the folder can be read or removed through it.
    return workspace.evaluations / f"{files.slug(id)}.json"


def _read(path: Path) -> Evaluation | None:
    try:
        return Evaluation.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
