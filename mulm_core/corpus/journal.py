"""The undo journal: an operation is the list of the values it replaces, played in either direction.

Doing, undoing and redoing are one routine, so that none of them can forget what another knows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from mulm_core.corpus import database, search

_OPERATIONS = 100  # that can be undone; older ones fall off
_CHANGES = 3_000_000  # values kept for them, twenty bytes or so each; the last operation always
_TEXTS = ("source", "target")
_COLUMNS = (*_TEXTS, "split", "excluded", "kept")  # of a row


@contextmanager
def operation(connection: sqlite3.Connection, title: str) -> Iterator[int]:
    """One transaction and one entry of the journal; changes recorded inside are made at its end.

    Gives the number to record them under. Without a change there is no entry; what was undone can
    no longer be redone.
    """
    with database.transaction(connection), entry(connection, title) as number:
        yield number


@contextmanager
def entry(connection: sqlite3.Connection, title: str) -> Iterator[int]:
    """:func:`operation` inside the caller's transaction."""
    number = connection.execute(
        "INSERT INTO operations (title, at) VALUES (?, ?)", [title, now()]
    ).lastrowid
    yield int(number or 0)
    if connection.execute("SELECT 1 FROM changes WHERE operation = ?", [number]).fetchone():
        _forget(connection, "undone = 1")
        connection.execute(
            "UPDATE operations SET size = (SELECT count(*) FROM changes WHERE operation = id) "
            "WHERE id = ?",
            [number],
        )
        _play(connection, int(number or 0), "after")
        _keep_bounded(connection)
    else:
        _forget(connection, f"id = {number}")


def undo(connection: sqlite3.Connection) -> str:
    """Take back the last operation that is in force; its title, empty where there is none."""
    return _step(connection, "undone = 0 ORDER BY id DESC", "before", undone=1)


def redo(connection: sqlite3.Connection) -> str:
    """Make the operation again that was taken back last; its title, empty where there is none."""
    return _step(connection, "undone = 1 ORDER BY id", "after", undone=0)


def titles(connection: sqlite3.Connection) -> tuple[str, str]:
    """What :func:`undo` and :func:`redo` would return."""
    found = []
    for which in ("undone = 0 ORDER BY id DESC", "undone = 1 ORDER BY id"):
        row = connection.execute(f"SELECT title FROM operations WHERE {which} LIMIT 1").fetchone()
        found.append(row[0] if row else "")
    return found[0], found[1]


def now() -> str:
    """This moment, as corpora write it down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def touch(connection: sqlite3.Connection) -> None:
    """Tell all caches that the content is another one now."""
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'version'")


def _step(connection: sqlite3.Connection, which: str, side: str, *, undone: int) -> str:
    with database.transaction(connection):
        row = connection.execute(f"SELECT id, title FROM operations WHERE {which} LIMIT 1")
        number, title = row.fetchone() or (0, "")
        if number:
            _play(connection, number, side)
            connection.execute("UPDATE operations SET undone = ? WHERE id = ?", [undone, number])
    return title


def _play(connection: sqlite3.Connection, number: int, side: str) -> None:
    """Set every value that an operation recorded to what it was ``before`` or ``after``."""
    fields = {
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT field FROM changes WHERE operation = ?", [number]
        )
    }
    for field in fields & set(_COLUMNS):
        connection.execute(
            f"UPDATE pairs SET {field} = c.{side} FROM changes c "
            "WHERE c.operation = ? AND c.field = ? AND c.pair = pairs.id",
            [number, field],
        )
    if "reason" in fields:
        _play_reasons(connection, number, side)
    connection.execute(
        f"UPDATE checks SET applied = c.{side} FROM changes c "
        "WHERE c.operation = ? AND c.field = 'applied' AND c.pair = checks.id",
        [number],
    )
    connection.execute(
        f"UPDATE meta SET value = c.{side} FROM changes c "
        "WHERE c.operation = ? AND c.field = 'policy' AND key = 'split'",
        [number],
    )
    changed = connection.execute(
        "SELECT DISTINCT pair FROM changes WHERE operation = ? AND field IN (?, ?) ORDER BY pair",
        [number, *_TEXTS],
    )
    search.refresh(connection, [row[0] for row in changed])
    touch(connection)


def _play_reasons(connection: sqlite3.Connection, number: int, side: str) -> None:
    """The flags of a person's hand: null stands for none."""
    chosen = "FROM changes WHERE operation = ? AND field = 'reason'"
    connection.execute(
        f"DELETE FROM flags WHERE check_id = 0 AND pair IN (SELECT pair {chosen})", [number]
    )
    connection.execute(
        f"INSERT INTO flags SELECT 0, pair, {side} {chosen} AND {side} IS NOT NULL", [number]
    )


def _keep_bounded(connection: sqlite3.Connection) -> None:
    counts = connection.execute("SELECT id, size FROM operations ORDER BY id DESC").fetchall()
    total = 0
    for place, (number, changes) in enumerate(counts):
        total += changes
        if place and (place >= _OPERATIONS or total > _CHANGES):
            _forget(connection, f"id <= {number}")
            return


def _forget(connection: sqlite3.Connection, which: str) -> None:
    connection.execute(
        f"DELETE FROM changes WHERE operation IN (SELECT id FROM operations WHERE {which})"
    )
    connection.execute(f"DELETE FROM operations WHERE {which}")
