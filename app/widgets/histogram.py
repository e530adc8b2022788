"""Bars over a range: how often each length or ratio occurs."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from app.i18n import number, tr
from app.theme import theme
from app.widgets.page import Card, label
from app.widgets.plot import Plot

_HEIGHT = 150


class HistogramChart(Card):
    """A titled histogram; the bin under the pointer is said in words.

    With *log* the range is shown in equal factors, as suits ratios.
    """

    def __init__(self, title: str, unit: str, token: str, *, log: bool = False) -> None:
        super().__init__(margin=12, spacing=6)
        self._title, self._unit, self._token, self._log = title, unit, token, log
        self._edges: tuple[float, ...] = ()
        self._counts: tuple[int, ...] = ()
        self._facts = ""
        self._name = label(title, "strong")
        self._note = label("", "small")
        self._note.setWordWrap(True)
        self._plot = Plot(_HEIGHT)
        self._plot.setFixedHeight(_HEIGHT)
        item = self._plot.getPlotItem()
        item.getAxis("left").setWidth(48)
        self._bars = pg.BarGraphItem(x0=[0.0], x1=[0.0], height=[0.0])
        item.addItem(self._bars)
        self._middle = pg.InfiniteLine(angle=90, movable=False)
        item.addItem(self._middle)
        self.body.addWidget(self._name)
        self.body.addWidget(self._note)
        self.body.addWidget(self._plot)
        self._plot.hovered.connect(
            lambda x, _y: self._note.setText(self._words_at(x) or self._facts)
        )
        self._plot.left.connect(lambda: self._note.setText(self._facts))
        self._plot.on_dressed(self._draw)

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self._title = title
        self._name.setText(title)

    def show_bins(
        self, edges: Sequence[float], counts: Sequence[int], mean: float, median: float
    ) -> None:
        """Show ``counts`` between ``edges`` (one more than counts), mean and median in words."""
        self._edges, self._counts = tuple(edges), tuple(counts)
        decimals = 2 if self._log else 0
        self._facts = tr(
            "Half of them under {median} {unit}, {mean} on average",
            median=number(median, decimals),
            mean=number(mean, decimals),
            unit=self._unit,
        )
        self._note.setText(self._facts)
        self.setAccessibleName(f"{self._title}: {self._facts}")
        places = np.array([self._place(edge) for edge in self._edges])
        self._bars.setOpts(
            x0=places[:-1], x1=places[1:], height=np.array(self._counts, dtype=float)
        )
        self._middle.setPos(self._place(median))
        view = self._plot.getPlotItem().getViewBox()
        first, last = self._shown_range()
        view.setXRange(places[first], places[last + 1])
        view.setYRange(0, max(self._counts, default=1) or 1)
        self._mark_range()
        self._draw()

    def _shown_range(self) -> tuple[int, int]:
        """The bins from the first to the last one that holds something."""
        filled = [at for at, count in enumerate(self._counts) if count]
        return (filled[0], filled[-1]) if filled else (0, max(0, len(self._counts) - 1))

    def _place(self, value: float) -> float:
        return log2(max(value, 1e-6)) if self._log else value

    def _mark_range(self) -> None:
        axis = self._plot.getPlotItem().getAxis("bottom")
        if self._log:
            marks = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
            axis.setTicks([[(log2(m), f"{m:g}\N{MULTIPLICATION SIGN}") for m in marks]])

    def _draw(self) -> None:
        tokens = theme().tokens
        self._bars.setOpts(
            brush=pg.mkBrush(tokens.qcolor(self._token)), pen=pg.mkPen(tokens.qcolor("surface"))
        )
        self._middle.setPen(pg.mkPen(tokens.qcolor("text"), width=1, style=Qt.PenStyle.DashLine))

    def _words_at(self, x: float) -> str:
        for at, count in enumerate(self._counts):
            low, high = self._edges[at], self._edges[at + 1]
            if self._place(low) <= x < self._place(high):
                decimals = 2 if self._log else 0
                return tr(
                    "{n} from {low} to {high} {unit}",
                    n=number(count),
                    low=number(low, decimals),
                    high=number(high, decimals),
                    unit=self._unit,
                )
        return ""
