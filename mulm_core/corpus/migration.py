"""Corpora of earlier versions: brought to today's schema when they are opened, in one go."""

from __future__ import annotations

import sqlite3

from mulm_core.corpus import database, search


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a corpus to the version of today, or leave it as it was."""
    with database.transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == database.VERSION:
            return  # another process was quicker
        if version == 1:
            _from_version_1(connection)
        connection.execute("DELETE FROM blocks")  # version 2 signed them otherwise
        search.add_missing(connection)
        connection.execute(f"PRAGMA user_version = {database.VERSION}")


def _from_version_1(connection: sqlite3.Connection) -> None:
    """Reasons become the hand's flags, the trigrams blocks, and files know their counts."""
    for column in ("encoding TEXT NOT NULL DEFAULT ''", "digest TEXT NOT NULL DEFAULT ''"):
        connection.execute(f"ALTER TABLE files ADD COLUMN {column}")
    for column in ("pairs", "skipped", "codes"):
        connection.execute(f"ALTER TABLE files ADD COLUMN {column} INTEGER NOT NULL DEFAULT 0")
    connection.execute("ALTER TABLE pairs RENAME TO old")
    for script in (database.PAIRS, database.EXTRAS, search.SCHEMA):
        for statement in script.split(";"):  # executescript would commit
            connection.execute(statement)
    connection.execute(
        "INSERT INTO pairs (id, source, target, split, file, unit, excluded) "
        "SELECT id, source, target, split, file, unit, excluded <> '' FROM old"
    )
    connection.execute("INSERT INTO flags SELECT 0, id, excluded FROM old WHERE excluded <> ''")
    connection.execute("DROP TABLE search")
    connection.execute("DROP TABLE old")  # and its indexes
    for statement in database.INDEXES.split(";"):
        connection.execute(statement)
    connection.execute(
        "UPDATE files SET pairs = (SELECT count(*) FROM pairs WHERE file = files.id)"
    )
