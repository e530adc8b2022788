"""The table of segments: what is searched for shows, and so do the numbers of long ones."""

from __future__ import annotations

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.theme import theme
from app.widgets.segment_table import Column, SegmentTable

LONG = "word " * 60 + "a needle " + "in hay " * 20


def test_what_is_searched_for_is_marked_and_in_view(qtbot: QtBot) -> None:
    table = SegmentTable([Column("source", "Source", str, share=1, editable=True)], name="pairs")
    qtbot.addWidget(table)
    table.resize(300, 120)
    table.set_source(1, lambda offset, limit: [LONG])
    for searched, there in (("", False), ("NEEDLE", True), ("straw", False)):
        table.set_highlight(searched)
        assert (tinted(table.grab().toImage()) > 100) == there


def test_the_column_of_row_numbers_holds_the_last(qtbot: QtBot) -> None:
    table = SegmentTable([Column("n", "Row", str, width=64, counts=True)], name="pairs")
    qtbot.addWidget(table)
    table.set_source(12_345_678, lambda offset, limit: range(offset, offset + limit))
    assert table.columnWidth(0) > table.fontMetrics().horizontalAdvance("12,345,678")


def tinted(image: QImage) -> int:
    """How many pixels have the colour of a mark upon the table's ground."""
    tokens = theme().tokens
    mark, ground = tokens.qcolor("warning"), tokens.qcolor("surface")
    wanted = [
        0.25 * getattr(mark, part)() + 0.75 * getattr(ground, part)()
        for part in ("red", "green", "blue")
    ]
    count = 0
    for y in range(image.height()):
        for x in range(image.width()):
            colour = image.pixelColor(x, y)
            seen = (colour.red(), colour.green(), colour.blue())
            count += all(abs(a - b) < 4 for a, b in zip(seen, wanted, strict=True))
    return count
