"""The corpora of a workspace: found by name, listed, deleted."""

from __future__ import annotations

from pathlib import Path

from mulm_core import files
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import CorpusInfo
from mulm_core.errors import MulmError, UserError, explain_os_errors
from mulm_core.workspace import Workspace

SUFFIX = ".corpus"


def corpus_files(workspace: Workspace) -> list[Path]:
    """The corpus files, by name; unfinished ones are hidden files and left out."""
    found = workspace.corpora.glob(f"*{SUFFIX}")
    return sorted(path for path in found if not path.name.startswith("."))


def list_corpora(workspace: Workspace) -> list[CorpusInfo]:
    """All corpora by name; those that cannot be opened carry their problem."""
    found = []
    for path in corpus_files(workspace):
        try:
            found.append(_info(path))
        except MulmError as error:
            if not path.exists():
                continue  # deleted meanwhile
            found.append(CorpusInfo(path.stem, "", "", 0, {}, (), "", path, error.sentence()))
    return sorted(found, key=lambda info: info.name.casefold())


def _usable(workspace: Workspace) -> list[CorpusInfo]:
    return [info for info in list_corpora(workspace) if not info.problem]


def find_corpus(workspace: Workspace, name: str) -> CorpusInfo | None:
    """The corpus called ``name``, or None; raises :class:`MulmError` where it is damaged."""
    likely = workspace.corpora / f"{files.slug(name)}{SUFFIX}"
    if likely.is_file() and (info := _info(likely)).name == name:
        return info
    # Two names may share a slug, and a file may have been renamed by hand.
    return next((info for info in _usable(workspace) if info.name == name), None)


def get_corpus(workspace: Workspace, name: str) -> CorpusInfo:
    """The corpus called ``name``; raises :class:`UserError` when there is none."""
    info = find_corpus(workspace, name)
    if info is None:
        known = ", ".join(info.name for info in _usable(workspace))
        raise UserError(
            f"there is no corpus '{name}'",
            fix=f"Known: {known}" if known else "Import one first",
        )
    return info


def delete_corpus(workspace: Workspace, name: str) -> None:
    """Remove the corpus called ``name`` from the disk; raises :class:`UserError` if missing."""
    path = get_corpus(workspace, name).path
    with explain_os_errors(path):
        path.unlink()
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)


def _info(path: Path) -> CorpusInfo:
    with CorpusStore.open(path) as store:
        return store.info()
