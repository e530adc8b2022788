"""Search in any script and any case: folded text in blocks, each with a signature of its bytes.

A block holds some dozens of rows, folded and joined, and a bit for every byte and for (the hash
of) every run of two or three bytes in them. A query looks only into the blocks whose signature has
all bits of its own runs: a word of two Chinese characters is found as quickly as a Latin one, which
an index of trigrams cannot do, and such a block costs a tenth of the time to make.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

BLOCK = 64  # rows; fewer make sharper signatures, more make fewer blocks
_HASHED = 14  # bits of a hash; a quarter of all hashes come up in a full block of sentences
_SINGLE = 1 << _HASHED  # from here on a bit for each single byte
_BITS = _SINGLE + 256
_FACTOR = 2654435761  # Knuth's multiplicative hash spreads neighbours over the high bits
_RUNS = (2, 3)  # bytes
_AT_ONCE = 16  # blocks fetched at once at first: what is found there shows soon
_MOST_AT_ONCE = 64
_BETWEEN, _END = "\x1f", "\x1e"  # the sides of a row, two rows
_ROW_END = _END.encode()

SCHEMA = """
CREATE TABLE blocks (first INTEGER PRIMARY KEY, size INTEGER NOT NULL, signature BLOB NOT NULL,
                     folded BLOB NOT NULL);
"""

Block = tuple[int, int, bytes, bytes]  # a row of the table


def fold(text: str) -> bytes:
    """What is compared: composed, without case, as UTF-8."""
    composed = _without_marks(unicodedata.normalize("NFC", text))
    return composed.casefold().encode("utf-8", "replace")


def block(first: int, rows: Sequence[tuple[str, str]]) -> Block:
    """The block of rows of source and target; ``first`` is the id of the first."""
    joined = _END.join(map(_BETWEEN.join, rows))
    if joined.count(_END) >= len(rows) or joined.count(_BETWEEN) > len(rows):
        sides = ((_without_marks(row[0]), _without_marks(row[1])) for row in rows)
        joined = _END.join([f"{source}{_BETWEEN}{target}" for source, target in sides])
    folded = joined.casefold().encode("utf-8", "replace")
    return first, len(rows), _signature(folded), folded


def add(connection: sqlite3.Connection, blocks: Iterable[Block]) -> None:
    """Store blocks inside the caller's transaction, in place of those that began with their ids."""
    connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?)", blocks)


def add_missing(connection: sqlite3.Connection) -> None:
    """Index the rows behind the last block; where that has room, it takes some of them in."""
    row = connection.execute("SELECT first, size FROM blocks ORDER BY first DESC LIMIT 1")
    first, size = row.fetchone() or (1, 0)
    if size >= BLOCK:
        first += size
    rows = connection.execute("SELECT source, target FROM pairs WHERE id >= ? ORDER BY id", [first])
    while batch := rows.fetchmany(BLOCK):
        add(connection, [block(first, batch)])
        first += len(batch)


def refresh(connection: sqlite3.Connection, changed: Iterable[int]) -> None:
    """Index rows again whose text was changed; ``changed`` is sorted."""
    last = 0
    for id in changed:
        if id <= last:
            continue
        first, size = connection.execute(
            "SELECT first, size FROM blocks WHERE first <= ? ORDER BY first DESC LIMIT 1", [id]
        ).fetchone()
        last = first + size - 1
        rows = connection.execute(
            "SELECT source, target FROM pairs WHERE id BETWEEN ? AND ? ORDER BY id", [first, last]
        )
        add(connection, [block(first, rows.fetchall())])


class Signatures:
    """The signatures of all blocks in memory: 33 MB for a million rows, read in 40 ms.

    A query asks them in two, where reading them costs more than all else.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        import numpy as np

        rows = connection.execute("SELECT first, signature FROM blocks ORDER BY first").fetchall()
        self._firsts = np.array([first for first, _ in rows], np.int64)
        joined = b"".join(signature for _, signature in rows)
        self._bytes = np.frombuffer(joined, np.uint8).reshape(len(rows), _BITS // 8)

    def candidates(self, query: bytes) -> list[int]:
        """The blocks, by their first rows, that may hold ``query``."""
        import numpy as np

        left = np.arange(len(self._firsts))
        for bit in _bits(query):
            left = left[self._bytes[left, bit >> 3] & (0x80 >> (bit & 7)) != 0]
        firsts: list[int] = self._firsts[left].tolist()
        return firsts


def hits(
    connection: sqlite3.Connection, query: bytes, signatures: Signatures | None = None
) -> Iterator[list[int]]:
    """The ids of the rows that hold ``query``, folded: a list for each block that has some."""
    candidates = iter((signatures or Signatures(connection)).candidates(query))
    size = _AT_ONCE
    while firsts := list(islice(candidates, size)):
        for first, folded in connection.execute(
            "SELECT first, folded FROM blocks WHERE first IN (SELECT value FROM json_each(?)) "
            "ORDER BY first",
            [json.dumps(firsts)],
        ):
            if query in folded:
                yield list(_rows_with(query, folded, first))
        size = min(2 * size, _MOST_AT_ONCE)


def _rows_with(query: bytes, folded: bytes, first: int) -> Iterator[int]:
    """The ids of a block's rows that hold ``query``; most rows are never looked at alone."""
    at, row = 0, first
    while (place := folded.find(query, at)) >= 0:
        row += folded.count(_ROW_END, at, place)
        yield row
        at = folded.find(_ROW_END, place) + 1
        if not at:
            return
        row += 1


def _without_marks(text: str) -> str:
    return text.replace(_END, " ").replace(_BETWEEN, " ")


def _signature(folded: bytes) -> bytes:
    """The bits of :func:`_bits`, many times as fast."""
    import numpy as np

    letters = np.frombuffer(folded, np.uint8)
    bits = np.zeros(_BITS, np.bool_)
    bits[_SINGLE:] = np.bincount(letters, minlength=256) > 0
    run = letters.astype(np.uint32)
    for length in _RUNS:
        run = (run[:-1] << np.uint32(8)) | letters[length - 1 :]
        # numpy sets places of its own index type twice as fast.
        hashes = (run * np.uint32(_FACTOR)) >> np.uint32(32 - _HASHED)
        bits[hashes.astype(np.intp)] = True
    return np.packbits(bits).tobytes()


def _bits(text: bytes) -> set[int]:
    """The bit of every byte and every run in ``text``."""
    bits = {_SINGLE + letter for letter in text}
    for length in _RUNS:
        for at in range(len(text) - length + 1):
            run = int.from_bytes(text[at : at + length], "big")
            bits.add((run * _FACTOR & 0xFFFFFFFF) >> (32 - _HASHED))
    return bits
