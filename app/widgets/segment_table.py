"""A table of any length that holds only the rows that are looked at."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSettings,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.i18n import tr
from app.theme import theme

PAGE = 200
_PAGES_KEPT = 12
_LINES = 2
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column: *value* takes a row and returns what to show.

    *share* columns divide the free width; others have a fixed *width*. *token* names the theme
    colour of a row's cell (``danger``, ``text_secondary`` …), or None for plain text.
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


class PagedModel(QAbstractTableModel):
    """Rows fetched by the page through ``fetch(offset, limit)``; the latest pages are kept."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = list(columns)
        self._count = 0
        self._fetch: Callable[[int, int], Sequence[Any]] = lambda offset, limit: []
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()

    def set_source(self, count: int, fetch: Callable[[int, int], Sequence[Any]]) -> None:
        """Show *count* rows out of *fetch*."""
        self.beginResetModel()
        self._count = count
        self._fetch = fetch
        self._pages.clear()
        self.endResetModel()

    def refresh(self) -> None:
        """Fetch what is visible anew; the number of rows is as before."""
        self._pages.clear()
        if self._count:
            self.dataChanged.emit(
                self.index(0, 0), self.index(self._count - 1, len(self.columns) - 1)
            )

    def row(self, index: int) -> Any:
        """Return a row, fetching its page if need be; None where the source has fewer."""
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._fetch(number * PAGE, PAGE)
            self._pages[number] = page
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of rows."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text, colour or alignment."""
        if role == Qt.ItemDataRole.DisplayRole:
            row = self.row(index.row())
            return "" if row is None else str(self.columns[index.column()].value(row))
        if role == Qt.ItemDataRole.ForegroundRole:
            column = self.columns[index.column()]
            row = self.row(index.row()) if column.token is not None else None
            token = column.token(row) if column.token is not None and row is not None else None
            return QColor(theme().tokens.colour(token)) if token else None
        if role == Qt.ItemDataRole.ToolTipRole and self.columns[index.column()].share:
            return self.data(index, Qt.ItemDataRole.DisplayRole)
        return None

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


class _TextDelegate(QStyledItemDelegate):
    """Paints up to two lines, the second elided, each text in its own direction."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, model = option.widget, index.model()
        assert isinstance(model, PagedModel)
        tokens = theme().tokens
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, tokens.qcolor("accent_soft"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, tokens.qcolor("hover", 0.6))
        painter.setPen(tokens.qcolor("border"))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        painter.setPen(colour if isinstance(colour, QColor) else tokens.qcolor("text"))
        painter.setFont(view.font())
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        area = option.rect.adjusted(8, 0, -8, 0)
        _draw_lines(painter, area, text, model.columns[index.column()].number)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, row_height(option.widget))


def row_height(view: QWidget) -> int:
    """Return the height of a row of two lines in the view's font."""
    return QFontMetrics(view.font()).lineSpacing() * _LINES + 14


def _draw_lines(painter: QPainter, area: QRect, text: str, number: bool) -> None:
    metrics = painter.fontMetrics()
    # A cell shows two lines; the rest of a very long text need not be shaped.
    text = " ".join(text[:600].split()) if "\n" in text or len(text) > 600 else text
    rtl = _is_rtl(text)
    option = QTextOption()
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setAlignment(Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft)
    layout = QTextLayout(text, painter.font(), painter.device())
    layout.setTextOption(option)
    layout.beginLayout()
    lines: list[tuple[int, int]] = []
    for _ in range(_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(area.width())
        line.setPosition(QPointF(0, len(lines) * metrics.lineSpacing()))
        lines.append((line.textStart(), line.textLength()))
    layout.endLayout()
    height = len(lines) * metrics.lineSpacing()
    top = area.top() + (area.height() - height) / 2
    if not lines:
        return
    last_start, last_length = lines[-1]
    if last_start + last_length >= len(text):
        layout.draw(painter, QPointF(area.left(), top))
        return
    _draw_elided(painter, area, text, layout, option, top, last_start)


def _draw_elided(
    painter: QPainter,
    area: QRect,
    text: str,
    layout: QTextLayout,
    option: QTextOption,
    top: float,
    last_start: int,
) -> None:
    metrics = painter.fontMetrics()
    for number in range(layout.lineCount() - 1):
        layout.lineAt(number).draw(painter, QPointF(area.left(), top))
    rest = metrics.elidedText(text[last_start:], Qt.TextElideMode.ElideRight, area.width())
    last = QTextLayout(rest, painter.font(), painter.device())
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    last.setTextOption(option)
    last.beginLayout()
    line = last.createLine()
    line.setLineWidth(area.width())
    last.endLayout()
    offset = (layout.lineCount() - 1) * metrics.lineSpacing()
    last.draw(painter, QPointF(area.left(), top + offset))


def _is_rtl(text: str) -> bool:
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


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
        self.setItemDelegate(_TextDelegate(self))
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

    def set_source(self, count: int, fetch: Callable[[int, int], Sequence[Any]]) -> None:
        """Show *count* rows; ``fetch(offset, limit)`` is asked only for those looked at."""
        self.rows.set_source(count, fetch)
        self.scrollToTop()

    def refresh(self) -> None:
        """Fetch the visible rows anew."""
        self.rows.refresh()

    def selected_rows(self) -> list[int]:
        """Return the selected row numbers, in order."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def copy_selection(self) -> None:
        """Copy the selected rows as tab-separated text."""
        lines = []
        for number in self.selected_rows():
            cells = (
                str(self.rows.index(number, column).data())
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
        header = self.horizontalHeader()
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
