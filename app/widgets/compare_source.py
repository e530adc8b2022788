"""The text that is translated: typed, pasted or stepped to, and pointed into."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from app.i18n import tr
from app.theme import theme
from app.widgets.compare_text import Stretch, from_qt, lit_look, selection


class ReadingEditor(QPlainTextEdit):
    """An editor at reading size for any script; Tab leaves it, dropped files are the page's."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)
        theme().changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFont(theme().font(15))


class SourceText(ReadingEditor):
    """Tells which character is pointed at, and lights up words."""

    pointed = Signal(int)
    """The character under the mouse, or behind a caret that moves without typing; -1: none."""

    def __init__(self) -> None:
        super().__init__(tr("Source text"))
        self.setPlaceholderText(tr("Type or paste text in the source language"))
        self.setMouseTracking(True)
        self._revision = 0
        self._lit: Sequence[Stretch] = ()
        self.cursorPositionChanged.connect(self._caret_moved)
        theme().changed.connect(self._select)

    def light(self, stretches: Sequence[Stretch]) -> None:
        """Light up these stretches, and no others."""
        if stretches != self._lit:
            self._lit = stretches
            self._select()

    def _select(self) -> None:
        text = self.toPlainText()
        self.setExtraSelections(
            [selection(self.document(), text, one, lit_look()) for one in self._lit]
        )

    def _caret_moved(self) -> None:
        typed = self.document().revision() != self._revision
        self._revision = self.document().revision()
        if not typed and self.hasFocus():
            self.pointed.emit(from_qt(self.toPlainText(), self.textCursor().position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        super().mouseMoveEvent(event)
        self.pointed.emit(self._character_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.pointed.emit(-1)

    def _character_at(self, place: QPointF) -> int:
        """The character at a place of the viewport, -1 beside the text."""
        cursor = self.cursorForPosition(place.toPoint())
        right = self.cursorRect(cursor)
        if abs(right.center().y() - place.y()) > right.height():
            return -1
        position = cursor.position()
        # The cursor stands between two characters: the nearer end of the one pointed at.
        if right.left() > place.x() and position > cursor.block().position():
            position -= 1
        return from_qt(self.toPlainText(), position)
