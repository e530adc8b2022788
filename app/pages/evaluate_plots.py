"""The Plots tab: two systems point by point, by length, by word frequency, by n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import number, score, signed, tr, tr_n
from app.viewmodels.evaluation_plots import Plots, PlotsModel
from app.viewmodels.evaluation_result import ResultModel
from app.viewmodels.evaluation_segments import SegmentQuery, segment_row
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.grouped_bars import Bars, GroupedBars
from app.widgets.page import label
from app.widgets.pair_chooser import PairChooser
from app.widgets.points_chart import Points, PointsChart
from app.widgets.rows import ElidedLabel
from app.widgets.segment_table import Column, SegmentTable

_SNIPPET = 90  # characters


class PlotsTab(QWidget):
    """A selector over one plot at a time."""

    segment_wanted = Signal(int)
    """A point was clicked: the number of its segment."""

    def __init__(self, model: PlotsModel, result: ResultModel) -> None:
        super().__init__()
        self._model = model
        self._result = result
        self.which = SegmentedButtons(
            [
                ("points", tr("A against B")),
                ("length", tr("By length")),
                ("frequency", tr("By word frequency")),
                ("ngrams", tr("N-grams")),
            ],
            tr("Which plot"),
        )
        self.which.set_current("points")
        self.pair = PairChooser()
        self._working = label(tr("Analysing…"), "secondary")
        self.points = PointsChart(
            tr("Segment by segment"), "", self._words_of, self.segment_wanted.emit, size=7
        )
        self.lengths = GroupedBars(
            tr("By length"),
            tr("Mean sentence chrF of the segments whose reference has so many words."),
        )
        self.frequencies = GroupedBars(tr("By word frequency"), "")
        self.ngrams = NGramTables()
        self._stack = QStackedWidget()
        for part in (self._working, self.points, self.lengths, self.frequencies, self.ngrams):
            self._stack.addWidget(part)
        self._lay_out()
        self.which.changed.connect(lambda _: self._show())
        self.pair.changed.connect(result.choose_pair)
        result.changed.connect(self._look)
        result.pair_changed.connect(self._look)
        model.changed.connect(self._fill)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.which)
        head.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(10)
        box.addLayout(head)
        box.addWidget(self.pair)
        box.addWidget(self._stack, 1)

    def showEvent(self, event: QShowEvent) -> None:
        """Analyse when somebody looks."""
        super().showEvent(event)
        self._look()

    def _look(self) -> None:
        if self.isVisible():
            self._model.look()
        self._show()

    # Showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        ready = self._model.plots is not None and not self._model.working
        places = ("points", "length", "frequency", "ngrams")
        self._stack.setCurrentIndex(1 + places.index(self.which.current) if ready else 0)
        if self._result.is_open:
            self.pair.show_systems(self._result.titles, *self._result.pair)
            if self.which.current in ("length", "frequency"):
                self.pair.hide()

    def _fill(self) -> None:
        plots = self._model.plots
        if plots is None:
            return
        titles, roles = self._result.titles, self._result.roles
        self._fill_points(plots, titles, roles)
        lengths, frequencies = plots.analysis.lengths, plots.analysis.frequencies
        self.lengths.show_groups(
            [bucket.title for bucket in lengths],
            [
                Bars(title, roles[at], tuple(bucket.scores[at] for bucket in lengths))
                for at, title in enumerate(titles)
            ],
            words=lambda at: tr_n(
                "{words} words, {n} segment", "{words} words, {n} segments", lengths[at].count,
                words=lengths[at].title,
            ),
        )  # fmt: skip
        self.frequencies.set_help(
            tr("How well words are translated (F1, 0 to 100), by how often they are in the "
               "training data.")
            if plots.frequencies_known
            else tr("How well words are translated (F1, 0 to 100), by how often they are in the "
                    "references: no training data is known.")
        )  # fmt: skip
        self.frequencies.show_groups(
            [bucket.title for bucket in frequencies],
            [
                Bars(title, roles[at], tuple(bucket.scores[at] for bucket in frequencies))
                for at, title in enumerate(titles)
            ],
            words=lambda at: tr_n(
                "seen {often} times, {n} word", "seen {often} times, {n} words",
                frequencies[at].count, often=frequencies[at].title,
            ),
        )  # fmt: skip
        first, second = plots.pair
        self.ngrams.show_ngrams(
            titles[first],
            titles[second],
            [(one.text, one.first, one.second) for one in plots.analysis.gained],
            [(one.text, one.second, one.first) for one in plots.analysis.lost],
        )
        self._show()

    def _fill_points(self, plots: Plots, titles: Sequence[str], roles: Sequence[str]) -> None:
        first, second = plots.pair
        cloud = plots.cloud
        colours = ((cloud.same, "text_secondary"), (cloud.worse, roles[first]),
                   (cloud.better, roles[second]))  # fmt: skip
        groups = []
        for numbers, token in colours:
            places = [plots.point(at) for at in numbers]
            groups.append(Points(token, [x for x, _ in places], [y for _, y in places], numbers))
        words = tr(
            "Each point is a segment; above the line {second} has the higher chrF, below it "
            "{first}. Click one to read it.",
            first=titles[first],
            second=titles[second],
        )
        if cloud.drawn < cloud.total:
            words += " " + tr(
                "{drawn} of {total} segments are drawn.",
                drawn=number(cloud.drawn),
                total=number(cloud.total),
            )
        self.points.show_points(groups, x_range=(0, 100), y_range=(0, 100), diagonal=True)
        self.points.set_axes(
            tr("chrF of {system}", system=titles[first]),
            tr("chrF of {system}", system=titles[second]),
        )
        self.points.set_help(words)

    def _words_of(self, number_: int) -> str:
        plots = self._model.plots
        if plots is None:
            return ""
        row = segment_row(plots.evaluation, SegmentQuery(*plots.pair), number_)
        source = " ".join(row.source.split())
        return tr(
            "No. {number}: chrF {first} \N{RIGHTWARDS ARROW} {second} ({difference}). {source}",
            number=number(row.number + 1),
            first=score(row.first_chrf),
            second=score(row.second_chrf),
            difference=signed(row.difference),
            source=source if len(source) <= _SNIPPET else f"{source[:_SNIPPET]}…",
        )


class NGramTables(QWidget):
    """What each of two systems, A and B, gets right where the other does not, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self._heads = (ElidedLabel("", "strong"), ElidedLabel("", "strong"))
        self.tables = (_table(tr("N-grams that B has more often")),
                       _table(tr("N-grams that A has more often")))  # fmt: skip
        self._note = label("", "small", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(16)
        for head, table in zip(self._heads, self.tables, strict=True):
            column = QVBoxLayout()
            column.setSpacing(6)
            column.addWidget(head)
            column.addWidget(table, 1)
            row.addLayout(column, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._note)
        box.addLayout(row, 1)

    def show_ngrams(
        self,
        first: str,
        second: str,
        gained: Sequence[tuple[str, int, int]],
        lost: Sequence[tuple[str, int, int]],
    ) -> None:
        """Show the n-grams that the second system has more often, then those of the first.

        Each comes with how often the first and the second system have it where it belongs.
        """
        self._note.setText(
            tr("Sequences of words of the references, and how often A ({first}) and B ({second}) "
               "have them where they belong; those that differ most come first.",
               first=first, second=second)
        )  # fmt: skip
        for head, name in zip(self._heads, (second, first), strict=True):
            head.set_full_text(tr("More often in {system}", system=name))
        for table, rows in zip(self.tables, (gained, lost), strict=True):
            table.set_source(len(rows), partial(_part, rows))


def _part(
    rows: Sequence[tuple[str, int, int]], offset: int, limit: int
) -> Sequence[tuple[str, int, int]]:
    return rows[offset : offset + limit]


def _table(name: str) -> SegmentTable:
    tip = tr("How often the system has them where they belong")
    columns = [
        Column("words", tr("Words"), lambda row: row[0], share=1),
        Column("A", "A", lambda row: number(row[1]), width=64, number=True, tooltip=tip),
        Column("B", "B", lambda row: number(row[2]), width=64, number=True, tooltip=tip),
    ]
    return SegmentTable(columns, name=name)
