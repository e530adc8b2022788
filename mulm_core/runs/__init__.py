"""Runs: the record of each fine-tuning, with its adapter and its checkpoints."""

from mulm_core.runs.manifest import RunManifest
from mulm_core.runs.store import Run, create_run, delete_run, get_run, list_runs

__all__ = ["Run", "RunManifest", "create_run", "delete_run", "get_run", "list_runs"]
