"""The left column of the Evaluate page: test set, direction, systems, earlier results."""

from __future__ import annotations

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.i18n import tr, tr_n
from app.icons import icon
from app.viewmodels.evaluate import EvaluateModel
from app.viewmodels.names import model_language_choices
from app.viewmodels.test_files import Offer
from app.widgets.combos import combo_box, fill
from app.widgets.drop_zone import DropZone
from app.widgets.language_box import LanguageBox
from app.widgets.page import Card, label, link_button, scrolled

WIDTH = 316
NARROW = 268


class EvaluateSetup(QWidget):
    """What will be scored; every change goes to the view model at once."""

    files_chosen = Signal(list)

    def __init__(self, model: EvaluateModel, settings: QSettings) -> None:
        super().__init__()
        self._model = model
        self.setAccessibleName(tr("What to evaluate"))
        self.setFixedWidth(WIDTH)
        self._zone = DropZone(
            tr("Drop a test file"),
            tr("TMX, TSV, or a source and a reference text file"),
            settings=settings,
        )
        self._zone.setMinimumHeight(116)
        self._zone.dropped.connect(self.files_chosen.emit)
        self._source = LanguageBox(tr("Source language"))
        self._target = LanguageBox(tr("Target language"))
        self._boxes: dict[str, QCheckBox] = {}
        self._earlier = combo_box(tr("Earlier evaluations"))
        self._lay_out()
        self._connect()
        self._update()
        self._show_earlier()

    # Building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 12, 0)
        box.setSpacing(6)
        box.addWidget(label(tr("Test set"), "small"))
        box.addWidget(self._zone)
        box.addWidget(self._test_card())
        box.addLayout(self._offers_column())
        box.addSpacing(10)
        box.addWidget(label(tr("Direction"), "small"))
        box.addLayout(self._direction_row())
        box.addSpacing(10)
        box.addWidget(label(tr("Systems"), "small"))
        box.addWidget(self._systems_card())
        box.addSpacing(10)
        self._earlier_title = label(tr("Earlier results"), "small")
        box.addWidget(self._earlier_title)
        box.addWidget(self._earlier)
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def _test_card(self) -> Card:
        self._test = Card(margin=12, spacing=2)
        self._test_name = label("", "strong", wrap=True)
        self._test_note = label("", "small")
        row = QHBoxLayout()
        row.addWidget(self._test_name, 1)
        other = QToolButton()
        other.setIcon(icon("folder-open"))
        other.setToolTip(tr("Choose another test file"))
        other.setAccessibleName(tr("Choose another test file"))
        other.clicked.connect(self._zone.choose)
        row.addWidget(other, 0, Qt.AlignmentFlag.AlignVCenter)
        self._test.body.addLayout(row)
        self._test.body.addWidget(self._test_note)
        return self._test

    def _offers_column(self) -> QVBoxLayout:
        self._offers = QVBoxLayout()
        self._offers.setSpacing(2)
        self._offered: tuple[Offer, ...] = ()
        self._offer_buttons: list[QPushButton] = []
        return self._offers

    def _direction_row(self) -> QHBoxLayout:
        for box in (self._source, self._target):
            box.setMinimumWidth(110)
        swap = QToolButton()
        swap.setIcon(icon("arrow-left-right"))
        swap.setIconSize(QSize(16, 16))
        swap.setToolTip(tr("Evaluate the other direction"))
        swap.setAccessibleName(tr("Swap source and target"))
        swap.clicked.connect(
            lambda: self._model.set_direction(self._model.state.target, self._model.state.source)
        )
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._source, 1)
        row.addWidget(swap)
        row.addWidget(self._target, 1)
        return row

    def _systems_card(self) -> Card:
        self._systems = Card(margin=12, spacing=8)
        self._no_system = label(tr("No model or run knows this direction."), "secondary", wrap=True)
        self._systems.body.addWidget(self._no_system)
        return self._systems

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._update)
        model.library.changed.connect(self._update)
        model.earlier_changed.connect(self._show_earlier)
        model.evaluated.connect(self._show_earlier)
        for box in (self._source, self._target):
            box.changed.connect(lambda _: self._choose_direction())
        self._earlier.activated.connect(
            lambda _: model.open_earlier(str(self._earlier.currentData()))
        )

    def _choose_direction(self) -> None:
        if self._source.tag and self._target.tag:
            self._model.set_direction(self._source.tag, self._target.tag)

    # Showing -------------------------------------------------------------------------------

    def _update(self) -> None:
        state = self._model.state
        self.setEnabled(not state.busy)
        self._zone.setVisible(state.test is None)
        self._test.setVisible(state.test is not None)
        if state.test is not None:
            self._test_name.setText(state.test.name)
            count = len(state.test.sources)
            self._test_note.setText(tr_n("{n} segment", "{n} segments", count))
        self._show_direction()
        self._show_offers()
        self._show_systems()

    def _show_direction(self) -> None:
        state = self._model.state
        tags = [*self._model.languages(), state.source, state.target]
        choices = model_language_choices(tag for tag in tags if tag)
        for box, tag in ((self._source, state.source), (self._target, state.target)):
            blocked = box.blockSignals(True)
            box.set_languages(choices)
            box.set_tag(tag)
            box.blockSignals(blocked)

    def _show_offers(self) -> None:
        """Test sets that are at hand, one click each."""
        offers = self._model.offers()
        if offers == self._offered:
            return
        self._offered = offers
        for button in self._offer_buttons:
            self._offers.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._offer_buttons = []
        for offer in offers:
            button = link_button(offer.title)
            button.setToolTip(offer.help)
            button.clicked.connect(lambda _=False, offer=offer: self._model.take_offer(offer))
            self._offers.addWidget(button)
            self._offer_buttons.append(button)

    def _show_systems(self) -> None:
        systems = self._model.systems()
        self._no_system.setVisible(not systems)
        known = bool(self._model.state.source and self._model.state.target)
        self._no_system.setText(
            tr("No model or run knows this direction.")
            if known
            else tr("Choose the direction; the systems that know it are listed here.")
        )
        for system in list(self._boxes):
            if system not in [one.system for one in systems]:
                gone = self._boxes.pop(system)
                gone.hide()
                gone.deleteLater()
        for one in systems:
            box = self._boxes.get(one.system)
            if box is None:
                box = QCheckBox()
                box.toggled.connect(lambda on, key=one.system: self._model.choose(key, on))
                self._boxes[one.system] = box
                self._systems.body.addWidget(box)
            box.setText(f"{one.title} \N{MIDDLE DOT} {one.note}" if one.note else one.title)
            blocked = box.blockSignals(True)
            box.setChecked(one.chosen)
            box.blockSignals(blocked)

    def _show_earlier(self) -> None:
        items = [(item.title, item.id) for item in self._model.earlier]
        evaluation = self._model.state.evaluation
        fill(self._earlier, items, evaluation.id if evaluation else "", "")
        self._earlier.setPlaceholderText(tr("Choose one to read again"))
        self._earlier.setVisible(bool(items))
        self._earlier_title.setVisible(bool(items))
