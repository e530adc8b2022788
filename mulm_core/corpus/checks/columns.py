"""What is remembered of every row while a corpus is scanned: numbers, in constant space a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mulm_core.corpus.checks import sketches
from mulm_core.corpus.checks.base import Row
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.split import split_keys
from mulm_core.corpus.types import SPLITS

if TYPE_CHECKING:
    import numpy as np

_DTYPES = {
    "pair": "u8",  # the pair as it is written
    "source": "u8",  # the side but for case and spacing
    "target": "u8",
    "source_bytes": "u4",
    "target_bytes": "u4",
    "source_bands": f"({sketches.BANDS},)u4",
    "target_bands": f"({sketches.BANDS},)u4",
    "split": "u1",
}


def measure(rows: Sequence[Row], names: Iterable[str]) -> dict[str, np.ndarray]:
    """The named columns of some rows."""
    import numpy as np

    wanted = set(names)
    found: dict[str, np.ndarray] = {}
    if "pair" in wanted:
        pairs = (f"{' '.join(r.source.split())}\0{' '.join(r.target.split())}" for r in rows)
        found["pair"] = _hashes(pairs, len(rows))
    for side in ("source", "target"):
        if not wanted & {side, f"{side}_bands", f"{side}_bytes"}:
            continue
        texts = [getattr(row, side) for row in rows]
        if f"{side}_bytes" in wanted:
            sizes = [len(text) if text.isascii() else len(_bytes(text)) for text in texts]
            found[f"{side}_bytes"] = np.array(sizes, "u4")
        keys = split_keys(texts)
        if side in wanted:
            found[side] = _hashes(keys, len(rows))
        if f"{side}_bands" in wanted:
            found[f"{side}_bands"] = sketches.sketch(keys)
    if "split" in wanted:
        found["split"] = np.array([SPLITS.index(row.split) for row in rows], "u1")
    return found


def _hashes(texts: Iterable[str], count: int) -> np.ndarray:
    """Eight bytes of each text; two of a million texts are mistaken for one in 1 of 10^7 cases."""
    import numpy as np

    digests = b"".join(hashlib.blake2b(_bytes(text), digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, "<u8", count=count)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass
class Columns:
    """The columns of all rows; row ``i`` has the id ``i + 1``.

    ``excluded`` holds the bits of the checks that keep a row out; ``suspect`` marks the rows that
    this scan flagged so far: of several copies one without other trouble should stay. ``outside``
    are rows behind those of the corpus.
    """

    reader: Reader
    excluded: np.ndarray
    suspect: np.ndarray
    data: dict[str, np.ndarray]
    check: Callable[[], None]
    outside: Sequence[Row] = ()

    def __getitem__(self, name: str) -> np.ndarray:
        return self.data[name]

    def usable(self, key: str) -> np.ndarray:
        """The places of the rows that nothing but the check ``key`` keeps out, as int64."""
        import numpy as np

        return np.flatnonzero((self.excluded & ~self.reader.bit(key)) == 0)

    def followed_by(self, outside: Sequence[Row]) -> Columns:
        """The same columns with those of other rows behind them."""
        import numpy as np

        if not outside:
            return self
        more = measure(outside, self.data)
        data = {name: np.concatenate([values, more[name]]) for name, values in self.data.items()}
        return replace(self, data=data, outside=outside)

    def rows(self, places: Sequence[int]) -> list[Row]:
        """The rows at these places."""
        count = self.reader.count
        inside = self.reader.rows([place + 1 for place in places if place < count])
        return inside + [self.outside[place - count] for place in places if place >= count]


def empty_columns(reader: Reader, names: Iterable[str], check: Callable[[], None]) -> Columns:
    """Columns to be filled while the rows pass by."""
    import numpy as np

    excluded = np.zeros(reader.count, np.int64)
    rows = reader.excluded()
    if rows:
        places = np.array([id for id, _ in rows]) - 1
        excluded[places] = [mask for _, mask in rows]
    data = {name: np.zeros(reader.count, _DTYPES[name]) for name in names}
    return Columns(reader, excluded, np.zeros(reader.count, bool), data, check)
