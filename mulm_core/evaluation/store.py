"""Evaluations on disk: one JSON file each, complete or absent.

The first line of a file has all but what there is of every segment, so that many evaluations are
listed quickly; the segments follow in blocks of a line each, which other threads can run between
while a large file is read. Files of earlier versions have no such lines, and are read whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.evaluation.results import Evaluation
from mulm_core.workspace import Workspace

_BLOCK = 2000  # segments
_HEAD_ENDS = ",\n"
_BLOCKS_BEGIN = '"segments": [\n'
_BLOCKS_END = "]}\n"
_BY_SEGMENT = ("hypotheses", "sentence_chrf", "sentence_bleu")  # of each system


def free_id(workspace: Workspace, name: str) -> str:
    """An id for a new evaluation, made from ``name``."""
    return files.free_name(workspace.evaluations, name, suffix=".json")


def save(workspace: Workspace, evaluation: Evaluation) -> None:
    """Write the evaluation, atomically."""
    values = evaluation.to_dict()
    values["further"] = list(values["further"])
    places = _places(values)
    columns = [holder[key] for holder, key in places]
    for holder, key in places:
        holder[key] = []
    with files.replacing(_path(workspace, evaluation.id)) as stream:
        stream.write(_json(values)[:-1] + _HEAD_ENDS + _BLOCKS_BEGIN)
        for start in range(0, len(evaluation.sources), _BLOCK):
            block = [column[start : start + _BLOCK] for column in columns]
            stream.write((_HEAD_ENDS if start else "") + _json(block))
        stream.write("\n" + _BLOCKS_END)


def list_evaluations(workspace: Workspace, *, heads: bool = False) -> list[Evaluation]:
    """All evaluations that can be read, newest first; ``heads``: without their segments."""
    paths = workspace.evaluations.glob("[!.]*.json")
    found = [evaluation for path in paths if (evaluation := _read(path, heads=heads)) is not None]
    return sorted(found, key=lambda item: (item.created, item.id), reverse=True)


def history(workspace: Workspace, test_hash: str) -> list[Evaluation]:
    """The evaluations of one test set, without their segments, the oldest first."""
    found = list_evaluations(workspace, heads=True)
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


def _read(path: Path, *, heads: bool = False) -> Evaluation | None:
    try:
        return Evaluation.from_dict(_values(path, heads=heads))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _values(path: Path, *, heads: bool) -> dict[str, Any]:
    """What :func:`save` wrote; raises :class:`ValueError` for a file that is cut short."""
    with path.open(encoding="utf-8") as lines:
        head = lines.readline()
        if not head.endswith(_HEAD_ENDS):
            plain: dict[str, Any] = json.loads(head + lines.read())
            return plain
        values: dict[str, Any] = json.loads(head.removesuffix(_HEAD_ENDS) + "}")
        if heads:
            return values
        columns = [holder[key] for holder, key in _places(values)]
        line = next(lines, "")
        while (line := next(lines, "")) not in ("", _BLOCKS_END):
            for column, part in zip(columns, json.loads(line.rstrip(_HEAD_ENDS)), strict=True):
                column += part
    if not line:
        raise ValueError("cut short")
    return values


def _places(values: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Where the lists with an entry for each segment are: what holds them, and the key."""
    further = values["further"]
    return [
        (values, "sources"),
        (values, "references"),
        *((further, at) for at in range(len(further))),
        *((system, key) for system in values["systems"] for key in _BY_SEGMENT),
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
