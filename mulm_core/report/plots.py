"""Plots as shapes on a page, and as SVG, where a style sheet may change the colours by class.

Every SVG shape carries the colours of light paper as attributes, so that a viewer without the
page's style sheet shows it, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from mulm_core.report.model import Bars, Points

FONT_SIZE = 11
DIM, GRID = "#5F636B", "#E9EAEE"
SERIES = ("#7D858D", "#3B5BDB", "#C2410C", "#0B7F8C", "#9C4A9B", "#946200", "#B3266B", "#4A6B1F")
"""The colours of the systems, the baseline first; those of the window's charts."""

_WIDTH, _HEIGHT = 720, 260
_SQUARE = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 12, 40
_TICKS = 4
_MOST_LABELS = 12


@dataclass(frozen=True)
class Box:
    """A filled rectangle in the colour of a system."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True)
class Line:
    """A line of the grid, or the diagonal."""

    x1: float
    y1: float
    x2: float
    y2: float
    color: str = GRID


@dataclass(frozen=True)
class Dot:
    """A point in the colour of a system."""

    x: float
    y: float
    series: int


@dataclass(frozen=True)
class Label:
    """Text on a base line; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str


Shape = Box | Line | Dot | Label


@dataclass(frozen=True)
class Drawing:
    """Shapes on an area, from its top left corner on."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def draw(plot: Bars | Points) -> Drawing:
    """The plot's shapes, in pixels."""
    if isinstance(plot, Points):
        return Drawing(_SQUARE, _SQUARE, tuple(_points(plot)))
    return Drawing(_WIDTH, _HEIGHT, tuple(_bars(plot)))


def svg(plot: Bars | Points) -> str:
    """The plot as one ``<svg>`` element; all text in it is escaped."""
    drawing = draw(plot)
    size = f'viewBox="0 0 {drawing.width} {drawing.height}" width="{drawing.width}"'
    title = f"<title>{escape(plot.title)}</title>"
    return f'<svg {size} role="img">{title}{"".join(map(_element, drawing.shapes))}</svg>'


def _bars(plot: Bars) -> Iterator[Shape]:
    known = [value for row in plot.values for value in row if value is not None]
    top = _round_up(max(known, default=1.0))
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    yield from _grid(top, wide, high)
    group = wide / max(1, len(plot.labels))
    width = 0.8 * group / max(1, len(plot.values))
    every = -(-len(plot.labels) // _MOST_LABELS)
    for at, label in enumerate(plot.labels):
        left = _LEFT + at * group
        for series, row in enumerate(plot.values):
            size = high * (row[at] or 0.0) / top
            x = left + 0.1 * group + series * width
            yield Box(x, _TOP + high - size, width, size, series)
        if at % every == 0:
            yield Label(left + group / 2, _HEIGHT - _BOTTOM + 16, label, "middle")


def _points(plot: Points) -> Iterator[Shape]:
    size = _SQUARE - _LEFT - _RIGHT
    yield from _grid(100.0, size, size)
    yield Line(_LEFT, _TOP + size, _LEFT + size, _TOP, DIM)
    for x, y in plot.points:
        yield Dot(_LEFT + size * x / 100, _TOP + size * (1 - y / 100), 1)


def _grid(top: float, wide: float, high: float) -> Iterator[Shape]:
    for tick in range(_TICKS + 1):
        y = _TOP + high * (1 - tick / _TICKS)
        yield Line(_LEFT, y, _LEFT + wide, y)
        yield Label(_LEFT - 6, y + 4, f"{top * tick / _TICKS:,g}", "end")


def _round_up(value: float) -> float:
    """The next round number of which a quarter is round, too: 4, 10, 20, 40, 100, 200 …"""
    scale = 1.0
    while value > 40 * scale:
        scale *= 10
    return next(step * scale for step in (4, 10, 20, 40) if value <= step * scale)


def _element(shape: Shape) -> str:
    match shape:
        case Box(x, y, width, height, series):
            box = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            return f"<rect {_color(series)} {box}/>"
        case Dot(x, y, series):
            place = f'cx="{x:.1f}" cy="{y:.1f}" r="2"'
            return f'<circle {_color(series)} {place} fill-opacity="0.5"/>'
        case Line(x1, y1, x2, y2, color):
            ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            kind = "grid" if color == GRID else "axis"
            return f'<line class="{kind}" stroke="{color}" {ends}/>'
        case Label(x, y, text, anchor):
            place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{FONT_SIZE}"'
            return f'<text class="label" fill="{DIM}" {place}>{escape(text)}</text>'


def _color(series: int) -> str:
    at = series % len(SERIES)
    return f'class="series{at}" fill="{SERIES[at]}"'
