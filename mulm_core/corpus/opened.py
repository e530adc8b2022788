"""An open corpus file: what it says of itself, and the version that its content has."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mulm_core.corpus import database
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.types import SPLITS, CheckState, CorpusInfo, Origin, Problem

State = tuple[Path | str, ...]
_REMEMBERED = 100  # corpora whose counts are known

_counted: OrderedDict[State, dict[str, int]] = OrderedDict()


def remember(cache: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    """Add to a cache, and forget the oldest of more than ``most`` entries."""
    cache[key] = value
    while len(cache) > most:
        cache.popitem(last=False)


class Opened:
    """One open corpus; each thread opens its own.

    Every method raises :class:`MulmError` where the file is damaged or the disk fails.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = database.connect(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """The corpus in the file ``path``; one of an earlier version is brought to today's."""
        return cls(path)

    def close(self) -> None:
        """Close; the last one to close leaves a single file that can be copied."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def version(self) -> int:
        """A number that grows with every change of the content: what caches ask for."""
        return int(self._fetch("SELECT value FROM meta WHERE key = 'version'")[0][0])

    @property
    def split_policy(self) -> dict[str, Any]:
        """How rows get their split, as :mod:`mulm_core.corpus.split` wrote it."""
        return json.loads(self._fetch("SELECT value FROM meta WHERE key = 'split'")[0][0])

    def info(self) -> CorpusInfo:
        """Name, languages, counts and files."""
        meta = self._meta()
        names = self._fetch("SELECT DISTINCT name FROM files WHERE pairs > 0 ORDER BY id")
        return CorpusInfo(
            name=meta["name"],
            source=meta["source"],
            target=meta["target"],
            pairs=self._rows(),
            splits=dict(self._splits()),
            files=tuple(row[0] for row in names),
            created=meta["created"],
            path=self.path,
        )

    def origins(self) -> tuple[Origin, ...]:
        """Everything that was imported, in order."""
        rows = self._fetch(
            "SELECT id, name, format, encoding, imported, digest, pairs, skipped, codes "
            "FROM files ORDER BY id"
        )
        return tuple(Origin(*row) for row in rows)

    def problems(self) -> tuple[Problem, ...]:
        """The units that imports left out, file by file; of each file the first thousand."""
        rows = self._fetch(
            "SELECT f.name, p.place, p.what FROM problems p JOIN files f ON f.id = p.file "
            "ORDER BY p.rowid"
        )
        return tuple(Problem(*row) for row in rows)

    def checks(self) -> tuple[CheckState, ...]:
        """The checks that were ever scanned or applied here, and the hand if it excluded rows."""
        flagged = dict(self._fetch("SELECT check_id, count(*) FROM flags GROUP BY check_id"))
        masks = self._fetch(
            "SELECT excluded, count(*) FROM pairs INDEXED BY pairs_excluded "
            "WHERE excluded <> 0 GROUP BY excluded"
        )
        rows = self._fetch(
            "SELECT id, key, scanned, settings, verdict, applied FROM checks ORDER BY id"
        )
        return tuple(
            CheckState(
                key=key,
                scanned=scanned,
                settings=json.loads(settings),
                verdict=json.loads(verdict),
                applied=bool(applied),
                flagged=flagged.get(id, 0),
                excluded=sum(number for mask, number in masks if mask >> id & 1),
            )
            for id, key, scanned, settings, verdict, applied in rows
            if id or 0 in flagged
        )

    def lengths(self, first: int, last: int) -> dict[tuple[int, int], int]:
        """How many rows in use from id ``first`` to ``last`` have which lengths in characters."""
        rows = self._fetch(
            "SELECT length(source), length(target), count(*) FROM pairs "
            "WHERE id BETWEEN ? AND ? AND excluded = 0 GROUP BY 1, 2",
            [first, last],
        )
        return {(source, target): count for source, target, count in rows}

    def files_in_use(self) -> dict[str, int]:
        """The rows in use by the name of their file."""
        rows = self._fetch(
            "SELECT f.name, sum(number) FROM files f JOIN (SELECT file, count(*) AS number "
            "FROM pairs INDEXED BY pairs_narrow WHERE excluded = 0 GROUP BY file) "
            "ON file = f.id GROUP BY f.name ORDER BY min(f.id)"
        )
        return dict(rows)

    def remembered(self, key: str) -> dict[str, Any]:
        """What :meth:`remember` wrote, or nothing."""
        rows = self._fetch("SELECT value FROM meta WHERE key = ?", [key])
        return json.loads(rows[0][0]) if rows else {}

    def remember(self, key: str, value: dict[str, Any]) -> None:
        """Keep something with the corpus that can be computed again; its content is the same."""
        self._fetch("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, json.dumps(value)])

    def _splits(self) -> dict[str, int]:
        """The rows in use by split; counted once for each state of a corpus."""
        state = self._state()
        found = _counted.get(state)
        if found is None:
            found = dict.fromkeys(SPLITS, 0)
            for split, number in self._fetch(
                "SELECT split, count(*) FROM pairs INDEXED BY pairs_narrow WHERE excluded = 0 "
                "GROUP BY split"
            ):
                found[SPLITS[split]] = number
            remember(_counted, state, found, _REMEMBERED)
        return found

    def _state(self, counter: str = "version") -> State:
        """What caches outside the file go by: another corpus or a change gives another state.

        ``counter`` is the key of a number that grows with the changes in question.
        """
        rows = self._fetch(
            "SELECT value FROM meta WHERE key IN ('identity', ?) ORDER BY key", [counter]
        )
        return self.path, *(row[0] for row in rows)

    def _rows(self) -> int:
        return int(self._fetch("SELECT coalesce(max(id), 0) FROM pairs")[0][0])

    def _meta(self) -> dict[str, str]:
        # The policy of a given test set may hold a hundred thousand pairs.
        return dict(self._fetch("SELECT key, value FROM meta WHERE key <> 'split'"))

    def _check_ids(self) -> dict[str, int]:
        return dict(self._fetch("SELECT key, id FROM checks ORDER BY id"))

    def _fetch(self, query: str, values: Any = ()) -> list[Any]:
        with explain_database_errors(self.path):
            return self._connection.execute(query, values).fetchall()
