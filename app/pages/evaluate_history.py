"""The History tab: what was measured before, on this test set or on any; opened with a click."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import score, tr
from app.icons import icon
from app.viewmodels.evaluation_history import HistoryModel, Past, curves
from app.viewmodels.evaluation_result import ResultModel
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.page import ghost_button, quiet_button
from app.widgets.points_chart import Points, PointsChart
from app.widgets.segment_table import Column, SegmentTable

_MOST_DATES = 6  # under the chart


class HistoryTab(QWidget):
    """A chart of BLEU over the evaluations of one test set, and the list of all of them."""

    opened = Signal(str)

    def __init__(self, model: HistoryModel, result: ResultModel) -> None:
        super().__init__()
        self._model = model
        self._result = result
        self._listed: tuple[Past, ...] = ()
        self._drawn: list[tuple[Past, str, float]] = []  # what the keys of the points stand for
        self.chart = PointsChart(
            tr("BLEU on this test set"), "", self._words_of, self._open_point, size=10, height=130
        )
        self.which = SegmentedButtons(
            [("test", tr("This test set")), ("all", tr("All"))], tr("Which evaluations")
        )
        self.which.set_current("test")
        self.table = SegmentTable(_columns(), name=tr("Kept evaluations"))
        self.table.row_activated.connect(self._open)
        self._delete = QAction(icon("trash-2"), tr("Delete"), self.table)
        self._delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self._delete.triggered.connect(self.delete_current)
        self.table.addAction(self._delete)
        self._lay_out()
        self.which.changed.connect(lambda _: self._show_list())
        model.changed.connect(self._show)
        result.changed.connect(self._show)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.which)
        head.addStretch(1)
        delete = ghost_button(tr("Delete"), "trash-2", self.delete_current)
        delete.setToolTip(tr("Delete the chosen evaluation (Del); can be undone"))
        self._buttons = (
            delete,
            quiet_button(tr("Open"), "eye", lambda: self._open(self.table.currentIndex().row())),
        )
        for button in self._buttons:
            head.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(10)
        box.addWidget(self.chart, 1)
        box.addLayout(head)
        box.addWidget(self.table, 1)

    # Commands ------------------------------------------------------------------------------

    def delete_current(self) -> None:
        """Delete the evaluation that the keyboard is on."""
        place = self.table.currentIndex().row()
        if 0 <= place < len(self._listed):
            self._model.remove(self._listed[place].id)

    def _open(self, place: int) -> None:
        if 0 <= place < len(self._listed):
            self.opened.emit(self._listed[place].id)

    def _open_point(self, key: int) -> None:
        self.opened.emit(self._drawn[key][0].id)

    # Showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        self._show_list()
        if self._result.is_open:
            self._show_chart()

    def _show_list(self) -> None:
        entries = self._model.entries
        if self.which.current == "test" and self._result.is_open:
            entries = self._model.of_test(self._result.evaluation.test_hash)
        self._listed = entries
        self.table.set_source(len(entries), lambda offset, limit: entries[offset : offset + limit])
        for button in self._buttons:
            button.setEnabled(bool(entries))
        now = self._result.evaluation.id if self._result.is_open else ""
        place = next((at for at, past in enumerate(entries) if past.id == now), 0)
        if entries:
            self.table.selectRow(place)

    def _show_chart(self) -> None:
        """Show a curve a system; evaluations of another signature cannot be compared."""
        evaluation = self._result.evaluation
        past = self._model.comparable(evaluation)
        now = next((one.scores for one in past if one.id == evaluation.id), ())
        self._drawn = []
        groups = []
        for curve in curves(past, now):
            keys = range(len(self._drawn), len(self._drawn) + len(curve.points))
            self._drawn += [(past[place], curve.title, bleu) for place, bleu in curve.points]
            x, y = zip(*curve.points, strict=True)
            groups.append(Points(curve.role, x, y, keys, joined=True, title=curve.title))
        every = -(-len(past) // _MOST_DATES) or 1
        self.chart.show_points(
            groups,
            x_range=(-0.5, max(1, len(past)) - 0.5),
            y_range=(0, max((max(group.y) for group in groups), default=1.0)),
            ticks=[(at, one.date) for at, one in enumerate(past) if at % every == 0],
        )
        words = tr("Each point is a system in an evaluation, the newest at the right; click one "
                   "to open it.")  # fmt: skip
        if len(past) < len(self._model.of_test(evaluation.test_hash)):
            words += " " + tr("Evaluations with other BLEU settings are left out.")
        self.chart.set_help(words)

    def _words_of(self, key: int) -> str:
        past, title, bleu = self._drawn[key]
        return tr("{system}: BLEU {bleu}, {date}", system=title, bleu=score(bleu), date=past.date)


def _columns() -> list[Column]:
    return [
        Column("date", tr("Date"), lambda past: past.date, width=150),
        Column("test", tr("Test set"), lambda past: past.test_name, share=1),
        Column("direction", tr("Direction"), lambda past: past.direction, share=1),
        Column("best", tr("Best system"), lambda past: past.best.title, share=1),
        Column("bleu", "BLEU", lambda past: score(past.best.bleu), width=64, number=True,
               tip=lambda past: past.best.signature),
    ]  # fmt: skip
