"""One file set in the import dialog: three pairs of it, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from app.i18n import tr, tr_n
from app.icons import icon
from app.widgets.combos import combo_box
from app.widgets.diff_view import ReadingText
from app.widgets.import_sets import FoundSet
from app.widgets.page import Card, label, restyle

_PREVIEW_LENGTH = 160
_ROWS = 3


class SetPreview(QWidget):
    """Two titled columns with three pairs."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._titles = (label("", "small"), label("", "small"))
        for column, title in enumerate(self._titles):
            grid.addWidget(title, 0, column)
        self._cells: list[tuple[ReadingText, ReadingText]] = []
        for row in range(_ROWS):
            cells = tuple(ReadingText(tr("Preview {n}", n=row + 1), 13) for _ in range(2))
            for column, cell in enumerate(cells):
                cell.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                grid.addWidget(cell, row + 1, column, Qt.AlignmentFlag.AlignTop)
            self._cells.append((cells[0], cells[1]))
        self._nothing = label("", "secondary", wrap=True)
        grid.addWidget(self._nothing, _ROWS + 1, 0, 1, 2)

    def show_pairs(
        self, titles: tuple[str, str], pairs: Sequence[tuple[str, str]], otherwise: str
    ) -> None:
        """Show pairs under the languages' names, or say why there are none."""
        for title, text in zip(self._titles, titles, strict=True):
            title.setText(text)
            title.setVisible(bool(pairs))
        for row, cells in enumerate(self._cells):
            pair = pairs[row] if row < len(pairs) else ("", "")
            for cell, text in zip(cells, pair, strict=True):
                cell.set_text(_shortened(text))
                cell.setVisible(row < len(pairs))
        self._nothing.setText("" if pairs else otherwise)
        self._nothing.setVisible(not pairs)


