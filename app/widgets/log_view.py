"""A job's log as text: monospace, growing, to be read and copied."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.page import label, quiet_button

_HEIGHT = 260


class LogView(QWidget):
    """Shows the end of the log while the person has not scrolled away from it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setProperty("role", "log")
        self._text.setAccessibleName(tr("Log of the run"))
        self._text.setPlaceholderText(tr("Nothing has been written yet."))
        self._text.setMinimumHeight(_HEIGHT)
        head = QHBoxLayout()
        head.addWidget(label(tr("What the run has written down, newest last."), "secondary"), 1)
        head.addWidget(quiet_button(tr("Copy"), "copy", self.copy))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(head)
        outer.addWidget(self._text, 1)

    @property
    def text(self) -> str:
        """All lines."""
        return self._text.toPlainText()

    def set_text(self, text: str) -> None:
        """Show the log; only what is new is added, so that a selection stays."""
        old = self.text
        text = text.rstrip("\n")
        bar = self._text.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        if old and text.startswith(old):
            if len(text) > len(old):
                self._text.appendPlainText(text[len(old) :].lstrip("\n"))
        else:
            self._text.setPlainText(text)
        if at_end:
            bar.setValue(bar.maximum())

    def copy(self) -> None:
        """Put the whole log on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)
