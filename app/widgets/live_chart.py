"""Curves that grow while a job runs: cheap, readable in light and dark.

pyqtgraph (and numpy with it) is imported here, so pages import this module when they are made.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import inf

import pyqtgraph as pg
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QIcon, QPen
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QToolButton
from shiboken6 import isValid

from app.i18n import tr
from app.icons import icon
from app.theme import theme
from app.widgets.flow_layout import FlowLayout
from app.widgets.page import Card, label
from app.widgets.plot import WholeAxis
from app.widgets.rows import ElidedLabel
from app.widgets.series_look import Look

_TURN_MS = 200  # between two charts; drawing one takes 5 to 15 ms, which nothing else can use
_DASH = (4.0, 3.0)
_FIXED_TOKENS = {
    "zero-shot": "zero_shot",
    "reference": "reference",
    "fine-tuned": "fine_tuned",
}


class _Series:
    """One curve: its points, its look and its legend button."""

    def __init__(self, title: str, look: Look) -> None:
        self.title = title
        self.look = look
        self.shown = True
        self.drawn = False
        self.x: list[float] = []
        self.y: list[float] = []
        self.curve = pg.PlotDataItem(antialias=True, connect="finite")
        self.curve.setDownsampling(auto=True, method="peak")
        self.curve.setClipToView(True)
        self.button = QToolButton()
        self.button.setProperty("role", "legend")
        self.button.setCheckable(True)
        self.button.setChecked(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setToolTip(tr("Show or hide {series}", series=title))

    def show_legend(self) -> None:
        """Name the series, unless it is explained elsewhere or has nothing to show."""
        self.button.setVisible(self.look.legend and bool(self.x or not self.look.optional))

    def swatch(self, ratio: float) -> QIcon:
        if not self.button.isChecked():
            return icon("eye-off")
        return QIcon(self.look.swatch(ratio))

    def value_at(self, x: float) -> float | None:
        """Return the value of the point nearest to *x*."""
        if not self.x:
            return None
        right = bisect_left(self.x, x)
        near = [i for i in (right - 1, right) if 0 <= i < len(self.x)]
        return self.y[min(near, key=lambda i: abs(self.x[i] - x))]


class _Turns(QObject):
    """Lets charts with new points draw one after the other, so that the window answers between."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._waiting: list[LiveChart] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self._next)

    def ask(self, chart: LiveChart) -> None:
        """Draw ``chart`` when its turn comes."""
        if chart not in self._waiting:
            self._waiting.append(chart)
        if not self._timer.isActive():
            self._timer.start()

    def _next(self) -> None:
        while self._waiting:
            chart = self._waiting.pop(0)
            if isValid(chart):
                chart.redraw()
                return
        self._timer.stop()


@cache
def _turns() -> _Turns:
    return _Turns()


