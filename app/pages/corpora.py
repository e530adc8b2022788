"""The Corpora page: drop files, look at the pairs, see how they are divided."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.bridge import Failure
from app.context import AppContext
from app.i18n import tr, tr_n
from app.pages.corpora_detail import CorpusDetail
from app.viewmodels.corpora import (
    CorporaModel,
    Detected,
    ImportChoice,
    ImportOutcome,
    fits,
    skipped_text,
    suggest_direction,
    suggest_name,
)
from app.viewmodels.names import language_choices, language_name
from app.widgets.drop_zone import DropZone, ask_files
from app.widgets.entry_list import Entry, EntryList
from app.widgets.import_dialog import Finding, ImportDialog, ImportForm
from app.widgets.page import EmptyState, InlineMessage, Page, primary_button
from app.widgets.splitters import remember


class CorporaPage(Page):
    """List at the left, the chosen corpus at the right; the whole page takes files."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Corpora"),
            tr("Your sentence pairs. Drop TMX, TSV or line-aligned text files anywhere here."),
        )
        self._model = model = CorporaModel(context.workspace, context.runner, context.library)
        self._navigate = context.navigate
        self._settings = settings = context.settings
        self.dialog: ImportDialog | None = None
        self._import = primary_button(tr("Import…"), "upload", self.choose_files)
        self.add_action(self._import)
        self._result = InlineMessage()
        self._undo = InlineMessage()
        self._list = EntryList(tr("Corpora"))
        self._detail = CorpusDetail(model, settings)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty_state())
        self._stack.addWidget(self._split())
        self.body.addWidget(self._result)
        self.body.addWidget(self._undo)
        self.body.addWidget(self._stack, 1)
        self._connect()
        self._show_list()

    # Building ------------------------------------------------------------------------------

    def _empty_state(self) -> QWidget:
        zone = DropZone(
            tr("Drop your sentence pairs here"),
            tr("TMX, TSV, or two text files with one sentence a line; click to choose them"),
            settings=self._settings,
        )
        zone.setMinimumWidth(480)
        zone.dropped.connect(self.import_paths)
        return EmptyState(
            "database",
            tr("No corpus yet"),
            tr(
                "A corpus holds the sentence pairs that a model learns from. Everything stays on "
                "this computer."
            ),
            zone,
        )

    def _split(self) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        self._list.setMinimumWidth(180)
        splitter.addWidget(self._list)
        right = QWidget()
        box = QVBoxLayout(right)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._detail)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([230, 800])
        remember(splitter, self._settings, "corpora")
        return splitter

    def _connect(self) -> None:
        model = self._model
        model.library.changed.connect(self._show_list)
        model.selected_changed.connect(self._list.set_current)
        model.selected_changed.connect(lambda _: self._detail.show_corpus())
        model.detected.connect(self._confirm)
        model.imported.connect(self._imported)
        model.removed.connect(self._removed)
        model.failed.connect(self._failed)
        self._list.chosen.connect(model.select)
        self._detail.fine_tune.connect(lambda name: self._navigate("finetune", corpus=name))
        self._detail.remove.connect(model.remove)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: model.remove(model.selected))

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read the list again."""
        self._model.library.refresh()

    def open(self, **kwargs: object) -> None:
        """Take ``corpus`` (a name to show) or ``files`` (paths to import)."""
        if isinstance(corpus := kwargs.get("corpus"), str):
            self._model.select(corpus)
        if isinstance(files := kwargs.get("files"), list):
            self.import_paths(files)

    def drop_hint(self, paths: list[Path]) -> str | None:
        """Say that a drop imports."""
        if len(paths) == 1:
            return tr("Import {name} as sentence pairs", name=paths[0].name)
        return tr_n("Import {n} file", "Import {n} files as sentence pairs", len(paths))

    def drop_files(self, paths: list[Path]) -> None:
        """Open the import dialog for these files."""
        self.import_paths(paths)

    def choose_files(self) -> None:
        """Ask for files and import them."""
        kinds = tr("Sentence pairs (*.tmx *.tsv *.tab *.txt)") + ";;" + tr("All files (*)")
        paths = ask_files(self, tr("Import sentence pairs"), kinds, self._settings)
        if paths:
            self.import_paths(paths)

    def import_paths(self, paths: list[Path]) -> None:
        """Look into the files, then ask what the dialog asks."""
        self._result.clear()
        self._model.inspect(paths)

    # Import --------------------------------------------------------------------------------

    def _confirm(self, found: tuple[Detected, ...]) -> None:
        source, target = suggest_direction(found)
        tags = [tag for one in found for tag in one.languages]
        form = ImportForm(
            tuple(_finding(one) for one in found),
            language_choices(tags),
            source,
            target,
            suggest_name(found),
            lambda a, b, name: self._verdict(found, a, b, name),
        )
        self.dialog = dialog = ImportDialog(form, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files = tuple(path for one in found for path in one.files)
        dialog.accepted.connect(
            lambda: self._model.start_import(
                ImportChoice(files, dialog.source, dialog.target, dialog.name)
            )
        )
        dialog.finished.connect(self._dialog_closed)
        dialog.open()

    def _dialog_closed(self) -> None:
        self.dialog = None

    def _verdict(
        self, found: tuple[Detected, ...], source: str, target: str, name: str
    ) -> tuple[str, bool]:
        misfit = next((one for one in found if not fits(one, source, target)), None)
        if misfit is not None:
            names = ", ".join(language_name(tag) for tag in misfit.languages)
            return tr(
                "{file} holds {languages}.", file=misfit.files[0].name, languages=names
            ), False
        row = self._model.library.corpus(name)
        if row is None:
            return tr("Makes a new corpus and divides it into train, dev and test."), True
        if {row.source, row.target} == {source, target}:
            return tr_n(
                "Adds to the corpus {name}, which holds {n} pair.",
                "Adds to the corpus {name}, which holds {n} pairs.",
                row.pairs,
                name=name,
            ), True
        return tr(
            "The corpus {name} holds {direction}. Give another name.",
            name=name,
            direction=row.direction,
        ), False

    def _imported(self, outcome: ImportOutcome) -> None:
        text = skipped_text(outcome)
        if outcome.problems:
            more = outcome.skipped - len(outcome.problems)
            lines = list(outcome.problems)
            if more > 0:
                lines.append(tr_n("… and {n} more", "… and {n} more", more))
            self._result.warning(text, details="\n".join(lines))
        else:
            self._result.success(text)

    def _failed(self, failure: Failure) -> None:
        self._result.error(failure.sentence, details=failure.details)

    # List ----------------------------------------------------------------------------------

    def _show_list(self) -> None:
        rows = self._model.corpora
        self._list.set_entries(
            [
                Entry(
                    row.name,
                    row.name,
                    f"{row.direction} \N{MIDDLE DOT} {tr_n('{n} pair', '{n} pairs', row.pairs)}",
                )
                for row in rows
            ],
            self._model.selected,
        )
        self._stack.setCurrentIndex(1 if rows else 0)
        # The empty state has its own button-like zone; one primary action at a time.
        self._import.setVisible(bool(rows))
        self._detail.show_corpus()

    def _removed(self, name: str) -> None:
        self._undo.info(
            tr("{name} was deleted.", name=name),
            action=tr("Undo"),
            on_action=self._undo_removal,
        )

    def _undo_removal(self) -> None:
        self._undo.clear()
        self._model.undo_removal()

    def on_closing(self) -> None:
        """Delete now what was taken off the list."""
        self._model.finish_removal_now()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leaving the page ends the chance to undo."""
        super().hideEvent(event)
        if not event.spontaneous():  # not when the window is minimised
            self._undo.clear()
            self._model.finish_removal()


def _finding(one: Detected) -> Finding:
    title = " + ".join(path.name for path in one.files)
    return Finding(title, one.title, one.encoding, one.languages, one.pairs, one.preview)
