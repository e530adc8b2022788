"""Adds rows to a corpus inside the caller's transaction, file set by file set."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from mulm_core.corpus import journal, search
from mulm_core.corpus.formats import FileSet
from mulm_core.corpus.split import splitter
from mulm_core.corpus.types import SPLITS, Problem


class CorpusWriter:
    """Appends file sets with their problems; the corpus's own policy gives every row its split."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        row = connection.execute("SELECT value FROM meta WHERE key = 'split'").fetchone()
        self._split_of = splitter(json.loads(row[0]))
        self._file = 0
        self._name = ""
        self._last_id = self._first_id = 0

    def begin(self, found: FileSet, encoding: str, digest: str) -> None:
        """The rows that follow are of this file set, until :meth:`keep` or :meth:`drop`."""
        connection = self._connection
        connection.execute("SAVEPOINT file_set")
        cursor = connection.execute(
            "INSERT INTO files (name, format, encoding, digest, imported) VALUES (?, ?, ?, ?, ?)",
            (found.name, found.reader.key, encoding, digest, journal.now()),
        )
        self._file, self._name = int(cursor.lastrowid or 0), found.name
        row = connection.execute("SELECT coalesce(max(id), 0) FROM pairs").fetchone()
        self._first_id = self._last_id = int(row[0])

    def add(self, rows: Sequence[tuple[str, str, str]], problems: Sequence[Problem]) -> None:
        """Append rows of (source, target, place), search index included."""
        places = {split: at for at, split in enumerate(SPLITS)}
        split_of, file, name = self._split_of, self._file, self._name
        first = self._last_id + 1
        self._connection.executemany(
            "INSERT INTO pairs (id, source, target, split, file, unit) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (at, source, target, places[split_of(source, target, name)], file, where)
                for at, (source, target, where) in enumerate(rows, first)
            ],
        )
        search.add(
            self._connection,
            [
                search.block(first + at, rows[at : at + search.BLOCK])
                for at in range(0, len(rows), search.BLOCK)
            ],
        )
        self._last_id += len(rows)
        self._connection.executemany(
            "INSERT INTO problems VALUES (?, ?, ?)",
            [(file, problem.where, problem.what) for problem in problems],
        )

    def keep(self, skipped: int, codes: int) -> None:
        """The file set is complete."""
        self._connection.execute(
            "UPDATE files SET pairs = ?, skipped = ?, codes = ? WHERE id = ?",
            [self._last_id - self._first_id, skipped, codes, self._file],
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
