"""How a series of a chart is drawn, in the chart and in its legend."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.theme import theme

_FAINT = 0.35  # opacity of what stands behind
_SWATCH = 16


@dataclass(frozen=True)
class Look:
    """How a series is drawn: *token* is a theme colour, *markers* are for sparse points.

    A series without a legend is explained elsewhere, such as in the chart's unit; an *optional*
    one is named only where it has points; a *faint* one stands behind another. One that *follows*
    another is hidden with it.
    """

    token: str = ""
    dash: tuple[float, ...] = ()
    markers: bool = False
    legend: bool = True
    optional: bool = False
    faint: bool = False
    follows: str = ""

    def colour(self) -> QColor:
        """In the present theme."""
        return theme().tokens.qcolor(self.token, _FAINT if self.faint else 1.0)

    def pen(self) -> QPen:
        """What its line is drawn with."""
        pen = QPen(self.colour(), 1.5 if self.faint else 2)
        pen.setCosmetic(True)
        if self.dash:
            pen.setDashPattern(self.dash)
        return pen

    def swatch(self, ratio: float, width: int = _SWATCH) -> QPixmap:
        """A piece of its line for a legend, *width* pixels long at this pixel ratio."""
        picture = QPixmap(round(width * ratio), round(16 * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.pen())
        painter.drawLine(QPointF(1, 8), QPointF(width - 1, 8))
        if self.markers:
            painter.setBrush(self.colour())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(QPointF(width / 2, 8), 3.2, 3.2)
        painter.end()
        return picture
