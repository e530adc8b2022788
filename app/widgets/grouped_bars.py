"""Bars in groups: one group a range or kind, one bar in it a system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg

from app.i18n import number
from app.theme import theme
from app.widgets.page import Card, label
from app.widgets.plot import Plot
from app.widgets.series_legend import SeriesLegend

_FILLED = 0.8  # of a group's width
_MOST_TICKS = 12


@dataclass(frozen=True)
class Bars:
    """One system's bars: *token* is its colour; a value that is None has no bar."""

    title: str
    token: str
    values: tuple[float | None, ...]


class GroupedBars(Card):
    """A titled chart; the group under the pointer is said in words, the legend hides systems."""

    def __init__(self, title: str, help_text: str, *, decimals: int = 1, height: int = 200) -> None:
        super().__init__(margin=12, spacing=6)
        self._title, self._help, self._decimals = title, help_text, decimals
        self._groups: tuple[str, ...] = ()
        self._series: list[Bars] = []
        self._top: float | None = None
        self._words: Callable[[int], str] = lambda place: self._groups[place]
        self._note = label(help_text, "small", wrap=True)
        self._legend = SeriesLegend()
        self._legend.changed.connect(self._draw)
        self.plot = Plot(height)
        self.body.addWidget(label(title, "strong"))
        self.body.addWidget(self._note)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self._legend)
        self.plot.hovered.connect(lambda x, _y: self._say(round(x)))
        self.plot.left.connect(lambda: self._note.setText(self._help))
        self.plot.on_dressed(self._draw)

    def set_help(self, text: str) -> None:
        """Say this while the pointer is on no group."""
        self._help = text
        self._note.setText(text)

    def show_groups(
        self,
        groups: Sequence[str],
        series: Sequence[Bars],
        *,
        words: Callable[[int], str] | None = None,
        top: float | None = None,
    ) -> None:
        """Show one group for each name; *words* says what a group is, *top* ends the axis."""
        self._groups, self._series = tuple(groups), list(series)
        self._words = words or (lambda place: self._groups[place])
        self._legend.show_series([(bars.title, bars.token) for bars in self._series])
        self._top = top
        self._draw()
        self.setAccessibleName(self._title)
        self.setAccessibleDescription("; ".join(map(self._said, range(len(self._groups)))))

    # Drawing -------------------------------------------------------------------------------

    def _draw(self) -> None:
        item = self.plot.getPlotItem()
        item.clear()
        shown = [bars for at, bars in enumerate(self._series) if self._legend.shows(at)]
        if not self._groups or not shown:
            return
        width = _FILLED / len(shown)
        highest = 0.0
        for place, bars in enumerate(shown):
            values = [value if value is not None else 0.0 for value in bars.values]
            highest = max(highest, *values)
            left = np.arange(len(values)) - _FILLED / 2 + place * width
            brush = pg.mkBrush(theme().tokens.qcolor(bars.token))
            item.addItem(pg.BarGraphItem(x0=left, width=width * 0.92, height=np.array(values),
                                         brush=brush, pen=pg.mkPen(None)))  # fmt: skip
        every = -(-len(self._groups) // _MOST_TICKS)
        ticks = [(at, name) for at, name in enumerate(self._groups) if at % every == 0]
        item.getAxis("bottom").setTicks([ticks])
        item.setXRange(-0.5, len(self._groups) - 0.5, padding=0.01)
        item.setYRange(0, self._top or highest or 1, padding=0.02)

    # Words ---------------------------------------------------------------------------------

    def _say(self, place: int) -> None:
        inside = 0 <= place < len(self._groups)
        self._note.setText(self._said(place) if inside else self._help)

    def _said(self, place: int) -> str:
        parts = [
            f"{bars.title} {number(value, self._decimals)}"
            for bars in self._series
            if (value := bars.values[place]) is not None
        ]
        return f"{self._words(place)}: {', '.join(parts)}"
