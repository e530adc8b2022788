"""A box to choose a language in: type a name or a tag, in any part of it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter

from app.i18n import tr
from app.widgets.combos import ElidedComboBox, ElidedLine
from app.widgets.page import restyle


class LanguageBox(ElidedComboBox):
    """An editable combo box over (tag, name) pairs; what is typed must be one of them."""

    changed = Signal(str)
    """The chosen language's tag; an empty string where none is chosen."""

    def __init__(self, name: str, languages: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setLineEdit(ElidedLine())
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumWidth(150)
        self.setMaxVisibleItems(14)
        editor = self.lineEdit()
        assert editor is not None
        editor.setPlaceholderText(tr("Language"))
        editor.setAccessibleName(name)
        editor.editingFinished.connect(self._settle)
        completer = self.completer()
        assert completer is not None  # an editable combo box has one
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._tag = ""
        self.set_languages(languages)
        self.activated.connect(lambda _: self._settle())

    def set_languages(self, languages: Iterable[tuple[str, str]]) -> None:
        """Offer these (tag, name) pairs, sorted by name; a choice that is still there stays."""
        previous = self._tag
        blocked = self.blockSignals(True)
        self.clear()
        for tag, name in sorted(languages, key=lambda pair: pair[1].casefold()):
            self.addItem(f"{name} ({tag})", tag)
        self.setCurrentIndex(self.findData(previous) if previous else -1)
        self.blockSignals(blocked)
        self._tag = previous if self.currentIndex() >= 0 else ""
        if previous != self._tag:
            self.changed.emit(self._tag)

    @property
    def tag(self) -> str:
        """The chosen tag, or an empty string."""
        return self._tag

    def set_tag(self, tag: str) -> None:
        """Choose a language by its tag; an unknown one clears the box."""
        self.setCurrentIndex(self.findData(tag))
        self._settle()

    def _find(self, text: str) -> int:
        wanted = text.strip().casefold()
        if not wanted:
            return -1
        for index in range(self.count()):
            shown = self.itemText(index).casefold()
            tag = str(self.itemData(index)).casefold()
            if wanted in (tag, shown, shown.rpartition(" (")[0]):
                return index
        return -1

    def _settle(self) -> None:
        """Turn what is typed into a choice, or mark it as unknown."""
        text = self.currentText()
        index = self._find(text)
        known = index >= 0 or not text.strip()
        restyle(self, invalid="false" if known else "true")
        self.setToolTip("" if known else tr("This language is not in the list."))
        if index >= 0 and self.currentIndex() != index:
            self.setCurrentIndex(index)
        editor = self.lineEdit()
        if editor is not None and not editor.hasFocus():
            editor.setCursorPosition(0)  # a long name shows from its beginning
        tag = str(self.itemData(index)) if index >= 0 else ""
        if tag != self._tag:
            self._tag = tag
            self.changed.emit(tag)
