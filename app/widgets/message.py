"""One sentence where the cause is: information, success, warning or error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypedDict, Unpack

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.icons import icon, pixmap
from app.system_info import report_text
from app.theme import theme

Tone = Literal["info", "success", "warning", "error"]


class MessageOptions(TypedDict, total=False):
    """What ``show_message`` takes besides tone and text."""

    details: str
    action: str
    on_action: Callable[[], object] | None
    other: str
    on_other: Callable[[], object] | None
    closable: bool


_ICONS = {
    "info": ("info", "accent"),
    "success": ("circle-check", "success"),
    "warning": ("triangle-alert", "warning"),
    "error": ("circle-alert", "danger"),
}


class InlineMessage(QFrame):
    """A message in the page; hidden until ``show_message`` is called.

    An error with details gets a disclosure and "Copy report", which copies the sentence, the
    details and the versions.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "message")
        self._tone: Tone = "info"
        self._details_text = ""
        self._on_action: Callable[[], object] | None = None
        self._on_other: Callable[[], object] | None = None

        self._picture = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = self._link("")
        self._action.clicked.connect(self._run_action)
        self._other = self._link("")
        self._other.clicked.connect(self._run_other)
        self._disclose = self._link(tr("Details"))
        self._disclose.setCheckable(True)
        self._disclose.toggled.connect(self._show_details)
        self._copy = self._link("")
        self._copy.clicked.connect(self._copy_report)
        self._close = QToolButton()
        self._close.setIcon(icon("x"))
        self._close.setAccessibleName(tr("Dismiss this message"))
        self._close.setToolTip(tr("Dismiss"))
        self._close.clicked.connect(self.hide)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setProperty("role", "log")
        self._details.setMaximumHeight(160)
        self._details.setAccessibleName(tr("Details"))
        self._lay_out()
        theme().changed.connect(self._tint)
        self.hide()

    def _link(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "link")
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setMinimumHeight(26)
        return button

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        row = QHBoxLayout()
        row.setSpacing(8)
        # A single line of text stands in the middle of the close button's height.
        self._picture.setContentsMargins(0, 5, 0, 0)
        self._text.setMinimumHeight(26)
        row.addWidget(self._picture, 0, top)
        row.addWidget(self._text, 1)
        row.addWidget(self._close, 0, top)
        self._beside = QHBoxLayout()
        row.insertLayout(2, self._beside)
        self._links = QHBoxLayout()
        self._links.setContentsMargins(21, 0, 0, 2)  # under the text
        self._links.setSpacing(12)
        self._links.addStretch(1)
        for button in (self._copy, self._disclose, self._other, self._action):
            self._links.insertWidget(0, button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 6, 8, 6)
        outer.setSpacing(4)
        outer.addLayout(row)
        outer.addLayout(self._links)
        outer.addWidget(self._details)

    def _place_action(self) -> None:
        """Put actions beside the text where they are alone, all links below it else."""
        alone = bool(self._action.text()) and self._copy.isHidden() and self._disclose.isHidden()
        for place, button in enumerate((self._action, self._other)):
            if alone:
                self._beside.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            else:
                self._links.insertWidget(place, button)

    @property
    def text(self) -> str:
        """The sentence that shows now."""
        return self._text.text()

    def show_message(
        self,
        tone: Tone,
        text: str,
        *,
        details: str = "",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        other: str = "",
        on_other: Callable[[], object] | None = None,
        closable: bool = True,
    ) -> None:
        """Show *text*, with up to two actions and details behind a disclosure."""
        self._tone = tone
        self._details_text = details
        self._on_action, self._on_other = on_action, on_other
        self._text.setText(text)
        for button, words in ((self._action, action), (self._other, other)):
            button.setText(words)
            button.setVisible(bool(words))
        self._disclose.setVisible(bool(details))
        self._disclose.setChecked(False)
        self._copy.setVisible(bool(details) or tone == "error")
        self._copy.setText(tr("Copy report"))
        self._close.setVisible(closable)
        self._place_action()
        self._details.setPlainText(details)
        self._details.hide()
        self.setAccessibleName(text)
        self.setProperty("tone", tone)
        self.style().unpolish(self)
        self.style().polish(self)
        self._tint()
        self.show()

    def info(self, text: str, **options: Unpack[MessageOptions]) -> None:
        """Show neutral information; options as in ``show_message``."""
        self.show_message("info", text, **options)

    def success(self, text: str, **options: Unpack[MessageOptions]) -> None:
        """Show that something worked."""
        self.show_message("success", text, **options)

    def warning(self, text: str, **options: Unpack[MessageOptions]) -> None:
        """Show something that deserves attention."""
        self.show_message("warning", text, **options)

    def error(self, text: str, **options: Unpack[MessageOptions]) -> None:
        """Show what went wrong and what to do; ``details`` are folded away."""
        self.show_message("error", text, **options)

    def clear(self) -> None:
        """Hide the message."""
        self.hide()

    def _run_action(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _run_other(self) -> None:
        if self._on_other is not None:
            self._on_other()

    def _show_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self._disclose.setText(tr("Hide details") if shown else tr("Details"))

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(report_text(self._text.text(), self._details_text))
        self._copy.setText(tr("Copied"))

    def _tint(self) -> None:
        name, token = _ICONS[self._tone]
        self._picture.setPixmap(pixmap(name, token, 16, self.devicePixelRatioF()))
