"""What a command answers, and how tables, durations and scores are written for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """The same answer twice: ``data`` for ``--json``, ``text`` for people."""

    data: dict[str, Any]
    text: str


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers_from: int = 99) -> str:
    """Aligned columns; those from index ``numbers_from`` on are aligned to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(display_width(line[at]) for line in lines) for at in range(len(header))]
    return "\n".join(
        "  ".join(
            _pad(cell, width, right=at >= numbers_from)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def display_width(text: str) -> int:
    """Columns that ``text`` takes in a terminal: East Asian wide characters take two."""
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text
    )


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def duration(seconds: float) -> str:
    """``8 s``, ``1 min 44 s`` or ``2 h 05 min``."""
    total = max(0, round(seconds))
    minutes, secs = divmod(total, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {secs:02d} s" if minutes else f"{secs} s"


def number(value: object, decimals: int = 1) -> str:
    """A score for a table; a dash where there is none yet."""
    return f"{value:.{decimals}f}" if isinstance(value, int | float) else "–"


def size(count: int) -> str:
    """Bytes in the unit that fits: ``36.2 MB``."""
    value = float(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
