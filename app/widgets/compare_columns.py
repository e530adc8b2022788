"""Translations of one text beside each other, with what differs marked, and the reference last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.diff_view import TextBlock
from app.widgets.page import EmptyState, label, scrolled
from app.widgets.text_diff import word_diff


@dataclass(frozen=True)
class Shown:
    """One column: *token* is its theme colour, *note* its score; *waiting* while it is made."""

    title: str
    token: str
    text: str
    note: str = ""
    waiting: bool = False


class CompareColumns(QWidget):
    """A column a system; words of the first that the second lost are struck, new ones tinted."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Translations"))
        self._blocks: dict[tuple[str, str], TextBlock] = {}
        self._row = QHBoxLayout()
        self._row.setSpacing(12)
        self._legend = label("", "small", wrap=True)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        box.addLayout(self._row)
        box.addWidget(self._legend)
        box.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState(
                "columns-2",
                tr("Two translations, side by side"),
                tr(
                    "Type a sentence above, or open a test file and step through it with Alt+Left "
                    "and Alt+Right."
                ),
            )
        )
        self._stack.addWidget(scrolled(inner))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def texts(self) -> dict[str, str]:
        """What each column shows, by its title."""
        return {
            title: block.reading.text
            for (title, _), block in self._blocks.items()
            if not block.isHidden()
        }

    def show_columns(self, columns: Sequence[Shown], reference: str) -> None:
        """Show these columns and, unless it is empty, the reference."""
        self._stack.setCurrentIndex(1 if columns else 0)
        shown = [*columns]
        if reference:
            shown.append(Shown(tr("Reference"), "reference", reference))
        for block in self._blocks.values():
            block.hide()
        for place, column in enumerate(shown):
            block = self._block(column)
            self._row.removeWidget(block)
            self._row.insertWidget(place, block, 1)
            block.show()
            note = tr("translating…") if column.waiting else column.note
            block.set(column.text, note)
        self._mark(columns)

    def _block(self, column: Shown) -> TextBlock:
        key = (column.title, column.token)
        if key not in self._blocks:
            self._blocks[key] = TextBlock(column.title, column.token)
            self._blocks[key].setMinimumHeight(180)
        return self._blocks[key]

    def _mark(self, columns: Sequence[Shown]) -> None:
        comparable = len(columns) == 2 and all(c.text and not c.waiting for c in columns)
        differ = comparable and columns[0].text != columns[1].text
        self._legend.setVisible(comparable)
        self._legend.setText(
            tr("Tinted and underlined: only fine-tuned. Struck through: only zero-shot.")
            if differ
            else tr("Both translations are the same.")
        )
        if differ:
            before, after = word_diff(columns[0].text, columns[1].text)
            self._block(columns[0]).reading.set_spans(before, "missing")
            self._block(columns[1]).reading.set_spans(after, "added")
