"""Further corpora that are learnt at the same time, and the text that forgetting is measured on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import number, tr
from app.icons import icon
from app.viewmodels.finetune import FineTuneModel
from app.viewmodels.names import direction_name
from app.widgets.combos import combo_box, fill
from app.widgets.page import ghost_button, label
from app.widgets.rows import ElidedLabel

_FILE = "?file"


class FurtherCorpora(QWidget):
    """One row for each further corpus, and a quiet button that adds one."""

    def __init__(self, model: FineTuneModel) -> None:
        super().__init__()
        self._model = model
        self._shown: object = None
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._add = ghost_button(tr("Add another corpus"), "plus")
        self._add.setToolTip(
            tr("Learn several corpora or directions at once; the recipe's temperature shares them")
        )
        menu = QMenu(self._add)
        menu.aboutToShow.connect(partial(self._fill_menu, menu))
        self._add.setMenu(menu)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addLayout(self._rows)
        outer.addWidget(self._add)
        model.setup_changed.connect(self._update)
        self._update()

    def _fill_menu(self, menu: QMenu) -> None:
        menu.clear()
        for row in self._model.corpora:
            words = f"{row.name} \N{MIDDLE DOT} {number(row.pairs)}"
            menu.addAction(words).triggered.connect(
                lambda _=False, name=row.name: self._model.add_corpus(name)
            )

    def _update(self) -> None:
        self._add.setVisible(bool(self._model.corpora))
        further = self._model.setup.further
        if further == self._shown:
            return
        self._shown = further
        while (old := self._rows.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, task in enumerate(further):
            self._rows.addWidget(self._row(place, task.corpus, direction_name(*task.direction)))

    def _row(self, place: int, corpus: str, direction: str) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "card")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(corpus, "strong"))
        words.addWidget(ElidedLabel(direction, "small"))
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 4, 4, 4)
        row.setSpacing(4)
        row.addLayout(words, 1)
        for picture, name, do in (
            ("arrow-left-right", tr("Swap source and target of {corpus}"), "swap_further"),
            ("x", tr("Learn without {corpus}"), "remove_further"),
        ):
            button = QToolButton()
            button.setIcon(icon(picture))
            button.setIconSize(QSize(16, 16))
            button.setAccessibleName(name.format(corpus=corpus))
            button.setToolTip(name.format(corpus=corpus))
            button.clicked.connect(lambda _=False, do=do: getattr(self._model, do)(place))
            row.addWidget(button)
        return frame


class GeneralChoice(QWidget):
    """What forgetting is measured on: everyday sentences, a corpus of another domain, a file."""

    def __init__(self, model: FineTuneModel) -> None:
        super().__init__()
        self._model = model
        self._box = combo_box(tr("Text that forgetting is measured on"))
        self._box.setToolTip(
            tr(
                "Scored beside the dev segments: text outside the corpus' domain, on which the "
                "score falls where the model forgets. Everyday sentences come with the program."
            )
        )
        heading = label(tr("Forgetting is measured on"), "small")
        heading.setBuddy(self._box)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 6)
        outer.setSpacing(6)
        outer.addWidget(heading)
        outer.addWidget(self._box)
        self._box.activated.connect(lambda _: self._choose(str(self._box.currentData())))
        model.setup_changed.connect(self._update)
        self._update()

    def _choose(self, choice: str) -> None:
        if choice == _FILE:
            choice, _ = QFileDialog.getOpenFileName(self, tr("Text to measure forgetting on"))
            if not choice:
                self._update()
                return
        self._model.choose_general(choice)

    def _update(self) -> None:
        setup = self._model.setup
        learnt = {task.corpus for task in setup.tasks}
        names = [row.name for row in self._model.corpora if row.name not in learnt]
        items = [(tr("Everyday sentences"), ""), *((name, name) for name in names)]
        if setup.general and setup.general not in names:
            items.append((Path(setup.general).name, setup.general))
        fill(self._box, [*items, (tr("A file…"), _FILE)], setup.general, "")
