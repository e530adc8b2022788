"""Jobs that read a run's folder: its state, its curves, its log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.viewmodels.run_state import Curves, RunState, SampleTranslation, Scores
from mulm_core.jobs import JobContext
from mulm_core.runs import Run, get_run
from mulm_core.workspace import Workspace

_LOG_BYTES = 400_000  # the end of a long log


@dataclass(frozen=True)
class Place:
    """A run, and how many bytes of its metrics.jsonl have been read."""

    workspace: Workspace
    run: str
    offset: int = 0


@dataclass(frozen=True)
class Reading:
    """What a run's folder tells: all of it, or (``more``) what was added since the last time."""

    state: RunState
    curves: Curves
    offset: int
    more: bool


def read_run(ctx: JobContext, place: Place) -> Reading:
    """Read the run, from ``place.offset`` on where its file still reaches as far.

    Raises :class:`UserError` where there is no such run.
    """
    run = get_run(place.workspace, place.run)
    lines, offset, more = _lines(run.folder / "metrics.jsonl", place.offset)
    curves = Curves()
    curves.extend(lines)
    return Reading(_state(run, lines), curves, offset, more)


def read_log(ctx: JobContext, place: Place) -> str:
    """The run's log, or the end of a long one; empty before its first line."""
    path = get_run(place.workspace, place.run).folder / "log.txt"
    if not path.exists():
        return ""
    with path.open("rb") as stream:
        size = path.stat().st_size
        stream.seek(max(0, size - _LOG_BYTES))
        text = stream.read().decode("utf-8", "replace")
    return text if size <= _LOG_BYTES else text.partition("\n")[2]


def _lines(path: Path, offset: int) -> tuple[list[dict[str, Any]], int, bool]:
    """Whole lines from ``offset`` on, where they end, and whether the start was left out."""
    if not path.exists():
        return [], 0, False
    start = offset if offset <= path.stat().st_size else 0  # shorter: it was trained again
    with path.open("rb") as stream:
        stream.seek(start)
        data = stream.read()
    whole = data[: data.rfind(b"\n") + 1]
    found = []
    for line in whole.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found, start + len(whole), start > 0


def _state(run: Run, lines: Sequence[Mapping[str, Any]]) -> RunState:
    """The manifest's facts; what a running one does not know yet is in the newest lines."""
    manifest = run.manifest
    state = RunState(
        phase="elsewhere" if manifest.status == "running" else manifest.status,
        run=run.id,
        name=manifest.name,
        note=manifest.note,
        source=manifest.source,
        target=manifest.target,
        device=str(manifest.machine.get("processor", "")),
        pairs=manifest.pairs,
        dev_pairs=manifest.dev_pairs,
        step=manifest.steps,
        total_steps=manifest.total_steps,
        elapsed_s=manifest.seconds,
        zero_shot=Scores.read(manifest.zero_shot),
        best=Scores.read(manifest.best),
        incidents=(*manifest.warnings, *(str(mended["text"]) for mended in manifest.incidents)),
        error=manifest.error,
    )
    step = _newest(lines, "train")
    dev = _newest(lines, "dev")
    if dev:
        samples = tuple(SampleTranslation(**sample) for sample in dev.get("samples", ()))
        state = replace(state, latest=Scores.read(dev), samples=samples)
    if step and manifest.status in ("running", "interrupted"):
        state = replace(
            state,
            step=step["step"],
            elapsed_s=step.get("elapsed_s", 0.0),
            remaining_s=step.get("remaining_s"),
        )
    return state


def _newest(lines: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    return next((line for line in reversed(lines) if line.get("kind") == kind), {})
