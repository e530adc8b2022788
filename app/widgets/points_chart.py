"""Points that can be clicked: segments of two systems, or results over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg

from app.theme import theme
from app.widgets.page import Card, label
from app.widgets.plot import Plot
from app.widgets.series_legend import SeriesLegend

_NEAR = 12  # pixels


@dataclass(frozen=True)
class Points:
    """Points of one colour: *x* and *y* of one length; *keys* say which they are.

    The legend names all groups by their *title*, or none; *joined* points have a line between.
    """

    token: str
    x: Sequence[float]
    y: Sequence[float]
    keys: Sequence[int]
    joined: bool = False
    title: str = ""


class PointsChart(Card):
    """A titled chart; the point under the pointer is said in words, a click on it chooses it."""

    def __init__(
        self,
        title: str,
        help_text: str,
        words: Callable[[int], str],
        choose: Callable[[int], object],
        *,
        size: int = 8,
        height: int = 220,
    ) -> None:
        super().__init__(margin=12, spacing=6)
        self.setAccessibleName(title)
        self._help, self._words, self._choose, self._size = help_text, words, choose, size
        self._groups: list[Points] = []
        self._diagonal = False
        self._near: int | None = None
        self.title = label(title, "strong")
        self._note = label(help_text, "small", wrap=True)
        self._note.setMinimumHeight(2 * self._note.fontMetrics().lineSpacing())
        self._legend = SeriesLegend()
        self._legend.changed.connect(self._draw)
        self.plot = Plot(height)
        self.body.addWidget(self.title)
        self.body.addWidget(self._note)
        self.body.addWidget(self.plot, 1)
        self.body.addWidget(self._legend)
        self.plot.hovered.connect(self._hover)
        self.plot.left.connect(lambda: self._say(None))
        self.plot.clicked.connect(self._click)
        self.plot.on_dressed(self._draw)

    def set_help(self, text: str) -> None:
        """Say this while the pointer is on no point."""
        self._help = text
        self._say(None)
        self.setAccessibleDescription(text)

    def set_axes(self, across: str, up: str) -> None:
        """Name the axes."""
        item = self.plot.getPlotItem()
        item.setLabel("bottom", across)
        item.setLabel("left", up)

    def show_points(
        self,
        groups: Sequence[Points],
        *,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        diagonal: bool = False,
        ticks: Sequence[tuple[float, str]] | None = None,
    ) -> None:
        """Show these points; *ticks* name places of the lower axis."""
        self._groups, self._diagonal = list(groups), diagonal
        named = [(group.title, group.token) for group in groups if group.title]
        self._legend.show_series(named)
        self._legend.setVisible(bool(named))
        item = self.plot.getPlotItem()
        item.setXRange(*x_range, padding=0.03)
        item.setYRange(*y_range, padding=0.05)
        item.getAxis("bottom").setTicks([list(ticks)] if ticks is not None else None)
        self._say(None)
        self._draw()

    def _visible(self) -> list[Points]:
        """The groups that the legend has not hidden; it names all of them, or none."""
        named = any(group.title for group in self._groups)
        return [
            group for at, group in enumerate(self._groups) if not named or self._legend.shows(at)
        ]

    def _draw(self) -> None:
        item = self.plot.getPlotItem()
        item.clear()
        tokens = theme().tokens
        if self._diagonal:
            pen = pg.mkPen(tokens.qcolor("border_strong"), width=1)
            item.addItem(pg.PlotDataItem([0, 100], [0, 100], pen=pen))
        for group in self._visible():
            colour = tokens.qcolor(group.token)
            if group.joined:
                item.addItem(pg.PlotDataItem(group.x, group.y, pen=pg.mkPen(colour, width=1.5),
                                             antialias=True))  # fmt: skip
            colour.setAlphaF(1.0 if group.joined else 0.7)
            dots = pg.ScatterPlotItem(
                x=np.array(group.x, float), y=np.array(group.y, float), size=self._size,
                brush=pg.mkBrush(colour), pen=pg.mkPen(tokens.qcolor("surface"), width=0.5),
            )  # fmt: skip
            item.addItem(dots)

    def nearest(self, x: float, y: float) -> int | None:
        """The key of the point within reach of a place in the chart's units."""
        across, up = self.plot.pixel()
        best, found = float(_NEAR), None
        for group in self._visible():
            if not len(group.x):
                continue
            apart = np.hypot((np.array(group.x) - x) / across, (np.array(group.y) - y) / up)
            at = int(apart.argmin())
            if apart[at] <= best:
                best, found = float(apart[at]), group.keys[at]
        return found

    def _hover(self, x: float, y: float) -> None:
        self._say(self.nearest(x, y))

    def _click(self, x: float, y: float) -> None:
        if (key := self.nearest(x, y)) is not None:
            self._choose(key)

    def _say(self, key: int | None) -> None:
        self._note.setText(self._help if key is None else self._words(key))
