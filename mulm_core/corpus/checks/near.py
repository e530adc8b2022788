"""Rows that are almost the same, in one split and across splits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.base import Basis, Check, Flag, TableRule, percent
from mulm_core.corpus.checks.columns import Columns
from mulm_core.corpus.checks.sketches import SHORTEST, is_long, likeness
from mulm_core.corpus.split import split_key
from mulm_core.corpus.types import SPLITS
from mulm_core.fields import declared

if TYPE_CHECKING:
    import numpy as np

_LIKE = 0.9  # about one word in twenty differs: the same sentence, corrected
_LEAKING = 0.8  # about one word in ten: whoever has seen the one knows much of the other
_PAIRS = 2000  # pairs of unrelated rows that show how alike rows are anyway
_FEWEST = 50
_VERIFIED = 2000  # candidates looked at between two looks at cancel: a few hundredths of a second
_TRAIN = SPLITS.index("train")


@dataclass(frozen=True)
class NearSettings:
    """How alike is too alike."""

    likeness: float | None = declared(
        None,
        title="Likeness",
        help="The share of letter sequences that two texts must have in common, from 0.5 to 1: "
        "0.9 means about one word in twenty differs, 0.8 one in ten. Empty: set from the corpus.",
        minimum=0.5,
        maximum=1.0,
    )


class NearDuplicates(Check):
    """Almost the same pair again."""

    key = "near_duplicates"
    title = "Near duplicates"
    help = (
        "Pairs of which both sides are almost the same as those of another pair, as from two "
        "versions of a document; the first one stays."
    )
    settings = NearSettings

    def rule(self, basis: Basis, settings: NearSettings) -> TableRule:
        """How alike, by how alike unrelated rows of this corpus are."""
        limit, why = _limit(basis, settings, _LIKE)
        return NearRule(
            threshold=f"{percent(limit)} alike or more, on both sides",
            why=f"{why} Texts of fewer than {SHORTEST} letters count only when they are equal.",
            columns=("source", "target", "source_bands"),
            likeness=limit,
        )


@dataclass(frozen=True, kw_only=True)
class NearRule(TableRule):
    """Flags rows that are almost the same as one that stays."""

    likeness: float

    def find(self, table: Columns) -> Iterator[Flag]:
        """See :class:`TableRule`."""
        rows = _distinct(table, table.usable(NearDuplicates.key))
        gone: set[int] = set()
        for chunk in _chunks(table, _alike(table["source_bands"], rows, table)):
            texts = _texts(table, chunk)
            for kept, row in chunk:
                if row in gone or kept in gone:
                    continue
                first, second = texts[kept], texts[row]
                like = likeness(first[0], second[0])
                if like < self.likeness:
                    continue
                like = min(like, likeness(first[1], second[1]))
                if like >= self.likeness:
                    gone.add(row)
                    yield row + 1, f"{percent(like)} the same as row {kept + 1}"


class Leakage(Check):
    """Training rows that give away what dev and test ask."""

    key = "leakage"
    title = "Leakage"
    help = (
        "Training pairs with a side that is also in the dev or test set, exactly or almost. A "
        "model that has seen the answers scores too well, so training leaves these pairs out."
    )
    settings = NearSettings

    def rule(self, basis: Basis, settings: NearSettings) -> TableRule:
        """How alike, by how alike unrelated rows of this corpus are."""
        limit, why = _limit(basis, settings, _LEAKING)
        return LeakageRule(
            threshold=f"equal, or {percent(limit)} alike, on either side",
            why=f"{why} Texts of fewer than {SHORTEST} letters count only when they are equal.",
            columns=("source", "target", "source_bands", "target_bands", "split"),
            likeness=limit,
        )


@dataclass(frozen=True, kw_only=True)
class LeakageRule(TableRule):
    """Flags training rows with a side that is, or almost is, in dev or test."""

    likeness: float

    def find(self, table: Columns) -> Iterator[Flag]:
        """See :class:`TableRule`."""
        import numpy as np

        table = table.followed_by(table.reader.given())
        # All rows, whatever other checks keep out: what comes back into use must not leak either.
        train = np.flatnonzero(table["split"] == _TRAIN)
        held = np.flatnonzero(table["split"] != _TRAIN)
        for side in ("source", "target"):
            partner = _partners(table[side], train, held)
            hits = np.flatnonzero(partner >= 0)
            for row, other in zip(train[hits].tolist(), partner[hits].tolist(), strict=True):
                yield row + 1, f"its {side} is in the {_place(table, other)}"
            train = train[partner < 0]
        for at, side in enumerate(("source", "target")):
            found = set[int]()
            for chunk in _chunks(table, _across(table[f"{side}_bands"], train, held, table)):
                texts = _texts(table, chunk)
                for other, row in chunk:
                    if row in found:
                        continue
                    like = likeness(texts[other][at], texts[row][at])
                    if like >= self.likeness:
                        found.add(row)
                        what = f"its {side} is {percent(like)} the same as {_like(table, other)}"
                        yield row + 1, what
            train = train[~np.isin(train, np.array(sorted(found), np.int64))]


def _limit(basis: Basis, settings: NearSettings, least: float) -> tuple[float, str]:
    if settings.likeness is not None:
        return settings.likeness, "Set by hand."
    texts = [key for row in basis.sample if is_long(key := split_key(row.source))][: 2 * _PAIRS]
    half = len(texts) // 2
    if half < _FEWEST:
        return least, "Too few long rows show how alike rows are anyway."
    unrelated = sorted(likeness(texts[at], texts[at + half]) for at in range(half))
    usual = unrelated[int(0.99 * (half - 1))]
    limit = round(max(least, (1 + usual) / 2), 2)
    return limit, (
        f"Rows taken at random are up to {percent(usual)} alike here, so {percent(limit)} is no "
        "chance."
    )


def _distinct(table: Columns, rows: np.ndarray) -> np.ndarray:
    """One row of each pair (copies are another check's), those without other trouble first."""
    import numpy as np

    rows = rows[np.lexsort((rows, table.suspect[rows]))]
    both = table["source"][rows] * np.uint64(0x9E3779B97F4A7C15) ^ table["target"][rows]
    _, first = np.unique(both, return_index=True)
    return rows[np.sort(first)]


def _alike(bands: np.ndarray, rows: np.ndarray, table: Columns) -> np.ndarray:
    """Pairs of rows with a band in common, as places in the table: (the one to stay, the other).

    Of rows with one band each is paired with the first and with the one before it.
    """
    import numpy as np

    size = len(rows)
    codes = np.zeros(0, np.int64)
    for band in range(bands.shape[1]):
        table.check()
        values = bands[rows, band]
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        same = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)) + 1
        new = np.ones(size, bool)
        new[same] = False
        first = np.maximum.accumulate(np.where(new, np.arange(size), 0))
        for other in (first[same], same - 1):
            codes = np.union1d(codes, order[same].astype(np.int64) * size + order[other])
    return np.stack([rows[codes % size], rows[codes // size]], axis=1) if size else codes


def _across(bands: np.ndarray, train: np.ndarray, held: np.ndarray, table: Columns) -> np.ndarray:
    """Pairs of (held-out row, training row) with a band in common, by the training row."""
    import numpy as np

    found = []
    for band in range(bands.shape[1]):
        table.check()
        values = bands[held, band]
        order = np.argsort(values, kind="stable")
        ordered = values[order]
        wanted = bands[train, band]
        low = np.searchsorted(ordered, wanted, "left")
        high = np.searchsorted(ordered, wanted, "right")
        hits = np.flatnonzero((high > low) & (wanted != 0))
        for place in (low[hits], high[hits] - 1):
            found.append(np.stack([train[hits], held[order[place]]], axis=1))
    pairs = np.unique(np.concatenate(found), axis=0) if found else np.zeros((0, 2), np.int64)
    return pairs[:, ::-1]


def _partners(keys: np.ndarray, train: np.ndarray, held: np.ndarray) -> np.ndarray:
    """For each training row the first held-out row with the same key; -1 where there is none."""
    import numpy as np

    partner = np.full(len(train), -1, np.int64)
    if len(held) and len(train):
        order = np.argsort(keys[held], kind="stable")
        ordered = keys[held][order]
        at = np.minimum(np.searchsorted(ordered, keys[train]), len(ordered) - 1)
        same = ordered[at] == keys[train]
        partner[same] = held[order[at[same]]]
    return partner


def _chunks(table: Columns, pairs: np.ndarray) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(pairs), _VERIFIED):
        table.check()
        yield [(int(a), int(b)) for a, b in pairs[start : start + _VERIFIED].tolist()]


def _texts(table: Columns, chunk: list[tuple[int, int]]) -> dict[int, tuple[str, str]]:
    places = sorted({place for pair in chunk for place in pair})
    return {
        row.id - 1: (split_key(row.source), split_key(row.target)) for row in table.rows(places)
    }


def _place(table: Columns, place: int) -> str:
    if place >= table.reader.count:
        return "given test set"
    return f"{_split(table, place)} set, row {place + 1}"


def _like(table: Columns, place: int) -> str:
    if place >= table.reader.count:
        return "one in the given test set"
    return f"that of row {place + 1} in the {_split(table, place)} set"


def _split(table: Columns, place: int) -> str:
    return SPLITS[int(table["split"][place])]
