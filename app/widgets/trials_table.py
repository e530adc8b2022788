"""The trials of a search in rows: what was tried, what it scored, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.i18n import number, tr
from app.theme import theme


@dataclass(frozen=True)
class TrialLine:
    """One trial as shown; ``cells`` are score, state, the searched fields, and time."""

    number: int
    cells: tuple[str, ...]
    best: bool
    help: str = ""


class TrialsTable(QTableWidget):
    """As high as its rows, the newest trial first; the best one is bold."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self.setAccessibleName(tr("Trials"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)

    def show_lines(self, titles: Sequence[str], lines: Sequence[TrialLine]) -> None:
        """Show these trials under the titles of their cells."""
        self.setColumnCount(len(titles) + 1)
        # A word a line: the columns are as narrow as their values.
        self.setHorizontalHeaderLabels([tr("Trial"), *(t.replace(" ", "\n") for t in titles)])
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate((number(line.number), *line.cells)):
                item = QTableWidgetItem(text)
                if line.best:
                    item.setFont(theme().font(13, QFont.Weight.DemiBold))
                item.setToolTip(line.help or text)
                self.setItem(row, column, item)
        heights = sum(self.rowHeight(row) for row in range(len(lines)))
        bar = self.horizontalScrollBar()
        room = bar.sizeHint().height() if bar.maximum() else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + heights + room + 4)
