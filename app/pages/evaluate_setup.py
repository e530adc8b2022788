"""The left column of the Evaluate page: test set, direction, systems, options, earlier results."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.i18n import tr, tr_n
from app.pages.evaluate_systems import SystemsCard
from app.viewmodels import evaluate_fields
from app.viewmodels.evaluate import EvaluateModel
from app.viewmodels.names import model_language_choices
from app.viewmodels.test_files import Offer
from app.widgets.combos import combo_box, fill
from app.widgets.drop_zone import DropZone, ask_files
from app.widgets.language_box import LanguageBox
from app.widgets.page import Card, label, link_button, scrolled, tool_button
from app.widgets.recipe_form import RecipeForm

WIDTH = 316
NARROW = 274


class EvaluateSetup(QWidget):
    """What will be scored; every change goes to the view model at once."""

    files_chosen = Signal(list)
    valid_changed = Signal(bool)

    def __init__(self, model: EvaluateModel, settings: QSettings) -> None:
        super().__init__()
        self._model = model
        self._settings = settings
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
        self._systems = SystemsCard(model)
        self._form = RecipeForm(evaluate_fields.fields())
        self._earlier = combo_box(tr("Earlier evaluations"))
        self._lay_out()
        self._connect()
        self._update()
        self._show_earlier()

    @property
    def valid(self) -> bool:
        """Whether every option holds a sound value."""
        return self._form.valid

    # Building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 12, 0)
        box.setSpacing(6)
        box.addWidget(label(tr("Test set"), "small"))
        box.addWidget(self._zone)
        box.addWidget(self._test_card())
        box.addWidget(self._texts_card())
        box.addLayout(self._offers_column())
        box.addSpacing(6)
        box.addWidget(label(tr("Direction"), "small"))
        box.addLayout(self._direction_box())
        box.addSpacing(6)
        box.addWidget(label(tr("Systems"), "small"))
        box.addWidget(self._systems)
        box.addLayout(self._glossary_row())
        box.addWidget(self._form)
        box.addSpacing(6)
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
        self._test_note = label("", "small", wrap=True)
        row = QHBoxLayout()
        row.addWidget(self._test_name, 1)
        other = tool_button(
            "folder-open", tr("Choose another test file, further references or outputs")
        )
        other.clicked.connect(self._zone.choose)
        row.addWidget(other, 0, Qt.AlignmentFlag.AlignVCenter)
        self._test.body.addLayout(row)
        self._test.body.addWidget(self._test_note)
        return self._test

    def _texts_card(self) -> Card:
        """What is asked of texts that fit the test set line by line."""
        self._texts = Card(margin=12, spacing=4)
        self._texts_words = label("", "", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self._texts_words, 1)
        close = tool_button("x", tr("Leave it"), self._model.leave_texts)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._texts.body.addLayout(head)
        self._as_outputs = link_button(tr("Output of another system"), self._model.take_as_outputs)
        self._as_references = link_button(tr("A further reference"), self._model.take_as_references)
        self._as_test = link_button(
            tr("A test set of its own"),
            lambda: self._model.open_new_test(self._model.state.texts),
        )
        for button in (self._as_outputs, self._as_references, self._as_test):
            self._texts.body.addWidget(button)
        return self._texts

    def _offers_column(self) -> QVBoxLayout:
        self._offers = QVBoxLayout()
        self._offers.setSpacing(2)
        self._offered: tuple[Offer, ...] = ()
        self._offer_buttons: list[QPushButton] = []
        return self._offers

    def _direction_box(self) -> QHBoxLayout:
        """The languages below each other: side by side, their names would not fit."""
        boxes = QVBoxLayout()
        boxes.setSpacing(4)
        boxes.addWidget(self._source)
        boxes.addWidget(self._target)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addLayout(boxes, 1)
        row.addWidget(tool_button("arrow-up-down", tr("Evaluate the other direction"), self._swap))
        return row

    def _glossary_row(self) -> QHBoxLayout:
        self._glossary = link_button("", self._choose_glossary)
        self._glossary.setToolTip(
            tr(
                "A text file with a term and its translation a line, with a tab between them; it "
                "is counted in how many segments every term is kept"
            )
        )
        self._no_glossary = tool_button("x", tr("Ask for no terms"), self._model.clear_glossary)
        row = QHBoxLayout()
        row.addWidget(self._glossary)
        row.addWidget(self._no_glossary)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._update)
        model.library.changed.connect(self._update)
        model.history.changed.connect(self._show_earlier)
        model.evaluated.connect(self._show_earlier)
        model.evaluated.connect(lambda: self._form.set_values(dict(model.state.fields)))
        for box in (self._source, self._target):
            box.changed.connect(lambda _: self._choose_direction())
        self._form.changed.connect(model.change_field)
        self._form.valid_changed.connect(self.valid_changed.emit)
        self._earlier.activated.connect(
            lambda _: model.history.open(str(self._earlier.currentData()))
        )

    def _choose_direction(self) -> None:
        if self._source.tag and self._target.tag:
            self._model.set_direction(self._source.tag, self._target.tag)

    def _swap(self) -> None:
        self._model.set_direction(self._model.state.target, self._model.state.source)

    def _choose_glossary(self) -> None:
        paths: list[Path] = ask_files(self, tr("Choose a glossary"), settings=self._settings)
        if paths:
            self._model.read_glossary(paths[0])

    # Showing -------------------------------------------------------------------------------

    def _update(self) -> None:
        state = self._model.state
        self.setEnabled(not state.busy)
        self._zone.setVisible(state.test is None)
        self._test.setVisible(state.test is not None)
        if state.test is not None:
            self._test_name.setText(state.test.name)
            facts = [tr_n("{n} segment", "{n} segments", len(state.test.sources))]
            if state.test.further:
                facts.append(tr_n("{n} reference", "{n} references", len(state.test.streams)))
            self._test_note.setText(" \N{MIDDLE DOT} ".join(facts))
        self._glossary.setText(self._terms_words() if state.terms else tr("Add a glossary…"))
        self._no_glossary.setVisible(bool(state.terms))
        self._show_texts()
        self._show_direction()
        self._show_offers()

    def _terms_words(self) -> str:
        count, file = len(self._model.state.terms), self._model.state.glossary
        if file:
            return tr_n("{n} term of {file}", "{n} terms of {file}", count, file=file)
        return tr_n("{n} term, as in the evaluation", "{n} terms, as in the evaluation", count)

    def _show_texts(self) -> None:
        state = self._model.state
        count = len(state.texts)
        self._texts.setVisible(bool(count))
        if not count or state.test is None:
            return
        self._texts_words.setText(
            tr_n(
                "{names} has a line for each segment. It is:",
                "{names} have a line for each segment. They are:",
                count,
                names=", ".join(path.name for path in state.texts),
            )
        )
        self._as_outputs.setText(
            tr_n("Output of another system", "Outputs of other systems", count)
        )
        self._as_references.setText(tr_n("A further reference", "Further references", count))
        self._as_test.setVisible(count == 2)

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

    def _show_earlier(self) -> None:
        items = [(past.title, past.id) for past in self._model.history.entries]
        evaluation = self._model.state.evaluation
        fill(self._earlier, items, evaluation.id if evaluation else "", "")
        self._earlier.setPlaceholderText(tr("Choose one to read again"))
        self._earlier.setToolTip(self._earlier.currentText())
        self._earlier.setVisible(bool(items))
        self._earlier_title.setVisible(bool(items))
