"""The Segments tab: who won where, searched, filtered and sorted; below, the segment in full."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.i18n import score, signed, tr, tr_n
from app.icons import icon
from app.viewmodels.evaluation_result import ResultModel
from app.viewmodels.evaluation_segments import SegmentRow
from app.widgets.combos import combo_box, fill
from app.widgets.diff_view import DiffView, ReadingText
from app.widgets.page import Card, label, quiet_button, scrolled
from app.widgets.pair_chooser import PairChooser
from app.widgets.segment_table import Column, SegmentTable
from app.widgets.splitters import remember

_TYPING_MS = 200
_FIRST, _SECOND, _DIFFERENCE, _SCORE = 2, 3, 4, 5  # columns


class SegmentsTab(QWidget):
    """The table over the texts of the segment that the keyboard is on."""

    open_segment = Signal(int)

    def __init__(self, model: ResultModel, settings: QSettings) -> None:
        super().__init__()
        self._model = model
        self._wanted: int | None = None  # to go to as soon as it shows
        self.table = SegmentTable(
            _columns(), name=tr("Segments"), settings=settings, settings_key="segments"
        )
        self.search = self._search_field()
        self.filter = combo_box(tr("Which segments"), 120)
        self.pair = PairChooser()
        self._count = label("", "secondary")
        self._open_button = quiet_button(tr("Open in Compare"), "columns-2", self._open_current)
        self._open_button.setAccessibleName(tr("Open in Compare"))
        self._open_button.setToolTip(tr("Open the chosen segment in Compare (Enter)"))
        self._lay_out(settings)
        self._connect()

    # Building ------------------------------------------------------------------------------

    def _search_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(tr("Search texts"))
        field.setAccessibleName(tr("Search sources, references and translations"))
        field.setToolTip(tr("Search sources, references and translations (Ctrl+F)"))
        field.setClearButtonEnabled(True)
        field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._search_soon = QTimer(self)
        self._search_soon.setSingleShot(True)
        self._search_soon.setInterval(_TYPING_MS)
        self._search_soon.timeout.connect(self._ask)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(field.setFocus)
        return field

    def _lay_out(self, settings: QSettings) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.search, 3)
        head.addWidget(self.filter, 3)
        head.addWidget(self._count)
        head.addWidget(self._open_button)
        top = QWidget()
        box = QVBoxLayout(top)
        box.setContentsMargins(0, 10, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.pair)
        box.addLayout(head)
        box.addWidget(self.table, 1)
        top.setMinimumHeight(150)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(top)
        splitter.addWidget(self._texts())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([240, 150])
        remember(splitter, settings, "evaluate-segments")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _texts(self) -> Card:
        self.source = ReadingText(tr("Source"))
        self._reference = ReadingText(tr("Reference"))
        self._diff = DiffView(tr("Zero-shot"), tr("Fine-tuned"))
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(8)
        texts = QHBoxLayout()
        texts.setSpacing(24)
        for title, text in ((tr("Source"), self.source), (tr("Reference"), self._reference)):
            column = QVBoxLayout()
            column.setSpacing(2)
            column.addWidget(label(title, "small"))
            column.addWidget(text)
            column.addStretch(1)
            texts.addLayout(column, 1)
        box.addLayout(texts)
        box.addSpacing(4)
        box.addWidget(self._diff)
        box.addStretch(1)
        card = Card(margin=0, spacing=0)
        card.body.addWidget(scrolled(inner))
        card.setMinimumHeight(96)
        return card

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self._show_evaluation)
        model.pair_changed.connect(self._show_pair)
        model.segments_changed.connect(self._show_segments)
        self.search.textChanged.connect(lambda _: self._search_soon.start())
        self.filter.activated.connect(lambda _: self._ask())
        self.pair.changed.connect(model.choose_pair)
        self.table.current_row_changed.connect(self._show_texts)
        self.table.row_activated.connect(self._open)
        self.table.sort_requested.connect(self._sort)

    def set_narrow(self, narrow: bool) -> None:
        """Leave search and filter room: the button shows its picture alone."""
        self._open_button.setText("" if narrow else tr("Open in Compare"))

    # Asking --------------------------------------------------------------------------------

    def show_segment(self, number: int) -> None:
        """Go to a segment, taking search and filter off where they hide it."""
        place = self._model.place_of(number)
        if place is None:
            self._clear_search()
            self.filter.setCurrentIndex(0)
            self._wanted = number
            self._ask()
            return
        self.table.selectRow(place)
        self.table.setFocus()

    def _ask(self) -> None:
        self._search_soon.stop()
        if not self._model.is_open:
            return
        text = self.search.text().strip()
        self._model.ask(replace(self._model.query, text=text, only=self._chosen()))

    def _chosen(self) -> tuple[int, ...] | None:
        key = self.filter.currentData()
        return next((one.segments for one in self._model.filters if one.key == key), None)

    def _sort(self, key: str, descending: bool) -> None:
        if self._model.is_open:
            self._model.ask(replace(self._model.query, key=key, descending=descending))

    def _clear_search(self) -> None:
        blocked = self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(blocked)

    # Showing -------------------------------------------------------------------------------

    def _show_evaluation(self) -> None:
        self._clear_search()
        self._show_pair()
        self._show_segments()

    def _show_pair(self) -> None:
        """Name the two systems wherever they stand, and offer their filters."""
        model = self._model
        first, second = model.pair
        self.pair.show_systems(model.titles, first, second)
        alone = first == second
        for column in (_SECOND, _DIFFERENCE):
            self.table.setColumnHidden(column, alone)
        self.table.setColumnHidden(_SCORE, not alone)
        header = self.table.rows
        for column, place in ((_FIRST, first), (_SECOND, second)):
            header.columns[column] = replace(header.columns[column], title=model.titles[place])
        header.headerDataChanged.emit(Qt.Orientation.Horizontal, _FIRST, _SECOND)
        self._diff.left.set_colour(model.roles[first])
        self._diff.right.set_colour(model.roles[second])
        self._diff.right.setVisible(not alone)
        items = [(tr("All segments"), "")]
        items += [(one.title, one.key) for one in self._model.filters]
        fill(self.filter, items, "", "")

    def _show_segments(self) -> None:
        count = self._model.count
        self._count.setText(tr_n("{n} segment", "{n} segments", count))
        self.table.set_source(count, self._model.fetch)
        self._open_button.setEnabled(bool(count))
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.show_segment(wanted)
        elif count:
            self.table.selectRow(0)

    def _row(self, place: int) -> SegmentRow | None:
        found: SegmentRow | None = (
            self.table.rows.row(place) if 0 <= place < self._model.count else None
        )
        return found

    def _show_texts(self, place: int) -> None:
        row = self._row(place)
        if row is None:
            return
        first, second = self._model.pair
        alone = first == second
        self.source.set_text(row.source)
        self._reference.set_text(row.reference)
        self._diff.set_texts(row.first, "" if alone else row.second)
        titles = self._model.titles
        self._diff.left.set_head(titles[first], tr("chrF {score}", score=score(row.first_chrf)))
        self._diff.right.set_head(
            titles[second],
            tr("chrF {score}", score=score(row.second_chrf)) + f" ({signed(row.difference)})",
        )

    def _open(self, place: int) -> None:
        row = self._row(place)
        if row is not None:
            self.open_segment.emit(row.number)

    def _open_current(self) -> None:
        self._open(self.table.currentIndex().row())


def _columns() -> list[Column]:
    return [
        Column("number", tr("No."), lambda row: row.number + 1, width=56, number=True,
               sortable=True, token=lambda row: "text_secondary"),
        # In a narrow table the systems need the room; the text below the table has the source.
        Column("source", tr("Source"), lambda row: row.source, share=1, from_width=510),
        Column("first", tr("First system"), lambda row: row.first, share=1),
        Column("second", tr("Second system"), lambda row: row.second, share=1),
        Column("difference", tr("chrF +/\N{MINUS SIGN}"), lambda row: signed(row.difference),
               width=84, number=True, sortable=True, token=_tone,
               tooltip=tr("Sentence chrF of the second system minus that of the first")),
        Column("score", tr("chrF"), lambda row: score(row.first_chrf), width=84, number=True,
               sortable=True, tooltip=tr("Sentence chrF, 0 to 100; higher is better")),
    ]  # fmt: skip


def _tone(row: SegmentRow) -> str | None:
    if row.difference > 0.05:
        return "success"
    return "danger" if row.difference < -0.05 else "text_secondary"
