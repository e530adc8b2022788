"""How a corpus is divided: one bar, and a number for each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import number, percent, tr
from app.theme import theme
from app.widgets.page import label

_HEIGHT = 12


@dataclass(frozen=True)
class Share:
    """One part of the bar; *token* is its colour in the theme."""

    title: str
    help: str
    count: int
    token: str


class ShareBar(QWidget):
    """A stacked bar; every part that is not empty is at least visible."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: tuple[Share, ...] = ()
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Show these parts, in order."""
        self._shares = tuple(shares)
        self.setAccessibleName(
            ", ".join(f"{share.title} {number(share.count)}" for share in shares)
        )
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the parts with a hairline of ground between them."""
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), tokens.qcolor("pressed"))
        total = sum(share.count for share in self._shares)
        left = 0.0
        for share in self._shares:
            if not share.count:
                continue
            width = max(4.0, self.width() * share.count / total)
            painter.fillRect(QRectF(left, 0, width - 2, _HEIGHT), tokens.qcolor(share.token))
            left += width


class SplitView(QWidget):
    """The bar with its legend: name, count, share, and what the part is for."""

    def __init__(self) -> None:
        super().__init__()
        self._bar = ShareBar()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(4, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(16)
        outer.addWidget(self._bar)
        outer.addLayout(self._grid)
        self._dots: list[tuple[QWidget, str]] = []
        theme().changed.connect(self._tint)

    def set_shares(self, shares: Sequence[Share]) -> None:
        """Show these parts in the bar and the legend."""
        self._bar.set_shares(shares)
        self._dots = []
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        total = sum(share.count for share in shares)
        for row, share in enumerate(shares):
            dot = label("\N{BLACK CIRCLE}", "small")
            self._dots.append((dot, share.token))
            fraction = share.count / total if total else 0.0
            cells = (
                dot,
                label(share.title, "strong"),
                label(number(share.count)),
                label(percent(fraction, 1), "secondary"),
                label(share.help, "secondary", wrap=True),
            )
            for column, cell in enumerate(cells):
                side = Qt.AlignmentFlag.AlignRight if column in (2, 3) else Qt.AlignmentFlag(0)
                self._grid.addWidget(cell, row, column, side)
        self.setAccessibleName(tr("Splits"))
        self._tint()

    def _tint(self) -> None:
        for dot, token in self._dots:
            dot.setStyleSheet(f"color: {theme().tokens.colour(token)}")
