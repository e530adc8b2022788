"""Pairs whose sides differ in length more than is usual in this corpus."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from mulm_core.corpus.checks.base import Basis, Check, RowRule
from mulm_core.fields import declared

_WIDE = re.compile(
    "[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
_WIDTH = 2.5  # letters that a Han, kana or hangul character stands for, about
_BANDS = (0, 10, 20, 40, 80, 160)  # letters, the mean of both sides
_PADDING = 3  # letters; "OK" and "Yes, please" are no different sentences
_DIFFERENCE = 20  # letters; fewer are no evidence: PM is a good translation of "in the afternoon"
_ROWS = 100
_STRICTNESS = 5.0
_SPREAD = 1.4826  # makes the median deviation of a normal distribution its standard deviation
_LEAST = math.log(1.6)  # nobody would call a smaller difference strange
_DEFAULT = math.log(3.0)


@dataclass(frozen=True)
class LengthSettings:
    """How far from the usual ratio a pair may be."""

    strictness: float = declared(
        _STRICTNESS,
        title="Strictness",
        help="How many times the usual spread a ratio may be away from the usual one. "
        "Smaller flags more: 3 is strict, 5 careful, 8 flags only the absurd.",
        minimum=1.0,
        maximum=50.0,
    )


@dataclass(frozen=True)
class Band:
    """The usual log ratio (target to source) at a length, and how far from it is too far."""

    middle: float
    limit: float


class LengthRatio(Check):
    """One side much longer than the other."""

    key = "length_ratio"
    title = "Length ratio"
    help = (
        "One side is much longer than the other, compared with what is usual at its length in "
        "this corpus. Often a sentence is missing or the sides do not belong together."
    )
    settings = LengthSettings

    def rule(self, basis: Basis, settings: LengthSettings) -> RowRule:
        """The usual ratio and its spread in bands of length: short texts differ more."""
        ratios: list[list[float]] = [[] for _ in _BANDS]
        for row in basis.sample:
            left, right = weight(row.source), weight(row.target)
            ratios[_band(left, right)].append(_ratio(left, right))
        everything = [ratio for band in ratios for ratio in band]
        if len(everything) < _ROWS:
            bands = tuple(Band(0.0, _DEFAULT) for _ in _BANDS)
            return LengthRule(
                threshold=f"more than {math.exp(_DEFAULT):.1f} times as long",
                why=f"Fewer than {_ROWS} rows do not show what is usual.",
                bands=bands,
            )
        bands = _filled([_measured(band, settings.strictness) for band in ratios], everything)
        longest = bands[-1]
        usual = math.exp(longest.middle)
        return LengthRule(
            threshold=_limits(bands),
            why=f"The target is usually {usual:.2f} times as long as the source here; the limit is "
            f"{settings.strictness:g} times the usual spread, at each length.",
            bands=bands,
        )


@dataclass(frozen=True, kw_only=True)
class LengthRule(RowRule):
    """Flags ratios outside the band of their length."""

    bands: tuple[Band, ...]

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        left, right = weight(source), weight(target)
        if not left or not right or abs(left - right) < _DIFFERENCE:
            return ""  # an empty side is another check's
        band = self.bands[_band(left, right)]
        if abs(_ratio(left, right) - band.middle) <= band.limit:
            return ""
        times = right / left
        seen = f"{times:.1f}" if times >= 0.1 else f"{times:.2g}"
        return f"the target is {seen} times as long as the source; usual here is {_range(band)}"


def weight(text: str) -> float:
    """The length in letters; a Han, kana or hangul character counts as the letters it replaces."""
    if text.isascii():
        return len(text)
    return len(text) + (_WIDTH - 1) * len(_WIDE.findall(text))


def _ratio(left: float, right: float) -> float:
    return math.log((right + _PADDING) / (left + _PADDING))


def _band(left: float, right: float) -> int:
    return bisect_right(_BANDS, (left + right) / 2) - 1


def _measured(ratios: Sequence[float], strictness: float) -> Band | None:
    if len(ratios) < _ROWS:
        return None
    middle = median(ratios)
    spread = _SPREAD * median(abs(ratio - middle) for ratio in ratios)
    return Band(middle, max(strictness * spread, _LEAST))


def _filled(bands: list[Band | None], everything: list[float]) -> tuple[Band, ...]:
    """Bands with too few rows take the limit of the nearest that has enough."""
    known = [at for at, band in enumerate(bands) if band is not None]
    if not known:
        whole = _measured(everything, _STRICTNESS) or Band(0.0, _DEFAULT)
        return tuple(whole for _ in bands)
    nearest = [bands[min(known, key=lambda k, at=at: abs(k - at))] for at in range(len(bands))]  # type: ignore[misc]
    return tuple(band for band in nearest if band is not None)


def _limits(bands: Sequence[Band]) -> str:
    short, long = _range(bands[0]), _range(bands[-1])
    if short == long:
        return f"{short} times as long"
    return f"{short} times as long in short texts, {long} in long ones"


def _range(band: Band) -> str:
    low, high = math.exp(band.middle - band.limit), math.exp(band.middle + band.limit)
    return f"{low:.1f} to {high:.1f}"
