"""Every string that a person reads goes through here: translation and locale formats."""

from __future__ import annotations

import math

from PySide6.QtCore import QCoreApplication, QLocale

_CONTEXT = "app"
_ROUGH = ((20, 1), (60, 5), (600, 10), (7200, 60))  # below so many seconds, in such steps


def tr(text: str, /, **values: object) -> str:
    """Return *text* in the interface language, with ``{name}`` fields filled from *values*.

    The template is translated before the values go in, so translators see whole sentences.
    """
    translated = QCoreApplication.translate(_CONTEXT, text)
    return translated.format(**values) if values else translated


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """Return *one* or *many* by the count *n*; ``{n}`` becomes the count in locale format."""
    return tr(one if n == 1 else many, n=number(n), **values)


def number(value: float, decimals: int = 0) -> str:
    """Format *value* with the locale's separators and a fixed number of decimals."""
    return QLocale().toString(float(value), "f", decimals)


def score(value: float) -> str:
    """Format a BLEU, chrF or TER score: one decimal, the locale's decimal point."""
    return number(value, 1)


def signed(value: float, decimals: int = 1) -> str:
    """Format a difference with its sign; a true minus sign, so that columns line up."""
    text = number(abs(value), decimals)
    if value > 0:
        return f"+{text}"
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def percent(fraction: float, decimals: int = 0) -> str:
    """Format a fraction between 0 and 1 as a percentage."""
    return tr("{value} %", value=number(fraction * 100, decimals))


def duration(seconds: float) -> str:
    """Format seconds as people say them: ``8 s``, ``1 min 44 s``, ``2 h 05 min``."""
    total = max(0, round(seconds))
    minutes, secs = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return tr("{h} h {m:02d} min", h=hours, m=minutes)
    if minutes:
        return tr("{m} min {s:02d} s", m=minutes, s=secs)
    return tr("{s} s", s=secs)


def rough_duration(seconds: float) -> str:
    """Format an estimate, no finer than it is meant: ``8 s``, ``1 min 50 s``, ``12 min``."""
    step = next((step for end, step in _ROUGH if seconds < end), 300)
    total = round(seconds / step) * step
    if total % 60 or total >= 3600:
        return duration(total)
    return tr("{m} min", m=total // 60) if total else duration(seconds)


def rough_size(size: int) -> str:
    """Format an estimate in bytes with two figures or three: ``1.4 GB``, ``640 MB``."""
    decimals = 1 if size < 10 * 1000 ** int(math.log(max(1, size), 1000)) else 0
    return QLocale().formattedDataSize(size, decimals, QLocale.DataSizeFormat.DataSizeSIFormat)


def file_size(size: int) -> str:
    """Format a size in bytes with the unit that fits (``36.2 MB``)."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
