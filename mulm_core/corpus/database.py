"""The SQLite file behind a corpus: its schema, its connections, and its errors in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mulm_core.errors import EngineError, MulmError, UserError

VERSION = 1
_APPLICATION_ID = 0x4D554C4D  # "MULM"

# The split is a position in types.SPLITS. Nothing is ever deleted, so ids run from 1 without gaps
# and a page can be found by its ids; a row that should not count is excluded with a reason.
# The index tells only which rows hold a trigram (detail=none), not where: half the time and size.
_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {VERSION};
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL,
                    imported TEXT NOT NULL);
CREATE TABLE pairs (id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL,
                    split INTEGER NOT NULL, file INTEGER NOT NULL REFERENCES files(id),
                    unit TEXT NOT NULL, excluded TEXT NOT NULL DEFAULT '');
CREATE INDEX pairs_by_split ON pairs (split);
CREATE INDEX pairs_excluded ON pairs (excluded, split) WHERE excluded <> '';
CREATE VIRTUAL TABLE search USING fts5 (source, target, content='pairs', content_rowid='id',
                                        tokenize='trigram', detail=none);
"""


@contextmanager
def explain_database_errors(path: Path) -> Iterator[None]:
    """Turn any ``sqlite3`` error inside the block into a :class:`MulmError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def _explained(error: sqlite3.Error, path: Path) -> MulmError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended part
    if code == sqlite3.SQLITE_FULL or "disk is full" in str(error):
        return EngineError("the disk is full", where=path, fix="Free some space and try again")
    if code == sqlite3.SQLITE_IOERR:
        return EngineError(
            "the disk could not be written or read",
            where=path,
            fix="Check its free space and its health, and try again",
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return UserError(
            "the corpus file cannot be opened for writing",
            where=path,
            fix="Check the permissions of the file and its folder",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return EngineError(
            "another import is writing to this corpus", where=path, fix="Try again when it is done"
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return EngineError(
            "the corpus file is damaged", where=path, fix="Restore a copy, or import again"
        )
    return EngineError(f"the corpus could not be read or written ({error})", where=path)


def create(path: Path, meta: dict[str, str]) -> sqlite3.Connection:
    """A new database for bulk loading: in one go, so only a file that may be thrown away.

    Call :func:`settle` when it is complete.
    """
    with explain_database_errors(path):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;" + _SCHEMA
        )
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    return connection


def settle(connection: sqlite3.Connection) -> None:
    """Switch a complete new database to WAL, so that readers never wait for a writer."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_mode = WAL")


def connect(path: Path) -> sqlite3.Connection:
    """An existing corpus; raises :class:`MulmError` where it is missing, foreign or too new."""
    if not path.is_file():
        raise UserError("there is no such corpus", where=path)
    with explain_database_errors(path):
        connection = sqlite3.connect(path, timeout=10, isolation_level=None)
        try:
            if _pragma(connection, "application_id") != _APPLICATION_ID:
                raise UserError("this is not a MULM corpus", where=path)
            if _pragma(connection, "user_version") > VERSION:
                raise UserError(
                    "the corpus was made by a newer version", where=path, fix="Update MULM"
                )
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.create_function("holds", 3, _holds, deterministic=True)
        except BaseException:
            connection.close()
            raise
    return connection


def _holds(query: str, source: str, target: str) -> bool:
    return query in source.casefold() or query in target.casefold()


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: commits at the end of the block, rolls back on any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite rolls back by itself where the disk is full or broken.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
