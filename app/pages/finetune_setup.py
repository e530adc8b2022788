"""The left column of the Fine-tune page: model, corpus, direction, preset, recipe."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import number, rough_duration, rough_size, tr, tr_n
from app.icons import icon
from app.pages.finetune_further import FurtherCorpora, GeneralChoice
from app.pages.finetune_languages import NewLanguages
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.names import direction_name
from app.widgets.choice_cards import Choice, ChoiceCards
from app.widgets.combos import combo_box, fill
from app.widgets.page import InlineMessage, label, scrolled
from app.widgets.recipe_form import RecipeForm

PRESETS = ("quick", "balanced", "thorough")
_WIDTH = 336


class SetupPanel(QWidget):
    """What will be trained; every change goes to the view model at once."""

    valid_changed = Signal(bool)

    def __init__(self, model: FineTuneModel) -> None:
        super().__init__()
        self._model = model
        self.setAccessibleName(tr("Recipe"))
        self.setFixedWidth(_WIDTH)
        self._models = combo_box(tr("Base model"))
        self._corpora = combo_box(tr("Corpus"))
        self._direction = label("", "strong")
        self._further = FurtherCorpora(model)
        self._languages = NewLanguages(model)
        self._general = GeneralChoice(model)
        self._start_from = InlineMessage()
        self._presets = ChoiceCards(self._preset_choices(), name=tr("Preset"))
        self._form = RecipeForm(model.fields(), model.values())
        self._lay_out()
        self._connect()
        self._show_setup()

    @property
    def valid(self) -> bool:
        """Whether every recipe field holds a sound value."""
        return self._form.valid

    # Building ------------------------------------------------------------------------------

    def _preset_choices(self) -> list[Choice]:
        words = {
            "quick": (tr("Quick"), tr("A first look")),
            "balanced": (tr("Balanced"), tr("Good for most texts")),
            "thorough": (tr("Thorough"), tr("Learns the most")),
        }
        choices = []
        for key, (title, text) in words.items():
            choices.append(Choice(key, title, text, self._preset_facts(key)))
        return choices

    def _preset_facts(self, key: str) -> tuple[str, ...]:
        epochs, steps = self._model.preset_length(key)
        facts = [
            tr_n("{n} step", "{n} steps", steps)
            if steps
            else tr_n("{n} epoch", "{n} epochs", epochs)
        ]
        estimate = self._model.estimate(key)
        if estimate is not None:
            facts += [
                tr("≈ {time}", time=rough_duration(estimate.seconds)),
                rough_size(estimate.memory),
            ]
        return tuple(facts)

    def _lay_out(self) -> None:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 12, 0)
        box.setSpacing(6)
        for title, editor in (
            (tr("Base model"), self._models),
            (tr("Corpus"), self._corpora),
        ):
            heading = label(title, "small")
            heading.setBuddy(editor)
            box.addWidget(heading)
            box.addWidget(editor)
            box.addSpacing(6)
        box.addWidget(label(tr("Direction"), "small"))
        box.addLayout(self._direction_row())
        box.addWidget(self._further)
        box.addWidget(self._languages)
        box.addWidget(self._start_from)
        box.addSpacing(10)
        box.addWidget(label(tr("Preset"), "small"))
        box.addWidget(self._presets)
        box.addSpacing(10)
        box.addWidget(self._fold_button())
        box.addWidget(self._general)
        box.addWidget(self._form)
        box.addStretch(1)
        self._unfold(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def _direction_row(self) -> QHBoxLayout:
        self._swap = QToolButton()
        self._swap.setIcon(icon("arrow-left-right"))
        self._swap.setIconSize(QSize(16, 16))
        self._swap.setToolTip(tr("Train the other direction"))
        self._swap.setAccessibleName(tr("Swap source and target"))
        frame = QFrame()
        frame.setProperty("role", "card")
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 4, 4, 4)
        row.addWidget(self._direction, 1)
        row.addWidget(self._swap)
        outer = QHBoxLayout()
        outer.addWidget(frame)
        return outer

    def _fold_button(self) -> QPushButton:
        self._fold = QPushButton(tr("Recipe"))
        self._fold.setProperty("kind", "ghost")
        self._fold.setCheckable(True)
        self._fold.setIcon(icon("chevron-right"))
        self._fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fold.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._fold.toggled.connect(self._unfold)
        return self._fold

    def _unfold(self, shown: bool) -> None:
        self._form.setVisible(shown)
        self._general.setVisible(shown)
        self._fold.setIcon(icon("chevron-down" if shown else "chevron-right"))

    def _connect(self) -> None:
        model = self._model
        model.setup_changed.connect(self._show_setup)
        model.recipe_replaced.connect(self._form.set_values)
        model.forecaster.estimate_changed.connect(self._show_facts)
        self._models.activated.connect(lambda _: model.choose_model(self._models.currentData()))
        self._corpora.activated.connect(lambda _: model.choose_corpus(self._corpora.currentData()))
        self._swap.clicked.connect(model.swap)
        self._presets.changed.connect(model.choose_preset)
        self._form.changed.connect(
            lambda name, value: model.change_fields({name: "" if value is None else str(value)})
        )
        self._form.valid_changed.connect(self.valid_changed.emit)

    # Showing -------------------------------------------------------------------------------

    def _show_setup(self) -> None:
        model, setup = self._model, self._model.setup
        fill(
            self._models,
            [(row.title, row.id) for row in model.models],
            setup.model,
            tr("No model that can be used"),
        )
        fill(
            self._corpora,
            [(f"{row.name} \N{MIDDLE DOT} {number(row.pairs)}", row.name) for row in model.corpora],
            setup.corpus,
            tr("No corpus yet"),
        )
        known = bool(setup.source and setup.target)
        self._direction.setText(direction_name(setup.source, setup.target) if known else "")
        self._swap.setEnabled(known)
        self._presets.set_current(setup.preset)
        self._show_facts()
        self._show_start()
        changed = len(setup.changes)
        self._fold.setText(
            tr_n("Recipe ({n} change)", "Recipe ({n} changes)", changed)
            if changed
            else tr("Recipe")
        )

    def _show_start(self) -> None:
        """Say which run is trained on; its method and layers stay, so the presets do not fit."""
        run = self._model.library.run(self._model.setup.from_run)
        self._presets.setEnabled(run is None)
        if run is None:
            self._start_from.clear()
            return
        self._start_from.info(
            tr("Continues from “{name}”, in a new run.", name=run.name),
            action=tr("Start afresh"),
            on_action=self._model.start_afresh,
            closable=False,
        )

    def _show_facts(self) -> None:
        for key in PRESETS:
            self._presets.set_facts(key, self._preset_facts(key))
