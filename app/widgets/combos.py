"""Combo boxes that follow a list, and spin boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSizePolicy

Spin = TypeVar("Spin", bound=QAbstractSpinBox)


def combo_box(name: str, width: int = 160) -> QComboBox:
    """Return a box at least *width* wide whose long entries do not widen it."""
    box = QComboBox()
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


def indented(box: Spin) -> Spin:
    """A spin box whose text begins where that of other fields does: style sheets cannot say so."""
    box.lineEdit().setTextMargins(9, 0, 0, 0)
    return box
