"""The Plots tab: two systems point by point, by length, by word frequency, by n-grams."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import number, score, signed, tr, tr_n
from app.viewmodels.evaluation_plots import Bucket, PlotsModel
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


_KINDS = ("points", "length", "frequency", "ngrams")
_PAIRED = ("points", "ngrams")


class PlotsTab(QWidget):
    """A selector over one plot at a time."""

    segment_wanted = Signal(int)
    """A point was clicked: the number of its segment."""

    def __init__(self, model: PlotsModel, result: ResultModel) -> None:
        super().__init__()
        self._model = model
        self._result = result
        titles = (tr("A against B"), tr("By length"), tr("By word frequency"), tr("N-grams"))
        self.which = SegmentedButtons(list(zip(_KINDS, titles, strict=True)), tr("Which plot"))
        self.which.set_current(_KINDS[0])
        self.pair = PairChooser()
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
        self._stack.addWidget(_working())
        for part in (self.points, self.lengths, self.frequencies, self.ngrams):
            self._stack.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(10)
        box.addWidget(self.which)
        box.addWidget(self.pair)
        box.addWidget(self._stack, 1)
        self.which.changed.connect(lambda _: self._look())
        self.pair.changed.connect(result.choose_pair)
        result.changed.connect(self._look)
        result.pair_changed.connect(self._look)
        model.changed.connect(self._fill)

    def showEvent(self, event: QShowEvent) -> None:
        """Make the plot when somebody looks."""
        super().showEvent(event)
        self._look()

    def choose(self, kind: str) -> None:
        """Show a plot: ``points``, ``length``, ``frequency`` or ``ngrams``."""
        self.which.set_current(kind)
        self._look()

    # Showing -------------------------------------------------------------------------------

    def _look(self) -> None:
        kind = self.which.current
        if self.isVisible():
            self._model.look(kind)
        self._stack.setCurrentIndex(1 + _KINDS.index(kind) if self._model.has(kind) else 0)
        if self._result.is_open:
            self.pair.show_systems(self._result.titles, *self._result.pair)
            if kind not in _PAIRED:
                self.pair.hide()

    def _fill(self, kind: str) -> None:
        {
            "points": self._fill_points,
            "length": self._fill_lengths,
            "frequency": self._fill_frequencies,
            "ngrams": self._fill_ngrams,
        }[kind]()
        self._look()

    def _bars(self, buckets: Sequence[Bucket]) -> list[Bars]:
        systems = zip(self._result.titles, self._result.roles, strict=True)
        return [
            Bars(title, role, tuple(bucket.scores[at] for bucket in buckets))
            for at, (title, role) in enumerate(systems)
        ]

    def _fill_lengths(self) -> None:
        buckets = self._model.lengths or ()

        def words(at: int) -> str:
            return tr_n("{words} words, {n} segment", "{words} words, {n} segments",
                        buckets[at].count, words=buckets[at].title)  # fmt: skip

        titles = [bucket.title for bucket in buckets]
        self.lengths.show_groups(titles, self._bars(buckets), words=words)

    def _fill_frequencies(self) -> None:
        made = self._model.frequencies
        if made is None:
            return
        buckets = made.buckets

        def words(at: int) -> str:
            return tr_n("seen {often} times, {n} word", "seen {often} times, {n} words",
                        buckets[at].count, often=buckets[at].title)  # fmt: skip

        self.frequencies.set_help(
            tr("How well words are translated (F1, 0 to 100), by how often they are in the "
               "training data.")
            if made.trained
            else tr("How well words are translated (F1, 0 to 100), by how often they are in the "
                    "references: no training data is known.")
        )  # fmt: skip
        titles = [bucket.title for bucket in buckets]
        self.frequencies.show_groups(titles, self._bars(buckets), words=words)

    def _fill_ngrams(self) -> None:
        made = self._model.ngrams
        if made is None:
            return
        first, second = (self._result.titles[at] for at in made.pair)
        self.ngrams.show_ngrams(
            first,
            second,
            [(one.text, one.first, one.second) for one in made.gained],
            [(one.text, one.second, one.first) for one in made.lost],
        )

    def _fill_points(self) -> None:
        cloud = self._model.cloud
        if cloud is None:
            return
        scores = [self._result.evaluation.systems[at].sentence_chrf for at in cloud.pair]
        first, second = (self._result.titles[at] for at in cloud.pair)
        roles = [self._result.roles[at] for at in cloud.pair]
        kinds = ((cloud.same, "text_secondary"), (cloud.worse, roles[0]), (cloud.better, roles[1]))
        groups = [
            Points(token, [scores[0][at] for at in numbers], [scores[1][at] for at in numbers],
                   numbers)
            for numbers, token in kinds
        ]  # fmt: skip
        words = tr(
            "Each point is a segment; above the line {second} has the higher chrF, below it "
            "{first}. Click one to read it.",
            first=first,
            second=second,
        )
        if cloud.drawn < cloud.total:
            words += " " + tr(
                "{drawn} of {total} segments are drawn.",
                drawn=number(cloud.drawn),
                total=number(cloud.total),
            )
        self.points.show_points(groups, x_range=(0, 100), y_range=(0, 100), diagonal=True)
        self.points.set_axes(
            tr("chrF of {system}", system=first), tr("chrF of {system}", system=second)
        )
        self.points.set_help(words)

    def _words_of(self, segment: int) -> str:
        cloud = self._model.cloud
        if cloud is None:
            return ""
        row = segment_row(self._result.evaluation, SegmentQuery(*cloud.pair), segment)
        source = " ".join(row.source.split())
        return tr(
            "No. {number}: chrF {first} \N{RIGHTWARDS ARROW} {second} ({difference}). {source}",
            number=number(row.number + 1),
            first=score(row.first_chrf),
            second=score(row.second_chrf),
            difference=signed(row.difference),
            source=source if len(source) <= _SNIPPET else f"{source[:_SNIPPET]}…",
        )


def _working() -> QWidget:
    """What shows while a plot is being made."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setMaximumWidth(240)
    bar.setAccessibleName(tr("Analysing"))
    part = QWidget()
    box = QVBoxLayout(part)
    box.addWidget(label(tr("Analysing…"), "secondary"))
    box.addWidget(bar)
    box.addStretch(1)
    return part


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
               "have them where they belong, twice or more; those that one has nearly to itself "
               "come first, by (more + 1) / (more + fewer + 2).",
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
