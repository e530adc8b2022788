"""A run in detail: its curves with sample translations, its log, and what another did otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.context import AppContext
from app.i18n import tr
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.live_run import LiveRun
from app.viewmodels.names import date_text
from app.widgets.check_menu import CheckMenu
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.finetune_differences import DifferencesView
from app.widgets.finetune_samples import Sample, SampleList
from app.widgets.flow_layout import FlowLayout
from app.widgets.log_view import LogView
from app.widgets.page import quiet_button

if TYPE_CHECKING:
    from app.widgets.finetune_charts import RunCharts
    from app.widgets.live_chart import LiveChart

_LOG_MS = 1000


class RunDetails(QWidget):
    """Charts, log and differences, of which one shows; other runs can be put beside."""

    def __init__(self, context: AppContext, model: FineTuneModel) -> None:
        super().__init__()
        self._context = context
        self._model = model
        self._run: LiveRun | None = None
        self.charts: RunCharts | None = None
        self._ready_charts: list[LiveChart] = []
        self.prepared = False
        self._samples = SampleList()
        self.log = LogView()
        self.differences = DifferencesView()
        self._curves = QWidget()
        self._chart_place = QVBoxLayout(self._curves)
        self._chart_place.setContentsMargins(0, 0, 0, 0)
        self._chart_place.setSpacing(16)
        self._chart_place.addWidget(self._samples)
        self._parts = {
            "charts": self._curves, "log": self.log, "differences": self.differences
        }  # fmt: skip
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addLayout(self._bar())
        for part in self._parts.values():
            outer.addWidget(part)
        outer.addStretch(1)
        self._look = QTimer(self)
        self._look.setInterval(_LOG_MS)
        self._look.timeout.connect(self._read_log)
        model.comparison.changed.connect(self._show_beside)
        context.library.changed.connect(self._offer_runs)
        self.show_part("charts")

    def _bar(self) -> FlowLayout:
        titles = [
            ("charts", tr("Charts")), ("log", tr("Log")), ("differences", tr("Differences"))
        ]  # fmt: skip
        self._switch = SegmentedButtons(titles, tr("What is shown of the run"))
        self._switch.changed.connect(self.show_part)
        self._others = quiet_button(tr("Compare with…"), "history")
        self._others.setToolTip(tr("Draw other runs' curves behind; Differences has the last one"))
        menu = CheckMenu(self._others)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self._others.setMenu(menu)
        bar = FlowLayout(8)
        bar.addWidget(self._switch)
        bar.addWidget(self._others)
        return bar

    def show_part(self, key: str) -> None:
        """Show the charts, the log or the differences."""
        self._switch.set_current(key)
        for name, part in self._parts.items():
            part.setVisible(name == key)
        self._read_log()

    # Following a run -----------------------------------------------------------------------

    def follow(self, run: LiveRun) -> None:
        """Show this run from now on."""
        if self._run is not None:
            self._run.changed.disconnect(self._update)
            self._run.points_added.disconnect(self._add_point)
            self._run.recalled.disconnect(self._redraw)
            self._run.log_read.disconnect(self.log.set_text)
        self._run = run
        run.changed.connect(self._update)
        run.points_added.connect(self._add_point)
        run.recalled.connect(self._redraw)
        run.log_read.connect(self.log.set_text)
        self.log.set_text("")
        if self.charts is not None:
            self.charts.clear()
            self._show_beside()
        self.show_part("charts")
        self._update()

    def _update(self) -> None:
        assert self._run is not None
        state = self._run.state
        if state.phase != "idle":
            self._need_charts()
        self._samples.show_samples(
            [Sample(s.source, s.reference, s.zero_shot, s.now) for s in state.samples],
            state.latest.step if state.latest else 0,
        )
        self._model.comparison.show(state.run, state.busy)
        self._offer_runs()
        grows = state.busy or state.phase == "elsewhere"
        if grows != self._look.isActive():
            (self._look.start if grows else self._look.stop)()
            self._read_log()

    def _read_log(self) -> None:
        if self._run is not None and self.log.isVisible():
            self._run.read_log()

    # Charts --------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make one chart after the other while the window is idle, so that Start need not."""
        from app.widgets.finetune_charts import CHARTS, make_chart

        self.prepared = self.charts is not None or len(self._ready_charts) == CHARTS
        if not self.prepared:
            self._ready_charts.append(make_chart(len(self._ready_charts)))
            QTimer.singleShot(0, self, self.prepare)

    def _need_charts(self) -> RunCharts:
        """Import pyqtgraph only when there is something to draw."""
        if self.charts is None:
            from app.widgets.finetune_charts import RunCharts

            self.charts = RunCharts(self._ready_charts)
            self._chart_place.insertWidget(0, self.charts)
        return self.charts

    def _add_point(self, curve: str, x: float, y: float) -> None:
        self._need_charts().append(curve, x, y)

    def _redraw(self) -> None:
        assert self._run is not None
        self._need_charts().show_curves(self._run.curves.points)
        self._show_beside()

    # Other runs beside ---------------------------------------------------------------------

    def _offer_runs(self) -> None:
        comparison, known = self._model.comparison, {row.id for row in self._context.library.runs}
        if self._context.library.loaded:
            comparison.choose(*(run for run in comparison.chosen if run in known))
        shown = self._model.run.state.run
        self._others.setVisible(bool(shown and known - {shown}))

    def _fill(self, menu: CheckMenu) -> None:
        menu.clear()
        comparison, shown = self._model.comparison, self._model.run.state.run
        for row in self._context.library.runs:
            if row.id != shown:
                action = QAction(f"{row.name} \N{MIDDLE DOT} {date_text(row.created)}", menu)
                action.setData(row.id)
                action.setCheckable(True)
                action.setChecked(row.id in comparison.chosen)
                action.toggled.connect(lambda on, run=row.id: comparison.tick(run, on))
                menu.addAction(action)

    def _show_beside(self) -> None:
        shown, state = self._model.comparison.shown, self._model.run.state
        if self.charts is not None:
            self.charts.show_beside(
                {run.run: (run.name, run.curves.points) for run in shown.beside}
            )
        self.differences.show_differences(
            state.name or state.run,
            shown.beside[-1].name if shown.beside else "",
            [(row.part, row.name, row.first, row.second) for row in shown.differences],
        )
