"""A corpus on disk, as the rest of the engine uses it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator

from mulm_core import languages
from mulm_core.corpus import search
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.editing import Editing
from mulm_core.corpus.tags import fold
from mulm_core.corpus.types import SPLITS
from mulm_core.errors import UserError


class CorpusStore(Editing):
    """One open corpus; each thread opens its own.

    Every method raises :class:`MulmError` where the file is damaged or the disk fails.
    """

    def pairs(self, split: str, source: str, target: str) -> Iterator[tuple[str, str]]:
        """The rows in use of a split as (source, target), in the order they were imported.

        Swaps the sides for the reverse direction; raises :class:`UserError` for other languages.
        """
        first, second = (
            ("target", "source") if self._reversed(source, target) else ("source", "target")
        )
        with explain_database_errors(self.path):
            yield from self._connection.execute(
                f"SELECT {first}, {second} FROM pairs WHERE split = ? AND excluded = 0 ORDER BY id",
                [SPLITS.index(split)],
            )

    def _reversed(self, source: str, target: str) -> bool:
        meta = self._meta()
        own = (meta["source"], meta["target"])
        for same in (_same_tag, languages.same_language):
            if same(own[0], source) and same(own[1], target):
                return False
            if same(own[0], target) and same(own[1], source):
                return True
        raise UserError(
            f"the corpus holds {own[0]} and {own[1]}, not {source} and {target}",
            where=meta["name"],
            fix=f"Choose {own[0]}->{own[1]} or {own[1]}->{own[0]}",
        )

    def content_hash(self) -> str:
        """SHA-256 over the rows in use with their splits, whatever their order, as hex."""
        total = 0
        with explain_database_errors(self.path):
            rows = self._connection.execute(
                "SELECT source, target, split FROM pairs WHERE excluded = 0"
            )
            for row in rows:
                # Added, not chained: a sum knows no order and, unlike XOR, counts duplicates.
                digest = hashlib.sha256("\0".join(map(str, row)).encode()).digest()
                total += int.from_bytes(digest, "big")
        return hashlib.sha256(str(total).encode()).hexdigest()


class CorpusWriter:
    """Adds rows to a connection inside the caller's transaction, search index included."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        row = connection.execute("SELECT coalesce(max(id), 0) FROM pairs").fetchone()
        self._last_id = int(row[0])

    def add_file(self, name: str, format: str, imported: str) -> int:
        """Record where the next rows come from; returns the file's id."""
        cursor = self._connection.execute(
            "INSERT INTO files (name, format, imported) VALUES (?, ?, ?)", (name, format, imported)
        )
        return int(cursor.lastrowid or 0)

    def add(self, file: int, rows: Iterable[tuple[str, str, str, str]]) -> None:
        """Append rows of (source, target, split, unit)."""
        numbered = [
            (at, source, target, SPLITS.index(split), file, unit)
            for at, (source, target, split, unit) in enumerate(rows, self._last_id + 1)
        ]
        self._last_id += len(numbered)
        self._connection.executemany(
            "INSERT INTO pairs (id, source, target, split, file, unit) VALUES (?, ?, ?, ?, ?, ?)",
            numbered,
        )
        for at in range(0, len(numbered), search.BLOCK):
            part = numbered[at : at + search.BLOCK]
            block = search.block(part[0][0], [(row[1], row[2]) for row in part])
            search.add(self._connection, [block])


def _same_tag(first: str, second: str) -> bool:
    return fold(first) == fold(second)