class SetOptions(QWidget):
    """What can be told about a set: encoding, columns, inline codes, unfinished texts."""

    changed = Signal()

    def __init__(self, found: FoundSet, encodings: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._source = self._column_box(found, tr("Source column"))
        self._target = self._column_box(found, tr("Target column"))
        self._header = QCheckBox(tr("The first row holds the names of the columns"))
        self._header.setChecked(bool(found.header))
        self._header_touched = False
        self._header.clicked.connect(self._touch_header)
        self._encoding = combo_box(tr("Encoding"), 220)
        self._encoding.addItem(_automatic(found), "")
        for name, title in encodings:
            self._encoding.addItem(title, name)
        self._encoding.activated.connect(lambda _: self.changed.emit())
        self._codes = QCheckBox(tr("Keep inline codes as {1}, {2} instead of leaving them out"))
        self._unfinished = QCheckBox(tr("Also take fuzzy, obsolete and unfinished translations"))
        for box in (self._codes, self._unfinished):
            box.clicked.connect(lambda _: self.changed.emit())
        self._grid = QGridLayout(self)
        self._lay_out(found)

    def _column_box(self, found: FoundSet, name: str) -> QComboBox:
        box = combo_box(name, 130)
        box.addItem(tr("Choose…") if found.asks_columns else tr("Automatic"), "")
        for number, column in enumerate(found.columns, start=1):
            box.addItem(column if found.header else tr("Column {n}", n=number), str(number))
        box.activated.connect(lambda _: self.changed.emit())
        return box

    def _lay_out(self, found: FoundSet) -> None:
        grid = self._grid
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        row = 0
        if found.columns:
            columns = QHBoxLayout()
            columns.setSpacing(8)
            columns.addWidget(self._source, 1)
            columns.addWidget(label("\N{RIGHTWARDS ARROW}", "secondary"))
            columns.addWidget(self._target, 1)
            title = label(tr("Columns"))
            restyle(title, tone="accent" if found.asks_columns else "")
            grid.addWidget(title, row, 0)
            grid.addLayout(columns, row, 1)
            row += 1
            if found.header is not None:
                grid.addWidget(self._header, row, 1)
                row += 1
        if found.encoding:
            grid.addWidget(label(tr("Encoding")), row, 0)
            grid.addWidget(self._encoding, row, 1)
            row += 1
        for wanted, box in (
            (found.codes is not None, self._codes),
            (found.unfinished, self._unfinished),
        ):
            if wanted:
                grid.addWidget(box, row, 0, 1, 2)
                row += 1
        if found.codes:
            self._codes.setToolTip(
                tr_n(
                    "{n} code in what was looked at", "{n} codes in what was looked at", found.codes
                )
            )

    def _touch_header(self) -> None:
        self._header_touched = True
        self.changed.emit()

    def show_found(self, found: FoundSet) -> None:
        """Name the columns anew, as the header tells, and the encoding where none is chosen."""
        if not self._encoding.currentData():
            self._encoding.setItemText(0, _automatic(found))
        for box in (self._source, self._target):
            for number, column in enumerate(found.columns, start=1):
                if number < box.count():
                    box.setItemText(number, column if found.header else tr("Column {n}", n=number))

    def choose_columns(self, source: int, target: int) -> None:
        """Choose two columns by their numbers from 1, as a person does."""
        self._source.setCurrentIndex(source)
        self._target.setCurrentIndex(target)
        self.changed.emit()

    @property
    def complete(self) -> bool:
        """Whether both columns are chosen, or neither."""
        return bool(self._source.currentData()) == bool(self._target.currentData())

    @property
    def values(self) -> dict[str, Any]:
        """The choices by name; empty ones are what the program finds by itself."""
        return {
            "encoding": self._encoding.currentData() or "",
            "keep_codes": self._codes.isChecked(),
            "source_column": self._source.currentData() or "",
            "target_column": self._target.currentData() or "",
            "header": self._header.isChecked() if self._header_touched else None,
            "unfinished": self._unfinished.isChecked(),
        }


class SetPanel(Card):
    """The preview of one set, and its options behind a fold."""

    changed = Signal()

    def __init__(self, found: FoundSet, encodings: Sequence[tuple[str, str]]) -> None:
        super().__init__(margin=16, spacing=12)
        self.found = found
        self.preview = SetPreview()
        self.options = SetOptions(found, encodings)
        self.options.changed.connect(self.changed)
        self._error = label(found.error, "", wrap=True)
        self._error.setVisible(bool(found.error))
        restyle(self._error, tone="danger")
        self._fold = QPushButton(tr("How it is read"))
        self._fold.setProperty("kind", "fold")
        self._fold.setIconSize(QSize(18, 14))
        self._fold.setCheckable(True)
        self._fold.setAutoDefault(False)
        self._fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fold.toggled.connect(self._unfold)
        head = QHBoxLayout()
        head.addWidget(self._fold)
        head.addStretch(1)
        self.body.addWidget(self._error)
        self.body.addWidget(self.preview)
        self.body.addStretch(1)
        self.body.addLayout(head)
        self.body.addWidget(self.options)
        self._fold.setVisible(not found.error)
        # Open where there is something that only a person can tell.
        self._fold.setChecked(found.asks_columns or found.encoding_guessed)
        self._unfold(self._fold.isChecked())

    def _unfold(self, open_: bool) -> None:
        self.options.setVisible(open_ and not self.found.error)
        name = "chevron-down" if open_ else "chevron-right"
        self._fold.setIcon(icon(name, checked_token="text_secondary"))

    def show_set(self, found: FoundSet) -> None:
        """Show what the set turned out to be with other options."""
        self.found = found
        self._error.setText(found.error)
        self._error.setVisible(bool(found.error))
        self.options.show_found(found)


def _automatic(found: FoundSet) -> str:
    name = found.encoding.upper()
    if found.encoding_guessed:
        return tr("{encoding} (guessed)", encoding=name)
    return tr("{encoding} (as found)", encoding=name)


def _shortened(text: str) -> str:
    """Enough of a segment to tell its language; cut at a word's end."""
    text = " ".join(text.split())
    if len(text) <= _PREVIEW_LENGTH:
        return text
    head = text[:_PREVIEW_LENGTH]
    return (head.rpartition(" ")[0] or head) + "\N{HORIZONTAL ELLIPSIS}"
