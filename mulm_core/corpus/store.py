"""A corpus on disk: counts, pages, search, and the pairs of a split in either direction."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from mulm_core import languages
from mulm_core.corpus import database
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.tags import fold
from mulm_core.corpus.types import SPLITS, CorpusInfo, Pair
from mulm_core.errors import UserError

_TRIGRAM = 3  # what the index holds; shorter queries scan
_COLUMNS = "p.id, p.source, p.target, p.split, f.name, p.unit, p.excluded"


class CorpusStore:
    """One open corpus; each thread opens its own.

    Every method raises :class:`MulmError` where the file is damaged or the disk fails.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> CorpusStore:
        """The corpus in the file ``path``."""
        return cls(path, database.connect(path))

    def close(self) -> None:
        """Close; the last one to close leaves a single file that can be copied."""
        self._connection.close()

    def __enter__(self) -> CorpusStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def info(self) -> CorpusInfo:
        """Name, languages, counts and files."""
        meta = self._meta()
        with explain_database_errors(self.path):
            names = self._connection.execute("SELECT DISTINCT name FROM files ORDER BY id")
            files = tuple(row[0] for row in names)
        return CorpusInfo(
            name=meta["name"],
            source=meta["source"],
            target=meta["target"],
            pairs=self.count(),
            splits=self._split_counts(),
            files=files,
            created=meta["created"],
            path=self.path,
        )

    def _meta(self) -> dict[str, str]:
        with explain_database_errors(self.path):
            return dict(self._connection.execute("SELECT key, value FROM meta"))

    def _split_counts(self) -> dict[str, int]:
        counts = dict.fromkeys(SPLITS, 0)
        with explain_database_errors(self.path):
            for sign, query in (
                (1, "SELECT split, count(*) FROM pairs GROUP BY split"),
                (-1, "SELECT split, count(*) FROM pairs WHERE excluded <> '' GROUP BY split"),
            ):
                for split, number in self._connection.execute(query):
                    counts[SPLITS[split]] += sign * number
        return counts

    def count(self, query: str = "", split: str = "") -> int:
        """How many rows hold ``query`` on either side (any case) and belong to ``split``.

        Empty means all; excluded rows count too.
        """
        condition, values = _condition(query, split)
        if not condition:
            condition = "1"
        with explain_database_errors(self.path):
            row = self._connection.execute(
                f"SELECT count(*) FROM pairs p WHERE {condition}", values
            ).fetchone()
        return int(row[0])

    def page(self, offset: int, limit: int, query: str = "", split: str = "") -> list[Pair]:
        """Rows ``offset`` to ``offset + limit`` of those that :meth:`count` counts, by id."""
        condition, values = _condition(query, split)
        if condition:
            # The subquery walks an index alone; only the rows of the page are fetched.
            chosen = f"SELECT p.id FROM pairs p WHERE {condition} ORDER BY p.id LIMIT ? OFFSET ?"
            values = [*values, limit, offset]
        else:
            chosen = "SELECT id FROM pairs WHERE id > ? ORDER BY id LIMIT ?"  # ids have no gaps
            values = [offset, limit]
        with explain_database_errors(self.path):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM pairs p JOIN files f ON f.id = p.file "
                f"WHERE p.id IN ({chosen}) ORDER BY p.id",
                values,
            ).fetchall()
        return [
            Pair(id, left, right, SPLITS[part], file, unit, excluded)
            for id, left, right, part, file, unit, excluded in rows
        ]

    def pairs(self, split: str, source: str, target: str) -> Iterator[tuple[str, str]]:
        """The rows in use of a split as (source, target), in the order they were imported.

        Swaps the sides for the reverse direction; raises :class:`UserError` for other languages.
        """
        first, second = (
            ("target", "source") if self._reversed(source, target) else ("source", "target")
        )
        with explain_database_errors(self.path):
            yield from self._connection.execute(
                f"SELECT {first}, {second} FROM pairs "
                "WHERE split = ? AND excluded = '' ORDER BY id",
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
                "SELECT source, target, split FROM pairs WHERE excluded = ''"
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
        self._connection.executemany(
            "INSERT INTO search (rowid, source, target) VALUES (?, ?, ?)",
            [row[:3] for row in numbered],
        )


def _same_tag(first: str, second: str) -> bool:
    return fold(first) == fold(second)


def _condition(query: str, split: str) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if len(query) >= _TRIGRAM:
        parts.append("p.id IN (SELECT rowid FROM search WHERE search MATCH ?)")
        values.append(_trigrams(query))
    if query and len(query) < _TRIGRAM and _like_knows_its_case(query):
        like = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        parts.append("(p.source LIKE ? ESCAPE '\\' OR p.target LIKE ? ESCAPE '\\')")
        values += [like, like]
    elif query and len(query) != _TRIGRAM:  # more trigrams are all there, but in any order
        parts.append("holds(?, p.source, p.target)")
        values.append(query.casefold())
    if split:
        parts.append("p.split = ?")
        values.append(SPLITS.index(split))
    return " AND ".join(parts), values


def _like_knows_its_case(query: str) -> bool:
    # LIKE folds ASCII alone, and is several times faster than a call of Python for each row.
    return query.isascii() or query.upper() == query.lower()


def _trigrams(query: str) -> str:
    parts = {query[at : at + _TRIGRAM] for at in range(len(query) - _TRIGRAM + 1)}
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in sorted(parts))
