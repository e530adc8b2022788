"""The Compare page: one text, translated zero-shot and fine-tuned, with what differs marked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QToolButton,
    QWidget,
)

from app.bridge import Failure
from app.context import AppContext
from app.i18n import number, score, signed, tr
from app.icons import icon
from app.pages.test_files import ask_test_files
from app.theme import theme
from app.viewmodels.compare import Column, CompareModel
from app.viewmodels.library import RunRow
from app.viewmodels.names import language_name, model_language_choices
from app.viewmodels.test_files import TestSet
from app.widgets.combos import combo_box, fill
from app.widgets.compare_columns import CompareColumns, Shown
from app.widgets.language_box import LanguageBox
from app.widgets.page import Card, InlineMessage, Page, label, primary_button, quiet_button

_TYPING_MS = 700


class ComparePage(Page):
    """Source above; below it a column a system and the reference last."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Compare"), tr("Read zero-shot and fine-tuned translations side by side.")
        )
        self._model = CompareModel(context.workspace, context.runner, context.library)
        self._settings = context.settings
        self._navigate = context.navigate
        self._message = InlineMessage()
        self._runs = combo_box(tr("Fine-tuned run"), 220)
        self._from = LanguageBox(tr("Source language"))
        self._to = LanguageBox(tr("Target language"))
        self._source = QPlainTextEdit()
        self._columns = CompareColumns()
        self._type_soon = QTimer(self)
        self._type_soon.setSingleShot(True)
        self._type_soon.setInterval(_TYPING_MS)
        self.add_action(quiet_button(tr("Open a test file…"), "file-text", self.choose_test))
        self._translate = primary_button(tr("Translate"), "languages", self._model.translate)
        self._translate.setToolTip(tr("Translate (Ctrl+Enter)"))
        self.add_action(self._translate)
        self.body.addWidget(self._message)
        self.body.addLayout(self._system_row())
        self.body.addWidget(self._source_card())
        self.body.addWidget(self._columns, 1)
        self._connect()
        self._update()

    # Building ------------------------------------------------------------------------------

    def _system_row(self) -> QHBoxLayout:
        swap = self._tool("arrow-left-right", tr("Translate the other direction"))
        swap.clicked.connect(self._model.swap)
        row = QHBoxLayout()
        row.setSpacing(8)
        heading = label(tr("Run"), "secondary")
        heading.setBuddy(self._runs)
        row.addWidget(heading)
        row.addWidget(self._runs, 2)
        row.addSpacing(8)
        row.addWidget(self._from, 1)
        row.addWidget(swap)
        row.addWidget(self._to, 1)
        row.addStretch(1)
        row.addWidget(self._stepper())
        return row

    def _stepper(self) -> QWidget:
        self._position = label("", "secondary")
        self._test_name = label("", "badge")
        previous = self._tool("chevron-left", tr("Previous segment (Alt+Left)"))
        previous.clicked.connect(lambda: self._model.step(-1))
        following = self._tool("chevron-right", tr("Next segment (Alt+Right)"))
        following.clicked.connect(lambda: self._model.step(1))
        close = self._tool("x", tr("Close the test file"))
        close.clicked.connect(self._model.close_test)
        self._step_row = QWidget()
        row = QHBoxLayout(self._step_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in (self._test_name, previous, self._position, following, close):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self._arrows = (previous, following)
        return self._step_row

    def _tool(self, icon_name: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _source_card(self) -> Card:
        card = Card(margin=12, spacing=6)
        self._source_name = label(tr("Source"), "strong")
        card.body.addWidget(self._source_name)
        self._dress_source()
        self._source.setPlaceholderText(tr("Type or paste text in the source language"))
        self._source.setAccessibleName(tr("Source text"))
        self._source.setTabChangesFocus(True)
        self._source.setFixedHeight(104)
        self._source.setAcceptDrops(False)  # files dropped here belong to the page
        card.body.addWidget(self._source)
        return card

    def _dress_source(self) -> None:
        self._source.setFont(theme().font(15))

    def _connect(self) -> None:
        model = self._model
        theme().changed.connect(self._dress_source)
        model.changed.connect(self._update)
        model.text_replaced.connect(self._replace_text)
        model.failed.connect(self._failed)
        model.library.changed.connect(self._update)
        self._runs.activated.connect(lambda _: model.choose_run(str(self._runs.currentData())))
        for box in (self._from, self._to):
            box.changed.connect(lambda _: self._choose_direction())
        self._source.textChanged.connect(self._typed)
        self._type_soon.timeout.connect(model.translate)
        for keys, command in (
            ("Ctrl+Return", model.translate),
            ("Ctrl+Enter", model.translate),
            ("Alt+Right", lambda: model.step(1)),
            ("Alt+Left", lambda: model.step(-1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(command)

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read the runs again."""
        self._model.library.refresh()
        self._source.setFocus()

    def open(self, **kwargs: object) -> None:
        """Take ``run`` (an id), and with it ``test`` and ``position`` to step through a test."""
        run = kwargs.get("run")
        test = kwargs.get("test")
        run = run if isinstance(run, str) else ""
        if isinstance(test, TestSet):
            position = kwargs.get("position")
            direction = kwargs.get("direction")
            source, target = direction if isinstance(direction, tuple) else ("", "")
            self._model.show_test(
                test, source, target, run, position if isinstance(position, int) else 0
            )
        elif run:
            self._model.choose_run(run)

    def drop_hint(self, paths: list[Path]) -> str | None:
        """Say that a drop opens a test file."""
        return tr("Step through {name}", name=paths[0].name)

    def drop_files(self, paths: list[Path]) -> None:
        """Open the dropped test file."""
        self._message.clear()
        self._model.open_test(paths)

    def choose_test(self) -> None:
        """Ask for a test file and step through it."""
        paths = ask_test_files(self, self._settings)
        if paths:
            self.drop_files(paths)

    def _choose_direction(self) -> None:
        if self._from.tag and self._to.tag:
            self._model.set_direction(self._from.tag, self._to.tag)
            self._model.translate()

    # Showing -------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._message.clear()
        self._model.type_text(self._source.toPlainText())
        self._type_soon.start()

    def _replace_text(self, text: str) -> None:
        blocked = self._source.blockSignals(True)
        self._source.setPlainText(text)
        self._source.blockSignals(blocked)
        self._type_soon.stop()

    def _failed(self, failure: Failure) -> None:
        self._message.error(failure.sentence, details=failure.details)

    def _update(self) -> None:
        model, state = self._model, self._model.state
        runs = [(_run_title(row), row.id) for row in model.runs]
        fill(self._runs, runs, state.run, tr("No run yet: zero-shot only"))
        self._show_direction()
        known = bool(state.source and state.target)
        self._source_name.setText(language_name(state.source) or tr("Source"))
        self._translate.setEnabled(known and bool(model.state.model))
        self._step_row.setVisible(state.count > 0)
        if state.count:
            self._test_name.setText(state.test_name)
            self._position.setText(
                tr("{at} of {n}", at=number(state.position + 1), n=number(state.count))
            )
            self._arrows[0].setEnabled(state.position > 0)
            self._arrows[1].setEnabled(state.position < state.count - 1)
        self._show_columns()

    def _show_direction(self) -> None:
        model, state = self._model, self._model.state
        choices = model_language_choices([*model.languages(), state.source, state.target])
        for box, tag in ((self._from, state.source), (self._to, state.target)):
            blocked = box.blockSignals(True)
            box.set_languages([choice for choice in choices if choice[0]])
            box.set_tag(tag)
            box.blockSignals(blocked)

    def _show_columns(self) -> None:
        state = self._model.state
        columns = [self._shown(column, index) for index, column in enumerate(state.columns)]
        self._columns.show_columns(columns, state.reference if state.columns else "")

    def _shown(self, column: Column, index: int) -> Shown:
        note = ""
        first = self._model.state.columns[0].chrf
        if column.chrf is not None:
            note = tr("chrF {score}", score=score(column.chrf))
            if index and first is not None:
                note += f" ({signed(column.chrf - first)})"
        token = "fine_tuned" if column.system.startswith("run:") else "zero_shot"
        return Shown(column.title, token, column.text, note, column.waiting)


def _run_title(row: RunRow) -> str:
    if row.bleu is None:
        return row.name
    return tr("{run} \N{MIDDLE DOT} dev BLEU {score}", run=row.name, score=score(row.bleu))
