"""Adds rows to a corpus inside the caller's transaction, file set by file set."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from mulm_core.corpus import journal, search
from mulm_core.corpus.formats import FileSet
from mulm_core.corpus.intake import Batch
from mulm_core.corpus.types import Problem


class CorpusWriter:
    """Appends file sets with their problems."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._file = 0
        self._last_id = self._first_id = 0

    @property
    def policy(self) -> dict[str, Any]:
        """How the corpus gives rows their split."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = 'split'").fetchone()
        return dict(json.loads(row[0]))

    def begin(self, found: FileSet, encoding: str) -> None:
        """The rows that follow are of this file set, until :meth:`keep` or :meth:`drop`."""
        connection = self._connection
        connection.execute("SAVEPOINT file_set")
        cursor = connection.execute(
            "INSERT INTO files (name, format, encoding, imported) VALUES (?, ?, ?, ?)",
            (found.name, found.reader.key, encoding, journal.now()),
        )
        self._file = int(cursor.lastrowid or 0)
        row = connection.execute("SELECT coalesce(max(id), 0) FROM pairs").fetchone()
        self._first_id = self._last_id = int(row[0])

    def add(self, batch: Batch) -> None:
        """Append a batch, search index included."""
        file, first = self._file, self._last_id + 1
        self._connection.executemany(  # SQLite counts the ids on
            f"INSERT INTO pairs (source, target, split, unit, file) VALUES (?, ?, ?, ?, {file})",
            zip(batch.sources, batch.targets, batch.splits, batch.places, strict=True),
        )
        rows = list(zip(batch.sources, batch.targets, strict=True))
        search.add(self._connection, search.blocks(first, rows))
        self._last_id += len(rows)
        self._connection.executemany(
            "INSERT INTO problems VALUES (?, ?, ?)",
            [(file, problem.where, problem.what) for problem in batch.problems],
        )

    def keep(self, digest: str, skipped: int, codes: int) -> None:
        """The file set is complete."""
        self._connection.execute(
            "UPDATE files SET digest = ?, pairs = ?, skipped = ?, codes = ? WHERE id = ?",
            [digest, self._last_id - self._first_id, skipped, codes, self._file],
        )
        self._connection.execute("RELEASE file_set")
        journal.touch(self._connection)

    def drop(self) -> None:
        """Take back all of the file set."""
        self._connection.execute("ROLLBACK TO file_set")
        self._connection.execute("RELEASE file_set")

    def note(self, problem: Problem) -> None:
        """Record a file that was left out as a whole."""
        cursor = self._connection.execute(
            "INSERT INTO files (name, format, skipped, imported) VALUES (?, '', 1, ?)",
            (problem.file, journal.now()),
        )
        self._connection.execute(
            "INSERT INTO problems VALUES (?, ?, ?)", [cursor.lastrowid, problem.where, problem.what]
        )
