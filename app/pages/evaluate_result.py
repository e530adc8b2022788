"""The right side of the Evaluate page: verdict, leakage, scores, and tabs with everything else."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.i18n import number, tr
from app.pages.evaluate_history import HistoryTab
from app.pages.evaluate_plots import PlotsTab
from app.pages.evaluate_segments import SegmentsTab
from app.viewmodels.evaluate import EvaluateModel
from app.widgets.grouped_bars import Bars, GroupedBars
from app.widgets.leak_bar import LeakBar
from app.widgets.page import label, quiet_button, scrolled
from app.widgets.scores_table import ScoresTable

_ROOMY = 600  # pixels


class ResultView(QWidget):
    """The evaluation that is open; ``save`` is asked with the kind of report."""

    save = Signal(str)
    copy = Signal()
    open_segment = Signal(int)
    open_earlier = Signal(str)

    def __init__(self, model: EvaluateModel, settings: QSettings) -> None:
        super().__init__()
        self._model = model.result
        self._title = label("", "section", wrap=True)
        self._verdict = label("", "", wrap=True, select=True)
        self._leaks = LeakBar()
        self._leaks.clean_wanted.connect(self._show_scores)
        self._scores = ScoresTable()
        self._spread = GroupedBars(
            tr("How the segments are spread"),
            tr("How many segments have a sentence chrF in each range of five; further right is "
               "better."),
            decimals=0, height=100,
        )  # fmt: skip
        self.segments = SegmentsTab(model.result, settings)
        self.segments.open_segment.connect(self.open_segment.emit)
        self.plots = PlotsTab(model.plots, model.result)
        self.plots.segment_wanted.connect(self._show_segment)
        self.history = HistoryTab(model.history, model.result)
        self.history.opened.connect(self.open_earlier.emit)
        self.tabs = self._make_tabs()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        self._head = self._make_head()
        outer.addLayout(self._head)
        outer.addWidget(self._leaks)
        outer.addWidget(self.tabs, 1)
        self._model.changed.connect(self._show)

    # Building ------------------------------------------------------------------------------

    def _make_head(self) -> QBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._verdict)
        copy = quiet_button(tr("Copy scores"), "copy", self.copy.emit)
        copy.setToolTip(tr("Copy the scores with their signatures"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(copy)
        buttons.addWidget(self._save_button())
        head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addLayout(buttons)
        head.setAlignment(buttons, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        return head

    def _save_button(self) -> QPushButton:
        button = quiet_button(tr("Save report"), "save")
        button.setToolTip(tr("Write the result to a file, for people or for other programs"))
        menu = QMenu(button)
        for kind, title in (
            ("html", tr("HTML: one page that stands alone…")),
            ("pdf", tr("PDF: to print…")),
            ("csv", tr("CSV: every segment, for a spreadsheet…")),
            ("json", tr("JSON: everything, for a program…")),
            ("tex", tr("LaTeX: the table, for a paper…")),
        ):
            menu.addAction(title).triggered.connect(lambda _=False, kind=kind: self.save.emit(kind))
        button.setMenu(menu)
        return button

    def _make_tabs(self) -> QTabWidget:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(12)
        box.addWidget(self._scores)
        box.addWidget(self._spread, 1)
        tabs = QTabWidget()
        tabs.setAccessibleName(tr("Parts of the result"))
        tabs.tabBar().setDrawBase(False)
        area = scrolled(inner)
        # In a narrow window the figures go on beyond the edge.
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        tabs.addTab(area, tr("Scores"))
        tabs.addTab(self.segments, tr("Segments"))
        tabs.addTab(self.plots, tr("Plots"))
        tabs.addTab(self.history, tr("History"))
        return tabs

    # Showing -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words and fields their room in a narrow window: the buttons make way."""
        super().resizeEvent(event)
        narrow = self.width() < _ROOMY
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(down if narrow else across)
        self.segments.set_narrow(narrow)

    def _show(self) -> None:
        self.tabs.setCurrentIndex(0)
        shown = self._model.shown
        self._title.setText(shown.title)
        self._verdict.setText(shown.verdict)
        self._verdict.setVisible(bool(shown.verdict))
        self._leaks.show_note(shown.leaks.text, shown.leaks.found)
        self._show_scores(False)
        self._show_spread()

    def _show_spread(self) -> None:
        model = self._model
        bins = len(model.spread[0])
        width = 100 // bins
        self._spread.show_groups(
            [number(width * at) for at in range(bins)],
            [Bars(*one) for one in zip(model.titles, model.roles, model.spread, strict=True)],
            words=lambda at: tr(
                "chrF {low} to {high}", low=number(width * at), high=number(width * (at + 1))
            ),
        )

    def _show_segment(self, segment: int) -> None:
        """Bring a segment to the front."""
        self.tabs.setCurrentWidget(self.segments)
        self.segments.show_segment(segment)

    def _show_scores(self, clean: bool) -> None:
        shown = self._model.shown
        rows, tests = (shown.clean, shown.clean_tests) if clean else (shown.rows, shown.tests)
        self._scores.show_rows(shown.metrics, rows, shown.failures)
        self._scores.show_tests(tests)
