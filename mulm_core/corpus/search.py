"""Search in any script and any case: folded text in blocks, each with a signature of its bytes.

A block holds some dozens of rows, folded and joined, and a bit for every byte and for (the hash
of) every run of two to four bytes in them. A query looks only into the blocks whose signature has
all bits of its own runs: a word of two Chinese characters is found as quickly as a Latin one, which
an index of trigrams cannot do, and such a block costs a tenth of the time to make.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

BLOCK = 32  # rows; fewer make sharper signatures, more make fewer blocks
_HASHED = 14  # bits of a hash; a quarter of all hashes come up in a full block of sentences
_SPARE = 16 - _HASHED
_SINGLE = 1 << _HASHED  # from here on a bit for each single byte
_BITS = _SINGLE + 256
# A run's hash is the sum of its bytes times these odd numbers. Runs of two and three bytes, which
# are all that short queries have, have two hashes; few share both with frequent runs.
_FACTORS = ((40503, 60493, 30011, 52711), (25717, 14947, 56149))
_AT_ONCE = 32  # blocks fetched at once at first: what is found there shows soon
_MOST_AT_ONCE = 128
_READ_AT_ONCE = 512  # signatures, a megabyte
_INDEXED_AT_ONCE = 32 * BLOCK
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


def blocks(first: int, rows: Sequence[tuple[str, str]]) -> list[Block]:
    """The blocks of rows of source and target; ``first`` is the id of the first row."""
    if not rows:
        return []
    joined = _END.join(map(_BETWEEN.join, rows))
    if joined.count(_END) >= len(rows) or joined.count(_BETWEEN) > len(rows):
        sides = ((_without_marks(row[0]), _without_marks(row[1])) for row in rows)
        joined = _END.join([f"{source}{_BETWEEN}{target}" for source, target in sides])
    folded = joined.casefold().encode("utf-8", "replace")
    return [
        (first + at, min(BLOCK, len(rows) - at), signature, part)
        for at, (signature, part) in zip(range(0, len(rows), BLOCK), _signed(folded), strict=True)
    ]


def add(connection: sqlite3.Connection, blocks: Iterable[Block]) -> None:
    """Store blocks inside the caller's transaction, in place of those that began with their ids.

    The meta value ``blocks`` counts how often: what caches of signatures ask for.
    """
    connection.executemany("INSERT OR REPLACE INTO blocks VALUES (?, ?, ?, ?)", blocks)
    connection.execute(
        "INSERT INTO meta VALUES ('blocks', 1) ON CONFLICT DO UPDATE SET value = value + 1"
    )


def add_missing(connection: sqlite3.Connection) -> None:
    """Index the rows behind the last block; where that has room, it takes some of them in."""
    row = connection.execute("SELECT first, size FROM blocks ORDER BY first DESC LIMIT 1")
    first, size = row.fetchone() or (1, 0)
    if size >= BLOCK:
        first += size
    rows = connection.execute("SELECT source, target FROM pairs WHERE id >= ? ORDER BY id", [first])
    while batch := rows.fetchmany(_INDEXED_AT_ONCE):
        add(connection, blocks(first, batch))
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
        add(connection, blocks(first, rows.fetchall()))


class Signatures:
    """The signatures of all blocks in memory: 66 MB for a million rows, read in 80 ms.

    A query asks them in two, where reading them costs more than all else.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        import numpy as np

        rows = connection.execute("SELECT first, signature FROM blocks ORDER BY first")
        firsts, joined = array("q"), bytearray()
        while some := rows.fetchmany(_READ_AT_ONCE):
            firsts.extend(first for first, _ in some)
            joined += b"".join(signature for _, signature in some)
        self._firsts = np.frombuffer(firsts, np.int64)
        self._bytes = np.frombuffer(joined, np.uint8).reshape(len(firsts), _BITS // 8)

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


def _signed(folded: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The blocks that joined rows fall into, each behind its signature: the :func:`_bits` of it."""
    import numpy as np

    letters = np.frombuffer(folded, np.uint8)
    # The places of all bits in a signature: of the bytes, then of the runs that begin with them.
    places = np.zeros((1 + sum(len(factors) - 1 for factors in _FACTORS), len(letters)), np.uint16)
    places[0] = letters
    row = 0
    for factors in _FACTORS:
        hashes = places[0] * np.uint16(factors[0])
        for at, factor in enumerate(factors[1:], 1):
            row += 1
            hashes = hashes[:-1] + places[0, at:] * np.uint16(factor)
            np.right_shift(hashes, _SPARE, out=places[row, : len(hashes)])
    places[0] += _SINGLE
    ends = np.flatnonzero(letters == _ROW_END[0])[BLOCK - 1 :: BLOCK].tolist()
    for start, stop in zip([0, *(end + 1 for end in ends)], [*ends, len(folded)], strict=True):
        bits = np.zeros(_BITS, np.bool_)
        # numpy sets places of its own index type twice as fast.
        bits[places[:, start:stop].astype(np.intp)] = True
        yield np.packbits(bits).tobytes(), folded[start:stop]


def _bits(text: bytes) -> set[int]:
    """The bit of every byte and the bits of every run in ``text``."""
    bits = {_SINGLE + letter for letter in text}
    for factors in _FACTORS:
        for at in range(len(text)):
            hash = text[at] * factors[0]
            for letter, factor in zip(text[at + 1 :], factors[1:], strict=False):
                hash += letter * factor
                bits.add((hash & 0xFFFF) >> _SPARE)
    return bits
