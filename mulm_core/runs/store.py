"""Runs on disk: one folder each, readable and consistent at whatever moment the program dies."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.models.tuned_weights import WEIGHTS
from mulm_core.runs.holding import hold, is_held, release
from mulm_core.runs.manifest import RunManifest
from mulm_core.workspace import Workspace

_MANIFEST = "manifest.json"
_WEIGHTS = ("adapter_model.safetensors", WEIGHTS)  # of PEFT, of the model


class Run:
    """One run's folder: manifest.json, metrics.jsonl, log.txt, adapter/ and checkpoints/.

    ``adapter/`` is the best one so far and ``checkpoints/step-000123/`` can be resumed; both are
    in PEFT's own format, or hold the model's own weights where these were trained.
    """

    def __init__(self, folder: Path, manifest: RunManifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @property
    def id(self) -> str:
        """The folder's name, unique in the workspace."""
        return self.folder.name

    @property
    def adapter_folder(self) -> Path:
        """Where the best adapter lies, or will lie."""
        return self.folder / "adapter"

    @property
    def adapter_path(self) -> Path | None:
        """The adapter to translate with: the best, else the last checkpoint; None before both."""
        learnt = [path for path in self.checkpoints() if path != self.checkpoint_folder(0)]
        for path in (self.adapter_folder, *reversed(learnt)):
            if any((path / name).is_file() for name in _WEIGHTS):
                return path
        return None

    def checkpoints(self) -> list[Path]:
        """The complete checkpoints, oldest first."""
        return sorted((self.folder / "checkpoints").glob("step-*"))

    def checkpoint_folder(self, step: int) -> Path:
        """Where the checkpoint of ``step`` belongs."""
        return self.folder / "checkpoints" / f"step-{step:06d}"

    def save(self) -> None:
        """Write the manifest, atomically."""
        files.write_json(self.folder / _MANIFEST, self.manifest.to_dict())

    def add_metrics(self, record: dict[str, Any]) -> None:
        """Append one line to metrics.jsonl."""
        self._append("metrics.jsonl", json.dumps(record, ensure_ascii=False))

    def add_log(self, line: str) -> None:
        """Append one line to log.txt."""
        self._append("log.txt", line)

    def metrics(self) -> list[dict[str, Any]]:
        """Every record of metrics.jsonl; a last line cut short by a crash is left out."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        records = []
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                continue
        return records

    def rewind(self, step: int) -> None:
        """Forget what metrics.jsonl tells of later steps, and what a crash left half-written."""
        kept = [line for line in self.metrics() if line.get("step", 0) <= step]
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
        files.write_text(self.folder / "metrics.jsonl", "".join(lines))
        files.finish_replacing(self.adapter_folder)
        for rest in (self.folder / "checkpoints").glob(".step-*"):
            shutil.rmtree(rest, ignore_errors=True)

    def hold(self) -> None:
        """Mark the run as being trained by this process."""
        self.manifest.process = hold(self.folder)

    def release(self) -> None:
        """The training has ended, however: what still reads *running* on disk is interrupted."""
        release(self.folder)

    def delete(self) -> None:
        """Remove the whole run; a crash on the way leaves nothing that would be listed."""
        with explain_os_errors(self.folder):
            doomed = self.folder.with_name(f".{self.folder.name}.deleted")
            os.replace(self.folder, doomed)
            shutil.rmtree(doomed, ignore_errors=True)

    def _append(self, name: str, line: str) -> None:
        path = self.folder / name
        with explain_os_errors(path), path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(line + "\n")


def create_run(workspace: Workspace, manifest: RunManifest) -> Run:
    """Make the folder of a new run; it gets a number where another has ``manifest.name``."""
    taken = {name for run in list_runs(workspace) for name in (run.id, run.manifest.name)}
    joint = " " if " " in manifest.name else "-"
    numbered = (f"{manifest.name}{joint}{number}" for number in count(2))
    name = next(name for name in chain([manifest.name], numbered) if name not in taken)
    id = files.free_name(workspace.runs, name)
    run = Run(workspace.runs / id, replace(manifest, id=id, name=name))
    run.hold()
    with files.new_folder(run.folder) as folder:
        files.write_json(folder / _MANIFEST, run.manifest.to_dict())
    return run


def list_runs(workspace: Workspace) -> list[Run]:
    """All runs that can be read, newest first; folders without a readable manifest are left out."""
    folders = [path for path in workspace.runs.glob("*") if not path.name.startswith(".")]
    runs = [run for run in map(read_run, folders) if run is not None]
    return sorted(runs, key=lambda run: (run.manifest.created, run.id), reverse=True)


def get_run(workspace: Workspace, name: str) -> Run:
    """The run with this id, or else the newest with this name; :class:`UserError` for neither."""
    runs = list_runs(workspace)
    for run in runs:
        if run.id == name:
            return run
    for run in runs:
        if run.manifest.name == name:
            return run
    known = ", ".join(run.id for run in runs[:10]) or "none yet"
    raise UserError(f"there is no run '{name}'", fix=f"Runs here: {known}")


def read_run(folder: Path) -> Run | None:
    """The run in ``folder``; None where there is no readable manifest."""
    try:
        manifest = RunManifest.from_dict(files.read_json(folder / _MANIFEST))
    except (UserError, TypeError, AttributeError):
        return None
    if manifest.status == "running" and not is_held(folder, manifest.process):
        manifest = replace(manifest, status="interrupted")
    return Run(folder, replace(manifest, id=folder.name))
