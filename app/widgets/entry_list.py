"""A list of entries of two lines: a title and a smaller line about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.i18n import percent
from app.theme import theme

Index = QModelIndex | QPersistentModelIndex
_NOTE = Qt.ItemDataRole.UserRole + 1
_SHARE = Qt.ItemDataRole.UserRole + 2
_BAR = 4  # pixels


@dataclass(frozen=True)
class Entry:
    """One entry: ``key`` is what ``chosen`` sends, ``note`` the smaller line below the title.

    ``share`` from 0 to 1 is drawn as a bar below, and named by ``share_words`` in the tooltip.
    """

    key: str
    title: str
    note: str
    share: float | None = None
    share_words: str = ""


class _EntryDelegate(QStyledItemDelegate):
    """Paints title and note, the chosen entry on a tinted, rounded ground."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tokens = theme().tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(2, 1, -2, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.qcolor("accent_soft" if selected else "hover"))
            painter.drawRoundedRect(area, 6, 6)
        words = area.adjusted(10, 7, -10, -7)
        share = index.data(_SHARE)
        if share is not None:
            words = words.adjusted(0, 0, 0, -_BAR - 5)
            bar = QRect(words.left(), words.bottom() + 6, words.width(), _BAR)
            self._draw_bar(painter, bar, float(share))
        self._draw_line(
            painter,
            QRect(words.left(), words.top(), words.width(), words.height() // 2),
            str(index.data(Qt.ItemDataRole.DisplayRole)),
            theme().font(13, QFont.Weight.DemiBold),
            "text",
        )
        self._draw_line(
            painter,
            QRect(words.left(), words.center().y() + 1, words.width(), words.height() // 2),
            str(index.data(_NOTE)),
            theme().font(12),
            "text_secondary",
        )
        painter.restore()

    def _draw_bar(self, painter: QPainter, area: QRect, share: float) -> None:
        tokens = theme().tokens
        painter.setPen(Qt.PenStyle.NoPen)
        # What is not in use is never so little that it cannot be seen.
        rest = 0 if share >= 1 else max(4, round(area.width() * (1 - share)))
        used = area.adjusted(0, 0, -rest - 2 if rest else 0, 0)
        if used.width() > 0:
            painter.setBrush(tokens.qcolor("success"))
            painter.drawRoundedRect(used, _BAR / 2, _BAR / 2)
        if rest:
            painter.setBrush(tokens.qcolor("zero_shot"))
            left = area.right() + 1 - rest
            painter.drawRoundedRect(QRect(left, area.top(), rest, _BAR), _BAR / 2, _BAR / 2)

    def _draw_line(
        self, painter: QPainter, area: QRect, text: str, font: QFont, token: str
    ) -> None:
        painter.setFont(font)
        painter.setPen(theme().tokens.qcolor(token))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        bar = _BAR + 5 if index.data(_SHARE) is not None else 0
        return QSize(120, theme().px(13) + theme().px(12) + 33 + bar)


def item_key(item: QListWidgetItem) -> str:
    """The key of an entry's item."""
    return str(item.data(Qt.ItemDataRole.UserRole))


class EntryList(QListWidget):
    """Entries of two lines of which one is chosen."""

    chosen = Signal(str)
    """The key of the entry the person moved to."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setItemDelegate(_EntryDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.currentItemChanged.connect(self._tell)

    def set_entries(self, entries: Sequence[Entry], current: str) -> None:
        """Show these entries, with ``current`` (a key) chosen; no signal."""
        blocked = self.blockSignals(True)
        self.clear()
        for entry in entries:
            item = QListWidgetItem(entry.title)
            item.setData(Qt.ItemDataRole.UserRole, entry.key)
            item.setData(_NOTE, entry.note)
            item.setData(_SHARE, entry.share)
            words = [entry.title, entry.note]
            if entry.share is not None:
                words.append(f"{percent(entry.share, 1)} {entry.share_words}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(words))
            item.setToolTip("\n".join(words))
            self.addItem(item)
        self.set_current(current)
        if not current:
            self.setCurrentRow(-1)
        self.blockSignals(blocked)

    def set_current(self, key: str) -> None:
        """Choose the entry with this key, without a signal."""
        blocked = self.blockSignals(True)
        for row in range(self.count()):
            if self.item(row).data(Qt.ItemDataRole.UserRole) == key:
                self.setCurrentRow(row)
        self.blockSignals(blocked)

    def _tell(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item_key(item))
