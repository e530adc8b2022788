"""The record of each run in a report: recipe, data with their hashes, machine, versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mulm_core.errors import UserError
from mulm_core.runs import Run, get_run
from mulm_core.workspace import Workspace

Rows = tuple[tuple[str, str], ...]


def run_records(workspace: Workspace, runs: Sequence[str]) -> Iterator[tuple[str, Rows]]:
    """Each run with what is known of it; a run that is gone has only the reason."""
    for name in runs:
        try:
            yield name, tuple(_rows(get_run(workspace, name)))
        except UserError as error:
            yield name, (("not here", error.sentence()),)


def _rows(run: Run) -> Iterator[tuple[str, str]]:
    manifest = run.manifest
    yield "model", f"{manifest.model}, {manifest.model_hash}"
    tasks = manifest.tasks or [
        {
            "corpus": manifest.corpus,
            "source": manifest.source,
            "target": manifest.target,
            "corpus_hash": manifest.corpus_hash,
            "pairs": manifest.pairs,
        }
    ]
    for task in tasks:
        yield (
            "corpus",
            f"{task['corpus']}, {task['source']}→{task['target']}, {task['pairs']:,} pairs, "
            f"SHA-256 {task['corpus_hash']}",
        )
    if manifest.parent:
        yield "goes on from", manifest.parent
    yield "trained", f"{manifest.created}, {manifest.steps:,} steps, {manifest.seconds:.0f} s"
    yield "seed", str(manifest.seed)
    for key, value in manifest.recipe.items():
        yield f"recipe: {key}", str(value)
    for key, value in manifest.versions.items():
        yield key, value
    for key, value in manifest.machine.items():
        yield key, str(value)
