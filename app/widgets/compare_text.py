"""A translation to look into: how sure the model was of each word, and which word is which."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QMouseEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QTextEdit, QToolTip

from app.i18n import percent, tr
from app.theme import theme
from app.widgets.diff_view import Mark, ReadingText
from app.widgets.text_diff import Span

SURE = 0.75
"""A word of at least this probability is not tinted."""
UNSURE = 0.4
"""A word below this probability is underlined with dots, too."""

Stretch = tuple[int, int]
"""From a character to before another."""
Sure = tuple[int, int, float]
"""A stretch and its probability, 0 to 1."""


def selection(
    document: QTextDocument, text: str, stretch: Stretch, look: QTextCharFormat
) -> QTextEdit.ExtraSelection:
    """What shows a stretch of a document's *text* in another look."""
    cursor = QTextCursor(document)
    cursor.setPosition(_to_qt(text, stretch[0]))
    cursor.setPosition(_to_qt(text, stretch[1]), QTextCursor.MoveMode.KeepAnchor)
    result = QTextEdit.ExtraSelection()
    result.cursor = cursor  # type: ignore[misc]
    result.format = look  # type: ignore[misc]
    return result


def lit_look() -> QTextCharFormat:
    """How a word looks whose counterpart is pointed at."""
    look = QTextCharFormat()
    look.setBackground(theme().tokens.qcolor("accent_soft"))
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    look.setUnderlineColor(theme().tokens.qcolor("accent"))
    return look


def character_at(document: QTextDocument, text: str, place: QPointF) -> int:
    """The character of *text* at a place of the document, -1 beside it."""
    found = document.documentLayout().hitTest(place, Qt.HitTestAccuracy.ExactHit)
    return from_qt(text, found) if found >= 0 else -1


def _to_qt(text: str, at: int) -> int:
    """Qt counts characters beyond the first 65,536 as two."""
    return at + sum(char > "\uffff" for char in text[:at])


def from_qt(text: str, position: int) -> int:
    """The character at a position of a Qt document that holds *text*."""
    at = 0
    while position > 0 and at < len(text):
        position -= 2 if text[at] > "\uffff" else 1
        at += 1
    return at


class MarkedText(ReadingText):
    """Tells which character is pointed at, by the mouse or the caret, and lights up words."""

    pointed = Signal(int)
    """The character under the mouse or behind the caret, -1 for none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._words: Sequence[Sure] = ()
        self._show_sure = False
        self._lit: Sequence[Stretch] = ()
        self._drawn: object = None
        self.setMouseTracking(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.cursorPositionChanged.connect(self._caret_moved)
        theme().changed.connect(self._select)

    def show_marked(
        self, spans: Sequence[Span], mark: Mark, words: Sequence[Sure], *, show_sure: bool
    ) -> None:
        """Show spans, and with *show_sure* tint the words that the model was not sure of."""
        if (state := (list(spans), mark, words, show_sure)) == self._drawn:
            return
        self._drawn = state
        self._words, self._show_sure, self._lit = words, show_sure, ()
        self.set_spans(spans, mark)
        blocked = self.blockSignals(True)
        self.setTextCursor(QTextCursor(self.document()))  # what is written leaves it at the end
        self.blockSignals(blocked)
        self._select()

    def light(self, stretches: Sequence[Stretch]) -> None:
        """Light up these stretches, and no others."""
        if stretches != self._lit:
            self._lit = stretches
            self._select()

    def told(self, at: int) -> str:
        """How sure the model was of the word at a character; empty where it is not known."""
        word = next((word for word in self._words if word[0] <= at < word[1]), None)
        if word is None:
            return ""
        return tr(
            "“{word}”: probability {share}, given the words before it",
            word=self.text[word[0] : word[1]],
            share=percent(word[2], 1),
        )

    def _select(self) -> None:
        text, document = self.text, self.document()
        looks = [
            (word[:2], _sure_look(word[2]))
            for word in self._words
            if self._show_sure and word[2] < SURE
        ]
        looks += [(stretch, lit_look()) for stretch in self._lit]
        self.setExtraSelections([selection(document, text, *one) for one in looks])

    def _caret_moved(self) -> None:
        if self.hasFocus():
            self.pointed.emit(from_qt(self.text, self.textCursor().position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is pointed at."""
        super().mouseMoveEvent(event)
        self.pointed.emit(character_at(self.document(), self.text, event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        super().leaveEvent(event)
        self.pointed.emit(-1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The caret points at nothing any more."""
        super().focusOutEvent(event)
        self.pointed.emit(-1)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say how sure the model was of the word under the mouse."""
        if isinstance(event, QHelpEvent):
            at = character_at(self.document(), self.text, QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.told(at), self)
            return True
        return super().viewportEvent(event)


def _sure_look(probability: float) -> QTextCharFormat:
    tone = "danger" if probability < UNSURE else "warning"
    look = QTextCharFormat()
    look.setBackground(theme().tokens.qcolor(f"{tone}_soft"))
    if probability < UNSURE:
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        look.setUnderlineColor(theme().tokens.qcolor(tone))
    return look
