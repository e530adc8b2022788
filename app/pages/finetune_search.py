"""The Search tab of the Fine-tune page: the choices, then the trials as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from app.context import AppContext
from app.i18n import duration, number, percent, signed, tr
from app.pages.finetune_search_setup import SearchSetup, score_name, score_text
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.search import SearchModel, SearchState, Trial
from app.widgets.page import InlineMessage, Stat, label, primary_button, quiet_button, scrolled
from app.widgets.rows import ElidedLabel
from app.widgets.stat_row import StatRow
from app.widgets.trials_table import TrialLine, TrialsTable

if TYPE_CHECKING:
    from app.widgets.trials_chart import TrialPoint, TrialsChart


class SearchView(QWidget):
    """Choose what to search, watch the trials, take the best recipe."""

    run_wanted = Signal()
    """The tab of the run should show: it has the best run, or the form the best recipe."""

    def __init__(self, context: AppContext, finetune: FineTuneModel) -> None:
        super().__init__()
        self.model = SearchModel(context.workspace, context.runner, finetune)
        self.setup = SearchSetup(self.model)
        self.chart: TrialsChart | None = None
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolled(self.setup))
        self._stack.addWidget(scrolled(self._progress_view()))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.setup.search_chosen.connect(self.model.show)
        self.model.changed.connect(self._update)
        self._update()

    def on_shown(self) -> None:
        """Read the earlier searches again."""
        self.model.refresh()

    # Building ------------------------------------------------------------------------------

    def _progress_view(self) -> QWidget:
        self._title = label("", "section")
        self._note = ElidedLabel("", "secondary")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the search"))
        self._message = InlineMessage()
        self._trials = Stat(tr("Trials"))
        self._best = Stat(tr("Best"))
        self._elapsed = Stat(tr("Elapsed"))
        self._remaining = Stat(tr("Remaining"))
        self._mattered = label("", "secondary", wrap=True)
        self.table = TrialsTable()
        self._chart_place = QVBoxLayout()
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 12, 12, 0)
        box.setSpacing(16)
        box.addLayout(self._head())
        box.addWidget(self._bar)
        box.addWidget(self._message)
        box.addWidget(StatRow((self._trials, self._best, self._elapsed, self._remaining)))
        box.addLayout(self._next_steps())
        box.addLayout(self._chart_place)
        box.addWidget(self._mattered)
        box.addWidget(self.table)
        box.addStretch(1)
        return inner

    def _head(self) -> QHBoxLayout:
        self.pause = quiet_button(tr("Pause"), "pause", self.model.pause_or_resume)
        self.stop = quiet_button(tr("Stop"), "square", self.model.stop)
        self.stop.setToolTip(tr("End now; what has ended and the best run stay"))
        self.go_on = quiet_button(tr("Go on"), "play", self.model.resume)
        self.go_on.setToolTip(tr("Try the recipes that are left"))
        self.again = quiet_button(tr("New search"), "plus", self.model.clear)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        for button in (self.again, self.go_on, self.pause, self.stop):
            head.addWidget(button)
        return head

    def _next_steps(self) -> QHBoxLayout:
        self.use = primary_button(tr("Use the best recipe"), "check", self._use_best)
        self.open_run = quiet_button(tr("Open its run"), "external-link", self._open_run)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.use)
        row.addWidget(self.open_run)
        row.addStretch(1)
        return row

    def _use_best(self) -> None:
        self.model.use_best()
        self.run_wanted.emit()

    def _open_run(self) -> None:
        self.model.finetune.show_run(self.model.state.run)
        self.run_wanted.emit()

    def _need_chart(self) -> TrialsChart:
        """Import pyqtgraph only when there is something to draw."""
        if self.chart is None:
            from app.widgets.trials_chart import TrialsChart

            self.chart = TrialsChart()
            self._chart_place.addWidget(self.chart)
        return self.chart

    # Showing -------------------------------------------------------------------------------

    def _update(self) -> None:
        state = self.model.state
        self._stack.setCurrentIndex(0 if state.phase == "idle" else 1)
        if state.phase == "idle":
            return
        self._show_head(state)
        self._show_buttons(state)
        self._show_stats(state)
        self._show_trials(state)

    def _show_head(self, state: SearchState) -> None:
        titles = {
            "starting": tr("Preparing"),
            "running": tr("Searching"),
            "paused": tr("Paused"),
            "stopping": tr("Stopping"),
            "interrupted": tr("Interrupted"),
            "stopped": tr("Stopped"),
            "failed": tr("This search failed"),
            "cancelled": tr("Cancelled; nothing was kept"),
        }
        self._title.setText(titles.get(state.phase, tr("Search finished")))
        self._note.set_full_text(state.message if state.busy else _ending(state))
        self._bar.setVisible(state.busy)
        self._bar.setValue(round(1000 * state.fraction))
        if state.error:
            self._message.error(state.error, details=state.details, closable=False)
        else:
            self._message.clear()

    def _show_buttons(self, state: SearchState) -> None:
        self.pause.setVisible(state.busy and state.phase != "stopping")
        self.pause.setText(tr("Resume") if state.phase == "paused" else tr("Pause"))
        self.stop.setVisible(state.busy)
        self.stop.setEnabled(state.phase != "stopping")
        self.go_on.setVisible(state.resumable)
        self.again.setVisible(not state.busy)
        self.use.setVisible(not state.busy and state.training is not None)
        self.open_run.setVisible(not state.busy and bool(state.run))

    def _show_stats(self, state: SearchState) -> None:
        ended = sum(trial.state != "running" for trial in state.trials)
        self._trials.set(
            number(ended), tr("of {n}", n=number(state.planned)) if state.planned else ""
        )
        self._elapsed.set(duration(state.elapsed_s))
        self._remaining.setVisible(state.busy)
        left = state.remaining_s
        self._remaining.set("\N{EN DASH}" if left is None else duration(left))
        best = state.best_trial
        note, tone = _gain(state, best) if best else ("", "")
        self._best.set(score_text(state.by, best.score if best else None), note, tone)

    def _show_trials(self, state: SearchState) -> None:
        name = score_name(state.by)
        if any(trial.score is not None for trial in state.trials):
            title = tr("{score} by trial", score=_capital(name))
            self._need_chart().show_trials(title, self._points(state), state.planned)
        if self.chart is not None:
            self.chart.setVisible(bool(state.trials))
        fields = self.model.titles(state.fields)
        titles = [_capital(name), tr("State"), *fields, tr("Time")]
        self.table.setVisible(bool(state.trials))
        self.table.show_lines(titles, [_line(state, trial) for trial in reversed(state.trials)])
        shares = zip(
            self.model.titles([name for name, _ in state.importance]),
            [percent(share) for _, share in state.importance],
            strict=True,
        )
        words = ", ".join(f"{title} {share}" for title, share in shares)
        self._mattered.setText(tr("What made the trials differ: {words}", words=words))
        self._mattered.setVisible(bool(words))

    def _points(self, state: SearchState) -> list[TrialPoint]:
        from app.widgets.trials_chart import TrialPoint

        points, best = [], None
        better = min if state.by == "loss" else max
        titles = self.model.titles(state.fields)
        for trial in state.trials:
            if trial.score is None:
                continue
            if trial.counts:
                best = trial.score if best is None else better(best, trial.score)
            values = ", ".join(
                f"{title} {_value_text(trial.values[name])}"
                for title, name in zip(titles, state.fields, strict=True)
            )
            words = tr(
                "Trial {n}: {score}; {values}",
                n=trial.number,
                score=score_text(state.by, trial.score),
                values=values,
            )
            points.append(
                TrialPoint(trial.number, trial.score, trial.state != "pruned", best, words)
            )
        return points


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ending(state: SearchState) -> str:
    """Why a search is over, in a few words."""
    return {
        "trials": tr("all trials were made"),
        "minutes": tr("the time was over"),
        "exhausted": tr("there was nothing new to try"),
    }.get(state.stopped_because, "")


def _gain(state: SearchState, best: Trial) -> tuple[str, str]:
    """What the best trial is above the first, which has the recipe as it was; and the tone."""
    first = state.trials[0]
    if best.number == first.number or best.score is None or first.score is None:
        return tr("the recipe as it was"), ""
    gain = signed(best.score - first.score, 3 if state.by == "loss" else 1)
    return tr("{gain} on the recipe as it was", gain=gain), "success"


def _line(state: SearchState, trial: Trial) -> TrialLine:
    words = {
        "running": tr("running"),
        "complete": tr("finished"),
        "pruned": tr("fell behind"),
        "cut": tr("time over"),
        "failed": tr("failed"),
    }[trial.state]
    values = [_value_text(trial.values[name]) for name in state.fields]
    time = duration(trial.seconds) if trial.seconds else "\N{EN DASH}"
    cells = (score_text(state.by, trial.score), words, *values, time)
    return TrialLine(trial.number, cells, trial.number == state.best, trial.error)


def _value_text(value: object) -> str:
    """A field's value, short: ``0.00134``, ``2,048``, ``linear``."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return number(value) if isinstance(value, int) else str(value)
