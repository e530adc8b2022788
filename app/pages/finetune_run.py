"""The right side of the Fine-tune page while a run is under way, and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.i18n import duration, number, score, signed, tr
from app.viewmodels.live_run import LiveRun, RunState, summary
from app.viewmodels.names import direction_name, run_status
from app.widgets.finetune_samples import Sample, SampleList
from app.widgets.page import InlineMessage, Stat, label, quiet_button, scrolled
from app.widgets.stat_row import StatRow

if TYPE_CHECKING:
    from app.widgets.finetune_charts import RunCharts
    from app.widgets.live_chart import LiveChart

_CHARTS = 4


class RunView(QWidget):
    """Numbers, four charts, sample translations; the result and the next step at the end."""

    def __init__(self, navigate: Callable[..., None]) -> None:
        super().__init__()
        self._navigate = navigate
        self._run: LiveRun | None = None
        self._title = label("", "section")
        self._note = label("", "secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the run"))
        self._error = InlineMessage()
        self._result = InlineMessage()
        self._samples = SampleList()
        self.charts: RunCharts | None = None
        self._ready_charts: list[LiveChart] = []
        self._chart_place = QVBoxLayout()
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 12, 0)
        box.setSpacing(16)
        box.addWidget(self._error)
        box.addLayout(self._head())
        box.addWidget(self._stats())
        box.addLayout(self._next_steps())
        box.addLayout(self._chart_place)
        box.addWidget(self._samples)
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    # Building ------------------------------------------------------------------------------

    def _head(self) -> QVBoxLayout:
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._title)
        words.addWidget(self._note)
        words.addStretch(1)
        head = QVBoxLayout()
        head.setSpacing(8)
        head.addLayout(words)
        head.addWidget(self._bar)
        return head

    def _stats(self) -> StatRow:
        self._step = Stat(tr("Step"))
        self._elapsed = Stat(tr("Elapsed"))
        self._remaining = Stat(tr("Remaining"))
        self._best = Stat(tr("Best dev BLEU"))
        return StatRow((self._step, self._elapsed, self._remaining, self._best))

    def _next_steps(self) -> QHBoxLayout:
        self._compare = quiet_button(tr("Compare"), "columns-2", lambda: self._go("compare"))
        self._evaluate = quiet_button(tr("Evaluate"), "chart-column", lambda: self._go("evaluate"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._result, 1)
        row.addWidget(self._compare)
        row.addWidget(self._evaluate)
        return row

    def _go(self, page: str) -> None:
        if self._run is not None:
            self._navigate(page, run=self._run.state.run)

    # Showing -------------------------------------------------------------------------------

    def follow(self, run: LiveRun) -> None:
        """Show this run from now on."""
        if self._run is not None:
            self._run.changed.disconnect(self._update)
            self._run.points_added.disconnect(self._add_point)
            self._run.recalled.disconnect(self._redraw)
        self._run = run
        run.changed.connect(self._update)
        run.points_added.connect(self._add_point)
        run.recalled.connect(self._redraw)
        if self.charts is not None:
            self.charts.clear()
        self._update()

    def prepare(self) -> None:
        """Make one chart after the other while the window is idle, so that Start need not."""
        from app.widgets.finetune_charts import make_chart

        if not self.prepared:
            self._ready_charts.append(make_chart(len(self._ready_charts)))
            QTimer.singleShot(0, self, self.prepare)

    @property
    def prepared(self) -> bool:
        """Whether :meth:`prepare` has ended: nothing is left to make at Start."""
        return self.charts is not None or len(self._ready_charts) == _CHARTS

    def _need_charts(self) -> RunCharts:
        """Import pyqtgraph only when there is something to draw."""
        if self.charts is None:
            from app.widgets.finetune_charts import RunCharts

            self.charts = RunCharts(self._ready_charts)
            self._chart_place.addWidget(self.charts)
        return self.charts

    def _add_point(self, curve: str, x: float, y: float) -> None:
        self._need_charts().append(curve, x, y)

    def _redraw(self) -> None:
        assert self._run is not None
        self._need_charts().show_curves(self._run.curves)

    def _update(self) -> None:
        assert self._run is not None
        state = self._run.state
        if state.phase != "idle":
            self._need_charts()
        self._show_head(state)
        self._show_stats(state)
        self._show_outcome(state)
        self._samples.show_samples(
            [Sample(s.source, s.reference, s.zero_shot, s.now) for s in state.samples],
            state.latest.step if state.latest else 0,
        )

    def _show_head(self, state: RunState) -> None:
        titles = {
            "starting": tr("Preparing"),
            "running": tr("Training"),
            "paused": tr("Paused"),
            "stopping": tr("Stopping"),
            "cancelled": tr("Cancelled; nothing was kept"),
            "failed": tr("This run failed"),
        }
        named = bool(state.source and state.target)
        direction = direction_name(state.source, state.target) if named else ""
        self._title.setText(titles.get(state.phase, direction))
        notes = [direction] if state.busy else [state.run, run_status(state.phase)]
        if state.device:
            notes.append(state.device)
        if state.phase == "starting" and state.message:
            notes = [state.message]
        self._note.setText(" \N{MIDDLE DOT} ".join(note for note in notes if note))
        self._bar.setVisible(state.busy)
        if state.busy:
            self._bar.setRange(0, state.total_steps)  # 0 of 0 shows a busy bar
            self._bar.setValue(state.step)

    def _show_stats(self, state: RunState) -> None:
        total = tr("of {n}", n=number(state.total_steps)) if state.total_steps else ""
        self._step.set(number(state.step) if state.total_steps else "\N{EN DASH}", total)
        self._elapsed.set(duration(state.elapsed_s) if state.elapsed_s else "\N{EN DASH}")
        remaining = state.remaining_s
        self._remaining.setVisible(state.busy)
        self._remaining.set("\N{EN DASH}" if remaining is None else duration(remaining))
        best, base = state.best, state.zero_shot
        if best is None:
            self._best.set("\N{EN DASH}")
        elif base is None or best.step == 0:
            self._best.set(score(best.bleu), tr("zero-shot"))
        else:
            gain = best.bleu - base.bleu
            self._best.set(
                score(best.bleu),
                tr("{gain} on zero-shot", gain=signed(gain)),
                "success" if gain > 0 else "",
            )

    def _show_outcome(self, state: RunState) -> None:
        if state.error:
            self._error.error(state.error, details=state.details, closable=False)
        else:
            self._error.clear()
        if state.usable:
            gained = state.best and state.zero_shot and state.best.bleu > state.zero_shot.bleu
            self._result.show_message(
                "success" if gained else "info", summary(state), closable=False
            )
        else:
            self._result.clear()
        self._compare.setVisible(state.usable)
        self._evaluate.setVisible(state.usable)
