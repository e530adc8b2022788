"""Single pairs that a person writes, such as corrected translations, added to a corpus."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from mulm_core import languages
from mulm_core.corpus import journal, search
from mulm_core.corpus.landing import Landing, landing
from mulm_core.corpus.split import split_key, splitter
from mulm_core.corpus.tags import fold
from mulm_core.corpus.text import storable, tidy
from mulm_core.corpus.types import SPLITS
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

CORRECTIONS = "Corrections"
"""What corrected translations come from, and the corpus for them where there is no better one."""
_FORMAT = "correction"
_TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class AddRequest:
    """A pair from ``source`` to ``target`` for the corpus ``name``, which is made if missing.

    ``unit`` says where it comes from; it is shown beside the pair.
    """

    workspace: Workspace
    name: str
    source: str
    target: str
    source_text: str
    target_text: str
    unit: str = ""


@dataclass(frozen=True)
class AddResult:
    """The new row's ``id`` and ``split``; ``id`` is 0 where the corpus has this pair already.

    ``others`` counts the rows in use that translate the same source in another way.
    """

    corpus: str
    id: int = 0
    split: str = ""
    others: int = 0


def add_pair(ctx: JobContext, request: AddRequest) -> AddResult:
    """The job: add one pair in one transaction, which the corpus' undo takes back.

    It gets its split as any other row. Raises :class:`UserError` for an empty text or name and for
    a corpus of other languages, :class:`EngineError` where the disk fails.
    """
    texts = [storable(tidy(text)) for text in (request.source_text, request.target_text)]
    name = request.name.strip()
    if not all(texts) or not name:
        raise UserError("a pair needs a text on both sides, and a corpus", fix="Write both texts")
    source, target = languages.normalise(request.source), languages.normalise(request.target)
    with landing(request.workspace, name, source, target) as land:
        if fold(land.source) != fold(source):
            texts.reverse()
        same, others = _present(land.connection, *texts)
        if same:
            return AddResult(name, others=others)
        return _added(land, texts, request.unit, others)


def _present(connection: sqlite3.Connection, source: str, target: str) -> tuple[int, int]:
    """How many rows in use are this pair, and how many translate the same source otherwise."""
    ids = [id for found in search.hits(connection, search.fold(source)) for id in found]
    rows = connection.execute(
        "SELECT source, target FROM pairs WHERE excluded = 0 AND id IN "
        "(SELECT value FROM json_each(?))",
        [json.dumps(ids)],
    )
    targets = [row[1] for row in rows if split_key(row[0]) == split_key(source)]
    return targets.count(target), len(targets) - targets.count(target)


def _added(land: Landing, texts: list[str], unit: str, others: int) -> AddResult:
    connection = land.connection
    file = _file(connection)
    policy = connection.execute("SELECT value FROM meta WHERE key = 'split'").fetchone()[0]
    (split,) = splitter(json.loads(policy))([texts[0]], [texts[1]], [CORRECTIONS])
    # Rows are never deleted: undone, this one is there but kept out, as it is at first.
    id = connection.execute(
        "INSERT INTO pairs (source, target, split, unit, file, excluded) VALUES (?, ?, ?, ?, ?, 1)",
        [*texts, SPLITS.index(split), storable(unit), file],
    ).lastrowid
    search.add_missing(connection)
    with journal.entry(connection, "Add a correction") as number:
        connection.executemany(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
            [(number, "excluded", id, 1, 0), (number, "reason", id, _TAKEN_BACK, None)],
        )
    return AddResult(land.name, int(id or 0), split, others)


def _file(connection: sqlite3.Connection) -> int:
    """The file that all corrections are of, with one pair more."""
    row = connection.execute("SELECT id FROM files WHERE format = ?", [_FORMAT]).fetchone()
    if row is None:
        row = connection.execute(
            "INSERT INTO files (name, format, imported) VALUES (?, ?, ?) RETURNING id",
            [CORRECTIONS, _FORMAT, journal.now()],
        ).fetchone()
    connection.execute("UPDATE files SET pairs = pairs + 1 WHERE id = ?", [row[0]])
    return int(row[0])
