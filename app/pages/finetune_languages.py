"""Languages that the chosen model does not know: after which known one each is learnt."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.names import language_name
from app.widgets.combos import combo_box, fill
from app.widgets.page import label


class NewLanguages(QWidget):
    """One row for each such language; hidden where the model knows all."""

    def __init__(self, model: FineTuneModel) -> None:
        super().__init__()
        self._model = model
        self._shown: object = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 6, 0, 0)
        self._rows.setSpacing(6)
        model.setup_changed.connect(self._update)
        self._update()

    def _update(self) -> None:
        model = self._model
        wanted = (model.setup.model, model.unknown_languages(), dict(model.setup.new_languages))
        if wanted == self._shown:
            return
        self._shown = wanted
        while (old := self._rows.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for tag in model.unknown_languages():
            self._rows.addWidget(self._row(tag))
        self.setVisible(bool(model.unknown_languages()))

    def _row(self, tag: str) -> QWidget:
        name, chosen = language_name(tag), self._model.setup.new_languages.get(tag)
        like = combo_box(tr("Known language that {language} is like", language=name), 100)
        like.setToolTip(tr("A related language that the model knows: the nearer, the better"))
        known = [(language_name(known), known) for known in self._model.known_languages()]
        fill(like, sorted(known), chosen.like if chosen else "", tr("Choose…"))
        way = combo_box(tr("How {language} is learnt", language=name), 100)
        way.setToolTip(
            tr(
                "Borrowing needs nothing new, and takes the known language's place in this run. "
                "A token of its own starts as a copy of the other's and keeps both apart."
            )
        )
        ways = [(tr("Borrow its code"), ""), (tr("Own token"), "own")]
        fill(way, ways, "own" if chosen and chosen.own_token else "", "")

        def choose() -> None:
            if like.currentData():
                self._model.teach(tag, str(like.currentData()), bool(way.currentData()))

        for box in (like, way):
            box.activated.connect(choose)
        return _named(tr("{language} is new to this model. It is like:", language=name), like, way)


def _named(words: str, *boxes: QComboBox) -> QWidget:
    result = QWidget()
    row = QHBoxLayout()
    row.setSpacing(8)
    for box in boxes:
        row.addWidget(box, 1)
    outer = QVBoxLayout(result)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(4)
    outer.addWidget(label(words, "small", wrap=True))
    outer.addLayout(row)
    return result
