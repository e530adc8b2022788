"""Runs: the record of each fine-tuning, with its adapter and its checkpoints."""

from mulm_core.runs.manage import (
    Difference,
    delete_run,
    deleted_runs,
    diff_runs,
    note_run,
    rename_run,
    restore_run,
)
from mulm_core.runs.manifest import RunManifest
from mulm_core.runs.store import Run, create_run, get_run, list_runs

__all__ = [
    "Difference",
    "Run",
    "RunManifest",
    "create_run",
    "delete_run",
    "deleted_runs",
    "diff_runs",
    "get_run",
    "list_runs",
    "note_run",
    "rename_run",
    "restore_run",
]
