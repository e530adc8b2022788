"""Where an import lands: a new file that appears when it is complete, or one that it adds to."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mulm_core import files
from mulm_core.corpus import catalog, database
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.journal import now
from mulm_core.corpus.tags import fold
from mulm_core.corpus.types import CorpusInfo
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.workspace import Workspace

_PARTIAL = ".partial"


@dataclass(frozen=True)
class Landing:
    """A corpus inside a transaction; ``source`` and ``target`` are its own direction."""

    connection: sqlite3.Connection
    name: str
    source: str
    target: str


@contextmanager
def landing(workspace: Workspace, name: str, source: str, target: str) -> Iterator[Landing]:
    """The corpus ``name``, made where it is missing; after an error it is as it was before.

    Raises :class:`UserError` where it holds other languages, and for a new one with a slash in it.
    """
    corpus = catalog.find_corpus(workspace, name)
    if corpus is not None:
        source, target = _own_direction(corpus, source, target)
    elif "/" in name or "\\" in name:
        raise UserError(
            f"'{name}' is a path, not the name of a corpus", fix="Leave the slashes out"
        )
    with (
        _new(workspace, name, source, target) if corpus is None else _existing(corpus)
    ) as connection:
        yield Landing(connection, name, source, target)


def _own_direction(corpus: CorpusInfo, source: str, target: str) -> tuple[str, str]:
    own = (corpus.source, corpus.target)
    if {fold(tag) for tag in own} != {fold(source), fold(target)}:
        raise UserError(
            f"the corpus '{corpus.name}' holds {own[0]} and {own[1]}, not {source} and {target}",
            fix="Choose another name for the new corpus",
        )
    return own


@contextmanager
def _existing(corpus: CorpusInfo) -> Iterator[sqlite3.Connection]:
    with (
        explain_database_errors(corpus.path),
        closing(database.connect(corpus.path)) as connection,
        database.transaction(connection),
    ):
        yield connection


@contextmanager
def _new(workspace: Workspace, name: str, source: str, target: str) -> Iterator[sqlite3.Connection]:
    _sweep(workspace.corpora)
    with explain_os_errors(workspace.corpora):
        handle, temporary = tempfile.mkstemp(
            dir=workspace.corpora, prefix=f".{files.slug(name)}.{os.getpid()}.", suffix=_PARTIAL
        )
        os.close(handle)
    partial = Path(temporary)
    meta = {"name": name, "source": source, "target": target, "created": now()}
    try:
        with (
            explain_database_errors(workspace.corpora),
            closing(database.create(partial, meta)) as connection,
        ):
            with database.transaction(connection):
                yield connection
            database.settle(connection)
        with explain_os_errors(workspace.corpora):
            files.sync_file(partial)
            place = files.free_name(workspace.corpora, name, catalog.SUFFIX)
            os.replace(partial, workspace.corpora / f"{place}{catalog.SUFFIX}")
    except BaseException:
        for path in partial.parent.glob(f"{partial.name}*"):
            path.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    """Remove what killed imports left: unfinished files of processes that are gone."""
    import psutil

    for path in folder.glob(f".*{_PARTIAL}*"):
        owner = path.name.rpartition(_PARTIAL)[0].split(".")[-2]
        if not (owner.isdigit() and psutil.pid_exists(int(owner))):
            with suppress(OSError):
                path.unlink()
