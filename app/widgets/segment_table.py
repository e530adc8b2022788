"""A table of any length that holds only the rows that are looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    QSettings,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
)

from app.i18n import number, tr
from app.theme import theme
from app.widgets.two_lines import BY_LINE, MARGIN, STRUCK, TwoLineDelegate, row_height

PAGE = 200
_PAGES_KEPT = 12
_COPIED = 5000  # rows
Index = QModelIndex | QPersistentModelIndex
_OF_THE_ROW = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.EditRole,
    Qt.ItemDataRole.ForegroundRole,
    Qt.ItemDataRole.ToolTipRole,
    STRUCK,
)


@dataclass(frozen=True)
class Column:
    """One column: *value* takes a row and returns what to show.

    *share* columns divide the free width; others have a fixed *width*. *token* names the theme
    colour of a row's cell (``danger``, ``text_secondary`` …), or None for plain text; *struck*
    tells whether its text is struck through. *tip* is the cell's tooltip. An *editable* column's
    value is what the editor begins with. The value of a *by_line* column has a line of its own for
    each of its lines, cut in the middle where it does not fit. A column with *from_width* shows
    only in tables at least that wide. One that *counts* the rows is wide enough for the last.
    """

    key: str
    title: str
    value: Callable[[Any], object]
    width: int = 90
    share: int = 0
    number: bool = False
    sortable: bool = False
    tooltip: str = ""
    token: Callable[[Any], str | None] | None = None
    struck: Callable[[Any], bool] | None = None
    tip: Callable[[Any], str] | None = None
    editable: bool = False
    by_line: bool = False
    from_width: int = 0
    counts: bool = False


Fetch = Callable[[int, int], Sequence[Any] | None]
"""``fetch(offset, limit)``: the rows, or None where ``deliver`` will bring them later."""


class PagedModel(QAbstractTableModel):
    """Rows fetched by the page; the pages that were looked at last are kept."""

    edited = Signal(int, str, str)
    """A cell was given another text: the row's number, the column's key, the text."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = list(columns)
        self._count = 0
        self._fetch: Fetch = lambda offset, limit: []
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()

    def set_source(self, count: int, fetch: Fetch) -> None:
        """Show *count* rows out of *fetch*."""
        self.beginResetModel()
        self._count = count
        self._fetch = fetch
        self._pages.clear()
        self.endResetModel()

    def set_count(self, count: int) -> None:
        """Show *count* rows of the same source, from the same place on."""
        top = QModelIndex()
        if count > self._count:
            self.beginInsertRows(top, self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(top, count, self._count - 1)
            self._count = count
            self.endRemoveRows()
        self.refresh()

    def refresh(self) -> None:
        """Fetch what is visible anew; the number of rows is as before."""
        self._pages.clear()
        if self._count:
            self.dataChanged.emit(
                self.index(0, 0), self.index(self._count - 1, len(self.columns) - 1)
            )

    def row(self, index: int) -> Any:
        """Return a row, fetching its page if need be; None where it has not come (yet)."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            # An empty page stands for one that is on its way, so that it is asked for once.
            self._keep(number, page := self._fetch(number * PAGE, PAGE) or [])
        else:
            self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def deliver(self, offset: int, rows: Sequence[Any]) -> None:
        """Take the rows of a page that ``fetch`` could not give at once."""
        if offset % PAGE or offset >= self._count:
            return
        self._keep(offset // PAGE, rows)
        last = min(offset + PAGE, self._count) - 1
        self.dataChanged.emit(self.index(offset, 0), self.index(last, len(self.columns) - 1))

    def _keep(self, number: int, page: Sequence[Any]) -> None:
        self._pages[number] = page
        self._pages.move_to_end(number)
        if len(self._pages) > _PAGES_KEPT:
            self._pages.popitem(last=False)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, look or tooltip."""
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
        if role == BY_LINE:
            return column.by_line
        if role not in _OF_THE_ROW:
            return None
        row = self.row(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return "" if row is None else str(column.value(row))
        if row is None:
            return None
        if role == Qt.ItemDataRole.ForegroundRole:
            token = column.token(row) if column.token is not None else None
            return QColor(theme().tokens.colour(token)) if token else None
        if role == STRUCK:
            return column.struck is not None and column.struck(row)
        if column.tip is not None:
            return column.tip(row)
        return str(column.value(row)) if column.share else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells of editable columns can be edited once their row is there."""
        flags = super().flags(index)
        if index.isValid() and self.columns[index.column()].editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tell of a new text; the source brings it back with the row."""
        text = str(value)
        if role != Qt.ItemDataRole.EditRole or text == self.data(index, role):
            return False
        self.edited.emit(index.row(), self.columns[index.column()].key, text)
        return True

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return a column's title, tooltip or alignment."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class SegmentTable(QTableView):
    """Shows rows of a source of any length; give it one with ``set_source``."""

    row_activated = Signal(int)
    """A row was double-clicked or Enter was pressed on it."""
    current_row_changed = Signal(int)
    """The keyboard's row moved."""
    sort_requested = Signal(str, bool)
    """A sortable column's header was clicked: its key, and True for descending."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        name: str,
        settings: QSettings | None = None,
        settings_key: str = "",
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._settings = settings
        self._settings_key = f"tables/{settings_key}"
        self.rows = PagedModel(columns)
        self._save_soon = QTimer(self)
        self._save_soon.setSingleShot(True)
        self._save_soon.setInterval(500)
        self._save_soon.timeout.connect(self._save_widths)
        self.setModel(self.rows)
        self._delegate = TwoLineDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self._set_up_headers()
        copy = QAction(tr("Copy"), self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_selection)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.activated.connect(lambda index: self.row_activated.emit(index.row()))
        self.selectionModel().currentRowChanged.connect(
            lambda now, _before: self.current_row_changed.emit(now.row())
        )
        theme().changed.connect(self._restyle_rows)

    def _set_up_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(row_height(self))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(48)
        header.setSectionsClickable(any(column.sortable for column in self.rows.columns))
        header.sectionClicked.connect(self._sort_by)
        for index, column in enumerate(self.rows.columns):
            header.resizeSection(index, 100 * column.share if column.share else column.width)
        saved = self._settings.value(self._settings_key) if self._settings is not None else None
        if isinstance(saved, QByteArray):
            header.restoreState(saved)
        header.setSortIndicatorShown(False)
        header.sectionResized.connect(lambda *_: self._save_soon.start())

    def set_source(self, count: int, fetch: Fetch) -> None:
        """Show *count* rows; ``fetch(offset, limit)`` is asked only for those looked at.

        Offsets are multiples of ``PAGE``. A fetch that returns None promises a ``deliver``.
        """
        self.rows.set_source(count, fetch)
        self.scrollToTop()
        self._widen(count)

    def set_count(self, count: int) -> None:
        """Show *count* rows of the same source; the view stays where it is."""
        self.rows.set_count(count)

    def set_highlight(self, text: str) -> None:
        """Mark this text, in any case, where an editable column holds it."""
        self._delegate.highlight = text
        self.viewport().update()

    def _widen(self, count: int) -> None:
        """Make room for the number of the last row."""
        needed = self.fontMetrics().horizontalAdvance(number(count)) + 2 * MARGIN + 2
        header = self.horizontalHeader()
        for index, column in enumerate(self.rows.columns):
            if column.counts and header.sectionSize(index) < needed:
                header.resizeSection(index, needed)
                self._share_width()

    def deliver(self, offset: int, rows: Sequence[Any]) -> None:
        """Take the rows of a page that ``fetch`` returned None for."""
        self.rows.deliver(offset, rows)

    def refresh(self) -> None:
        """Fetch the visible rows anew."""
        self.rows.refresh()

    def selected_rows(self) -> list[int]:
        """Return the selected row numbers, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def selected_ranges(self) -> list[tuple[int, int]]:
        """Return the first and last row of each run of selected rows, in order.

        Quick for millions of rows, where :meth:`selected_rows` is not.
        """
        chosen = self.selectionModel().selection().toList()
        runs: list[tuple[int, int]] = []
        for first, last in sorted((r.top(), r.bottom()) for r in chosen):
            if runs and first <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(runs[-1][1], last))
            else:
                runs.append((first, last))
        return runs

    def copy_selection(self) -> None:
        """Copy the selected rows as tab-separated text, at most a few thousand of them."""
        lines = []
        chosen = (n for first, last in self.selected_ranges() for n in range(first, last + 1))
        for row in islice(chosen, _COPIED):
            cells = (
                str(self.rows.index(row, column).data())
                for column in range(self.rows.columnCount())
            )
            lines.append("\t".join(" ".join(cell.split()) for cell in cells))
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _sort_by(self, section: int) -> None:
        column = self.rows.columns[section]
        if not column.sortable:
            return
        header = self.horizontalHeader()
        again = header.isSortIndicatorShown() and header.sortIndicatorSection() == section
        descending = not (again and header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(section, order)
        header.setSortIndicatorShown(True)
        self.sort_requested.emit(column.key, descending)

    def _save_widths(self) -> None:
        if self._settings is not None:
            self._settings.setValue(self._settings_key, self.horizontalHeader().saveState())

    def _restyle_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height(self))
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the width that is left to the columns that share it."""
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        header = self.horizontalHeader()
        for index, column in enumerate(self.rows.columns):
            if column.from_width:
                header.setSectionHidden(index, self.viewport().width() < column.from_width)
        sharing = [i for i, column in enumerate(self.rows.columns) if column.share]
        taken = sum(header.sectionSize(i) for i in range(header.count()) if i not in sharing)
        total = sum(header.sectionSize(i) for i in sharing)
        free = self.viewport().width() - taken
        if not sharing or total <= 0:
            return
        for place, index in enumerate(sharing):
            width = free - sum(header.sectionSize(i) for i in sharing[:-1])
            if place < len(sharing) - 1:
                width = round(free * header.sectionSize(index) / total)
            header.resizeSection(index, max(120, width))
