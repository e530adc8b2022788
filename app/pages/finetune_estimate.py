"""What the run will take on this machine, measured on request before Start."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import number, rough_duration, rough_size, tr
from app.viewmodels.finetune import Estimate
from app.widgets.page import InlineMessage, Stat, label, quiet_button
from app.widgets.stat_row import StatRow


class EstimateView(QWidget):
    """A button to measure with, and then time, memory, trained parameters and disk."""

    wanted = Signal()
    unwanted = Signal()
    batch_proposed = Signal(int)
    """The batch size, in tokens, that the person takes because memory is too little."""

    def __init__(self) -> None:
        super().__init__()
        self._words = label("", "secondary", wrap=True)
        self._measure = quiet_button(tr("Estimate"), "timer", self.wanted.emit)
        self._measure.setToolTip(tr("Try a few real steps on this machine; nothing is kept"))
        self._cancel = quiet_button(tr("Cancel"), "x", self.unwanted.emit)
        self._cancel.setAccessibleName(tr("Cancel the estimate"))
        self._problem = InlineMessage()
        self._time = Stat(tr("Time"))
        self._memory = Stat(tr("Memory"))
        self._trainable = Stat(tr("Trained parameters"))
        self._disk = Stat(tr("Disk"))
        self._stats = StatRow((self._time, self._memory, self._trainable, self._disk))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._measure)
        row.addWidget(self._cancel)
        row.addWidget(self._words, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self._stats)
        outer.addLayout(row)
        outer.addWidget(self._problem)

    def show_estimate(self, estimate: Estimate | None, measuring: bool, error: str) -> None:
        """Show what is known, what is being measured, or why it could not be."""
        self._measure.setVisible(not measuring and estimate is None)
        self._cancel.setVisible(measuring)
        self._words.setVisible(measuring or estimate is None)
        self._words.setText(
            tr("Trying a few steps on this machine…")
            if measuring
            else tr("A few real steps tell the time, memory and disk it will take here.")
        )
        self._stats.setVisible(estimate is not None)
        self._problem.clear()
        if error:
            self._problem.error(error, closable=False)
        if estimate is not None:
            self._show_costs(estimate)
            self._show_shortage(estimate)

    def _show_costs(self, estimate: Estimate) -> None:
        self._time.set(
            tr("about {time}", time=rough_duration(estimate.seconds)),
            tr("\N{PLUS-MINUS SIGN} {time}", time=rough_duration(estimate.error_s)),
        )
        self._memory.set(
            rough_size(estimate.memory), tr("{size} free", size=rough_size(estimate.free_memory))
        )
        self._trainable.set(_millions(estimate.trainable))
        self._disk.set(
            rough_size(estimate.disk), tr("{size} free", size=rough_size(estimate.free_disk))
        )

    def _show_shortage(self, estimate: Estimate) -> None:
        if not estimate.fits:
            tokens = number(estimate.batch_tokens)
            self._problem.warning(
                tr("Memory is too little for this batch size. {n} tokens fit.", n=tokens),
                action=tr("Use {n} tokens", n=tokens),
                on_action=lambda: self.batch_proposed.emit(estimate.batch_tokens),
                closable=False,
            )
        elif estimate.disk > estimate.free_disk:
            self._problem.warning(
                tr("The disk is too full. Free {size} before you start.",
                   size=rough_size(estimate.disk - estimate.free_disk)),
                closable=False,
            )  # fmt: skip


def _millions(count: int) -> str:
    return tr("{n} M", n=number(count / 1e6, 1 if count < 1e8 else 0))
