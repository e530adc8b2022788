"""The right side of the Evaluate page: verdict, scores, segments by who won."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.i18n import score, signed, tr
from app.viewmodels.evaluate import EvaluateModel, SegmentRow
from app.viewmodels.names import direction_name
from app.viewmodels.segments import verdict
from app.widgets.combos import combo_box, fill
from app.widgets.diff_view import DiffView, ReadingText
from app.widgets.page import Card, label, quiet_button, scrolled
from app.widgets.scores_table import ScoreRow, ScoresTable
from app.widgets.segment_table import Column, SegmentTable
from app.widgets.splitters import remember


class ResultView(QWidget):
    """One evaluation; ``export`` is asked with ``csv`` or ``json``."""

    export = Signal(str)
    copy = Signal()
    open_segment = Signal(int)

    def __init__(self, model: EvaluateModel, settings: QSettings) -> None:
        super().__init__()
        self._model = model
        self._rows: list[SegmentRow] = []
        self._title = label("", "section")
        self._verdict = label("", "", wrap=True, select=True)
        self._scores = ScoresTable()
        self._against = combo_box(tr("Compare the first system with"), 180)
        self._against.activated.connect(lambda _: self._show_segments())
        self._table = SegmentTable(
            self._columns(), name=tr("Segments"), settings=settings, settings_key="segments"
        )
        self._table.current_row_changed.connect(self._show_texts)
        self._table.row_activated.connect(self._open)
        self._table.sort_requested.connect(self._sort)
        self._open_button = quiet_button(tr("Open in Compare"), "columns-2", self._open_current)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._segments())
        splitter.addWidget(self._texts())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([240, 200])
        remember(splitter, settings, "evaluate")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        outer.addLayout(self._head())
        outer.addWidget(self._scores)
        outer.addWidget(splitter, 1)

    # Building ------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._verdict)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(words, 1)
        top = Qt.AlignmentFlag.AlignTop
        copy = quiet_button(tr("Copy scores"), "copy", self.copy.emit)
        copy.setToolTip(tr("Copy the scores with their signatures"))
        row.addWidget(copy, 0, top)
        for kind, help_text in (
            ("csv", tr("Every segment with its translations and scores, for a spreadsheet")),
            ("json", tr("Everything that was measured, for a program")),
        ):
            button = quiet_button(kind.upper(), "save")
            button.setToolTip(help_text)
            button.setAccessibleName(tr("Export as {kind}", kind=kind.upper()))
            button.clicked.connect(lambda _=False, kind=kind: self.export.emit(kind))
            row.addWidget(button, 0, top)
        return row

    def _columns(self) -> list[Column]:
        return [
            Column("number", tr("No."), lambda row: row.number + 1, width=56, number=True,
                   sortable=True, token=lambda row: "text_secondary"),
            Column("source", tr("Source"), lambda row: row.source, share=1),
            Column("first", tr("First system"), lambda row: row.first, share=1),
            Column("second", tr("Second system"), lambda row: row.second, share=1),
            Column("difference", tr("chrF difference"), lambda row: signed(row.difference),
                   width=128, number=True, sortable=True, token=_tone,
                   tooltip=tr("Sentence chrF of the second system minus that of the first")),
        ]  # fmt: skip

    def _segments(self) -> QWidget:
        self._against_title = label(tr("compared with"), "secondary")
        self._segments_title = label(tr("Segments by who won"), "strong")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._segments_title)
        head.addStretch(1)
        head.addWidget(self._against_title)
        head.addWidget(self._against)
        head.addWidget(self._open_button)
        part = QWidget()
        box = QVBoxLayout(part)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addLayout(head)
        box.addWidget(self._table, 1)
        part.setMinimumHeight(150)
        return part

    def _texts(self) -> Card:
        self._source = ReadingText(tr("Source"))
        self._reference = ReadingText(tr("Reference"))
        self._diff = DiffView(tr("Zero-shot"), tr("Fine-tuned"))
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(8)
        texts = QHBoxLayout()
        texts.setSpacing(24)
        for title, text in ((tr("Source"), self._source), (tr("Reference"), self._reference)):
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
        card.setMinimumHeight(120)
        return card

    # Showing -------------------------------------------------------------------------------

    def show_result(self) -> None:
        """Show the view model's present evaluation."""
        evaluation = self._model.state.evaluation
        if evaluation is None:
            return
        direction = direction_name(evaluation.source, evaluation.target)
        self._title.setText(f"{evaluation.test_name} \N{MIDDLE DOT} {direction}")
        words = verdict(evaluation)
        self._verdict.setText(words)
        self._verdict.setVisible(bool(words))
        self._scores.show_rows([ScoreRow.of(row) for row in self._model.table()])
        others = [(result.title, str(i)) for i, result in enumerate(evaluation.systems) if i]
        fill(self._against, others, others[0][1] if others else "", "")
        for part in (self._against, self._against_title):
            part.setVisible(len(others) > 1)
        self._show_segments()

    def _second(self) -> int:
        return int(self._against.currentData() or 0)

    def _show_segments(self) -> None:
        evaluation = self._model.state.evaluation
        if evaluation is None:
            return
        second = self._second()
        alone = len(evaluation.systems) == 1
        self._table.setColumnHidden(3, alone)
        self._table.setColumnHidden(4, alone)
        self._segments_title.setText(tr("Segments") if alone else tr("Segments by who won"))
        columns = self._table.rows.columns
        titles = evaluation.systems[0].title, evaluation.systems[second].title
        for place, title in zip((2, 3), titles, strict=True):
            columns[place] = Column(columns[place].key, title, columns[place].value, share=1)
        self._rows = self._model.segments(0, second)
        self._show_rows()

    def _show_rows(self) -> None:
        rows = self._rows
        self._table.set_source(len(rows), lambda offset, limit: rows[offset : offset + limit])
        if rows:
            self._table.selectRow(0)

    def _sort(self, key: str, descending: bool) -> None:
        pick = (lambda row: row.number) if key == "number" else (lambda row: row.difference)
        self._rows = sorted(self._rows, key=pick, reverse=descending)
        self._show_rows()

    def _show_texts(self, place: int) -> None:
        if not 0 <= place < len(self._rows):
            return
        evaluation = self._model.state.evaluation
        assert evaluation is not None
        row = self._rows[place]
        self._source.set_text(row.source)
        self._reference.set_text(row.reference)
        self._diff.right.setVisible(len(evaluation.systems) > 1)
        self._diff.set_texts(row.first, row.second if len(evaluation.systems) > 1 else "")
        self._diff.left.set_head(
            evaluation.systems[0].title, tr("chrF {score}", score=score(row.first_chrf))
        )
        self._diff.right.set_head(
            evaluation.systems[self._second()].title,
            tr("chrF {score}", score=score(row.second_chrf)) + f" ({signed(row.difference)})",
        )

    def _open(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self.open_segment.emit(self._rows[place].number)

    def _open_current(self) -> None:
        self._open(self._table.currentIndex().row())


def _tone(row: SegmentRow) -> str | None:
    if row.difference > 0.05:
        return "success"
    return "danger" if row.difference < -0.05 else "text_secondary"
