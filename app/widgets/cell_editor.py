"""The editor that opens over a cell of a table: a few lines of text in any direction."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.i18n import tr

_MOST_LINES = 8


class CellEditor(QPlainTextEdit):
    """Enter accepts, Shift+Enter begins a line, Escape leaves the text as it was."""

    accepted = Signal()
    rejected = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.begun = False
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(2)
        self._cell = QRect()
        self.textChanged.connect(self._fit)

    def begin(self, text: str, rtl: bool, name: str) -> None:
        """Show a text with the cursor at its end; *name* is the column's title."""
        option = QTextOption()
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
        )
        option.setAlignment(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)
        self.setAccessibleName(tr("Edit {column}", column=name))
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.begun = True

    def cover(self, cell: QRect) -> None:
        """Lie over this cell, as high as the text needs."""
        self._cell = QRect(cell)  # the option that holds it is gone soon
        self._fit()

    def _fit(self) -> None:
        if self._cell.isNull():
            return
        self.setFixedWidth(self._cell.width())
        most = _MOST_LINES * self.fontMetrics().lineSpacing()
        wanted = 0.0
        block = self.document().firstBlock()
        while block.isValid() and wanted < most:
            wanted += self.blockBoundingRect(block).height()
            block = block.next()
        height = max(self._cell.height(), round(min(wanted, most)) + 18)
        bar = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            bar.ScrollBarAsNeeded if wanted >= most else bar.ScrollBarAlwaysOff
        )
        parent = self.parentWidget()
        room = parent.height() if parent is not None else height
        top = max(0, min(self._cell.top(), room - height))
        self.setGeometry(self._cell.left(), top, self._cell.width(), height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Accept or leave; everything else is typing."""
        shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shifted:
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.rejected.emit()
        else:
            super().keyPressEvent(event)
