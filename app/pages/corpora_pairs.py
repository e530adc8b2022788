"""The Pairs tab: the rows of a corpus, searched, filtered, edited, kept out and taken back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from app.i18n import number, tr, tr_n
from app.icons import icon
from app.pages.corpora_columns import pair_columns, reasons_of, side_column
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_checks import check_title
from app.viewmodels.corpus_rows import Selection
from app.viewmodels.library import CorpusRow
from app.viewmodels.names import language_name
from app.viewmodels.pair_pages import Pair, PairQuery
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.combos import combo_box, fill
from app.widgets.page import ghost_button, label, link_button
from app.widgets.segment_table import SegmentTable

_TYPING_MS = 150
_FEW = 1000  # rows
_SOURCE, _TARGET = 1, 2  # columns
_FORMATS = (
    ("tmx", "TMX"),
    ("tsv", "TSV"),
    ("jsonl", "JSONL"),
    ("moses", "Moses"),
)


class PairsTab(QWidget):
    """Filters over the table, and below it what is said of the row the keyboard is on."""

    export_wanted = Signal(str)
    """The format in which the rows of the present view are to be written."""

    def __init__(self, model: CorporaModel, settings: QSettings | None) -> None:
        super().__init__()
        self._model = model
        self._corpus = ""
        self.table = SegmentTable(
            pair_columns(), name=tr("Pairs"), settings=settings, settings_key="corpus-pairs"
        )
        self.table.setEditTriggers(
            SegmentTable.EditTrigger.DoubleClicked | SegmentTable.EditTrigger.EditKeyPressed
        )
        self.search = self._search_field()
        self.split = SegmentedButtons(
            [("", tr("All")), ("train", tr("Train")), ("dev", tr("Dev")), ("test", tr("Test"))],
            tr("Split"),
        )
        self.split.set_current("")
        self.check = combo_box(tr("Which rows"), 150)
        self.file = combo_box(tr("File"), 110)
        self.count = label("", "secondary")
        self.count.setMinimumWidth(self.count.fontMetrics().horizontalAdvance("0,000,000 pairs"))
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._export = self._export_button()
        self._note = _RowNote()
        self._nothing = _Nothing(self.table)
        self._nothing.all_wanted.connect(self.show_rows)
        self._lay_out()
        self._add_actions()
        self._connect()

    # Building ------------------------------------------------------------------------------

    def _search_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(tr("Search both sides"))
        field.setAccessibleName(tr("Search pairs"))
        field.setClearButtonEnabled(True)
        field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        field.setMaximumWidth(420)
        self._search_soon = QTimer(self)
        self._search_soon.setSingleShot(True)
        self._search_soon.setInterval(_TYPING_MS)
        self._search_soon.timeout.connect(self._ask)
        return field

    def _export_button(self) -> QWidget:
        button = ghost_button(tr("Export"), "download")
        button.setToolTip(tr("Write the rows that show now to a file"))
        menu = QMenu(button)
        for key, title in _FORMATS:
            action = menu.addAction(tr("As {format}…", format=title))
            action.triggered.connect(lambda _=False, key=key: self.export_wanted.emit(key))
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self.search, 1)
        first.addStretch(0)
        first.addWidget(self.count)
        first.addWidget(self._export)
        second = QHBoxLayout()
        second.setSpacing(12)
        second.addWidget(self.split)
        self.check.setMaximumWidth(240)
        self.file.setMaximumWidth(240)
        second.addWidget(self.check, 2)
        second.addWidget(self.file, 1)
        second.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 12, 0, 0)
        box.setSpacing(8)
        box.addLayout(first)
        box.addLayout(second)
        box.addWidget(self.table, 1)
        box.addWidget(self._note)

    def _add_actions(self) -> None:
        self._exclude = self._action(tr("Exclude"), "eye-off", self.exclude, "Del")
        self._restore = self._action(tr("Restore"), "undo-2", self.restore, "Shift+Del")
        edit = self._action(tr("Edit"), "pencil", self.edit_current, "")
        edit.setText(tr("Edit") + "\tF2")
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.focus_search)

    def _action(self, text: str, icon_name: str, do: object, keys: str) -> QAction:
        action = QAction(icon(icon_name), text, self.table)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(do)
        self.table.addAction(action)
        return action

    def _connect(self) -> None:
        pairs = self._model.pairs
        pairs.reset.connect(self._show_answer)
        pairs.changed.connect(self._show_changed)
        pairs.filled.connect(self._refresh)
        self.search.textChanged.connect(lambda _: self._search_soon.start())
        self.split.changed.connect(lambda _: self._ask())
        self.check.activated.connect(lambda _: self._ask())
        self.file.activated.connect(lambda _: self._ask())
        self.table.rows.edited.connect(self._edited)
        self.table.current_row_changed.connect(lambda _: self._show_note())
        self._note.exclude.connect(self.exclude)
        self._note.restore.connect(self.restore)
        self._model.checks.overview_changed.connect(self._fill_checks)

    # Filters -------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def show_corpus(self, row: CorpusRow) -> None:
        """Show another corpus from its first row on, or follow what changed in this one."""
        header = self.table.rows
        header.columns[_SOURCE] = side_column("source", language_name(row.source))
        header.columns[_TARGET] = side_column("target", language_name(row.target))
        header.headerDataChanged.emit(Qt.Orientation.Horizontal, _SOURCE, _TARGET)
        files = [(tr("All files"), ""), *((name, name) for name in row.files)]
        another = row.name != self._corpus
        self._corpus = row.name
        fill(self.file, files, "" if another else self.file.currentData() or "", "")
        self.file.setVisible(len(row.files) > 1)
        self._fill_checks()
        if another:
            self.show_rows()

    def show_rows(self, check: str = "", split: str = "") -> None:
        """Take all filters off but these."""
        blocked = self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(blocked)
        self.split.set_current(split)
        self.file.setCurrentIndex(0)
        self._fill_checks(check)
        self._ask()

    def _fill_checks(self, current: str | None = None) -> None:
        overview = self._model.checks.overview
        if current is None:
            current = str(self.check.currentData() or "")
        items = [(tr("All rows"), ""), (tr("In use"), "used"), (tr("Excluded"), "excluded")]
        if overview.by_hand:
            items.append((_counted(check_title("hand"), overview.by_hand), "hand"))
        for row in overview.rows:
            flagged = row.result.flagged if row.result else 0
            if flagged or row.key == current:
                items.append((_counted(row.title, flagged), row.key))
        fill(self.check, items, current, "")

    def _ask(self) -> None:
        self._search_soon.stop()
        self.table.set_highlight(self.query.text)
        if self._corpus:
            self._model.pairs.ask(self.query)

    @property
    def query(self) -> PairQuery:
        """What the filters ask for now."""
        return PairQuery(
            self._corpus,
            self.search.text().strip(),
            self.split.current,
            str(self.file.currentData() or ""),
            str(self.check.currentData() or ""),
        )

    # Answers -------------------------------------------------------------------------------

    def _show_answer(self) -> None:
        pairs = self._model.pairs
        if pairs.query.corpus == self._corpus:
            self.table.set_source(pairs.total, pairs.fetch)
            self._show_count()
            self._show_note()

    def _show_changed(self) -> None:
        pairs = self._model.pairs
        if pairs.query.corpus == self._corpus:
            self.table.set_count(pairs.total)
            self._show_count()
            self._show_note()

    def _refresh(self) -> None:
        self.table.refresh()
        self._show_note()

    def _show_count(self) -> None:
        pairs = self._model.pairs
        self._nothing.setVisible(not pairs.total)
        if pairs.counting:
            self.count.setText(tr("counting…"))
        elif pairs.query.narrowed:
            self.count.setText(tr_n("{n} pair found", "{n} pairs found", pairs.total))
        else:
            self.count.setText(tr_n("{n} pair", "{n} pairs", pairs.total))

    def _show_note(self) -> None:
        self._note.show_pair(self._model.pairs.row(self.table.currentIndex().row()))

    # Changes -------------------------------------------------------------------------------

    def edit_current(self) -> None:
        """Open the editor on the current cell, or on the source of the current row."""
        index = self.table.currentIndex()
        if index.isValid() and index.column() not in (_SOURCE, _TARGET):
            index = self.table.rows.index(index.row(), _SOURCE)
            self.table.setCurrentIndex(index)
        if index.isValid():
            self.table.edit(index)

    def exclude(self) -> None:
        """Keep the selected rows out."""
        if (rows := self._selection()) is not None:
            self._model.rows.exclude(rows)

    def restore(self) -> None:
        """Take the selected rows back into use."""
        if (rows := self._selection()) is not None:
            self._model.rows.restore(rows)

    def _selection(self) -> Selection | None:
        ranges = tuple(self.table.selected_ranges())
        pairs = self._model.pairs
        if not ranges or pairs.query.corpus != self._corpus:
            return None
        whole = ranges == ((0, pairs.total - 1),) and not pairs.counting
        # A few rows are named by their ids: what they were chosen by may change meanwhile.
        ids: tuple[int, ...] = ()
        if sum(last - first + 1 for first, last in ranges) <= _FEW:
            rows = [pairs.row(n) for first, last in ranges for n in range(first, last + 1)]
            ids = tuple(row.id for row in rows if row is not None)
            ids = ids if len(ids) == len(rows) else ()
        return Selection(pairs.query, ranges, ids, whole)

    def _edited(self, number_: int, side: str, text: str) -> None:
        pair = self._model.pairs.row(number_)
        if pair is not None:
            self._model.pairs.put(number_, **{side: text})
            self._model.rows.edit(self._corpus, pair.id, side, text)

    def _show_menu(self, place: object) -> None:
        menu = QMenu(self.table)
        pair = self._model.pairs.row(self.table.currentIndex().row())
        menu.addActions(self.table.actions())
        if pair is not None and pair.flagged:
            menu.addSeparator()
            for key in dict.fromkeys(pair.flagged):
                action = menu.addAction(tr("Show all rows of “{check}”", check=check_title(key)))
                action.triggered.connect(lambda _=False, key=key: self.show_rows(key))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))  # type: ignore[call-overload]


class _RowNote(QFrame):
    """Why the current row is excluded or flagged, with the way out; hidden where it is neither."""

    exclude = Signal()
    restore = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self._text = label("", "", wrap=True, select=True)
        self._exclude = ghost_button(tr("Exclude"), "eye-off", self.exclude.emit)
        self._restore = ghost_button(tr("Restore"), "undo-2", self.restore.emit)
        for button in (self._exclude, self._restore):
            button.setIconSize(QSize(20, 16))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._exclude, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._restore, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_pair(self, pair: Pair | None) -> None:
        if pair is None or not (pair.excluded or pair.flagged):
            self.hide()
            return
        lines = reasons_of(pair)
        self._text.setText("\n".join(lines))
        self.setAccessibleName(" ".join(lines))
        self._restore.setVisible(bool(pair.excluded))
        self._exclude.setVisible(not pair.excluded)
        self.show()


class _Nothing(QWidget):
    """What stands in the table where no row passes the filters."""

    all_wanted = Signal()

    def __init__(self, table: SegmentTable) -> None:
        super().__init__(table.viewport())
        self._table = table
        words = label(tr("No pair passes these filters."), "secondary")
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addWidget(words, 0, Qt.AlignmentFlag.AlignHCenter)
        every = link_button(tr("Show all rows"), self.all_wanted.emit)
        box.addWidget(every, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(2)
        table.viewport().installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fill the table, whatever its size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._table.viewport().rect())
        return False


def _counted(title: str, count: int) -> str:
    return tr("{check} ({n})", check=title, n=number(count))
