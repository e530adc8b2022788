"""The rows of a corpus as checks read them: one snapshot, streamed in order or fetched by id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mulm_core.corpus.checks.base import Row
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.opened import Opened
from mulm_core.corpus.types import SPLITS

_COLUMNS = "SELECT id, source, target, split FROM pairs"


class Reader(Opened):
    """Sees the corpus as it was when it was opened, whatever others write meanwhile.

    ``count`` is the number of rows; their ids run from 1 to it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._fetch("BEGIN")
        self.count = self._rows()

    def batches(self, size: int) -> Iterator[list[Row]]:
        """All rows in the order of their ids, ``size`` at a time."""
        with explain_database_errors(self.path):
            cursor = self._connection.execute(f"{_COLUMNS} ORDER BY id")
            while rows := cursor.fetchmany(size):
                yield [Row(id, left, right, SPLITS[split]) for id, left, right, split in rows]

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """The rows with these ids, in the order of the ids."""
        rows = self._fetch(
            f"{_COLUMNS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            [json.dumps(list(ids))],
        )
        return [Row(id, left, right, SPLITS[split]) for id, left, right, split in rows]

    def given(self) -> list[Row]:
        """The pairs of a given test set, numbered on from the rows of the corpus."""
        texts = self.split_policy.get("texts", ())
        first = self.count + 1
        return [Row(id, left, right, "test") for id, (left, right) in enumerate(texts, first)]

    def sample(self, size: int) -> tuple[Row, ...]:
        """At most ``size`` rows, evenly spread: the same ones every time."""
        most = min(size, self.count)
        return tuple(self.rows([1 + at * self.count // most for at in range(most)]))

    def excluded(self) -> list[tuple[int, int]]:
        """The rows that are not in use, with the bits of the checks that keep them out."""
        return self._fetch(
            "SELECT id, excluded FROM pairs INDEXED BY pairs_excluded WHERE excluded <> 0"
        )

    def bit(self, key: str) -> int:
        """The bit of a check in what :meth:`excluded` tells; 0 for one that was never scanned."""
        rows = self._fetch("SELECT id FROM checks WHERE key = ?", [key])
        return 1 << int(rows[0][0]) if rows else 0

    def usable(self, key: str) -> int:
        """How many rows nothing but this check keeps out."""
        out = self._one(
            "SELECT count(*) FROM pairs INDEXED BY pairs_excluded "
            f"WHERE excluded <> 0 AND excluded & {~self.bit(key)} <> 0"
        )
        return self.count - int(out)

    def removed(self, key: str) -> int:
        """How many of them this check would keep out: flagged, and not restored by a person."""
        bit = self.bit(key)
        return int(
            self._one(
                "SELECT count(*) FROM flags g CROSS JOIN pairs p ON p.id = g.pair WHERE "
                f"g.check_id = (SELECT id FROM checks WHERE key = '{key}') "
                f"AND p.excluded & {~bit} = 0 AND p.kept & {bit} = 0"
            )
        )

    def details(self, key: str, ids: Sequence[int]) -> dict[int, str]:
        """What the check found in these rows; without those that it did not flag."""
        rows = self._fetch(
            "SELECT pair, detail FROM flags WHERE "
            "check_id = (SELECT id FROM checks WHERE key = ?) "
            "AND pair IN (SELECT value FROM json_each(?)) ORDER BY pair",
            [key, json.dumps(list(ids))],
        )
        return dict(rows)

    def state(self) -> dict[str, int]:
        """What :meth:`is_fresh` compares later."""
        rows = self._fetch("SELECT seq FROM sqlite_sequence WHERE name = 'operations'")
        last = int(rows[0][0]) if rows else 0
        return {"rows": self.count, "text": self._last_text(), "last": last}

    def is_fresh(self, state: Mapping[str, int]) -> bool:
        """Whether rows, texts and splits are what they were: nothing imported, edited or undone.

        Rows that go out of use and come back change nothing that a check looks at.
        """
        first = self._one("SELECT min(id) FROM operations")
        # Operations that fell off the journal may have been edits.
        lost = first is not None and int(first) > state.get("last", 0) + 1
        same = (state.get("rows"), state.get("text")) == (self.count, self._last_text())
        return same and not lost

    def _last_text(self) -> int:
        last = self._one(
            "SELECT max(id) FROM operations o WHERE undone = 0 AND EXISTS (SELECT 1 "
            "FROM changes c WHERE c.operation = o.id AND c.field IN ('source', 'target', "
            "'split', 'policy'))"
        )
        return int(last or 0)

    def verdict(self, key: str) -> dict[str, Any]:
        """What the check's last scan noted; empty where there was none."""
        return self._noted(key, "verdict")

    def settings(self, key: str) -> dict[str, Any]:
        """The settings of the check's last scan; empty where there was none."""
        return self._noted(key, "settings")

    def _noted(self, key: str, column: str) -> dict[str, Any]:
        rows = self._fetch(f"SELECT {column} FROM checks WHERE key = ?", [key])
        return dict(json.loads(rows[0][0])) if rows else {}

    def _one(self, query: str) -> Any:
        return self._fetch(query)[0][0]
