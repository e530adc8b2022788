"""All in which two runs differ, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.widgets.page import label

Row = tuple[str, str, str, str]
"""Part (input, recipe, …), what differs, its value in the first and in the second run."""


class DifferencesView(QWidget):
    """A table as high as its rows; a sentence where there is nothing to show."""

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "secondary", wrap=True)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(tr("Differences between the two runs"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self._words)
        outer.addWidget(self.table)
        outer.addStretch(1)
        self.show_differences("", "", ())

    def show_differences(self, first: str, second: str, rows: Sequence[Row]) -> None:
        """Show how the run named *second* differs from *first*; without a second, what to do."""
        self.table.setHorizontalHeaderLabels([tr("Part"), tr("What"), first, second])
        self.table.setRowCount(len(rows))
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(at, column, item)
        self.table.setVisible(bool(rows))
        height = self.table.horizontalHeader().sizeHint().height()
        rows_height = sum(self.table.rowHeight(at) for at in range(len(rows)))
        self.table.setFixedHeight(height + rows_height + 4)
        if not second:
            self._words.setText(
                tr("Choose another run under “Compare with…”, and all that differs shows here.")
            )
        else:
            self._words.setText(tr("The two runs do not differ."))
        self._words.setVisible(not rows)
