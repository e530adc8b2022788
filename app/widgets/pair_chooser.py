"""Which two of several systems are compared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import tr
from app.widgets.combos import combo_box, fill
from app.widgets.page import label


class PairChooser(QWidget):
    """Two boxes; hidden where there are no more than two systems to choose from."""

    changed = Signal(int, int)
    """The places of the two systems."""

    def __init__(self) -> None:
        super().__init__()
        self._boxes = (combo_box(tr("First system"), 100), combo_box(tr("Second system"), 100))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._boxes[0], 1)
        row.addWidget(label(tr("against"), "secondary"))
        row.addWidget(self._boxes[1], 1)
        for box in self._boxes:
            box.activated.connect(self._tell)

    def show_systems(self, titles: Sequence[str], first: int, second: int) -> None:
        """Offer these systems, with two of them chosen."""
        items = [(title, str(place)) for place, title in enumerate(titles)]
        for box, chosen in zip(self._boxes, (first, second), strict=True):
            fill(box, items, str(chosen), "")
        self.setVisible(len(titles) > 2)

    def _tell(self) -> None:
        first, second = (int(box.currentData()) for box in self._boxes)
        self.changed.emit(first, second)
