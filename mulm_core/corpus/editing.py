"""What can be done to the rows of a corpus: each change is one transaction that can be undone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mulm_core.corpus import database, journal
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.reading import Reading
from mulm_core.corpus.text import tidy
from mulm_core.corpus.types import HAND, SPLITS, View
from mulm_core.errors import UserError

Rows = View | Iterable[int]
_SIDES = ("source", "target")


class Editing(Reading):
    """Changes rows; nothing is ever deleted, and everything but a scan's flags can be undone."""

    def edit(self, id: int, side: str, text: str) -> None:
        """Replace the text of a row on ``side`` (``source`` or ``target``).

        Raises :class:`UserError` for an empty text.
        """
        if not tidy(text):
            raise UserError(
                f"the {side} of a pair cannot be empty",
                fix="Write a text, or exclude the row instead",
            )
        self.rewrite([(id, side, text)], f"Edit row {id}")

    def rewrite(self, rows: Iterable[tuple[int, str, str]], title: str) -> None:
        """Replace many texts, given as (id, side, text), as one operation."""
        with self._operation(title) as (connection, number):
            for id, side, text in rows:
                if side not in _SIDES:
                    raise UserError(f"'{side}' is no side of a pair", fix="source or target")
                text = tidy(text)
                connection.execute(
                    f"INSERT INTO changes SELECT ?, ?, id, {side}, ? FROM pairs "
                    f"WHERE id = ? AND {side} <> ?",
                    [number, side, text, id, text],
                )

    def exclude(self, rows: Rows, reason: str = "") -> int:
        """Keep rows out by hand; returns how many were not kept out by hand before."""
        with self._operation("Exclude {n} rows", rows) as (connection, number):
            _record(connection, number, "excluded", "excluded | 1", "excluded & 1 = 0")
            connection.execute(
                "INSERT INTO changes SELECT ?, 'reason', pair, NULL, ? FROM changes "
                "WHERE operation = ? AND field = 'excluded'",
                [number, reason, number],
            )
            return _counted(connection, number)

    def restore(self, rows: Rows, check: str = "") -> int:
        """Take rows back into use that ``check`` keeps out (empty: any); returns how many.

        Those checks leave these rows alone from now on, even when they are applied again.
        """
        mask = -1 if not check else 1 << self._check_id(check)
        with self._operation("Restore {n} rows", rows) as (connection, number):
            out = f"excluded & {mask} <> 0"
            # A hand is not overruled: it takes back what it did.
            _record(connection, number, "kept", f"kept | (excluded & {mask} & ~1)", out)
            _record(connection, number, "excluded", f"excluded & ~{mask}", out)
            connection.execute(
                "INSERT INTO changes SELECT ?, 'reason', pair, detail, NULL FROM flags "
                f"WHERE check_id = 0 AND {mask} & 1 AND pair IN (SELECT id FROM chosen)",
                [number],
            )
            return _counted(connection, number)

    def apply_check(self, *keys: str, title: str = "") -> int:
        """Keep out what checks flagged and no person restored; returns how many rows more.

        Rows that a new scan no longer flags come back into use.
        """
        ids = [self._check_id(key) for key in keys]
        with self._operation(title or f"Apply {', '.join(keys)}") as (connection, number):
            mask = sum(1 << id for id in set(ids))
            connection.execute("CREATE TEMP TABLE found (id INTEGER PRIMARY KEY, mask INTEGER)")
            connection.executemany(
                "INSERT INTO found SELECT pair, ? FROM flags WHERE check_id = ? "
                "ON CONFLICT DO UPDATE SET mask = mask | excluded.mask",
                [(1 << id, id) for id in set(ids)],
            )
            connection.execute(
                "INSERT INTO found SELECT id, 0 FROM pairs INDEXED BY pairs_excluded "
                f"WHERE excluded & {mask} AND excluded <> 0 ON CONFLICT DO NOTHING"
            )
            value = f"p.excluded & ~{mask} | (f.mask & ~p.kept)"
            connection.execute(
                f"INSERT INTO changes SELECT ?, 'excluded', p.id, p.excluded, {value} "
                f"FROM found f JOIN pairs p ON p.id = f.id WHERE p.excluded <> ({value})",
                [number],
            )
            connection.execute("DROP TABLE found")
            _record_applied(connection, number, ids, 1)
            return _counted(connection, number, "after <> 0 AND before = 0")

    def undo_check(self, *keys: str, title: str = "") -> int:
        """Take back what checks keep out; returns how many rows they no longer keep out."""
        mask = sum({1 << self._check_id(key) for key in keys})
        with self._operation(title or f"Take back {', '.join(keys)}") as (connection, number):
            connection.execute(
                f"INSERT INTO changes SELECT ?, 'excluded', id, excluded, excluded & ~{mask} "
                f"FROM pairs INDEXED BY pairs_excluded WHERE excluded <> 0 AND excluded & {mask}",
                [number],
            )
            if mask & 1:
                connection.execute(
                    "INSERT INTO changes SELECT ?, 'reason', pair, detail, NULL FROM flags "
                    "WHERE check_id = 0",
                    [number],
                )
            _record_applied(
                connection, number, [id for key in keys if (id := self._check_id(key))], 0
            )
            return _counted(connection, number)

    def set_splits(
        self,
        rows: Iterable[tuple[int, str]],
        policy: Mapping[str, Any] | None = None,
        title: str = "Change the split",
    ) -> int:
        """Move rows, given as (id, split), and note the policy for rows to come (None: as it is).

        Returns how many rows moved.
        """
        with self._operation(title) as (connection, number):
            connection.executemany(
                "INSERT INTO changes SELECT ?, 'split', id, split, ? FROM pairs "
                "WHERE id = ? AND split <> ?",
                ((number, at, id, at) for id, at in _positions(rows)),
            )
            if policy is not None:
                connection.execute(
                    "INSERT INTO changes SELECT ?, 'policy', 0, value, ? FROM meta "
                    "WHERE key = 'split' AND value <> ?",
                    [number, *[json.dumps(policy, sort_keys=True)] * 2],
                )
            return _counted(connection, number, field="split")

    def write_flags(
        self,
        key: str,
        rows: Iterable[tuple[int, str]],
        settings: Mapping[str, Any],
        verdict: Mapping[str, Any],
    ) -> int:
        """Replace what a check flagged by ``rows`` of (id, reason); returns how many they are.

        No row is excluded before :meth:`apply_check`.
        """
        return self.write_scan([(key, rows, settings, verdict)])

    def write_scan(
        self,
        found: Iterable[
            tuple[str, Iterable[tuple[int, str]], Mapping[str, Any], Mapping[str, Any]]
        ],
    ) -> int:
        """:meth:`write_flags` for several checks, in one transaction."""
        now = journal.now()
        written = 0
        with explain_database_errors(self.path), database.transaction(self._connection):
            for key, rows, settings, verdict in found:
                if key == HAND:
                    raise UserError("no scan can write a person's decisions")
                self._connection.execute("INSERT OR IGNORE INTO checks (key) VALUES (?)", [key])
                self._connection.execute(
                    "UPDATE checks SET scanned = ?, settings = ?, verdict = ? WHERE key = ?",
                    [now, json.dumps(settings), json.dumps(verdict), key],
                )
                id = self._check_id(key)
                self._connection.execute("DELETE FROM flags WHERE check_id = ?", [id])
                count = self._connection.executemany(
                    "INSERT OR REPLACE INTO flags VALUES (?, ?, ?)",
                    ((id, pair, detail) for pair, detail in rows),
                ).rowcount
                written += max(count, 0)
            journal.touch(self._connection)
        return written

    def undo(self) -> str:
        """Take back the last operation; its title, empty where there is none."""
        with explain_database_errors(self.path):
            return journal.undo(self._connection)

    def redo(self) -> str:
        """Make the last operation again that was taken back; its title, or empty."""
        with explain_database_errors(self.path):
            return journal.redo(self._connection)

    @property
    def undo_title(self) -> str:
        """What :meth:`undo` would take back; empty where there is nothing."""
        with explain_database_errors(self.path):
            return journal.titles(self._connection)[0]

    @property
    def redo_title(self) -> str:
        """What :meth:`redo` would make again; empty where there is nothing."""
        with explain_database_errors(self.path):
            return journal.titles(self._connection)[1]

    @contextmanager
    def _operation(
        self, title: str, rows: Rows | None = None
    ) -> Iterator[tuple[sqlite3.Connection, int]]:
        """An operation of the journal; ``rows`` are found as the table ``chosen`` in it."""
        connection = self._connection
        with explain_database_errors(self.path), journal.operation(connection, title) as number:
            if rows is None:
                yield connection, number
                return
            connection.execute("CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY)")
            ids = self.ids(rows) if isinstance(rows, View) else rows
            connection.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", ((id,) for id in ids))
            yield connection, number
            connection.execute("DROP TABLE chosen")
            count = _counted(connection, number)
            words = title.format(n=f"{count:,}").replace(" 1 rows", " 1 row")
            connection.execute("UPDATE operations SET title = ? WHERE id = ?", [words, number])

    def _check_id(self, key: str) -> int:
        ids = self._check_ids()
        if key not in ids:
            raise UserError(f"the check '{key}' was never run on this corpus", fix="Run it first")
        return ids[key]


def _positions(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    places = {split: at for at, split in enumerate(SPLITS)}
    for id, split in rows:
        yield id, places[split]


def _record(
    connection: sqlite3.Connection, number: int, field: str, value: str, condition: str
) -> None:
    """Record that ``field`` becomes the SQL ``value`` in the chosen rows where that differs."""
    connection.execute(
        f"INSERT INTO changes SELECT ?, ?, id, {field}, {value} FROM pairs "
        f"WHERE id IN (SELECT id FROM chosen) AND {condition} AND {field} <> ({value})",
        [number, field],
    )


def _record_applied(
    connection: sqlite3.Connection, number: int, ids: Iterable[int], applied: int
) -> None:
    connection.executemany(
        "INSERT INTO changes SELECT ?, 'applied', id, applied, ? FROM checks "
        "WHERE id = ? AND applied <> ?",
        [(number, applied, id, applied) for id in set(ids)],
    )


def _counted(
    connection: sqlite3.Connection, number: int, condition: str = "1", field: str = "excluded"
) -> int:
    row = connection.execute(
        f"SELECT count(*) FROM changes WHERE operation = ? AND field = ? AND {condition}",
        [number, field],
    ).fetchone()
    return int(row[0])
