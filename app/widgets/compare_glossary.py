"""A small editor of terms: source and target, typed or pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.widgets.page import label, quiet_button


class _Table(QTableWidget):
    """Two columns and always an empty row at the end; pastes lines of tab-separated cells."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(0, 2)
        self.setAccessibleName(tr("Terms"))
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setTabKeyNavigation(True)
        self.itemChanged.connect(lambda _: self._changed())

    def terms(self) -> list[tuple[str, str]]:
        """The rows in which both sides are written."""
        rows = [(self._text(at, 0), self._text(at, 1)) for at in range(self.rowCount())]
        return [row for row in rows if all(row)]

    def show_terms(self, terms: Sequence[tuple[str, str]]) -> None:
        """Show these terms and an empty row."""
        blocked = self.blockSignals(True)
        self.setRowCount(0)
        for row in (*terms, ("", "")):
            self._append(row)
        self.blockSignals(blocked)

    def paste(self, text: str) -> None:
        """Take lines of two cells each from the present row on; one cell goes where it is."""
        rows = [line.split("\t") for line in text.splitlines() if line.strip()]
        at = max(0, self.currentRow())
        first = max(0, self.currentColumn()) if all(len(row) == 1 for row in rows) else 0
        blocked = self.blockSignals(True)
        for offset, row in enumerate(rows):
            while self.rowCount() <= at + offset:
                self._append(("", ""))
            for column, cell in enumerate(row[: 2 - first], first):
                self.setItem(at + offset, column, QTableWidgetItem(cell.strip()))
        self.blockSignals(blocked)
        self._changed()

    def remove_selected(self) -> None:
        """Take the selected rows out."""
        rows = sorted({index.row() for index in self.selectedIndexes()}, reverse=True)
        for row in rows:
            self.removeRow(row)
        self._changed()

    def _append(self, row: tuple[str, str]) -> None:
        at = self.rowCount()
        self.insertRow(at)
        for column, text in enumerate(row):
            self.setItem(at, column, QTableWidgetItem(text))

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item is not None else ""

    def _changed(self) -> None:
        last = self.rowCount() - 1
        if last < 0 or self._text(last, 0) or self._text(last, 1):
            blocked = self.blockSignals(True)
            self._append(("", ""))
            self.blockSignals(blocked)
        self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste and delete as in a spreadsheet."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif event.matches(QKeySequence.StandardKey.Delete):
            for item in self.selectedItems():
                item.setText("")
        else:
            super().keyPressEvent(event)


class GlossaryDialog(QDialog):
    """Every change is told at once; there is nothing to save."""

    changed = Signal(object)  # list of (source, target)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Glossary"))
        self.resize(560, 440)
        self.table = _Table()
        self.table.edited.connect(lambda: self.changed.emit(self.table.terms()))
        self._words = label("", "secondary", wrap=True)
        buttons = QHBoxLayout()
        buttons.addWidget(
            quiet_button(tr("Remove selected rows"), "trash-2", self.table.remove_selected)
        )
        buttons.addStretch(1)
        buttons.addWidget(quiet_button(tr("Close"), "", self.close))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(12)
        outer.addWidget(self._words)
        outer.addWidget(self.table, 1)
        outer.addLayout(buttons)

    def show_terms(self, source: str, target: str, terms: Sequence[tuple[str, str]]) -> None:
        """Show the terms of a direction; *source* and *target* are its languages in words."""
        self._words.setText(
            tr(
                "Terms that must appear in the {target} translation where they appear in the "
                "{source} text. Two columns of a spreadsheet can be pasted.",
                source=source,
                target=target,
            )
        )
        self.table.setHorizontalHeaderLabels([source, target])
        if self.table.terms() != list(terms):
            self.table.show_terms(terms)
        elif not self.table.rowCount():
            self.table.show_terms(())
