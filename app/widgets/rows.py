"""Things to press that hold more than a word: action cards and list rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
)

from app.icons import pixmap
from app.theme import theme
from app.widgets.page import label


class _LayoutButton(QPushButton):
    """A button as large as the labels in it."""

    def __init__(self, kind: str, name: str, clicked: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.clicked.connect(lambda: clicked())

    def _seal(self) -> None:
        """Let clicks through the labels to the button."""
        for part in self.findChildren(QLabel):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """Return what the labels need at the present width."""
        box = self.layout()
        assert box is not None
        hint = box.sizeHint()
        width = self.width() if self.testAttribute(Qt.WidgetAttribute.WA_Resized) else hint.width()
        height = box.heightForWidth(width) if box.hasHeightForWidth() else hint.height()
        return QSize(hint.width(), max(height, box.minimumSize().height()))

    def minimumSizeHint(self) -> QSize:
        """Allow any width that holds a few words."""
        return QSize(120, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrapped words may need another height now."""
        super().resizeEvent(event)
        self.updateGeometry()


class ActionCard(_LayoutButton):
    """A card that does one thing: icon, title, and a sentence about it."""

    def __init__(
        self, icon_name: str, title: str, text: str, clicked: Callable[[], object]
    ) -> None:
        super().__init__("choice", title, clicked)
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._icon_name = icon_name
        self._picture = QLabel()
        self._text = label(text, "secondary", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 14, 16, 14)
        box.setSpacing(4)
        box.addWidget(self._picture)
        box.addSpacing(4)
        box.addWidget(label(title, "strong"))
        box.addWidget(self._text, 1)
        self._seal()
        theme().changed.connect(self._tint)
        self._tint()

    def set_text(self, text: str) -> None:
        """Change the sentence."""
        self._text.setText(text)
        self.setAccessibleDescription(text)
        self.updateGeometry()

    def _tint(self) -> None:
        self._picture.setPixmap(pixmap(self._icon_name, "accent", 20, self.devicePixelRatioF()))


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where it does not fit; the tooltip has all of it."""

    def __init__(self, text: str, role: str) -> None:
        super().__init__()
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._full = text
        self._elide()

    def set_full_text(self, text: str) -> None:
        """Show another text."""
        self._full = text
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the words anew."""
        super().resizeEvent(event)
        self._elide()


class ElidedCheckBox(QCheckBox):
    """A box whose words end in an ellipsis where they do not fit; the tooltip has all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._full = ""

    def set_full_text(self, text: str) -> None:
        """Show another text."""
        self._full = text
        self.setAccessibleName(text)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - self._beside()
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")

    def _beside(self) -> int:
        """What the box itself takes of the width, and the gap after it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        area = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self)
        return area.left()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cut the words anew."""
        super().resizeEvent(event)
        self._elide()


class LinkRow(_LayoutButton):
    """A row of a list that opens something: title and note at the left, value at the right."""

    def __init__(
        self,
        title: str,
        note: str,
        clicked: Callable[[], object],
        *,
        value: str = "",
        value_note: str = "",
        tone: str = "",
    ) -> None:
        super().__init__("row", title, clicked)
        self.setAccessibleDescription(" ".join(filter(None, (note, value, value_note))))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(ElidedLabel(title, "strong"))
        words.addWidget(ElidedLabel(note, "small"))
        right = QVBoxLayout()
        right.setSpacing(1)
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        figure = label(value, "strong")
        figure.setAlignment(end)
        remark = label(value_note, "small")
        remark.setAlignment(end)
        if tone:
            remark.setProperty("tone", tone)
        right.addWidget(figure)
        right.addWidget(remark)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 12, 7)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addLayout(right)
        self._seal()
        theme().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        """Take the height of two lines, known before the row is styled for the first time."""
        lines = (theme().font(13, QFont.Weight.DemiBold), theme().font(12))
        self.setFixedHeight(sum(QFontMetrics(font).height() for font in lines) + 16)
