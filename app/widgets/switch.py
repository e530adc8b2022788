"""A switch: on or off at once, without a button to confirm."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app.theme import theme

_WIDTH, _HEIGHT, _RING = 36, 20, 3


class Switch(QAbstractButton):
    """Checked is on; Space and a click turn it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """The switch and the ring around it."""
        return QSize(_WIDTH + 2 * _RING, _HEIGHT + 2 * _RING)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the track, the knob at its side, and a ring where the keyboard is."""
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = (self.width() - _WIDTH) / 2
        top = (self.height() - _HEIGHT) / 2
        track = QRectF(left, top, _WIDTH, _HEIGHT)
        on, usable = self.isChecked(), self.isEnabled()
        if self.hasFocus():
            painter.setPen(QPen(tokens.qcolor("accent"), 1.5))
            painter.drawRoundedRect(track.adjusted(-2, -2, 2, 2), 12, 12)
        ground = "accent" if on else "zero_shot"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.qcolor(ground if usable else "pressed"))
        painter.drawRoundedRect(track, _HEIGHT / 2, _HEIGHT / 2)
        centre = left + (_WIDTH - _HEIGHT / 2 if on else _HEIGHT / 2)
        painter.setBrush(tokens.qcolor("on_accent" if on and usable else "surface"))
        painter.drawEllipse(QPointF(centre, top + _HEIGHT / 2), 7, 7)
