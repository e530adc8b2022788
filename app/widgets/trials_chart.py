"""The trials of a search as points, and the best so far as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyqtgraph as pg

from app.i18n import tr
from app.theme import theme
from app.widgets.page import Card, label
from app.widgets.plot import Plot

_HEIGHT = 190
_NEAR = 0.5  # of a trial, to either side of a point


@dataclass(frozen=True)
class TrialPoint:
    """One trial: its score, whether it came to an end, and what it was in words.

    ``best`` is the best score of the trials up to this one that count; None before the first.
    """

    number: int
    score: float
    ended: bool
    best: float | None
    words: str


class TrialsChart(Card):
    """Score by trial; the trial under the pointer is said in words."""

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=4)
        self.setAccessibleName(tr("Scores of the trials"))
        self._points: list[TrialPoint] = []
        self._title = label("", "strong")
        self._note = label("", "small", wrap=True)
        self._plot = Plot(_HEIGHT, counts=True)
        self._plot.setFixedHeight(_HEIGHT)
        self._plot.getPlotItem().getViewBox().setDefaultPadding(0.06)
        self._line = pg.PlotDataItem(antialias=True, stepMode="right")
        self._dots = pg.ScatterPlotItem(antialias=True)
        self._plot.addItem(self._line)
        self._plot.addItem(self._dots)
        self._plot.hovered.connect(self._hover)
        self._plot.left.connect(lambda: self._say(""))
        self.body.addWidget(self._title)
        self.body.addWidget(self._note)
        self.body.addWidget(self._plot)
        self._plot.on_dressed(self._draw)
        self._say("")

    def show_trials(self, title: str, points: Sequence[TrialPoint], planned: int) -> None:
        """Show these trials, of ``planned`` in all."""
        self._title.setText(title)
        self._points = list(points)
        last = min(planned, 2 * max(10, len(points)))
        self._plot.setXRange(1, max(2, last), padding=0.03)
        self._draw()

    def _say(self, words: str) -> None:
        self._note.setText(
            words
            or tr("A point is a trial, a cross one that fell behind; the line is the best so far.")
        )

    def _hover(self, x: float, _y: float) -> None:
        near = [point for point in self._points if abs(point.number - x) <= _NEAR]
        self._say(near[0].words if near else "")

    def _draw(self) -> None:
        tokens = theme().tokens
        self._line.setPen(pg.mkPen(tokens.qcolor("fine_tuned"), width=2))
        best = [point for point in self._points if point.best is not None]
        self._line.setData([p.number for p in best], [p.best for p in best])
        self._dots.setData([self._dot(point) for point in self._points])

    def _dot(self, point: TrialPoint) -> dict[str, object]:
        tokens = theme().tokens
        colour = tokens.qcolor("fine_tuned" if point.ended else "zero_shot")
        return {
            "pos": (point.number, point.score),
            "symbol": "o" if point.ended else "x",
            "size": 9,
            "pen": pg.mkPen(tokens.qcolor("surface") if point.ended else colour),
            "brush": pg.mkBrush(colour),
        }
