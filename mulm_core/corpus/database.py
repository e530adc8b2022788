"""The SQLite file behind a corpus: its schema, its connections, and its errors in words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from mulm_core.corpus import search
from mulm_core.corpus.types import HAND
from mulm_core.errors import EngineError, MulmError, UserError

VERSION = 3
_APPLICATION_ID = 0x4D554C4D  # "MULM"
_PAGE = 8192  # bytes; blocks of the search index take a few pages each
_MAPPED = 1 << 30  # bytes of the file that are read in place
_NO_ROOM = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
)

# The split is a position in types.SPLITS. Nothing is ever deleted, so ids run from 1 without gaps.
# `excluded` and `kept` are bit masks over checks.id: which checks keep the row out, and which a
# person overruled for it. The index holds what rows are filtered by, in the order they are shown:
# any filter walks 15 bytes a row instead of the texts.
PAIRS = """
CREATE TABLE pairs (id INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL,
                    split INTEGER NOT NULL, file INTEGER NOT NULL REFERENCES files(id),
                    unit TEXT NOT NULL, excluded INTEGER NOT NULL DEFAULT 0,
                    kept INTEGER NOT NULL DEFAULT 0);
"""
INDEXES = """
CREATE INDEX pairs_narrow ON pairs (id, split, file, excluded);
CREATE INDEX pairs_excluded ON pairs (id) WHERE excluded <> 0;
"""
# `flags` is what a scan found, applied or not; check 0 is a person's hand. `changes` are the undo
# journal: every value that an operation replaced, by row (or check, or 0 for the corpus). The
# identity tells a corpus from another one that comes to have its name and file.
EXTRAS = f"""
CREATE TABLE problems (file INTEGER NOT NULL REFERENCES files(id), place TEXT NOT NULL,
                       what TEXT NOT NULL);
CREATE TABLE checks (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
                     scanned TEXT NOT NULL DEFAULT '', settings TEXT NOT NULL DEFAULT '{{}}',
                     verdict TEXT NOT NULL DEFAULT '{{}}', applied INTEGER NOT NULL DEFAULT 0);
INSERT INTO checks (id, key, applied) VALUES (0, '{HAND}', 1);
CREATE TABLE flags (check_id INTEGER NOT NULL REFERENCES checks(id), pair INTEGER NOT NULL,
                    detail TEXT NOT NULL, PRIMARY KEY (check_id, pair)) WITHOUT ROWID;
CREATE TABLE operations (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL,
                         at TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0,
                         size INTEGER NOT NULL DEFAULT 0);
CREATE TABLE changes (operation INTEGER NOT NULL REFERENCES operations(id), field TEXT NOT NULL,
                      pair INTEGER NOT NULL, before, after,
                      PRIMARY KEY (operation, field, pair)) WITHOUT ROWID;
INSERT INTO meta VALUES ('split', '{{"by": "hash"}}'), ('version', '1'),
                        ('identity', lower(hex(randomblob(8))));
"""
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT NOT NULL, format TEXT NOT NULL,
                    imported TEXT NOT NULL, encoding TEXT NOT NULL DEFAULT '',
                    digest TEXT NOT NULL DEFAULT '', pairs INTEGER NOT NULL DEFAULT 0,
                    skipped INTEGER NOT NULL DEFAULT 0, codes INTEGER NOT NULL DEFAULT 0);
"""
_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {VERSION};
{_TABLES}{PAIRS}{EXTRAS}{search.SCHEMA}
"""


@contextmanager
def explain_database_errors(path: Path) -> Iterator[None]:
    """Turn any ``sqlite3`` error inside the block into a :class:`MulmError`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF  # without the extended part


def _explained(error: sqlite3.Error, path: Path) -> MulmError:
    code = _code(error)
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
            "the corpus file cannot be written",
            where=path,
            fix="Check the free space of the disk and the permissions of the file and its folder",
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
            f"PRAGMA page_size = {_PAGE}; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
            + _SCHEMA
        )
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    return connection


def settle(connection: sqlite3.Connection) -> None:
    """Add the indexes to a complete new database and switch it to WAL.

    In WAL mode readers never wait for a writer.
    """
    connection.executescript(INDEXES)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_mode = WAL")


def connect(path: Path) -> sqlite3.Connection:
    """An existing corpus; raises :class:`MulmError` where it is missing, foreign or too new.

    Where the disk is full or cannot be written, the corpus can still be read.
    """
    if not path.is_file():
        raise UserError("there is no such corpus", where=path)
    with explain_database_errors(path):
        connection = _opened(path)
        try:
            if _pragma(connection, "application_id") != _APPLICATION_ID:
                raise UserError("this is not a MULM corpus", where=path)
            if _pragma(connection, "user_version") > VERSION:
                raise UserError(
                    "the corpus was made by a newer version", where=path, fix="Update MULM"
                )
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA mmap_size = {_MAPPED}")
            _migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def _opened(path: Path) -> sqlite3.Connection:
    """A connection; one that only reads where SQLite finds no room for its files beside it."""
    uri = _uri(path)
    try:
        # By its path alone, a file that is being deleted would come back, empty.
        connection = sqlite3.connect(f"{uri}?mode=rw", timeout=10, isolation_level=None, uri=True)
        try:
            _pragma(connection, "application_id")
        except sqlite3.Error:
            connection.close()
            raise
    except sqlite3.Error as error:
        if not path.exists():
            raise UserError("there is no such corpus", where=path) from None
        log = path.with_name(f"{path.name}-wal")
        # Rows in the log would be missing from what is read without it.
        if _code(error) not in _NO_ROOM or (log.exists() and log.stat().st_size):
            raise
        connection = sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None)
    return connection


def _uri(path: Path) -> str:
    """As SQLite reads it: a share of Windows (//server/share) is no authority of the URI."""
    name = path.absolute().as_posix()
    return f"file://{quote(name if name.startswith('/') else f'/{name}', safe='/:')}"


def _migrate(connection: sqlite3.Connection) -> None:
    if _pragma(connection, "user_version") < VERSION:
        from mulm_core.corpus import migration

        migration.migrate(connection)


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
