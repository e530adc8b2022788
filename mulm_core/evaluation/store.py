"""Evaluations on disk: one JSON file each, complete or absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.scoring import Metrics, Score
from mulm_core.workspace import Workspace

FORMAT = 1


@dataclass(frozen=True)
class SystemResult:
    """One system on the test set; ``sentence_chrf`` is 0 to 100 a segment, ``seconds`` decoding."""

    system: str
    title: str
    metrics: Metrics
    hypotheses: tuple[str, ...]
    sentence_chrf: tuple[float, ...]
    seconds: float


@dataclass(frozen=True)
class Evaluation:
    """All that was measured on one test set; ``created`` is ISO 8601 with offset.

    ``options`` are those of the search; the first of ``systems`` is what the others are compared
    with.
    """

    id: str
    created: str
    test_name: str
    test_hash: str
    source: str
    target: str
    sources: tuple[str, ...]
    references: tuple[str, ...]
    options: dict[str, Any]
    systems: tuple[SystemResult, ...]

    def difference(self, index: int) -> tuple[float, ...]:
        """Sentence chrF of system ``index`` minus that of the first, a segment each."""
        first = self.systems[0].sentence_chrf
        other = self.systems[index].sentence_chrf
        return tuple(b - a for a, b in zip(first, other, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Evaluation:
        """The evaluation in ``values``; raises :class:`KeyError` or :class:`TypeError` if none."""
        return cls(
            **{key: values[key] for key in _PLAIN},
            sources=tuple(values["sources"]),
            references=tuple(values["references"]),
            systems=tuple(_system(system) for system in values["systems"]),
        )


_PLAIN = ("id", "created", "test_name", "test_hash", "source", "target", "options")


def _system(values: Mapping[str, Any]) -> SystemResult:
    metrics = {name: Score(**score) for name, score in values["metrics"].items()}
    return SystemResult(
        system=values["system"],
        title=values["title"],
        metrics=Metrics(**metrics),
        hypotheses=tuple(values["hypotheses"]),
        sentence_chrf=tuple(values["sentence_chrf"]),
        seconds=values["seconds"],
    )


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
