"""What an import left out: file, place and reason, to read and to save."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr, tr_n
from app.widgets.page import label, quiet_button
from app.widgets.segment_table import Column, SegmentTable

Row = tuple[str, str, str]


class ProblemsDialog(QDialog):
    """A list of (file, place, what); the window behind stays usable."""

    save_wanted = Signal()

    def __init__(self, rows: Sequence[Row], count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Left out of the import"))
        self.setModal(False)
        self.table = SegmentTable(
            [
                Column("file", tr("File"), lambda row: row[0], width=170),
                Column("place", tr("Place"), lambda row: row[1], width=110),
                Column("what", tr("What"), lambda row: row[2], share=1),
            ],
            name=tr("Left out of the import"),
        )
        self.table.set_source(len(rows), lambda offset, limit: rows[offset : offset + limit])
        self.saved = label("", "secondary")
        words = tr_n(
            "{n} unit could not be taken over; everything else is in the corpus.",
            "{n} units could not be taken over; everything else is in the corpus.",
            count,
        )
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(label(tr("Left out of the import"), "title"))
        outer.addWidget(label(words, "secondary", wrap=True))
        outer.addWidget(self.table, 1)
        if count > len(rows):
            more = tr("The first {n} of each file are listed.", n="1,000")
            outer.addWidget(label(more, "small"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(quiet_button(tr("Save as CSV…"), "save", self.save_wanted.emit))
        buttons.addWidget(self.saved)
        buttons.addStretch(1)
        buttons.addWidget(quiet_button(tr("Close"), "", self.close))
        outer.addLayout(buttons)
        self.resize(760, 480)
