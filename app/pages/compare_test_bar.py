"""Stepping through a test file: position, flag, comment, and what can be done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSpinBox,
)

from app.i18n import number, tr, tr_n
from app.icons import icon
from app.viewmodels.compare_test import OpenTest
from app.widgets.combos import spin_box
from app.widgets.menu_button import menu_button
from app.widgets.page import label, tool_button

_LAST_FOLDER = "folders/notes"


class TestBar(QFrame):
    """Hidden while no test file is open."""

    __test__ = False  # its name makes pytest think otherwise

    outputs_wanted = Signal()  # to choose files with other systems' translations
    close_wanted = Signal()

    def __init__(self, test: OpenTest, settings: QSettings) -> None:
        super().__init__()
        self.setAccessibleName(tr("Test file"))
        self._test = test
        self._settings = settings
        self._at = -1  # the segment whose comment shows
        self._name = label("", "badge")
        self.previous = tool_button(
            "chevron-left", tr("Previous segment (Alt+Left)"), lambda: self._step(-1)
        )
        self.following = tool_button(
            "chevron-right", tr("Next segment (Alt+Right)"), lambda: self._step(1)
        )
        self.position = spin_box(QSpinBox(), tr("Segment"))
        self.position.setToolTip(tr("Type a number to go to that segment"))
        self.position.setKeyboardTracking(False)
        self.position.setMinimumWidth(88)
        self._of = label("", "secondary")
        self.flag = tool_button("flag", tr("Flag this segment (Ctrl+D)"))
        self.flag.setIcon(icon("flag", checked_token="warning"))
        self.flag.setCheckable(True)
        self.comment = QLineEdit()
        self.comment.setAccessibleName(tr("Comment on this segment"))
        self.comment.setPlaceholderText(tr("Comment on this segment"))
        self._noted = label("", "small")
        self._noted.setToolTip(tr("Segments with a flag or a comment (Alt+Down for the next)"))
        self._lay_out()
        self.position.valueChanged.connect(lambda value: test.go_to(value - 1))
        self.flag.toggled.connect(test.flag)
        self.comment.editingFinished.connect(self.keep_comment)
        test.noted.connect(self._show_note)
        self.update_position()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        menu = QMenu()
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.more = menu_button(menu, tr("More for the test file"))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for part in (self._name, self.previous, self.position, self._of, self.following):
            row.addWidget(part)
        row.addSpacing(8)
        row.addWidget(self.flag)
        row.addWidget(self.comment, 1)
        row.addSpacing(4)
        row.addWidget(self._noted)
        row.addWidget(self.more)
        row.addWidget(tool_button("x", tr("Close the test file"), self.close_wanted.emit))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        noted = self._test.noted_count > 0
        for words, keys, by in (
            (tr("Next flagged or commented"), "Alt+Down", 1),
            (tr("Previous flagged or commented"), "Alt+Up", -1),
        ):
            action = menu.addAction(words)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # the page has it, too
            action.setEnabled(noted)
            action.triggered.connect(lambda _=False, by=by: self.next_noted(by))
        menu.addSeparator()
        export = menu.addAction(icon("download"), tr("Export flags and comments…"))
        export.setEnabled(noted)
        export.triggered.connect(self._export)
        outputs = menu.addAction(icon("file-text"), tr("Add another system's translations…"))
        outputs.triggered.connect(self.outputs_wanted.emit)

    # Showing -------------------------------------------------------------------------------

    def update_position(self) -> None:
        """Show where the test file stands."""
        test = self._test
        self.setVisible(test.count > 0)
        if not test.count:
            return
        self._name.setText(test.name)
        blocked = self.position.blockSignals(True)
        self.position.setRange(1, test.count)
        self.position.setValue(test.position + 1)
        self.position.blockSignals(blocked)
        self._of.setText(tr("of {n}", n=number(test.count)))
        self.previous.setEnabled(test.position > 0)
        self.following.setEnabled(test.position < test.count - 1)
        self._show_note()

    def _show_note(self) -> None:
        note, count = self._test.note, self._test.noted_count
        self.flag.setEnabled(self._test.can_note)
        self.comment.setEnabled(self._test.can_note)
        blocked = self.flag.blockSignals(True)
        self.flag.setChecked(note.flagged)
        self.flag.blockSignals(blocked)
        moved, self._at = self._at != self._test.position, self._test.position
        if moved or not self.comment.isModified():
            self.comment.setText(note.comment)
        self._noted.setText(tr_n("{n} noted", "{n} noted", count) if count else "")

    # Commands ------------------------------------------------------------------------------

    def keep_comment(self) -> None:
        """Take the comment as it stands in the field."""
        self.comment.setModified(False)
        self._test.comment(self.comment.text())

    def _step(self, by: int) -> None:
        self.keep_comment()
        self._test.go_to(self._test.position + by)

    def next_noted(self, by: int) -> None:
        """Go to the next or previous noted segment."""
        self.keep_comment()
        self._test.next_noted(by)

    def _export(self) -> None:
        self.keep_comment()
        folder = Path(str(self._settings.value(_LAST_FOLDER, str(Path.home()))))
        chosen, _ = QFileDialog.getSaveFileName(
            self,
            tr("Export flags and comments"),
            str(folder / f"{self._test.name}-notes.tsv"),
            tr("Tables (*.tsv *.csv)"),
        )
        if chosen:
            path = Path(chosen)
            path = path if path.suffix else path.with_suffix(".tsv")
            self._settings.setValue(_LAST_FOLDER, str(path.parent))
            self._test.export(path)
