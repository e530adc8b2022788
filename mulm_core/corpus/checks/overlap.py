"""Which of some texts, a test set say, are in a corpus' training rows, exactly or almost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.base import Basis, Row
from mulm_core.corpus.checks.columns import measure
from mulm_core.corpus.checks.examine import Examined, Task, examine
from mulm_core.corpus.checks.near import Leakage, LeakageRule, NearSettings
from mulm_core.corpus.checks.reader import Reader
from mulm_core.corpus.checks.sketches import likeness
from mulm_core.corpus.split import split_keys
from mulm_core.corpus.types import SPLITS

if TYPE_CHECKING:
    import numpy as np

_TRAIN = SPLITS.index("train")


@dataclass
class Overlap:
    """Numbers of the texts that are in the training rows in use, of which there are ``rows``."""

    rows: int = 0
    exact: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)


def usual_likeness(pairs: Sequence[tuple[str, str]], source: str, target: str) -> float:
    """How alike texts must be to leak, as the check of leakage would set it for these pairs."""
    sample = tuple(Row(at, left, right, "test") for at, (left, right) in enumerate(pairs))
    rule = Leakage().rule(Basis(source, target, sample), NearSettings())
    assert isinstance(rule, LeakageRule)
    return rule.likeness


def find_overlap(
    path: Path,
    texts: Mapping[str, Sequence[tuple[int, str]]],
    limit: float,
    check: Callable[[], None],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Overlap:
    """Compare ``texts`` (number and text, by the corpus' side they belong to) with a corpus file.

    Texts that share ``limit`` of their letter sequences with a row are near. ``check`` may raise.
    """
    sides = {side: _Side(side, numbered) for side, numbered in texts.items() if numbered}
    columns = ("split", *sides, *(f"{side}_bands" for side in sides))
    found = Overlap()
    with Reader.open(path) as reader:
        unused = {id for id, _ in reader.excluded()}
        with closing(examine(reader, Task({}, columns), check)) as batches:
            for part in batches:
                used = _used(part, unused)
                found.rows += int(used.sum())
                for side in sides.values():
                    found.exact |= side.equal(part, used)
                    found.near |= side.alike(reader, part, used, limit, found.exact | found.near)
                progress(part.first - 1 + part.rows, reader.count)
    found.near -= found.exact
    return found


def _used(part: Examined, unused: set[int]) -> np.ndarray:
    import numpy as np

    rows = part.columns["split"] == _TRAIN
    if unused:
        rows &= np.array([part.first + at not in unused for at in range(part.rows)])
    return rows


class _Side:
    """The texts that belong to one side of the corpus, by their hashes and bands."""

    def __init__(self, name: str, numbered: Sequence[tuple[int, str]]) -> None:
        self._name = name
        kept = [(number, text) for number, text in numbered if text.strip()]
        self._numbers = [number for number, _ in kept]
        self._keys = split_keys([text for _, text in kept])
        rows = [Row(number, text, text, "test") for number, text in kept]
        measured = measure(rows, ("source", "source_bands"))
        self._hashes = measured["source"]
        self._bands: list[dict[int, list[int]]] = []
        for column in measured["source_bands"].T.tolist():
            places = defaultdict(list)
            for place, band in enumerate(column):
                if band:
                    places[band].append(place)
            self._bands.append(places)

    def equal(self, part: Examined, used: np.ndarray) -> set[int]:
        """The texts that are the same as a row of this batch."""
        import numpy as np

        same = np.isin(self._hashes, part.columns[self._name][used])
        return {self._numbers[place] for place in np.flatnonzero(same).tolist()}

    def alike(
        self, reader: Reader, part: Examined, used: np.ndarray, limit: float, known: set[int]
    ) -> set[int]:
        """The texts, but for the ``known`` ones, that are almost the same as a row of it."""
        candidates = [
            (row, place)
            for row, place in self._candidates(part, used)
            if self._numbers[place] not in known
        ]
        rows = reader.rows(sorted({row for row, _ in candidates})) if candidates else []
        keys = dict(
            zip(
                (row.id for row in rows),
                split_keys([getattr(row, self._name) for row in rows]),
                strict=True,
            )
        )
        found = set[int]()
        for row, place in candidates:
            number = self._numbers[place]
            if number not in found and likeness(keys[row], self._keys[place]) >= limit:
                found.add(number)
        return found

    def _candidates(self, part: Examined, used: np.ndarray) -> Iterator[tuple[int, int]]:
        """Rows' ids and places of texts that have a band in common, each once."""
        pairs = set[tuple[int, int]]()
        for places, column in zip(self._bands, part.columns[f"{self._name}_bands"].T, strict=True):
            for at, band in enumerate(column.tolist()):
                if band in places and used[at]:
                    pairs.update((part.first + at, place) for place in places[band])
        return iter(sorted(pairs))
