"""The Compare page: one text, translated by any systems, with what differs marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton

from app.bridge import Failure
from app.context import AppContext
from app.i18n import number, tr, tr_n
from app.icons import icon
from app.pages.compare_shown import reference, shown, table
from app.pages.compare_test_bar import TestBar
from app.pages.test_files import ask_test_files
from app.viewmodels.compare import CompareModel
from app.viewmodels.compare_corrections import Saved
from app.viewmodels.compare_test import Outputs
from app.viewmodels.names import language_name, model_language_choices
from app.viewmodels.test_files import TestSet
from app.widgets.compare_columns import CompareColumns
from app.widgets.compare_glossary import GlossaryDialog
from app.widgets.compare_source import SourceText
from app.widgets.language_box import LanguageBox
from app.widgets.page import InlineMessage, Page, primary_button, quiet_button, tool_button

_TYPING_MS = 350
_SOURCE_HEIGHT = 96
_SURE = "compare/confidence"


@dataclass(frozen=True)
class _Begun:
    """What a correction that was begun is of: languages, source text, where that comes from."""

    languages: tuple[str, str]
    text: str
    place: str


class ComparePage(Page):
    """Source above; below it a column a system and the references last."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(tr("Compare"), tr("Read translations of several systems side by side."))
        self._settings = context.settings
        self._model = CompareModel(
            context.workspace, context.runner, context.library, context.settings
        )
        self._message = InlineMessage()
        self._from = LanguageBox(tr("Source language"))
        self._to = LanguageBox(tr("Target language"))
        self._source = SourceText()
        self._bar = TestBar(self._model.test, context.settings)
        self._columns = CompareColumns(self._add_button())
        self._glossary: GlossaryDialog | None = None
        self._begun: dict[str, _Begun] = {}
        self._type_soon = QTimer(self)
        self._type_soon.setSingleShot(True)
        self._type_soon.setInterval(_TYPING_MS)
        self.add_action(quiet_button(tr("Open a test file…"), "file-text", self.choose_test))
        self._translate = primary_button(tr("Translate"), "languages", self._model.translate)
        self._translate.setToolTip(tr("Translate now (Ctrl+Enter); it happens as you type, too"))
        self.add_action(self._translate)
        self.body.setSpacing(12)
        self.body.addWidget(self._message)
        self.body.addLayout(self._direction_row())
        self.body.addWidget(self._bar)
        self._source.setFixedHeight(_SOURCE_HEIGHT)
        self.body.addWidget(self._source)
        self.body.addWidget(self._columns, 1)
        self._connect()
        self._shortcuts()
        self._update()

    # Building ------------------------------------------------------------------------------

    def _direction_row(self) -> QHBoxLayout:
        swap = tool_button(
            "arrow-left-right", tr("Translate the other direction"), lambda: self._model.swap()
        )
        self._terms = quiet_button(tr("Glossary"), "book-open", self.edit_glossary)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._from, 1)
        row.addWidget(swap)
        row.addWidget(self._to, 1)
        row.addStretch(1)
        row.addWidget(self._terms)
        row.addWidget(self._view_button())
        row.addWidget(self._add_button())
        return row

    def _add_button(self) -> QPushButton:
        button = quiet_button(tr("Add system"), "plus")
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(lambda: self._fill_systems(menu))
        button.setMenu(menu)
        return button

    def _view_button(self) -> QPushButton:
        button = quiet_button(tr("View"), "eye")
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        self._sure = menu.addAction(tr("Show confidence"))
        self._sure.setToolTip(tr("Tints the words that a model was not sure of"))
        self._sure.setCheckable(True)
        menu.addSeparator()
        copy = menu.addAction(icon("copy"), tr("Copy all as a table"))
        copy.setShortcut(QKeySequence("Ctrl+Shift+C"))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)  # the page has it, too
        copy.triggered.connect(self.copy_all)
        button.setMenu(menu)
        return button

    def _fill_systems(self, menu: QMenu) -> None:
        menu.clear()
        models, runs = self._model.offered()
        for heading, choices in ((tr("Fine-tuned runs"), runs), (tr("Models as they are"), models)):
            if choices:
                menu.addAction(heading).setEnabled(False)
            for choice in choices:
                action = menu.addAction(choice.title)
                action.setToolTip(choice.help)
                action.triggered.connect(lambda _=False, id=choice.id: self._model.add_system(id))
        menu.addSeparator()
        outputs = menu.addAction(icon("file-text"), tr("Translations from a file…"))
        outputs.setEnabled(self._model.test.count > 0)
        outputs.setToolTip(tr("One line for each segment of the test file that is open"))
        outputs.triggered.connect(self.choose_test)

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._update)
        model.text_replaced.connect(self._replace_text)
        model.failed.connect(self._failed)
        model.corrections.saved.connect(self._saved)
        model.corrections.taken_back.connect(
            lambda corpus: self._message.info(tr("Taken back out of “{corpus}”.", corpus=corpus))
        )
        model.test.exported.connect(self._exported)
        model.glossary.changed.connect(self._show_glossary)
        for box in (self._from, self._to):
            box.changed.connect(lambda _: self._choose_direction())
        self._source.textChanged.connect(self._typed)
        self._source.pointed.connect(self._columns.point_at_source)
        self._type_soon.timeout.connect(model.translate)
        self._bar.outputs_wanted.connect(self.choose_test)
        self._bar.close_wanted.connect(model.close_test)
        self._columns.source_lit.connect(self._source.light)
        self._columns.close_requested.connect(model.close_system)
        self._columns.copy_requested.connect(_copy)
        self._columns.back_wanted.connect(model.show_back)
        self._columns.corrected.connect(self._save_correction)
        self._columns.correction_wanted.connect(self.correct)
        self._sure.toggled.connect(self._columns.show_sure)
        self._sure.setChecked(self._settings.value(_SURE, False, type=bool) is True)
        self._sure.toggled.connect(lambda on: self._settings.setValue(_SURE, on))

    def _shortcuts(self) -> None:
        for keys, command in (
            ("Ctrl+Return", self._model.translate),
            ("Ctrl+Enter", self._model.translate),
            ("Alt+Right", lambda: self._step(1)),
            ("Alt+Left", lambda: self._step(-1)),
            ("Alt+Down", lambda: self._bar.next_noted(1)),
            ("Alt+Up", lambda: self._bar.next_noted(-1)),
            ("Ctrl+D", self._bar.flag.toggle),
            ("Ctrl+Shift+C", self.copy_all),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(command)

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read the models and runs again."""
        self._model.library.refresh()
        self._source.setFocus()

    def on_closing(self) -> None:
        """Keep a comment that is being written."""
        self._bar.keep_comment()

    def open(self, **kwargs: object) -> None:
        """Take ``run`` (an id), or ``test`` to step through from its ``position`` on.

        With a test come its ``direction``, and what to show: the ``run``, or what systems (by id)
        made of it when it was ``evaluated`` and ``outputs`` (translations of other systems).
        """
        run = str(kwargs.get("run") or "")
        test = kwargs.get("test")
        if not isinstance(test, TestSet):
            if run:
                self._model.choose_run(run)
            return
        self._model.show_test(
            test,
            cast("tuple[str, str]", kwargs["direction"]),
            cast(int, kwargs.get("position", 0)),
            run=run,
            evaluated=cast("Mapping[str, Sequence[str]]", kwargs.get("evaluated", {})),
            outputs=cast("Sequence[Outputs]", kwargs.get("outputs", ())),
        )

    def drop_hint(self, paths: list[Path]) -> str | None:
        """Say that a drop opens a test file, or shows translations of the open one."""
        if self._model.test.count:
            return tr("Step through {name}, or show its translations", name=paths[0].name)
        return tr("Step through {name}", name=paths[0].name)

    def drop_files(self, paths: list[Path]) -> None:
        """Open the dropped test file, or other systems' translations of the open one."""
        self._message.clear()
        self._model.open_test(paths)

    def choose_test(self) -> None:
        """Ask for a test file and step through it."""
        paths = ask_test_files(self, self._settings)
        if paths:
            self.drop_files(paths)

    def _choose_direction(self) -> None:
        if self._from.tag and self._to.tag:
            self._message.clear()
            self._model.set_direction(self._from.tag, self._to.tag)

    def _step(self, by: int) -> None:
        self._bar.keep_comment()
        self._model.step(by)

    # Commands ------------------------------------------------------------------------------

    def edit_glossary(self) -> None:
        """Show the terms of the present direction."""
        if self._glossary is None:
            self._glossary = GlossaryDialog(self)
            self._glossary.changed.connect(self._model.glossary.set_terms)
        self._show_glossary()
        self._glossary.show()
        self._glossary.raise_()

    def copy_all(self) -> None:
        """Copy the source and all translations as tab-separated text."""
        _copy(table(self._model.state))

    def correct(self, system: str) -> None:
        """Turn a system's translation into an editor; the pair is of the present text."""
        model, state = self._model, self._model.state
        languages = (state.source, state.target)
        self._begun[system] = _Begun(languages, state.text, self._place(system))
        warning = tr(
            "This segment is of a test file: scores on that file flatter runs that learn from it."
        )
        self._columns.card(system).correct(
            model.corrections.corpora(*languages),
            model.corrections.chosen(*languages),
            warning if state.references else "",
        )

    def _place(self, system: str) -> str:
        """Where a correction comes from, as the corpus keeps it."""
        state = self._model.state
        title = next((c.note or c.title for c in state.columns if c.system == system), system)
        if not state.references:
            return tr("{system}, typed text", system=title)
        return tr("{system}, {test} {n}", system=title, test=state.test_name, n=state.position + 1)

    def _save_correction(self, system: str, text: str, corpus: str) -> None:
        begun = self._begun.pop(system)
        texts = (begun.text, text)
        self._model.corrections.save(corpus, begun.languages, texts, begun.place)

    def _leave_corrections(self) -> None:
        """The text is another one: corrections that were begun stay with theirs."""
        for system, begun in self._begun.items():
            if self._columns.has(system):
                self._columns.card(system).leave_correction(tr("Of: {text}", text=begun.text))

    def _saved(self, saved: Saved) -> None:
        if saved.id:
            self._message.success(
                saved.words,
                action=tr("Undo"),
                on_action=lambda: self._model.corrections.take_back(saved),
            )
        else:
            self._message.info(saved.words)

    def _exported(self, path: Path, count: int) -> None:
        self._message.success(
            tr_n(
                "{n} segment written to {name}.",
                "{n} segments written to {name}.",
                count,
                name=path.name,
            )
        )

    # Showing -------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._message.clear()
        self._leave_corrections()
        self._model.type_text(self._source.text)
        self._type_soon.start()

    def _replace_text(self, text: str) -> None:
        self._message.clear()
        self._leave_corrections()
        blocked = self._source.blockSignals(True)
        self._source.setPlainText(text)
        self._source.blockSignals(blocked)
        self._type_soon.stop()

    def _failed(self, failure: Failure) -> None:
        self._message.error(failure.sentence, details=failure.details)

    def _update(self) -> None:
        model, state = self._model, self._model.state
        self._show_direction()
        self._translate.setEnabled(bool(state.source and state.target and state.systems))
        self._bar.update_position()
        columns = [shown(column, model.back_title) for column in state.columns]
        if state.columns:
            columns += [
                reference(text, place, len(state.references))
                for place, text in enumerate(state.references)
            ]
        self._columns.show_columns(columns)

    def _show_glossary(self) -> None:
        terms = self._model.glossary.terms
        words = tr("Glossary ({n})", n=number(len(terms))) if terms else tr("Glossary")
        self._terms.setText(words)
        if self._glossary is not None:
            source, target = self._model.glossary.direction
            self._glossary.show_terms(language_name(source), language_name(target), terms)

    def _show_direction(self) -> None:
        model, state = self._model, self._model.state
        choices = model_language_choices([*model.languages(), state.source, state.target])
        for box, tag in ((self._from, state.source), (self._to, state.target)):
            blocked = box.blockSignals(True)
            box.set_languages([choice for choice in choices if choice[0]])
            box.set_tag(tag)
            box.blockSignals(blocked)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
