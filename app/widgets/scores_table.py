"""The scores of several systems: few rows, large figures, the winner marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr
from app.icons import icon, pixmap
from app.theme import theme
from app.widgets.page import Card, label, line, restyle
from app.widgets.rows import ElidedLabel


class Cell(Protocol):
    """One score as shown; *better* tells its difference to the first system apart."""

    @property
    def text(self) -> str:
        """The score."""

    @property
    def margin(self) -> str:
        """Half its confidence interval; may be empty."""

    @property
    def difference(self) -> str:
        """To the first system; empty for that one."""

    @property
    def better(self) -> bool | None:
        """Than the first system; None where it is neither better nor worse."""

    @property
    def best(self) -> bool:
        """Whether it is the best of its column."""

    @property
    def verdict(self) -> str:
        """What a test says of the difference; may be empty."""

    @property
    def signature(self) -> str:
        """What makes the score comparable."""


class Figure(Protocol):
    """A figure with what it means."""

    @property
    def heading(self) -> str:
        """What is counted."""

    @property
    def text(self) -> str:
        """The figure."""

    @property
    def help(self) -> str:
        """What it means."""


class Row(Protocol):
    """One system."""

    @property
    def title(self) -> str:
        """Its name."""

    @property
    def role(self) -> str:
        """Its colour: the name of a token."""

    @property
    def cells(self) -> Sequence[Cell]:
        """Its scores, one for each metric."""

    @property
    def figures(self) -> Sequence[Figure]:
        """What else is known of it: the same for every system."""


def metric_help(metric: str) -> str:
    """What a metric measures, in a sentence."""
    if metric == "BLEU":
        return tr("Overlap of word sequences with the reference, 0 to 100; higher is better")
    if metric == "TER":
        return tr("Edits per 100 reference words; lower is better")
    if metric == "BERTScore":
        return tr("Likeness of meaning to the reference by a language model, at most 100; higher "
                  "is better")  # fmt: skip
    if metric.endswith("++"):
        return tr("Overlap of character sequences and word pairs with the reference, 0 to 100; "
                  "higher is better")  # fmt: skip
    return tr("Overlap of character sequences with the reference, 0 to 100; higher is better")


_SYSTEM = 1  # column of the tests
_INTERVAL = (
    "95 % confidence interval, half its width: on other sentences of the kind the score would "
    "usually lie within"
)


class ScoresTable(Card):
    """A grid of scores; each figure's tooltip is its signature."""

    def __init__(self) -> None:
        super().__init__(margin=12, spacing=6)
        self.setAccessibleName(tr("Scores"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self.body.addLayout(self._grid)
        self._dots: list[tuple[QLabel, str]] = []
        self._marks: list[tuple[QLabel, str, str]] = []
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(12)
        self._figures.setVerticalSpacing(4)
        self.body.addSpacing(6)
        self.body.addLayout(self._figures)
        self._fold = _fold_button(tr("Significance in numbers"))
        self._fold.toggled.connect(self._unfold)
        self._details = QWidget()
        self._tests = QGridLayout(self._details)
        self._tests.setContentsMargins(0, 4, 0, 4)
        self._tests.setHorizontalSpacing(12)
        self._tests.setVerticalSpacing(4)
        self.body.addWidget(self._fold)
        self.body.addWidget(self._details)
        theme().changed.connect(self._tint)
        self._unfold(False)

    def show_rows(
        self,
        metrics: Sequence[str],
        rows: Sequence[Row],
        failures: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Show these systems, the one that the others are compared with first.

        ``failures`` are the names of systems without scores, and why they have none.
        """
        self._dots, self._marks = [], []
        _clear(self._grid)
        self._grid.addWidget(label(tr("System"), "small"), 0, 0)
        for column, name in enumerate(metrics, 1):
            heading = label(name, "small")
            heading.setToolTip(metric_help(name))
            self._grid.addWidget(heading, 0, column)
        width = len(metrics) + 1
        self._grid.addWidget(line(), 1, 0, 1, width)
        for place, row in enumerate(rows, 2):
            self._grid.addWidget(self._name(row), place, 0, Qt.AlignmentFlag.AlignTop)
            for column, cell in enumerate(row.cells, 1):
                self._grid.addWidget(self._cell(cell), place, column, Qt.AlignmentFlag.AlignTop)
        for place, failed in enumerate(failures, 2 + len(rows)):
            self._grid.addWidget(self._failure(*failed), place, 0, 1, width)
        for column in range(width):
            self._grid.setColumnStretch(column, 2 if column else 3)
        self._show_figures(rows)
        self._tint()

    def _show_figures(self, rows: Sequence[Row]) -> None:
        _clear(self._figures)
        headings = rows[0].figures if rows else ()
        for column, figure in enumerate(headings, 1):
            self._figures.addWidget(_right(label(figure.heading, "small")), 0, column)
        if headings:
            self._figures.addWidget(line(), 1, 0, 1, len(headings) + 1)
        for place, row in enumerate(rows, 2):
            if not row.figures:
                continue
            self._figures.addWidget(self._name(row, "secondary"), place, 0)
            for column, figure in enumerate(row.figures, 1):
                cell = _right(label(figure.text, select=True))
                cell.setToolTip(figure.help)
                self._figures.addWidget(cell, place, column)
        self._figures.setColumnStretch(0, 1)

    def show_tests(self, tests: Sequence[tuple[Sequence[str], str]]) -> None:
        """Show these rows of numbers under the fold; without any there is no fold.

        A row has the texts of its cells (see ``_test_columns``) and the score's signature.
        """
        self._fold.setVisible(bool(tests))
        if not tests:
            self._fold.setChecked(False)
        _clear(self._tests)
        for column, (heading, help_text) in enumerate(_test_columns()):
            title = label(heading, "small")
            title.setToolTip(help_text)
            self._tests.addWidget(_right(title) if column > _SYSTEM else title, 0, column)
        for place, (texts, signature) in enumerate(tests, 1):
            for column, text in enumerate(texts):
                wide = column == _SYSTEM
                cell = ElidedLabel(text, "") if wide else label(text, select=True)
                cell.setToolTip(text if wide else signature)
                self._tests.addWidget(_right(cell) if column > _SYSTEM else cell, place, column)
        self._tests.setColumnStretch(_SYSTEM, 1)

    # Building ------------------------------------------------------------------------------

    def _name(self, row: Row, role: str = "strong") -> QWidget:
        dot = label("\N{BLACK CIRCLE}", "small")
        self._dots.append((dot, row.role))
        name = ElidedLabel(row.title, role)
        name.setMinimumWidth(72)
        holder = QWidget()
        box = QHBoxLayout(holder)
        box.setContentsMargins(0, 2, 0, 0)
        box.setSpacing(8)
        box.addWidget(dot)
        box.addWidget(name, 1)
        return holder

    def _cell(self, cell: Cell) -> QWidget:
        figure = label(cell.text, "section" if cell.best else "", select=True)
        figure.setToolTip(cell.signature)
        parts: list[QWidget] = [figure]
        if cell.margin:
            margin = label(cell.margin, "small")
            margin.setToolTip(tr(_INTERVAL))
            parts.append(margin)
        if cell.best:
            parts.append(self._mark("circle-check", "success", tr("The best of this column")))
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 4)
        box.setSpacing(0)
        box.addLayout(_line_of(parts))
        if cell.difference:
            box.addWidget(_toned(cell.difference, cell.better))
        if cell.verdict:
            box.addWidget(label(cell.verdict, "small", wrap=True))
        return holder

    def _failure(self, title: str, failure: str) -> QWidget:
        holder = QWidget()
        box = QHBoxLayout(holder)
        box.setContentsMargins(0, 4, 0, 2)
        box.setSpacing(8)
        box.addWidget(self._mark("circle-alert", "danger", tr("failed")), 0,
                      Qt.AlignmentFlag.AlignTop)  # fmt: skip
        box.addWidget(label(title, "strong"), 0, Qt.AlignmentFlag.AlignTop)
        words = label(failure, "small", wrap=True, select=True)
        words.setProperty("tone", "danger")
        box.addWidget(words, 1)
        return holder

    def _mark(self, icon_name: str, token: str, meaning: str) -> QLabel:
        mark = QLabel()
        mark.setToolTip(meaning)
        mark.setAccessibleName(meaning)
        self._marks.append((mark, icon_name, token))
        return mark

    def _unfold(self, shown: bool) -> None:
        self._details.setVisible(shown)
        name = "chevron-down" if shown else "chevron-right"
        self._fold.setIcon(icon(name, checked_token="text_secondary"))

    def _tint(self) -> None:
        for dot, token in self._dots:
            dot.setStyleSheet(f"color: {theme().tokens.colour(token)}")
        for mark, icon_name, token in self._marks:
            mark.setPixmap(pixmap(icon_name, token, 14, self.devicePixelRatioF()))


def _test_columns() -> list[tuple[str, str]]:
    return [
        (tr("Score"), ""),
        (tr("System"), ""),
        (tr("Value"), tr("The score with two decimals")),
        (tr("95 % interval"), tr("By bootstrap: the test set is drawn anew from itself")),
        (tr("Difference"), tr("To the system that the others are compared with")),
        (tr("p, bootstrap"), tr("Paired bootstrap: how likely chance alone gives the difference")),
        (tr("p, swaps"), tr("Approximate randomisation: how likely chance alone gives it")),
        (tr("p, corrected"), tr("The second (or only) p-value by Holm's correction for the number "
                                "of systems; the words go by it, at 0.05")),
    ]  # fmt: skip


def _fold_button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", "fold")
    button.setIconSize(QSize(18, 14))
    button.setCheckable(True)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _right(words: QLabel) -> QLabel:
    words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return words


def _toned(difference: str, better: bool | None) -> QLabel:
    words = label(difference, "small")
    if better is not None:
        restyle(words, tone="success" if better else "danger")
    return words


def _line_of(parts: Sequence[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for part in parts:
        row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addStretch(1)
    return row


def _clear(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
