"""Correcting a translation where it stands: an editor, a corpus to save the pair to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.combos import combo_box, fill
from app.widgets.compare_source import ReadingEditor
from app.widgets.page import ghost_button, label, quiet_button

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Editor(ReadingEditor):
    """Ctrl+Enter saves, Escape leaves; the page's own shortcuts wait meanwhile."""

    saved = Signal()
    cancelled = Signal()

    def event(self, event: QEvent) -> bool:
        """Take the keys before the page's shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and self._command(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Save or leave."""
        command = self._command(event)
        if command is None:
            super().keyPressEvent(event)
        else:
            command.emit()

    def _command(self, event: QEvent) -> SignalInstance | None:
        if not isinstance(event, QKeyEvent):
            return None
        if event.key() == Qt.Key.Key_Escape:
            return self.cancelled
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        wanted = event.key() in _ENTER and bool(control)
        return self.saved if wanted else None


class CorrectionEditor(QWidget):
    """Hidden until :meth:`begin`."""

    saved = Signal(str, str)  # text, corpus
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text = _Editor(tr("Corrected translation"))
        self.text.setMinimumHeight(110)
        self.corpus = combo_box(tr("Corpus that the pair is saved to"), 120)
        self._warning = label("", "small", wrap=True)
        self.save_button = quiet_button(tr("Save pair"), "save", self._save)
        self.save_button.setToolTip(tr("Save the source text with this translation (Ctrl+Enter)"))
        self.cancel_button = ghost_button(tr("Cancel"), "", self.cancelled.emit)
        self.cancel_button.setToolTip(tr("Leave the translation as it is (Esc)"))
        heading = label(tr("Save to"), "secondary")
        heading.setBuddy(self.corpus)
        target = QHBoxLayout()
        target.setSpacing(8)
        target.addWidget(heading)
        target.addWidget(self.corpus, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.save_button)
        buttons.addWidget(self.cancel_button)
        buttons.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 8, 0)
        outer.setSpacing(8)
        outer.addWidget(self.text)
        outer.addLayout(target)
        outer.addWidget(self._warning)
        outer.addLayout(buttons)
        self.text.saved.connect(self._save)
        self.text.cancelled.connect(self.cancelled.emit)
        self.text.textChanged.connect(self._update)
        self.hide()

    def offer(self, corpora: Sequence[tuple[str, str]], chosen: str, warning: str) -> None:
        """Offer (words, name) corpora; *warning* is what to think of before saving."""
        fill(self.corpus, corpora, chosen, "")
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))

    def leave(self, note: str) -> bool:
        """Show a *note* in place of the warning; whether anything was written."""
        self._warning.setText(note)
        self._warning.show()
        return self.text.document().isModified()

    def begin(self, text: str, title: str) -> None:
        """Edit *text*, the translation of the system called *title*."""
        self.text.setAccessibleName(tr("Corrected translation of {system}", system=title))
        self.text.setPlainText(text)
        self.text.document().setModified(False)
        self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self.show()
        self.text.setFocus()

    def _update(self) -> None:
        self.save_button.setEnabled(bool(self.text.text.strip()))

    def _save(self) -> None:
        text = self.text.text.strip()
        if text:
            self.saved.emit(text, str(self.corpus.currentData()))
