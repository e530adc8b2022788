"""The list of what was found in dropped files: one row a set, each can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QVBoxLayout, QWidget

from app.i18n import number, tr
from app.widgets.page import label, link_button, restyle, scrolled
from app.widgets.rows import ElidedLabel

_SHOWN = 60  # rows; nobody ticks more, and each costs some milliseconds


@dataclass(frozen=True)
class FoundSet:
    """One file, or files that belong together, in words.

    ``facts`` is one line (format, encoding, languages, codes), ``size`` the pairs in it.
    ``languages`` are tags; ``preview`` holds pairs of the languages ``preview_of``, empty where
    the order of the sides is the file's. ``columns`` can be chosen where there are any, and have
    to be where ``asks_columns``. ``codes`` counts inline codes (None: the format has none),
    ``unfinished`` tells whether the format knows unfinished translations, ``empty`` that there is
    not one pair in the set as it is read now. ``error`` says why the set cannot be read.
    """

    key: int
    title: str
    facts: str = ""
    size: str = ""
    languages: tuple[str, ...] = ()
    preview: tuple[tuple[str, str], ...] = ()
    preview_of: tuple[str, str] = ("", "")
    encoding: str = ""
    encoding_guessed: bool = False
    columns: tuple[str, ...] = ()
    header: bool | None = None
    asks_columns: bool = False
    codes: int | None = None
    unfinished: bool = False
    empty: bool = False
    error: str = ""


def _needs_nothing(found: FoundSet) -> bool:
    return not (found.error or found.empty or found.asks_columns or found.encoding_guessed)


class _Box(QCheckBox):
    """A check box that tells when the keyboard comes to it."""

    reached = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit()


class _Row(QFrame):
    """Check box, name, size, facts, and a note where there is something to say."""

    reached = Signal()
    toggled = Signal(bool)

    def __init__(self, found: FoundSet, alone: bool) -> None:
        super().__init__()
        self.setProperty("role", "set")
        if not alone:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._alone = alone
        self.box = _Box()
        self.box.setAccessibleName(tr("Import {name}", name=found.title))
        self.box.reached.connect(self.reached)
        self.box.clicked.connect(lambda: self.toggled.emit(self.box.isChecked()))
        self._title = ElidedLabel(found.title, "strong")
        self._size = label("", "small")
        self._facts = label("", "small", wrap=True)
        self._note = label("", "small", wrap=True)
        self._again = link_button(tr("Import again"), lambda: self.toggled.emit(True))
        grid = QGridLayout(self)
        grid.setContentsMargins(*((0, 0, 0, 0) if alone else (10, 8, 10, 8)))
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        if alone:
            self.box.hide()  # what is not wanted is cancelled
        else:
            grid.addWidget(self.box, 0, 0)
        grid.addWidget(self._title, 0, 1)
        grid.addWidget(self._size, 0, 2)
        grid.addWidget(self._facts, 1, 1, 1, 2)
        grid.addWidget(self._note, 2, 1)
        grid.addWidget(self._again, 2, 2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self._state: tuple[object, ...] = ()
        self.show_set(found)
        self.show_state(True, "", "", again=False)

    def show_set(self, found: FoundSet) -> None:
        self._size.setText(found.size)
        self._facts.setText(found.facts)
        self._facts.setVisible(bool(found.facts))
        self.setAccessibleName(f"{found.title}: {found.facts} {found.size}".strip())

    def show_state(self, chosen: bool, note: str, tone: str, *, again: bool) -> None:
        if self._state == (chosen, note, tone, again) and self.box.isChecked() == chosen:
            return
        self._state = (chosen, note, tone, again)
        self.box.setChecked(chosen)
        self.box.setEnabled(chosen or tone not in ("danger", "misfit"))
        self._note.setText(note)
        self._note.setVisible(bool(note))
        restyle(self._note, tone="" if tone == "misfit" else tone)
        self._again.setVisible(again)
        self.box.setAccessibleDescription(note)

    def set_current(self, current: bool) -> None:
        restyle(self, current="true" if current and not self._alone else "false")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.reached.emit()
        super().mousePressEvent(event)


class SetList(QWidget):
    """Rows of which one is looked at; a check box tells which are imported.

    Of very many sets, those that need an answer come first, and the last ones have no row.
    """

    current_changed = Signal(int)
    """The key of the set that is looked at now."""
    toggled = Signal(int, bool)
    """A set was taken in or left out by the person."""

    def __init__(self, sets: Sequence[FoundSet]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Files"))
        alone = len(sets) == 1
        self._rows: dict[int, _Row] = {}
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 4, 0)
        box.setSpacing(2)
        shown = sorted(sets, key=_needs_nothing)[:_SHOWN] if len(sets) > _SHOWN else sets
        for found in shown:
            row = self._rows[found.key] = _Row(found, alone)
            row.reached.connect(lambda key=found.key: self.set_current(key))
            row.toggled.connect(lambda on, key=found.key: self.toggled.emit(key, on))
            box.addWidget(row)
        if len(shown) < len(sets):
            more = tr("and {n} more that need no answer", n=number(len(sets) - len(shown)))
            box.addWidget(label(more, "secondary"))
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(column if alone else scrolled(column))
        self.current = -1

    def set_current(self, key: int) -> None:
        """Look at this set."""
        if key == self.current:
            return
        self.current = key
        for other, row in self._rows.items():
            row.set_current(other == key)
        self.current_changed.emit(key)

    def show_set(self, found: FoundSet) -> None:
        """Show what a set turned out to be with other options."""
        if found.key in self._rows:
            self._rows[found.key].show_set(found)

    def show_state(
        self, key: int, chosen: bool, note: str = "", tone: str = "", *, again: bool = False
    ) -> None:
        """Tick a set or not, and say why; *tone* ``danger`` or ``misfit`` leaves no choice."""
        if key in self._rows:
            self._rows[key].show_state(chosen, note, tone, again=again)
