"""The right side of the Fine-tune page while a run is under way, and after."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.context import AppContext
from app.i18n import duration, number, score, signed, tr, tr_n
from app.pages.finetune_details import RunDetails
from app.pages.runs import RunMenu
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.live_run import LiveRun
from app.viewmodels.names import direction_name, run_status
from app.viewmodels.run_state import RunState, summary
from app.widgets.flow_layout import FlowLayout
from app.widgets.menu_button import menu_button
from app.widgets.message import Tone
from app.widgets.page import InlineMessage, Stat, label, quiet_button, scrolled
from app.widgets.rows import ElidedLabel
from app.widgets.stat_row import StatRow


class RunView(QWidget):
    """Numbers, charts with sample translations, log, differences; the next step at the end."""

    def __init__(self, context: AppContext, model: FineTuneModel) -> None:
        super().__init__()
        self._context = context
        self._model = model
        self._run: LiveRun | None = None
        self._title = label("", "section")
        self._note = ElidedLabel("", "secondary")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the run"))
        self._error = InlineMessage()
        self._result = InlineMessage()
        self._incidents = InlineMessage()
        self._remark = label("", "secondary", wrap=True, select=True)
        self.details = RunDetails(context, model)
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 12, 0)
        box.setSpacing(16)
        box.addWidget(self._error)
        box.addLayout(self._head())
        box.addWidget(self._remark)
        box.addWidget(self._stats())
        box.addWidget(self._result)
        box.addLayout(self._next_steps())
        box.addWidget(self._incidents)
        box.addWidget(self.details, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    # Building ------------------------------------------------------------------------------

    def _head(self) -> QVBoxLayout:
        self._menu = RunMenu("", self._context, self)
        self._more = menu_button(self._menu, tr("More about this run"))
        words = QHBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._title)
        words.addWidget(self._note, 1)
        words.addWidget(self._more)
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

    def _next_steps(self) -> FlowLayout:
        go = self._go
        self._steps = (
            quiet_button(tr("Compare"), "columns-2", lambda: go("compare", "run")),
            quiet_button(tr("Evaluate"), "chart-column", lambda: go("evaluate", "run")),
            quiet_button(tr("Continue"), "plus", lambda: go("finetune", "follow_on")),
        )
        self._steps[2].setToolTip(tr("Train on with more epochs or other texts, in a new run"))
        row = FlowLayout(8)
        for button in self._steps:
            row.addWidget(button)
        return row

    def _go(self, page: str, what: str) -> None:
        if self._run is not None:
            self._context.navigate(page, **{what: self._run.state.run})

    # Showing -------------------------------------------------------------------------------

    def follow(self, run: LiveRun) -> None:
        """Show this run from now on."""
        if self._run is not None:
            self._run.changed.disconnect(self._update)
        self._run = run
        run.changed.connect(self._update)
        self.details.follow(run)
        self._update()

    def _update(self) -> None:
        assert self._run is not None
        state = self._run.state
        self._menu.set_run(state.run)
        self._more.setVisible(bool(state.run) and not state.busy)
        self._show_head(state)
        self._show_stats(state)
        self._show_outcome(state)

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
        notes = [direction] if state.busy else [state.name or state.run, run_status(state.phase)]
        if state.device:
            notes.append(state.device)
        if state.phase == "starting" and state.message:
            notes = [state.message]
        self._note.set_full_text(" \N{MIDDLE DOT} ".join(note for note in notes if note))
        self._remark.setText(state.note)
        self._remark.setVisible(bool(state.note))
        moving = state.busy or state.phase == "elsewhere"
        self._bar.setVisible(moving)
        if moving:
            self._bar.setRange(0, state.total_steps)  # 0 of 0 shows a busy bar
            self._bar.setValue(state.step)

    def _show_stats(self, state: RunState) -> None:
        total = tr("of {n}", n=number(state.total_steps)) if state.total_steps else ""
        self._step.set(number(state.step) if state.total_steps else "\N{EN DASH}", total)
        self._elapsed.set(duration(state.elapsed_s) if state.elapsed_s else "\N{EN DASH}")
        remaining = state.remaining_s
        self._remaining.setVisible(state.busy or state.phase == "elsewhere")
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
            tone: Tone = "info" if state.gain is None else "warning"
            if state.gain and state.gain > 0:
                tone = "success"
            self._result.show_message(tone, summary(state), closable=False)
        else:
            self._result.clear()
        for button in self._steps:
            button.setVisible(state.usable)
        self._show_incidents(state.incidents)

    def _show_incidents(self, incidents: tuple[str, ...]) -> None:
        """The last one, and how many came before it; the log has all of them."""
        if not incidents:
            self._incidents.clear()
            return
        words = incidents[-1][0].upper() + incidents[-1][1:].rstrip(".") + "."
        if len(incidents) > 1:
            more = len(incidents) - 1
            words += " " + tr_n("{n} more in the log.", "{n} more in the log.", more)
        if self._incidents.text != words or self._incidents.isHidden():
            self._incidents.warning(words, closable=False)
