"""The text that is translated: typed, pasted or stepped to, and pointed into."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTextEdit

from app.i18n import tr
from app.theme import theme
from app.widgets.compare_text import Stretch, character_at, from_qt, lit_look, selection
from app.widgets.plain_text import plain_text


class ReadingEditor(QTextEdit):
    """Plain text at reading size, each line in its own direction.

    Tab leaves the editor; files that are dropped on it are the page's.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAcceptRichText(False)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)
        theme().changed.connect(self._dress)
        self._dress()

    @property
    def text(self) -> str:
        """What is written."""
        return plain_text(self.document())

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
        document, text = self.document(), self.text
        self.setExtraSelections([selection(document, text, one, lit_look()) for one in self._lit])

    def _caret_moved(self) -> None:
        typed = self.document().revision() != self._revision
        self._revision = self.document().revision()
        if not typed and self.hasFocus():
            self.pointed.emit(from_qt(self.text, self.textCursor().position()))

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
        return character_at(self.document(), self.text, place + self._scrolled())

    def _scrolled(self) -> QPointF:
        return QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
