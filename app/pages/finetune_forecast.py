"""What Start will do, said before it is pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.context import AppContext
from app.i18n import number, tr, tr_n
from app.pages.finetune_estimate import EstimateView
from app.pages.runs import RunEntry, trash_button
from app.viewmodels.finetune import Forecast
from app.viewmodels.names import direction_name
from app.viewmodels.runs import RunRow
from app.widgets.page import Card, InlineMessage, Stat, label, line, link_button
from app.widgets.stat_row import StatRow

_RUNS_SHOWN = 6


class ForecastView(QWidget):
    """Numbers of the coming run, and its course in three steps."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context
        self._obstacle = InlineMessage()
        self._elsewhere = InlineMessage()
        self._title = label("", "section", wrap=True)
        self._pairs = Stat(tr("Training pairs"))
        self._dev = Stat(tr("Dev segments"))
        self._epochs = Stat(tr("Epochs"))
        self._device = Stat(tr("Runs on"), wrap=True)
        self._card = Card(margin=24, spacing=16)
        self._card.body.addWidget(self._title)
        self._runs_title = label(tr("Earlier runs on this corpus"), "section")
        self._runs = Card(margin=4, spacing=0)
        self._shown: tuple[RunRow, ...] | None = None
        self._all = link_button(tr("Show all"), lambda: self._list_runs(len(self._shown or ())))
        self._card.body.addWidget(StatRow((self._pairs, self._dev, self._epochs, self._device)))
        self.estimate = EstimateView()
        self._card.body.addWidget(self.estimate)
        self._card.body.addWidget(line())
        self._card.body.addLayout(self._course())
        self._trash = trash_button(context)
        head = QHBoxLayout()
        head.addWidget(self._runs_title, 1)
        head.addWidget(self._trash)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addWidget(self._elsewhere)
        outer.addWidget(self._obstacle)
        outer.addWidget(self._card)
        outer.addSpacing(8)
        outer.addLayout(head)
        outer.addWidget(self._runs)
        outer.addWidget(self._all)
        outer.addStretch(1)

    def _course(self) -> QGridLayout:
        steps = (
            (
                tr("Zero-shot first"),
                tr("The untouched model translates the dev segments: the mark to beat."),
            ),
            (
                tr("Learning"),
                tr(
                    "A small adapter learns your pairs while the model itself stays as it is. "
                    "Curves and sample sentences follow every evaluation."
                ),
            ),
            (
                tr("The best stays"),
                tr("The checkpoint with the best dev score is kept, also when you stop early."),
            ),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, (title, text) in enumerate(steps):
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addWidget(label(title, "strong"))
            words.addWidget(label(text, "secondary", wrap=True))
            grid.addWidget(label(number(row + 1), "badge-accent"), row, 0, top)
            grid.addLayout(words, row, 1)
        return grid

    def show_runs(self, runs: tuple[RunRow, ...]) -> None:
        """Offer these earlier runs, and those in the trash; hidden where there are none."""
        self._trash.setVisible(bool(self._context.library.deleted))
        if runs != self._shown:
            self._shown = runs
            self._list_runs(_RUNS_SHOWN)

    def show_elsewhere(self, run: RunRow | None) -> None:
        """Say that another program is training, which makes two at once slow."""
        if run is None:
            self._elsewhere.clear()
            return
        self._elsewhere.info(
            tr("“{name}” is training in another program; a second one makes both slow.",
               name=run.name),
            action=tr("Show it"),
            on_action=lambda: self._context.navigate("finetune", run=run.id),
            closable=False,
        )  # fmt: skip

    def _list_runs(self, most: int) -> None:
        runs = self._shown or ()
        while (old := self._runs.body.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for run in runs[:most]:
            self._runs.body.addWidget(RunEntry(run, self._context))
        for part in (self._runs_title, self._runs):
            part.setVisible(bool(runs))
        self._all.setVisible(len(runs) > most)

    def show_forecast(
        self, forecast: Forecast | None, obstacle: str, source: str, target: str
    ) -> None:
        """Show the numbers, or why it cannot start."""
        if obstacle:
            self._obstacle.warning(obstacle, closable=False)
        else:
            self._obstacle.clear()
        self._card.setVisible(forecast is not None)
        if forecast is None:
            return
        self._title.setText(
            tr("Ready to learn {direction}", direction=direction_name(source, target))
        )
        self._pairs.set(number(forecast.pairs))
        self._dev.set(number(forecast.dev_pairs))
        self._epochs.set(
            number(forecast.epochs),
            tr_n("about {n} step", "about {n} steps", forecast.steps) if forecast.steps else "",
        )
        self._device.set(forecast.device)
