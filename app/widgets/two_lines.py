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
from app.widgets.plain_text import plain_text

MARGIN = 8  # pixels beside a cell's text
_LINES = 2
_LINE_END = "\N{LINE SEPARATOR}"
STRUCK = Qt.ItemDataRole.UserRole + 7  # whether a cell's text is struck through
BY_LINE = Qt.ItemDataRole.UserRole + 8  # whether its lines stay lines, cut in the middle
_BEFORE = 24  # characters that still show before a match which two lines would not reach
Index = QModelIndex | QPersistentModelIndex


class TwoLineDelegate(QStyledItemDelegate):
    """Paints up to two lines, the second elided, each text in its own direction.

    ``highlight`` is what is searched for: it is marked, and comes into view in a long text.
    """

    highlight = ""

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
        area = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole) or Qt.AlignmentFlag.AlignLeft
        if index.data(BY_LINE):
            _draw_by_line(painter, area, text)
        else:
            marked = self.highlight if index.flags() & Qt.ItemFlag.ItemIsEditable else ""
            _draw_lines(painter, area, text, Qt.AlignmentFlag(alignment), marked)
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
            model.setData(index, plain_text(editor.document()))

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


def _draw_lines(
    painter: QPainter, area: QRect, text: str, alignment: Qt.AlignmentFlag, marked: str
) -> None:
    text = _shown_part(text, marked)
    rtl = is_rtl(text)
    option = QTextOption()
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    # Painting by hand knows no "leading" side, so it is chosen here.
    option.setAlignment(Qt.AlignmentFlag.AlignRight if rtl else alignment)
    layout = _lay_out(painter, area, text, option, marked)
    if not layout.lineCount():
        return
    spacing = painter.fontMetrics().lineSpacing()
    place = QPointF(area.left(), area.top() + (area.height() - layout.lineCount() * spacing) / 2)
    last = layout.lineAt(layout.lineCount() - 1)
    if last.textStart() + last.textLength() >= len(text):
        layout.draw(painter, place)
        return
    begin = last.textStart()
    found = _find(text, marked)
    if found >= 0 and found + len(marked) > begin + last.textLength() and found > _BEFORE:
        tail = f"\N{HORIZONTAL ELLIPSIS}{text[found - _BEFORE :]}"
        _draw_lines(painter, area, tail, alignment, marked)
        return
    rest = painter.fontMetrics().elidedText(text[begin:], Qt.TextElideMode.ElideRight, area.width())
    # Laid out as one: the lines before the last end where they did.
    option.setWrapMode(QTextOption.WrapMode.ManualWrap)
    lines = [layout.lineAt(number) for number in range(layout.lineCount() - 1)]
    wrapped = [text[line.textStart() : line.textStart() + line.textLength()] for line in lines]
    shown = _LINE_END.join([*(line.rstrip(" ") for line in wrapped), rest])
    _lay_out(painter, area, shown, option, marked).draw(painter, place)


def _shown_part(text: str, marked: str) -> str:
    """The text in one line; of a very long one, what two lines can show need be shaped only."""
    if len(text) > 600:
        start = max(0, _find(text, marked) - 2 * _BEFORE)
        text = text[start : start + 600] if start > 500 else text[:600]
    return " ".join(text.split()) if "\n" in text else text


def _lay_out(
    painter: QPainter, area: QRect, text: str, option: QTextOption, marked: str
) -> QTextLayout:
    """The first lines of the text, what is searched for marked in them."""
    layout = QTextLayout(text, painter.font(), painter.device())
    layout.setTextOption(option)
    layout.setFormats(_marks(text, marked))
    layout.beginLayout()
    for number in range(_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(area.width())
        line.setPosition(QPointF(0, number * painter.fontMetrics().lineSpacing()))
    layout.endLayout()
    return layout


def _marks(text: str, marked: str) -> list[QTextLayout.FormatRange]:
    marks: list[QTextLayout.FormatRange] = []
    at = _find(text, marked)
    while at >= 0:
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = at, len(marked)
        mark.format.setBackground(theme().tokens.qcolor("warning", 0.25))
        marks.append(mark)
        at = _find(text, marked, at + len(marked))
    return marks


def _find(text: str, marked: str, start: int = 0) -> int:
    """Where it occurs in any case; -1 where it does not, or where folding moves the letters."""
    if not marked:
        return -1
    folded = text.replace(_LINE_END, " ").casefold()
    return folded.find(marked.casefold(), start) if len(folded) == len(text) else -1


def is_rtl(text: str) -> bool:
    """Return whether the first letter with a direction runs from right to left."""
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False
