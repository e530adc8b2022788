"""The systems to score: models and runs with a box each, others' outputs under a name."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from app.i18n import tr
from app.viewmodels.evaluate import EvaluateModel, SystemChoice
from app.widgets.combos import combo_box, fill
from app.widgets.page import Card, label, tool_button
from app.widgets.rows import ElidedCheckBox


class SystemsCard(Card):
    """Ticks what is scored; below, which of them the others are compared with."""

    def __init__(self, model: EvaluateModel) -> None:
        super().__init__(margin=12, spacing=8)
        self._model = model
        self._boxes: dict[str, ElidedCheckBox] = {}
        self._given: dict[str, _GivenRow] = {}
        self._none = label("", "secondary", wrap=True)
        self.body.addWidget(self._none)
        self._baseline = combo_box(tr("The system that the others are compared with"), 100)
        self._baseline.setToolTip(
            tr("The baseline: differences and their significance are told against it")
        )
        self._baseline.activated.connect(
            lambda _: model.choose_baseline(str(self._baseline.currentData()))
        )
        self._compared = QWidget()
        row = QHBoxLayout(self._compared)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(label(tr("Compared with"), "small"))
        row.addWidget(self._baseline, 1)
        self.body.addWidget(self._compared)
        model.changed.connect(self._show)
        model.library.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        state = self._model.state
        systems = self._model.systems()
        self._none.setVisible(not systems)
        self._none.setText(
            tr("No model or run knows this direction.")
            if state.source and state.target
            else tr("Choose the direction; the systems that know it are listed here.")
        )
        self._drop([one.system for one in systems])
        for one in systems:
            (self._show_given if one.given else self._show_box)(one)
        ticked = [(one.title, one.system) for one in systems if one.chosen]
        fill(self._baseline, ticked, self._model.baseline, "")
        self._compared.setVisible(len(ticked) > 1)

    def _drop(self, kept: list[str]) -> None:
        """Take away the rows of systems that are no more."""
        for rows in (self._boxes, self._given):
            for key in [key for key in rows if key not in kept]:
                gone: QWidget = rows.pop(key)  # type: ignore[assignment]
                gone.hide()
                gone.deleteLater()

    def _add(self, row: QWidget) -> None:
        self.body.insertWidget(self.body.count() - 1, row)

    def _show_box(self, one: SystemChoice) -> None:
        box = self._boxes.get(one.system)
        if box is None:
            box = self._boxes[one.system] = ElidedCheckBox()
            box.toggled.connect(lambda on, key=one.system: self._model.choose(key, on))
            self._add(box)
        box.set_full_text(f"{one.title} \N{MIDDLE DOT} {one.note}" if one.note else one.title)
        _tick(box, one.chosen)

    def _show_given(self, one: SystemChoice) -> None:
        row = self._given.get(one.system)
        if row is None:
            row = self._given[one.system] = _GivenRow()
            row.box.toggled.connect(lambda on, key=one.system: self._model.choose(key, on))
            row.renamed.connect(lambda name, key=one.system: self._model.rename_given(key, name))
            row.removed.connect(lambda key=one.system: self._model.remove_given(key))
            self._add(row)
        row.show_system(one)


class _GivenRow(QWidget):
    """Another system's outputs: a box, the name to change, and a way out."""

    renamed = Signal(str)
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox()
        self._name = QLineEdit()
        self._name.setAccessibleName(tr("Name of the other system"))
        self._name.editingFinished.connect(lambda: self.renamed.emit(self._name.text()))
        remove = tool_button("x", tr("Leave this output out"), self.removed.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.box)
        row.addWidget(self._name, 1)
        row.addWidget(remove)

    def show_system(self, one: SystemChoice) -> None:
        """Show its name, and whether it is scored."""
        self.box.setAccessibleName(one.title)
        self._name.setToolTip(tr("Output of another system, from {file}", file=one.note))
        if self._name.text() != one.title:
            self._name.setText(one.title)
        _tick(self.box, one.chosen)


def _tick(box: QCheckBox, chosen: bool) -> None:
    blocked = box.blockSignals(True)
    box.setChecked(chosen)
    box.blockSignals(blocked)
