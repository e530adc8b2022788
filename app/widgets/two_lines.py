"""Cells of two lines, in any script: what the tables paint their texts with."""

from __future__ import annotations

import unicodedata

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.theme import theme
from app.widgets.cell_editor import CellEditor

_LINES = 2
STRUCK = Qt.ItemDataRole.UserRole + 7  # whether a cell's text is struck through
BY_LINE = Qt.ItemDataRole.UserRole + 8  # whether its lines stay lines, cut in the middle
Index = QModelIndex | QPersistentModelIndex


class TwoLineDelegate(QStyledItemDelegate):
    """Paints up to two lines, the second elided, each text in its own direction."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        view = option.widget
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
        font = view.font()
        font.setStrikeOut(bool(index.data(STRUCK)))
        painter.setFont(font)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        area = option.rect.adjusted(8, 0, -8, 0)
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeft
        if index.data(BY_LINE):
            _draw_by_line(painter, area, text)
        else:
            _draw_lines(painter, area, text, Qt.AlignmentFlag(alignment))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of two lines."""
        return QSize(80, row_height(option.widget))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return an editor of several lines, in the text's own direction."""
        editor = CellEditor(parent)
        editor.accepted.connect(lambda: self._leave(editor, keep=True))
        editor.rejected.connect(lambda: self._leave(editor, keep=False))
        return editor

    def _leave(self, editor: QWidget, *, keep: bool) -> None:
        if keep:
            self.commitData.emit(editor)
        self.closeEditor.emit(editor, QStyledItemDelegate.EndEditHint.NoHint)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Begin with the whole text, selected as nothing: most edits are of a word."""
        if isinstance(editor, CellEditor) and not editor.begun:
            text = str(index.data(Qt.ItemDataRole.EditRole))
            editor.begin(
                text,
                is_rtl(text),
                str(index.model().headerData(index.column(), Qt.Orientation.Horizontal)),
            )

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand the text over."""
        if isinstance(editor, CellEditor):
            model.setData(index, editor.toPlainText())

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Cover the cell; a long text gets more lines, inside the table."""
        if isinstance(editor, CellEditor):
            editor.cover(option.rect)


def row_height(view: QWidget) -> int:
    """Return the height of a row of two lines in the view's font."""
    return QFontMetrics(view.font()).lineSpacing() * _LINES + 14


def _draw_by_line(painter: QPainter, area: QRect, text: str) -> None:
    metrics = painter.fontMetrics()
    lines = text.split("\n")[:_LINES]
    top = area.top() + (area.height() - len(lines) * metrics.lineSpacing()) / 2
    for number, line in enumerate(lines):
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, area.width())
        baseline = top + number * metrics.lineSpacing() + metrics.ascent()
        painter.drawText(QPointF(area.left(), baseline), shown)


def _draw_lines(painter: QPainter, area: QRect, text: str, alignment: Qt.AlignmentFlag) -> None:
    metrics = painter.fontMetrics()
    # A cell shows two lines; the rest of a very long text need not be shaped.
    text = " ".join(text[:600].split()) if "\n" in text or len(text) > 600 else text
    rtl = is_rtl(text)
    option = QTextOption()
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    # Painting by hand knows no "leading" side, so it is chosen here.
    option.setAlignment(Qt.AlignmentFlag.AlignRight if rtl else alignment)
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


def is_rtl(text: str) -> bool:
    """Return whether the first letter with a direction runs from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
