"""The scores of several systems: few rows, large figures, the winner marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

from app.i18n import duration, tr
from app.icons import pixmap
from app.theme import theme
from app.widgets.page import Card, label, line, restyle


@dataclass(frozen=True)
class ScoreCell:
    """One score as shown; *better* tells its difference to the first system apart."""

    text: str
    difference: str
    better: bool | None
    best: bool
    signature: str


@dataclass(frozen=True)
class ScoreRow:
    """One system; *token* is its colour, *cells* are BLEU, chrF and TER."""

    title: str
    token: str
    cells: tuple[ScoreCell, ...]
    seconds: float

    @classmethod
    def of(cls, row: Any) -> ScoreRow:
        """The row out of anything with title, role, cells and seconds."""
        cells = tuple(
            ScoreCell(cell.text, cell.difference, cell.better, cell.best, cell.signature)
            for cell in row.cells
        )
        return cls(row.title, row.role, cells, row.seconds)


_HELP = {
    "BLEU": "Overlap of word sequences with the reference, 0 to 100; higher is better",
    "chrF": "Overlap of character sequences with the reference, 0 to 100; higher is better",
    "TER": "Edits per 100 reference words; lower is better",
}


class ScoresTable(Card):
    """A grid of scores; each figure's tooltip is its signature."""

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=0)
        self.setAccessibleName(tr("Scores"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(6)
        self.body.addLayout(self._grid)
        self._dots: list[tuple[QLabel, str]] = []
        self._trophies: list[QLabel] = []
        theme().changed.connect(self._tint)

    def show_rows(self, rows: Sequence[ScoreRow]) -> None:
        """Show these systems, the one that the others are compared with first."""
        self._clear()
        self._grid.addWidget(label(tr("System"), "small"), 0, 0)
        for column, (name, help_text) in enumerate(_HELP.items(), 1):
            heading = label(name, "small")
            heading.setToolTip(tr(help_text))
            self._grid.addWidget(heading, 0, column)
        time = label(tr("Time"), "small")
        time.setToolTip(tr("How long it took to translate the test set"))
        self._grid.addWidget(time, 0, 4)
        self._grid.addWidget(line(), 1, 0, 1, 5)
        for place, row in enumerate(rows, 2):
            self._grid.addWidget(self._name(row), place, 0)
            for column, cell in enumerate(row.cells, 1):
                self._grid.addWidget(self._cell(cell), place, column)
            self._grid.addWidget(label(duration(row.seconds), "secondary"), place, 4)
        for column, share in enumerate((3, 2, 2, 2, 1)):
            self._grid.setColumnStretch(column, share)
        self._tint()

    def _clear(self) -> None:
        self._dots, self._trophies = [], []
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _name(self, row: ScoreRow) -> QWidget:
        dot = label("\N{BLACK CIRCLE}", "small")
        self._dots.append((dot, row.token))
        name = label(row.title, "strong")
        return _row(dot, name)

    def _cell(self, cell: ScoreCell) -> QWidget:
        figure = label(cell.text, "section" if cell.best else "")
        figure.setToolTip(cell.signature)
        figure.setMinimumWidth(44)
        parts: list[QWidget] = [figure]
        if cell.difference:
            difference = label(cell.difference, "small")
            if cell.better is not None:
                restyle(difference, tone="success" if cell.better else "danger")
            parts.append(difference)
        if cell.best:
            trophy = QLabel()
            trophy.setToolTip(tr("The best of this column"))
            trophy.setAccessibleName(tr("best"))
            self._trophies.append(trophy)
            parts.append(trophy)
        return _row(*parts)

    def _tint(self) -> None:
        for dot, token in self._dots:
            dot.setStyleSheet(f"color: {theme().tokens.colour(token)}")
        for trophy in self._trophies:
            trophy.setPixmap(pixmap("circle-check", "success", 14, self.devicePixelRatioF()))


def _row(*parts: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    return holder
