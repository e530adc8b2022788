"""Combo boxes that follow a list, and spin boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QToolTip,
)

Spin = TypeVar("Spin", bound=QAbstractSpinBox)
_MARGIN = 2  # pixels that Qt leaves free beside the text of a line


class ElidedComboBox(QComboBox):
    """A box whose text ends in an ellipsis where it does not fit; the tooltip has all of it."""

    @property
    def shown(self) -> str:
        """What shows of the chosen text, or of the placeholder where none is chosen."""
        return self.fontMetrics().elidedText(
            self._full, Qt.TextElideMode.ElideRight, self._room().width() - 2 * _MARGIN
        )

    @property
    def _full(self) -> str:
        return self.currentText() or self.placeholderText()

    def _room(self) -> QRect:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(control, option, part, self)

    def event(self, event: QEvent) -> bool:
        """Tell all of a text that is cut, before what the box is for."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            full = self._full
            if full != self.shown:
                words = "\n".join(filter(None, (full, self.toolTip())))
                QToolTip.showText(event.globalPos(), words, self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box as Qt does, with the text that fits."""
        if self.isEditable():
            super().paintEvent(event)
            return
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)


class ElidedLine(QLineEdit):
    """The line of an editable box: cut with an ellipsis, unless one is typing in it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text that fits."""
        area = self.contentsRect().adjusted(_MARGIN, 0, -_MARGIN, 0)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, area.width()
        )
        if self.hasFocus() or shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)


def combo_box(name: str, width: int = 160) -> ElidedComboBox:
    """Return a box at least *width* wide whose long entries do not widen it."""
    box = ElidedComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    box.setMinimumWidth(width)
    return box


def fill(box: QComboBox, items: Sequence[tuple[str, str]], current: str, empty: str) -> None:
    """Offer (text, key) items with *current* (a key) chosen; *empty* is said where none are.

    Items that show already are left alone, so that an open list does not jump.
    """
    present = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
    if present != list(items):
        box.clear()
        for text, key in items:
            box.addItem(text, key)
    box.setPlaceholderText(empty)
    box.setCurrentIndex(box.findData(current))
    box.setEnabled(bool(items))


def spin_box(box: Spin, name: str) -> Spin:
    """The box and the line in it, where the keyboard is, get the accessible *name*.

    Its text begins where that of other fields does, which style sheets cannot say.
    """
    box.setAccessibleName(name)
    box.lineEdit().setAccessibleName(name)
    box.lineEdit().setTextMargins(9, 0, 0, 0)
    return box
