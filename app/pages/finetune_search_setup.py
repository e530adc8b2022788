"""What a search may change and how long it may take, chosen before it starts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.i18n import rough_duration, score, tr, tr_n
from app.viewmodels.names import date_text, run_status
from app.viewmodels.search import FieldChoice, SearchModel, SearchRow
from app.widgets.combos import spin_box
from app.widgets.entry_list import Entry, EntryList, item_key
from app.widgets.page import Card, InlineMessage, label, primary_button

_TRIALS = 20
_LISTED = 4


class SearchSetup(QWidget):
    """Fields with their ranges, the budget, Start; earlier searches below."""

    search_chosen = Signal(str)
    """The id of an earlier search that the person wants to see."""

    def __init__(self, model: SearchModel) -> None:
        super().__init__()
        self._model = model
        self._known: list[FieldChoice] = []
        self._chosen: dict[str, bool] = {}
        self.boxes: dict[str, QCheckBox] = {}
        self._obstacle = InlineMessage()
        self._fields = QGridLayout()
        self._fields.setHorizontalSpacing(16)
        self._fields.setVerticalSpacing(6)
        self._fields.setColumnStretch(1, 1)
        self._left = label("", "small", wrap=True)
        self.start = primary_button(tr("Start the search"), "play", self._start)
        self._card = Card(margin=24, spacing=16)
        self._card.body.addWidget(label(tr("Search for a better recipe"), "section"))
        self._card.body.addWidget(
            label(
                tr(
                    "Trainings around the recipe at the left, each chosen by what those before it "
                    "scored. A trial that falls behind ends early, and the best run is kept."
                ),
                "secondary",
                wrap=True,
            )
        )
        self._card.body.addLayout(self._fields)
        self._card.body.addLayout(self._budget())
        self._earlier_title = label(tr("Earlier searches on this corpus"), "section")
        self._earlier = EntryList(tr("Earlier searches on this corpus"))
        self._earlier.itemActivated.connect(lambda item: self.search_chosen.emit(item_key(item)))
        self._earlier.itemClicked.connect(lambda item: self.search_chosen.emit(item_key(item)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 12, 12, 0)
        outer.setSpacing(12)
        for part in (self._obstacle, self._card, self._earlier_title, self._earlier):
            outer.addWidget(part)
        outer.addStretch(1)
        model.finetune.setup_changed.connect(self.update_choices)
        model.finetune.forecaster.estimate_changed.connect(self._show_time)
        model.listed.connect(self._list)
        self.trials.valueChanged.connect(lambda _: self._show_time())
        self.update_choices()
        self._list()

    def _budget(self) -> QVBoxLayout:
        self.trials = spin_box(QSpinBox(), tr("Trials at most"))
        self.trials.setRange(1, 1000)
        self.trials.setValue(_TRIALS)
        self.minutes = spin_box(QDoubleSpinBox(), tr("Minutes at most"))
        self.minutes.setRange(0, 100_000)
        self.minutes.setDecimals(0)
        self.minutes.setSingleStep(10)
        self.minutes.setSpecialValueText(tr("no limit"))
        row = QHBoxLayout()
        row.setSpacing(16)
        for editor, tip in (
            (self.trials, tr("How many recipes to try; 10 to 40 are usual")),
            (self.minutes, tr("No trial begins that would take longer")),
        ):
            editor.setToolTip(tip)
            editor.setFixedWidth(110)
            heading = label(editor.accessibleName(), "small")
            heading.setBuddy(editor)
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(heading)
            column.addWidget(editor)
            row.addLayout(column)
        row.addWidget(self._left, 1)
        budget = QVBoxLayout()
        budget.setSpacing(16)
        budget.addLayout(row)
        budget.addWidget(self.start)
        return budget

    # Showing -------------------------------------------------------------------------------

    def update_choices(self) -> None:
        """Offer what can be searched around the recipe at the left."""
        obstacle, fields = self._model.finetune.obstacle(), self._model.fields()
        if obstacle:
            self._obstacle.warning(obstacle, closable=False)
        else:
            self._obstacle.clear()
            if fields != self._known:
                self._offer(fields)
        self._check()
        self._show_time()

    def _offer(self, fields: Sequence[FieldChoice]) -> None:
        while (item := self._fields.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._known, self.boxes = list(fields), {}
        for row, field in enumerate(fields):
            box = QCheckBox(field.title)
            box.setToolTip(field.help)
            box.setChecked(self._chosen.get(field.name, field.usual))
            box.toggled.connect(lambda on, name=field.name: self._choose(name, on))
            box.setAccessibleDescription(field.range)
            self.boxes[field.name] = box
            self._fields.addWidget(box, row, 0)
            self._fields.addWidget(label(field.range, "small", wrap=True), row, 1)

    def _choose(self, name: str, on: bool) -> None:
        self._chosen[name] = on
        self._check()

    def _check(self) -> None:
        chosen = any(box.isChecked() for box in self.boxes.values())
        self.start.setEnabled(chosen and not self._model.finetune.obstacle())

    def _show_time(self) -> None:
        estimate = self._model.finetune.estimate()
        time = rough_duration(estimate.seconds * self.trials.value()) if estimate else ""
        self._left.setText(tr("at most about {time}", time=time) if estimate else "")

    def _list(self) -> None:
        rows = self._model.earlier
        self._earlier.set_entries([_entry(row) for row in rows], "")
        self._earlier_title.setVisible(bool(rows))
        self._earlier.setVisible(bool(rows))
        shown = min(len(rows), _LISTED)
        self._earlier.setFixedHeight(shown * self._earlier.sizeHintForRow(0) + 2 if shown else 0)

    def _start(self) -> None:
        names = [name for name, box in self.boxes.items() if box.isChecked()]
        self._model.start(names, self.trials.value(), self.minutes.value() or None)


def score_text(by: str, value: float | None) -> str:
    """A deciding score as people read it; a dash where there is none."""
    if value is None:
        return "\N{EN DASH}"
    return QLocale().toString(value, "f", 3) if by == "loss" else score(value)


def score_name(by: str) -> str:
    """The deciding score's name."""
    return {"bleu": tr("dev BLEU"), "chrf": tr("dev chrF")}.get(by, tr("dev loss"))


def _entry(row: SearchRow) -> Entry:
    notes = [
        tr_n("{n} trial", "{n} trials", row.trials),
        f"{score_name(row.by)} {score_text(row.by, row.score)}",
        run_status(row.status),
        date_text(row.created),
    ]
    return Entry(row.id, row.id, " \N{MIDDLE DOT} ".join(notes))