class LiveChart(Card):
    """A titled chart of named series; new points show within a second.

    Series named ``zero-shot``, ``reference`` and ``fine-tuned`` have their fixed colours, others
    take the next of the palette. The legend shows each series' latest value, or the value under
    the pointer, and hides a series at a click.
    """

    def __init__(
        self, title: str, unit: str = "", *, x_name: str = "", decimals: int | None = None
    ) -> None:
        super().__init__(margin=12, spacing=4)
        self.setAccessibleName(title)
        self._unit = unit
        self._x_name = x_name or tr("step")
        self._decimals = decimals
        self._series: dict[str, _Series] = {}
        self._next_colour = 0
        self._hover_x: float | None = None
        self._due = False
        self._at = label("", "small")
        head = QHBoxLayout()
        head.setSpacing(6)
        self._title = label(title, "strong")
        self._head = head
        head.addWidget(self._title)
        head.addWidget(ElidedLabel(unit, "small"), 1)
        head.addWidget(self._at)
        self._legend = FlowLayout()
        self._plot = pg.PlotWidget(axisItems={"bottom": WholeAxis("bottom")})
        self._plot.setMinimumHeight(64)
        self._plot.setFrameShape(self._plot.Shape.NoFrame)
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._waiting = label(tr("Nothing to show yet"), "small")
        self._waiting.setParent(self._plot)
        self._waiting.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.body.addLayout(head)
        self.body.addWidget(self._plot, 1)
        self.body.addLayout(self._legend)
        self._set_up_plot()
        self._show_axes(False)
        theme().changed.connect(self._dress)
        self._dress()

    def _set_up_plot(self) -> None:
        item = self._plot.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 2, 6, 0)
        item.getViewBox().setDefaultPadding(0.04)
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, maxTickLevel=0, tickTextOffset=6)
        item.getAxis("left").setWidth(44)
        item.getAxis("left").setStyle(autoExpandTextSpace=True)
        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        item.addItem(self._cursor, ignoreBounds=True)
        self._plot.scene().sigMouseMoved.connect(self._hover)
        self._plot.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the read-out away when the pointer leaves, and centre the waiting words."""
        if event.type() == QEvent.Type.Leave:
            self._hover_x = None
            self._cursor.hide()
            self._show_values()
        elif event.type() == QEvent.Type.Resize:
            self._place_waiting()
        return False

    def add_series(self, name: str, title: str = "", look: Look | None = None) -> None:
        """Declare a series; without a look it takes the next colour."""
        if name in self._series:
            return
        look = look or Look(_FIXED_TOKENS.get(name, ""))
        if not look.token:
            look = replace(look, token=f"series:{self._next_colour}")
            self._next_colour += 1
        if look.token == "zero_shot":  # told apart without colour, too
            look = replace(look, dash=_DASH)
        series = _Series(title or name, look)
        self._series[name] = series
        self._plot.addItem(series.curve)
        series.curve.setZValue(-1 if look.faint or look.follows else 0)
        series.button.toggled.connect(lambda _: self._toggle(series))
        self._legend.addWidget(series.button)
        series.show_legend()
        self._dress()

    @property
    def title(self) -> str:
        """What the chart is called."""
        return self._title.text()

    def has_series(self, name: str) -> bool:
        """Whether a series of this name was declared."""
        return name in self._series

    def series_title(self, name: str) -> str:
        """What a series is called in the legend."""
        return self._series[name].title

    def set_series_visible(self, name: str, shown: bool) -> None:
        """Draw a series, or not; its legend stays as it is."""
        self._series[name].shown = shown
        self._show_series()

    def remove_series(self, name: str) -> None:
        """Forget a series."""
        series = self._series.pop(name)
        self._plot.removeItem(series.curve)
        self._legend.removeWidget(series.button)
        series.button.deleteLater()
        self._draw_once()

    def _show_series(self) -> None:
        for series in self._series.values():
            leader = self._series.get(series.look.follows, series)
            series.curve.setVisible(series.shown and leader.button.isChecked())
        self._plot.getPlotItem().getViewBox().updateAutoRange()

    def offer(self, titles: Sequence[str], choose: Callable[[int], object]) -> None:
        """Make the title a menu of charts; *choose* gets the place of the one to show."""
        button = QPushButton(self._title.text())
        button.setProperty("kind", "chart-title")
        button.setAutoDefault(False)
        button.setToolTip(tr("Choose what this chart shows"))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        for place, title in enumerate(titles):
            menu.addAction(title).triggered.connect(lambda _=False, place=place: choose(place))
        button.setMenu(menu)
        self._head.replaceWidget(self._title, button)
        self._title.hide()

    def append(self, name: str, x: float, y: float) -> None:
        """Add a point; unknown series are declared on the way."""
        if name not in self._series:
            self.add_series(name)
        series = self._series[name]
        series.x.append(x)
        series.y.append(y)
        series.drawn = False
        _turns().ask(self)

    def set_points(self, name: str, x: Sequence[float], y: Sequence[float]) -> None:
        """Replace all points of a series, for instance those of a finished run."""
        if name not in self._series:
            self.add_series(name)
        series = self._series[name]
        series.x, series.y, series.drawn = list(x), list(y), False
        self._draw_once()

    def clear(self) -> None:
        """Take all points away; the series stay declared."""
        for series in self._series.values():
            series.x.clear()
            series.y.clear()
            series.drawn = False
        self._draw_once()

    def point_count(self, name: str) -> int:
        """Return how many points a series has."""
        return len(self._series[name].x) if name in self._series else 0

    def _toggle(self, series: _Series) -> None:
        series.button.setIcon(series.swatch(self.devicePixelRatioF()))
        self._show_series()

    def _draw_once(self) -> None:
        """Draw when all series that are being set have their points."""
        if not self._due:
            self._due = True
            QTimer.singleShot(0, self, self.redraw)

    def redraw(self) -> None:
        """Show all points as they are now."""
        self._due = False
        for series in self._series.values():
            if not series.drawn:
                series.curve.setData(series.x, series.y)
                series.drawn = True
            series.show_legend()
        self._show_axes(any(series.x for series in self._series.values()))
        self._show_values()

    def _show_axes(self, shown: bool) -> None:
        """Show numbers and grid only where they stand for something."""
        self._waiting.setVisible(not shown)
        item = self._plot.getPlotItem()
        item.showGrid(x=False, y=shown, alpha=0.9)
        for side in ("left", "bottom"):
            item.getAxis(side).setStyle(showValues=shown)

    def _hover(self, position: QPointF) -> None:
        box = self._plot.getPlotItem().getViewBox()
        if not box.sceneBoundingRect().contains(position):
            return
        wanted = box.mapSceneToView(position).x()
        xs = [x for series in self._series.values() if series.button.isChecked() for x in series.x]
        if not xs:
            return
        self._hover_x = min(xs, key=lambda x: abs(x - wanted))
        self._cursor.setPos(self._hover_x)
        self._cursor.show()
        self._show_values()

    def _show_values(self) -> None:
        at = self._hover_x
        self._at.setText("" if at is None else f"{self._x_name} {at:g}")
        words = []
        for series in self._series.values():
            value = series.value_at(at if at is not None else inf)
            shown = series.title if value is None else f"{series.title}  {self._text(value)}"
            series.button.setText(f" {shown}")  # the gap after the swatch
            series.button.setAccessibleName(shown)
            words.append(shown)
        self.setAccessibleDescription(", ".join(words))

    def _text(self, value: float) -> str:
        return f"{value:.4g}" if self._decimals is None else f"{value:.{self._decimals}f}"

    def _place_waiting(self) -> None:
        self._waiting.adjustSize()
        area = QRectF(self._plot.rect())
        self._waiting.move(
            round(area.center().x() - self._waiting.width() / 2),
            round(area.center().y() - self._waiting.height() / 2),
        )

    def _dress(self) -> None:
        """Take colours and fonts from the theme."""
        tokens = theme().tokens
        self._plot.setBackground(tokens.qcolor("surface"))
        item = self._plot.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(QPen(tokens.qcolor("border"), 1))
            axis.setTickPen(QPen(tokens.qcolor("grid"), 1))
            axis.setTextPen(QPen(tokens.qcolor("text_secondary")))
            axis.setTickFont(theme().font(11))
        self._cursor.setPen(QPen(tokens.qcolor("text_secondary"), 1))
        for series in self._series.values():
            series.curve.setPen(series.look.pen())
            if series.look.markers:
                series.curve.setSymbol("o")
                series.curve.setSymbolSize(6)
                series.curve.setSymbolPen(None)
                series.curve.setSymbolBrush(series.look.colour())
            series.button.setIcon(series.swatch(self.devicePixelRatioF()))
        self._show_values()
