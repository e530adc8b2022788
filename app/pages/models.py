"""The Models page: what there is to start from, and what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.bridge import Failure
from app.context import AppContext
from app.i18n import file_size, number, tr, tr_n
from app.icons import icon
from app.pages.runs import RunEntry, trash_button
from app.viewmodels.models import ModelCardRow, ModelsModel, language_names
from app.widgets.menu_button import menu_button
from app.widgets.open_path import open_path
from app.widgets.page import (
    Card,
    InlineMessage,
    Page,
    Section,
    label,
    line,
    primary_button,
    quiet_button,
    scrolled,
)

_LAST_FOLDER = "files/last_model_folder"
_LANGUAGES_SHOWN = 8


class ModelsPage(Page):
    """Cards of base models with their runs below them."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Models"), tr("Where fine-tuning starts, and the runs that came of it.")
        )
        self._context = context
        self._model = ModelsModel(context.workspace, context.runner, context.library)
        self._message = InlineMessage()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(16)
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(self._cards)
        outer.addStretch(1)
        content.setMaximumWidth(1280)
        self._trash = trash_button(context)
        self.add_action(self._trash)
        self.add_action(primary_button(tr("Add a model folder…"), "plus", self._choose_folder))
        self.body.addWidget(self._message)
        self.body.addWidget(scrolled(content), 1)
        self._model.changed.connect(self._update)
        self._model.failed.connect(self._show_failure)
        self._show_trash()

    def on_shown(self) -> None:
        """Read the folders again."""
        self._model.refresh()

    def drop_hint(self, paths: list[Path]) -> str | None:
        """A dropped folder is a model; anything else is for the window."""
        if len(paths) == 1 and (paths[0] / "config.json").is_file():
            return tr("Drop to add the model {name}", name=paths[0].name)
        return None

    def drop_files(self, paths: list[Path]) -> None:
        """Add the dropped model folder."""
        self._message.clear()
        self._model.add(paths[0])

    def _choose_folder(self) -> None:
        settings = self._context.settings
        start = str(settings.value(_LAST_FOLDER, ""))
        folder = QFileDialog.getExistingDirectory(self, tr("Add a model folder"), start)
        if folder:
            settings.setValue(_LAST_FOLDER, str(Path(folder).parent))
            self.drop_files([Path(folder)])

    # Showing -------------------------------------------------------------------------------

    def _update(self) -> None:
        self._show_trash()
        while (old := self._cards.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for card in self._model.cards:
            self._cards.addWidget(self._card(card))
        orphans = self._model.orphans()
        if orphans:
            section = Section(
                tr("Runs without their model"),
                tr("Their base model is not on this list any more; add its folder to use them."),
            )
            rows = Card(margin=4, spacing=0)
            for run in orphans:
                rows.body.addWidget(RunEntry(run, self._context))
            section.add(rows)
            self._cards.addWidget(section)

    def _card(self, model: ModelCardRow) -> Card:
        card = Card(spacing=6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(model.title, "section"))
        if model.bundled:
            head.addWidget(label(tr("bundled"), "badge-accent"), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        if not model.problem:
            head.addWidget(
                quiet_button(
                    tr("Fine-tune"),
                    "sliders-horizontal",
                    lambda: self._context.navigate("finetune", model=model.id),
                )
            )
        head.addWidget(self._more(model))
        card.body.addLayout(head)
        card.body.addWidget(label(_facts(model), "secondary", wrap=True))
        card.body.addWidget(_languages(model))
        place = label(str(model.path), "small", wrap=True, select=True)
        place.setToolTip(tr("Where the model lies"))
        card.body.addWidget(place)
        if model.problem:
            problem = InlineMessage()
            problem.show_message("warning", _sentence(model.problem), closable=False)
            card.body.addWidget(problem)
        runs = self._model.runs_of(model.id)
        if runs:
            card.body.addSpacing(4)
            card.body.addWidget(line())
            card.body.addWidget(label(tr("Runs"), "small"))
            for run in runs:
                card.body.addWidget(RunEntry(run, self._context))
        return card

    def _more(self, model: ModelCardRow) -> QToolButton:
        menu = QMenu(self)
        folder = QAction(icon("folder-open"), tr("Open folder"), menu)
        folder.triggered.connect(lambda: open_path(model.path))
        menu.addAction(folder)
        if not model.bundled:
            remove = QAction(icon("x"), tr("Take off the list"), menu)
            remove.setToolTip(tr("The files stay where they are."))
            remove.triggered.connect(lambda: self._model.remove(model.id))
            menu.addAction(remove)
        return menu_button(menu, tr("More about {name}", name=model.title))

    def _show_trash(self) -> None:
        self._trash.setVisible(bool(self._context.library.deleted))

    def _show_failure(self, failure: Failure) -> None:
        self._message.error(_sentence(failure.sentence), details=failure.details)


def _facts(model: ModelCardRow) -> str:
    if model.problem:
        return tr("This folder cannot be used.")
    facts = [
        model.family.upper(),
        tr("{n} M parameters", n=number(model.parameters / 1e6, model.parameters < 1e8)),
        file_size(model.size_bytes),
        model.licence,
    ]
    return " · ".join(fact for fact in facts if fact)


def _languages(model: ModelCardRow) -> QWidget:
    names = language_names(model.languages)
    text = ", ".join(names[:_LANGUAGES_SHOWN])
    if len(names) > _LANGUAGES_SHOWN:
        text = tr_n("{n} language", "{n} languages", len(names)) + f": {text}…"
    result = label(text, wrap=True)
    result.setToolTip(", ".join(names))
    result.setVisible(bool(names))
    return result


def _sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
