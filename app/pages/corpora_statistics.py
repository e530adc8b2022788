"""The Statistics tab: counts, histograms of length and ratio, and where the pairs came from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import number, percent, tr, tr_n
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_facts import Facts, Origin
from app.viewmodels.names import date_text, language_name
from app.widgets.histogram import HistogramChart
from app.widgets.page import Card, Stat, label, link_button, scrolled
from app.widgets.stat_row import StatRow

_FILES = 50  # shown of very many


class StatisticsTab(QWidget):
    """Reads the numbers when it is looked at, and again when the corpus has changed."""

    problems_wanted = Signal()

    def __init__(self, model: CorporaModel) -> None:
        super().__init__()
        self._model = model
        self._fresh = False
        self._used = Stat(tr("In use"))
        self._excluded = Stat(tr("Excluded"))
        self._source_size = Stat(tr("Source"))
        self._target_size = Stat(tr("Target"))
        characters = tr("characters")
        self.lengths = (
            HistogramChart("", characters, "accent"),
            HistogramChart("", characters, "series:1"),
        )
        self.ratio = HistogramChart(
            tr("Length of the target, in lengths of the source"), tr("times"), "series:0", log=True
        )
        self._files = _FilesCard()
        self._files.problems_wanted.connect(self.problems_wanted)
        self._lay_out()
        model.facts.facts_read.connect(self._show)
        model.selected_changed.connect(lambda _: self._outdate())
        model.content_changed.connect(lambda _: self._outdate())

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(16)
        for chart in self.lengths:
            sides.addWidget(chart, 1)
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 16, 8, 0)
        box.setSpacing(16)
        box.addWidget(StatRow([self._used, self._excluded, self._source_size, self._target_size]))
        box.addLayout(sides)
        box.addWidget(self.ratio)
        box.addWidget(self._files)
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))

    def showEvent(self, event: QShowEvent) -> None:
        """Read what is not known yet."""
        super().showEvent(event)
        self._read()

    def _outdate(self) -> None:
        self._fresh = False
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        if not self._fresh and self._model.selected:
            self._fresh = True
            self._model.facts.describe(self._model.selected)

    def _show(self, facts: Facts) -> None:
        row = self._model.library.corpus(facts.corpus)
        if row is None or facts.corpus != self._model.selected:
            return
        found = facts.statistics
        used = found.pairs - found.excluded
        share = used / found.pairs if found.pairs else 1.0
        of_all = tr("of {n} pairs", n=number(found.pairs))
        self._used.set(number(used), f"{percent(share, 1)} {of_all}")
        self._excluded.set(number(found.excluded), tr("kept, but not used"))
        for stat, chart, tag in zip(
            (self._source_size, self._target_size),
            self.lengths,
            (row.source, row.target),
            strict=True,
        ):
            name = language_name(tag)
            stat.set(number(found.characters[tag]), tr("characters of {language}", language=name))
            chart.set_title(tr("Length, {language}", language=name))
            bins = found.lengths[tag]
            chart.show_bins(bins.edges, bins.counts, bins.mean, bins.median)
        bins = found.ratio
        self.ratio.show_bins(bins.edges, bins.counts, bins.mean, bins.median)
        self._files.show_files(facts.origins, found.files)


class _FilesCard(Card):
    """One line for each file set: name, format, pairs, what was left out, when."""

    problems_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        head = QHBoxLayout()
        head.addWidget(label(tr("Files"), "section"))
        head.addStretch(1)
        self._problems = link_button("", self.problems_wanted.emit)
        head.addWidget(self._problems)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(head)
        self.body.addLayout(self._grid)

    def show_files(self, origins: tuple[Origin, ...], used: dict[str, int]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        right = Qt.AlignmentFlag.AlignRight
        for row, origin in enumerate(origins[-_FILES:]):
            name = label(origin.name, "", wrap=True, select=True)
            kind = f"{origin.format.upper()} \N{MIDDLE DOT} {origin.encoding.upper()}"
            facts = label(kind, "small")
            pairs = label(tr_n("{n} pair", "{n} pairs", origin.pairs))
            when = label(date_text(origin.imported), "small")
            for column, cell in enumerate((name, facts, pairs, when)):
                side = right if column == 2 else Qt.AlignmentFlag(0)
                self._grid.addWidget(cell, row, column, side)
        skipped = sum(origin.skipped for origin in origins)
        self._problems.setText(
            tr_n("{n} left out \N{EN DASH} show", "{n} left out \N{EN DASH} show", skipped)
        )
        self._problems.setVisible(bool(skipped))
