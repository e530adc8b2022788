"""Figures beside each other, or two by two where the room is small."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.widgets.page import Stat

_SPACING = 32


class StatRow(QWidget):
    """Stats in one row, or in two columns where one row does not fit."""

    def __init__(self, stats: Sequence[Stat]) -> None:
        super().__init__()
        self._stats = list(stats)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_SPACING)
        self._grid.setVerticalSpacing(12)
        self._arrange(len(self._stats))

    def minimumSizeHint(self) -> QSize:
        """As narrow as two columns."""
        widest = (max(self._widths(self._stats[column::2]), default=0) for column in (0, 1))
        return QSize(sum(widest) + _SPACING, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the number of columns that fits."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Choose anew when a figure has grown, or shows now."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        wanted = sum(width + _SPACING for width in self._widths(self._stats))
        self._arrange(len(self._stats) if wanted <= self.width() + _SPACING else 2)

    @staticmethod
    def _widths(stats: Sequence[Stat]) -> list[int]:
        return [stat.sizeHint().width() for stat in stats if not stat.isHidden()]

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for column in range(len(self._stats) + 1):
            self._grid.setColumnStretch(column, 0)
        for place, stat in enumerate(self._stats):
            self._grid.addWidget(stat, place // columns, place % columns)
        self._grid.setColumnStretch(columns, 1)
