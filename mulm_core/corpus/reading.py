"""The rows of a corpus as people look at them: views, counted, paged and streamed."""

from __future__ import annotations

import json
from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from mulm_core.corpus import search
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.opened import Opened, State, remember
from mulm_core.corpus.types import ALL, SPLITS, Pair, View
from mulm_core.errors import UserError

_BATCH = 500  # rows fetched at once while a view is streamed
_FILTERED = 64  # rows of a search that are filtered at once
_REMEMBERED = 8  # searches whose rows are known, four bytes a row each
_SEARCHED = 2  # corpora whose signatures are in memory
_COLUMNS = "p.id, p.source, p.target, p.split, f.name, p.unit, p.excluded, p.kept"

# Of searches that were counted; a table asks for many pages of one search, in any order.
_found: OrderedDict[tuple[State, View], Sequence[int]] = OrderedDict()
_signatures: OrderedDict[State, search.Signatures] = OrderedDict()


class Reading(Opened):
    """Counts, pages and streams the rows of a :class:`View`, always in the order of their ids."""

    def count(self, view: View = ALL) -> int:
        """How many rows the view has.

        Counting a search that most rows match takes a second for a million rows; it is remembered
        until the content changes, and so are the places of its rows for :meth:`page`.
        """
        if view == ALL:
            return self._rows()
        if view.query:
            return len(self._remember(view))
        _, chosen, values = self._chosen(view)
        return int(self._fetch(f"SELECT count(*) {chosen}", values)[0][0])

    def prepare_search(self) -> None:
        """Read what the first search would wait for; the next ones find it in memory."""
        self._all_signatures()

    def page(self, offset: int, limit: int, view: View = ALL) -> list[Pair]:
        """Rows ``offset`` to ``offset + limit`` of the view."""
        if view == ALL:  # ids have no gaps
            chosen: Sequence[int] = range(offset + 1, min(offset + limit, self._rows()) + 1)
        elif view.query:
            known = _found.get((self._state(), view))
            end = offset + limit
            chosen = known[offset:end] if known else list(islice(self.ids(view), offset, end))
        else:
            id, rows, values = self._chosen(view)
            sql = f"SELECT {id} {rows} ORDER BY {id} LIMIT ? OFFSET ?"
            chosen = [row[0] for row in self._fetch(sql, [*values, limit, offset])]
        return self._pairs(chosen)

    def ids(self, view: View = ALL) -> Iterator[int]:
        """The ids of the view's rows, the first ones at once."""
        if not view.query:
            id, rows, values = self._chosen(view)
            with explain_database_errors(self.path):
                for (found,) in self._connection.execute(
                    f"SELECT {id} {rows} ORDER BY {id}", values
                ):
                    yield found
            return
        with explain_database_errors(self.path):
            waiting: list[int] = []
            for found in search.hits(
                self._connection, search.fold(view.query), self._all_signatures()
            ):
                waiting += found
                if len(waiting) >= _FILTERED:
                    yield from self._allowed(view, waiting)
                    waiting = []
            yield from self._allowed(view, waiting)

    def rows(self, view: View = ALL) -> Iterator[tuple[int, str, str, str, str]]:
        """The view's rows as (id, source, target, split, file), in constant memory."""
        names = {origin.id: origin.name for origin in self.origins()}
        columns = "p.id, p.source, p.target, p.split, p.file"
        if view.query:
            ids = self.ids(view)
            batches = iter(lambda: list(islice(ids, _BATCH)), [])
            found: Iterator[Any] = (
                row
                for batch in batches
                for row in self._fetch(
                    f"SELECT {columns} FROM pairs p WHERE p.id IN ({_LISTED}) ORDER BY p.id",
                    [json.dumps(batch)],
                )
            )
        else:
            id, rows, values = self._chosen(view, whole=True)
            found = self._connection.execute(f"SELECT {columns} {rows} ORDER BY {id}", values)
        with explain_database_errors(self.path):
            for id, source, target, split, file in found:
                yield id, source, target, SPLITS[split], names[file]

    def _all_signatures(self) -> search.Signatures:
        state = self._state("blocks")  # most changes of a corpus leave its texts alone
        if state not in _signatures:
            remember(_signatures, state, search.Signatures(self._connection), _SEARCHED)
        return _signatures[state]

    def _remember(self, view: View) -> Sequence[int]:
        key = (self._state(), view)
        found = _found.get(key)
        if found is None:
            found = array("I", self.ids(view))
            remember(_found, key, found, _REMEMBERED)
        return found

    def _allowed(self, view: View, ids: list[int]) -> list[int]:
        """Those of the sorted ``ids`` that pass the filters."""
        if not ids or view == View(query=view.query):
            return ids
        id, rows, values = self._chosen(view)
        sql = f"SELECT {id} {rows} AND {id} IN ({_LISTED}) ORDER BY {id}"
        return [row[0] for row in self._fetch(sql, [*values, json.dumps(ids)])]

    def _chosen(self, view: View, *, whole: bool = False) -> tuple[str, str, list[object]]:
        """The id's column and ``FROM … WHERE …`` of the view's filters, with their values.

        The ``whole`` rows are read where they lie, not in the index that holds only the filters.
        """
        id, tables = "p.id", f"pairs p {'NOT INDEXED' if whole else 'INDEXED BY pairs_narrow'}"
        parts, values = ["1"], list[object]()
        if view.check == "excluded":
            tables, parts = "pairs p INDEXED BY pairs_excluded", ["p.excluded <> 0"]
        elif view.check == "used":
            parts = ["p.excluded = 0"]
        elif view.check:
            id, parts = "g.pair", ["g.check_id = ?"]
            values = [self._check_ids().get(view.check, -1)]
            tables = f"flags g CROSS JOIN {tables} ON p.id = g.pair"
            if not (view.split or view.file or whole):
                tables = "flags g"
        if view.split:
            if view.split not in SPLITS:
                raise UserError(f"'{view.split}' is no split", fix=f"Known: {', '.join(SPLITS)}")
            parts.append("p.split = ?")
            values.append(SPLITS.index(view.split))
        if view.file:
            parts.append("p.file IN (SELECT id FROM files WHERE name = ?)")
            values.append(view.file)
        return id, f"FROM {tables} WHERE {' AND '.join(parts)}", values

    def _pairs(self, ids: Sequence[int]) -> list[Pair]:
        listed = json.dumps(list(ids))
        keys = {id: key for key, id in self._check_ids().items()}
        flags: dict[int, list[tuple[str, str]]] = {}
        for pair, check, detail in self._fetch(
            "SELECT pair, check_id, detail FROM flags WHERE check_id IN (SELECT id FROM checks) "
            f"AND pair IN ({_LISTED}) ORDER BY check_id",
            [listed],
        ):
            flags.setdefault(pair, []).append((keys[check], detail))
        rows = self._fetch(
            f"SELECT {_COLUMNS} FROM pairs p JOIN files f ON f.id = p.file "
            f"WHERE p.id IN ({_LISTED}) ORDER BY p.id",
            [listed],
        )
        return [
            Pair(
                id=id,
                source=source,
                target=target,
                split=SPLITS[split],
                file=file,
                unit=unit,
                excluded=_keys(excluded, keys),
                flagged=tuple(key for key, _ in flags.get(id, ())),
                reasons=tuple(detail for _, detail in flags.get(id, ())),
                kept=_keys(kept, keys),
            )
            for id, source, target, split, file, unit, excluded, kept in rows
        ]


_LISTED = "SELECT value FROM json_each(?)"


def _keys(mask: int, keys: dict[int, str]) -> tuple[str, ...]:
    return tuple(key for id, key in keys.items() if mask >> id & 1)
