"""The right side of the Corpora page: the pairs of one corpus, and its splits."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTabWidget, QVBoxLayout, QWidget

from app.i18n import tr, tr_n
from app.icons import icon
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.library import CorpusRow
from app.viewmodels.names import date_text, language_name
from app.viewmodels.pair_pages import Pair, PairQuery
from app.widgets.choice_cards import SegmentedButtons
from app.widgets.corpora_splits import Share, SplitView
from app.widgets.page import Card, ghost_button, label, quiet_button
from app.widgets.segment_table import Column, SegmentTable

_TYPING_MS = 150


class CorpusDetail(QWidget):
    """Name, tabs, and the commands on one corpus."""

    fine_tune = Signal(str)
    remove = Signal(str)

    def __init__(self, model: CorporaModel, settings: QSettings | None) -> None:
        super().__init__()
        self._model = model
        self._shown = ""
        self._name = label("", "section", select=True)
        self._direction = label("", "badge")
        self._tabs = QTabWidget()
        self._tabs.tabBar().setDrawBase(False)
        self._tabs.addTab(self._pairs_tab(settings), tr("Pairs"))
        self._tabs.addTab(self._splits_tab(), tr("Splits"))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._direction, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        delete = ghost_button(tr("Delete"), "trash-2", lambda: self.remove.emit(self._shown))
        delete.setToolTip(tr("Take this corpus off the list and delete it; can be undone"))
        head.addWidget(delete)
        tune = quiet_button(tr("Fine-tune"), "sparkles")
        tune.setToolTip(tr("Fine-tune a model on this corpus"))
        tune.clicked.connect(lambda: self.fine_tune.emit(self._shown))
        head.addWidget(tune)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(head)
        outer.addWidget(self._tabs, 1)
        model.pairs.reset.connect(self._show_answer)
        model.pairs.filled.connect(self._table.refresh)

    # Building ------------------------------------------------------------------------------

    def _pairs_tab(self, settings: QSettings | None) -> QWidget:
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("Search both sides"))
        self._search.setAccessibleName(tr("Search pairs"))
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.setMaximumWidth(360)
        self._search_soon = QTimer(self)
        self._search_soon.setSingleShot(True)
        self._search_soon.setInterval(_TYPING_MS)
        self._search_soon.timeout.connect(self._ask)
        self._search.textChanged.connect(lambda _: self._search_soon.start())
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.focus_search)
        self._split = SegmentedButtons(
            [("", tr("All")), ("train", tr("Train")), ("dev", tr("Dev")), ("test", tr("Test"))],
            tr("Split"),
        )
        self._split.set_current("")
        self._split.changed.connect(lambda _: self._ask())
        self._count = label("", "secondary")
        tools = QHBoxLayout()
        tools.setSpacing(12)
        tools.addWidget(self._search, 1)
        tools.addWidget(self._split)
        tools.addStretch(1)
        tools.addWidget(self._count)
        self._table = SegmentTable(
            self._columns(), name=tr("Pairs"), settings=settings, settings_key="pairs"
        )
        tab = QWidget()
        box = QVBoxLayout(tab)
        box.setContentsMargins(0, 12, 0, 0)
        box.setSpacing(12)
        box.addLayout(tools)
        box.addWidget(self._table, 1)
        return tab

    def _columns(self) -> list[Column]:
        return [
            Column("source", tr("Source"), lambda pair: pair.source, share=1),
            Column("target", tr("Target"), lambda pair: pair.target, share=1),
            Column(
                "split",
                tr("Split"),
                lambda pair: _split_title(pair.split),
                width=64,
                token=lambda pair: "text_secondary",
            ),
            Column(
                "where",
                tr("From"),
                _origin,
                width=150,
                tooltip=tr("File and place the pair was read from"),
                token=lambda pair: "text_secondary",
            ),
        ]

    def _splits_tab(self) -> QWidget:
        self._splits = SplitView()
        self._facts = label("", "secondary", wrap=True, select=True)
        card = Card()
        card.body.addWidget(label(tr("How the pairs are divided"), "section"))
        card.body.addSpacing(4)
        card.body.addWidget(self._splits)
        card.body.addSpacing(4)
        card.body.addWidget(
            label(
                tr(
                    "A pair's split follows from its source text alone: adding more text never "
                    "moves a pair, and equal sources always stay together."
                ),
                "small",
                wrap=True,
            )
        )
        tab = QWidget()
        box = QVBoxLayout(tab)
        box.setContentsMargins(0, 16, 0, 0)
        box.setSpacing(16)
        box.addWidget(card)
        box.addWidget(self._facts)
        box.addStretch(1)
        return tab

    # Showing -------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self._tabs.setCurrentIndex(0)
        self._search.setFocus()
        self._search.selectAll()

    def show_corpus(self) -> None:
        """Show the selected corpus; its pairs are fetched when it is another or has grown."""
        row = self._model.library.corpus(self._model.selected)
        self.setVisible(row is not None)
        if row is None:
            self._shown = ""
            return
        self._name.setText(row.name)
        self._direction.setText(row.direction)
        header = self._table.rows
        header.columns[0] = _retitled(header.columns[0], language_name(row.source))
        header.columns[1] = _retitled(header.columns[1], language_name(row.target))
        header.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 1)
        self._show_splits(row)
        if row.name != self._shown:
            self._shown = row.name
            self._search.clear()
            self._search_soon.stop()
            self._split.set_current("")
            self._ask()
        elif self._everything_shows and self._model.pairs.total != row.pairs:
            self._ask()

    @property
    def _everything_shows(self) -> bool:
        """Whether neither a search nor a split narrows the table."""
        return not self._search.text() and not self._split.current

    def _show_splits(self, row: CorpusRow) -> None:
        help_text = {
            "train": tr("learned from"),
            "dev": tr("scored while training, to keep the best checkpoint"),
            "test": tr("kept aside for the final evaluation"),
        }
        tokens = {"train": "accent", "dev": "series:1", "test": "series:0"}
        shares = [
            Share(_split_title(key), help_text.get(key, ""), count, tokens.get(key, "zero_shot"))
            for key, count in row.splits.items()
        ]
        excluded = row.pairs - sum(row.splits.values())
        if excluded > 0:
            shares.append(Share(tr("Excluded"), tr("kept, but not used"), excluded, "zero_shot"))
        self._splits.set_shares(shares)
        self._facts.setText(
            tr(
                "Imported {date} from {files}.",
                date=date_text(row.created),
                files=", ".join(row.files),
            )
        )

    def _ask(self) -> None:
        if self._shown:
            query = PairQuery(self._shown, self._search.text().strip(), self._split.current)
            self._model.pairs.ask(query)

    def _show_answer(self) -> None:
        pairs = self._model.pairs
        if pairs.query.corpus != self._shown:
            return
        self._table.set_source(pairs.total, pairs.fetch)
        narrowed = bool(pairs.query.text or pairs.query.split)
        if narrowed:
            self._count.setText(tr_n("{n} pair found", "{n} pairs found", pairs.total))
        else:
            self._count.setText(tr_n("{n} pair", "{n} pairs", pairs.total))


def _retitled(column: Column, title: str) -> Column:
    return Column(column.key, title, column.value, share=column.share)


def _split_title(split: str) -> str:
    return {"train": tr("Train"), "dev": tr("Dev"), "test": tr("Test")}.get(split, split)


def _origin(pair: Pair) -> str:
    return f"{pair.file}\n{pair.unit}" if pair.unit else pair.file
