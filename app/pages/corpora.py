"""The Corpora page: drop files, look at the pairs, see how they are divided."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.bridge import Failure
from app.context import AppContext
from app.i18n import tr, tr_n
from app.icons import icon
from app.pages.broken_corpora import BrokenCorpora
from app.pages.corpora_detail import CorpusDetail
from app.pages.corpora_import import ImportFlow
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_facts import exported_text
from app.widgets.drop_zone import DropZone, ask_files
from app.widgets.entry_list import Entry, EntryList
from app.widgets.import_dialog import ImportDialog
from app.widgets.page import EmptyState, InlineMessage, Page, primary_button, restyle
from app.widgets.splitters import remember


class CorporaPage(Page):
    """List at the left, the chosen corpus at the right; the whole page takes files."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(
            tr("Corpora"),
            tr("Your sentence pairs. Drop files, folders or archives of any format anywhere here."),
        )
        self._model = model = CorporaModel(context.workspace, context.runner, context.library)
        self._navigate = context.navigate
        self._settings = settings = context.settings
        self._import = primary_button(tr("Import…"), "upload", self.choose_files)
        self.add_action(self._import)
        self._result = InlineMessage()
        self._undo = InlineMessage()
        self._broken = BrokenCorpora(context.library)
        self._list = EntryList(tr("Corpora"))
        self._detail = CorpusDetail(model, settings)
        self.flow = ImportFlow(self, model, self._result, settings)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty_state())
        self._stack.addWidget(self._split())
        self.body.addWidget(self._result)
        self.body.addWidget(self._undo)
        self.body.addWidget(self._broken)
        self.body.addWidget(self._stack, 1)
        self._connect()
        self._show_list()

    # Building ------------------------------------------------------------------------------

    def _empty_state(self) -> QWidget:
        zone = DropZone(
            tr("Drop your sentence pairs here"),
            tr(
                "TMX, XLIFF, PO, TS, TSV, CSV, JSON, Parquet, pairs of text files; also in folders "
                "and archives. Click to choose."
            ),
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
        model.facts.exported.connect(self._exported)
        model.removed.connect(self._removed)
        model.failed.connect(self._failed)
        self._list.chosen.connect(model.select)
        self._detail.fine_tune.connect(lambda name: self._navigate("finetune", corpus=name))
        self._detail.remove.connect(model.remove)
        self._detail.problems_wanted.connect(self.flow.show_problems)
        self._detail.tab_changed.connect(lambda _: self._mark_primary())
        for keys, do in (
            (QKeySequence.StandardKey.Undo, self.undo),
            (QKeySequence.StandardKey.Redo, self.redo),
        ):
            for sequence in QKeySequence.keyBindings(keys):
                shortcut = QShortcut(sequence, self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(do)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self._list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(lambda: model.remove(model.selected))

    # Page ----------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read the list again."""
        self._model.library.refresh()

    def open(self, **kwargs: object) -> None:
        """Take ``corpus`` (a name), ``tab`` of it, ``check`` to show, or ``files`` to import."""
        if isinstance(corpus := kwargs.get("corpus"), str):
            self._model.select(corpus)
        if isinstance(tab := kwargs.get("tab"), str):
            self._detail.show_tab(tab)
        if isinstance(check := kwargs.get("check"), str):
            self._detail.show_rows(check)
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
        paths = ask_files(self, tr("Import sentence pairs"), settings=self._settings)
        if paths:
            self.import_paths(paths)

    def import_paths(self, paths: list[Path]) -> None:
        """Look into the files, then ask what the dialog asks."""
        self.flow.begin(paths)

    @property
    def dialog(self) -> ImportDialog | None:
        """The import dialog while it is open."""
        return self.flow.dialog

    # Words ---------------------------------------------------------------------------------

    def _failed(self, failure: Failure) -> None:
        self._result.error(failure.sentence, details=failure.details)

    def _exported(self, result: object) -> None:
        self._result.success(exported_text(result))  # type: ignore[arg-type]

    # Undo ----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last change of the corpus that shows."""
        self._model.rows.undo(self._model.selected)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._model.rows.redo(self._model.selected)

    def undo_titles(self) -> tuple[str, str]:
        """What undo and redo would do now."""
        titles = self._model.rows.titles
        return (titles.undo, titles.redo) if titles.corpus == self._model.selected else ("", "")

    # List ----------------------------------------------------------------------------------

    def _show_list(self) -> None:
        rows = self._model.corpora
        self._list.set_entries(
            [
                Entry(
                    row.name,
                    row.name,
                    f"{tr_n('{n} pair', '{n} pairs', row.pairs)} \N{MIDDLE DOT} {row.direction}",
                    share=sum(row.splits.values()) / row.pairs if row.pairs else 1.0,
                    share_words=tr("in use"),
                )
                for row in rows
            ],
            self._model.selected,
        )
        self._stack.setCurrentIndex(1 if rows else 0)
        # The empty state has its own button-like zone; one primary action at a time.
        self._import.setVisible(bool(rows))
        self._detail.show_corpus()
        self._mark_primary()

    def _mark_primary(self) -> None:
        """There is one primary action at a time: scanning, while the checks show."""
        checking = bool(self._model.corpora) and self._detail.tabs.currentIndex() == 1
        restyle(self._import, kind="quiet" if checking else "primary")
        self._import.setIcon(icon("upload", "text_secondary" if checking else "on_accent"))

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
