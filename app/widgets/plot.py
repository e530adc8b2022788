"""The ground that still charts stand on: pyqtgraph in the window's colours, read-only.

pyqtgraph (and numpy with it) is imported here, so pages import this module when they are made.
"""

from __future__ import annotations

from collections.abc import Callable

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal

from app.theme import theme


class WholeAxis(pg.AxisItem):
    """Names whole numbers alone, for what can be counted."""

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """Distances of ticks and where they begin; none is smaller than one."""
        levels = super().tickSpacing(low, high, size)
        return list(dict.fromkeys((max(1.0, spacing), offset) for spacing, offset in levels))


class Plot(pg.PlotWidget):
    """Axes that are dressed anew with the theme; the pointer is told in the chart's own units.

    Where the lower axis *counts*, it has whole numbers alone.
    """

    hovered = Signal(float, float)
    left = Signal()
    clicked = Signal(float, float)

    def __init__(self, height: int = 200, *, counts: bool = False) -> None:
        super().__init__(axisItems={"bottom": WholeAxis("bottom")} if counts else None)
        self._height = height
        self.setMinimumHeight(height)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 2, 6, 0)
        item.getViewBox().setDefaultPadding(0.02)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, maxTickLevel=0, tickTextOffset=6)
        item.getAxis("left").setWidth(44)
        self._redraw: Callable[[], None] = lambda: None
        self.scene().sigMouseMoved.connect(self._hover)
        self.scene().sigMouseClicked.connect(self._click)
        self.viewport().installEventFilter(self)
        theme().changed.connect(self.dress)
        self.dress()

    def sizeHint(self) -> QSize:
        """As high as it must be; pyqtgraph would wish for more."""
        return QSize(320, self._height)

    def on_dressed(self, redraw: Callable[[], None]) -> None:
        """Call *redraw* now, and whenever the colours are others."""
        self._redraw = redraw
        redraw()

    def dress(self) -> None:
        """Take colours and fonts from the theme."""
        tokens = theme().tokens
        self.setBackground(tokens.qcolor("surface"))
        item = self.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(tokens.qcolor("border")))
            axis.setTextPen(pg.mkPen(tokens.qcolor("text_secondary")))
            axis.setTickFont(theme().font(11))
        item.showGrid(x=False, y=True, alpha=0.12)
        self._redraw()

    def pixel(self) -> tuple[float, float]:
        """The size of a pixel in the chart's units, across and up."""
        return tuple(self.getPlotItem().getViewBox().viewPixelSize())  # type: ignore[return-value]

    def _point(self, position: QPointF) -> QPointF | None:
        box = self.getPlotItem().getViewBox()
        if not box.sceneBoundingRect().contains(position):
            return None
        found: QPointF = box.mapSceneToView(position)
        return found

    def _hover(self, position: QPointF) -> None:
        if (point := self._point(position)) is not None:
            self.hovered.emit(point.x(), point.y())

    def _click(self, event: object) -> None:
        point = self._point(event.scenePos())  # type: ignore[attr-defined]
        if point is not None:
            self.clicked.emit(point.x(), point.y())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        return False
