"""Two translations side by side, with the words that differ marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QTextBrowser, QVBoxLayout, QWidget

from app.i18n import tr
from app.theme import theme
from app.widgets.page import label
from app.widgets.text_diff import Span, word_diff

Mark = Literal["added", "missing"]


class ReadingText(QTextBrowser):
    """Read-only text at reading size, as high as its content, in any script.

    Changed spans are shown as *added* (tinted, underlined) or *missing* (tinted, struck through).
    """

    def __init__(self, name: str, size: int = 15, *, grow: bool = True) -> None:
        super().__init__()
        self.setProperty("role", "reading")
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._size = size
        self._grow = grow
        self._spans: list[Span] = []
        self._mark: Mark = "added"
        self.document().setDocumentMargin(0)
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)
        if grow:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self._render)

    @property
    def text(self) -> str:
        """The text without marks."""
        return "".join(span.text for span in self._spans)

    def set_text(self, text: str) -> None:
        """Show *text* without marks."""
        self.set_spans([Span(text, False)])

    def set_spans(self, spans: Sequence[Span], mark: Mark = "added") -> None:
        """Show spans; changed ones carry *mark*."""
        self._spans = list(spans)
        self._mark = mark
        self._render()

    def _format(self, changed: bool) -> QTextCharFormat:
        tokens = theme().tokens
        result = QTextCharFormat()
        result.setFont(theme().font(self._size))
        result.setForeground(tokens.qcolor("text"))
        if changed and self._mark == "added":
            result.setBackground(tokens.qcolor("success_soft"))
            result.setFontUnderline(True)
            result.setUnderlineColor(tokens.qcolor("success"))
        elif changed:
            result.setBackground(tokens.qcolor("danger_soft"))
            result.setFontStrikeOut(True)
        return result

    def _render(self) -> None:
        self.document().clear()
        cursor = QTextCursor(self.document())
        block = QTextBlockFormat()
        # At least: scripts with tall letters take what they need.
        block.setLineHeight(
            1.5 * theme().px(self._size), QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        )
        cursor.setBlockFormat(block)
        looks = {changed: self._format(changed) for changed in (False, True)}
        cursor.beginEditBlock()  # laid out once, not after each span
        for span in self._spans:
            cursor.insertText(span.text, looks[span.changed])
        cursor.endEditBlock()
        self._fit()

    def _fit(self) -> None:
        if not self._grow:
            return
        self.document().setTextWidth(max(60, self.viewport().width()))
        wanted = int(self.document().size().height()) + 4
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew and follow the content's height."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Wish for the content's height."""
        return QSize(240, int(self.document().size().height()) + 4)


class _Column(QWidget):
    def __init__(self, title: str, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self._dot = label("\N{BLACK CIRCLE}", "small")
        self._title = label(title, "strong")
        self._note = label("", "small")
        self.text = ReadingText(title)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._dot)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._note)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addLayout(head)
        outer.addWidget(self.text)
        outer.addStretch(1)
        theme().changed.connect(self._tint)
        self._tint()

    def set_head(self, title: str, note: str) -> None:
        self._title.setText(title)
        self._note.setText(note)
        self.text.setAccessibleName(title)

    def set_colour(self, colour: str) -> None:
        """Take the colour of another system (the name of a token)."""
        self._colour = colour
        self._tint()

    def _tint(self) -> None:
        self._dot.setStyleSheet(f"color: {theme().tokens.colour(self._colour)}")


class DiffView(QWidget):
    """Two texts: what the right one added is tinted and underlined, what it dropped is struck."""

    def __init__(
        self,
        left_title: str,
        right_title: str,
        *,
        left_colour: str = "zero_shot",
        right_colour: str = "fine_tuned",
    ) -> None:
        super().__init__()
        self.setAccessibleName(tr("Differences"))
        self.left = _Column(left_title, left_colour)
        self.right = _Column(right_title, right_colour)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        row.addWidget(self.left, 1)
        row.addWidget(self.right, 1)

    def set_texts(self, left: str, right: str) -> None:
        """Compare two texts; an empty one is shown without marks."""
        if left and right:
            left_spans, right_spans = word_diff(left, right)
        else:
            left_spans, right_spans = [Span(left, False)], [Span(right, False)]
        self.left.text.set_spans(left_spans, "missing")
        self.right.text.set_spans(right_spans, "added")
