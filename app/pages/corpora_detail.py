"""The right side of the Corpora page: one corpus, its commands and its tabs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.pages.corpora_checks import ChecksTab
from app.pages.corpora_pairs import PairsTab
from app.pages.corpora_splits import SplitsTab
from app.pages.corpora_statistics import StatisticsTab
from app.viewmodels.corpora import CorporaModel
from app.widgets.drop_zone import ask_save_path
from app.widgets.page import ghost_button, label, quiet_button
from app.widgets.rows import ElidedLabel

TABS = ("pairs", "checks", "splits", "statistics")


class CorpusDetail(QWidget):
    """Name, tabs, and the commands on one corpus."""

    fine_tune = Signal(str)
    remove = Signal(str)
    problems_wanted = Signal()
    tab_changed = Signal(str)
    """The key of the tab that shows now, out of ``TABS``."""

    def __init__(self, model: CorporaModel, settings: QSettings | None) -> None:
        super().__init__()
        self._model = model
        self._settings = settings
        self._shown = ""
        self._name = ElidedLabel("", "section")
        self._direction = label("", "badge")
        self.pairs = PairsTab(model, settings)
        self.checks = ChecksTab(model)
        self.splits = SplitsTab(model, settings)
        self.statistics = StatisticsTab(model)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Parts of the corpus"))
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.pairs, tr("Pairs"))
        self.tabs.addTab(self.checks, tr("Checks"))
        self.tabs.addTab(self.splits, tr("Splits"))
        self.tabs.addTab(self.statistics, tr("Statistics"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(self._head())
        outer.addWidget(self.tabs, 1)
        self.tabs.currentChanged.connect(lambda at: self.tab_changed.emit(TABS[at]))
        self.checks.show_rows.connect(self.show_rows)
        self.splits.show_rows.connect(self.show_rows)
        self.pairs.export_wanted.connect(self._export)
        self.statistics.problems_wanted.connect(self.problems_wanted)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name, 1)
        head.addWidget(self._direction, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addSpacing(8)
        delete = ghost_button(tr("Delete"), "trash-2", lambda: self.remove.emit(self._shown))
        delete.setToolTip(tr("Take this corpus off the list and delete it; can be undone"))
        head.addWidget(delete)
        tune = quiet_button(tr("Fine-tune"), "sparkles")
        tune.setToolTip(tr("Fine-tune a model on this corpus"))
        tune.clicked.connect(lambda: self.fine_tune.emit(self._shown))
        head.addWidget(tune)
        return head

    def show_corpus(self) -> None:
        """Show the selected corpus, or follow what changed in it."""
        row = self._model.library.corpus(self._model.selected)
        self.setVisible(row is not None)
        if row is None:
            self._shown = ""
            return
        self._shown = row.name
        self._name.set_full_text(row.name)
        self._direction.setText(row.direction)
        self.pairs.show_corpus(row)
        self.splits.show_corpus(row)

    def show_tab(self, key: str) -> None:
        """Bring a tab to the front: one of ``TABS``."""
        self.tabs.setCurrentIndex(TABS.index(key))

    def show_rows(self, check: str) -> None:
        """Show the rows that a check flagged."""
        self.show_tab("pairs")
        self.pairs.show_rows(check)
        self.pairs.table.setFocus()

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.show_tab("pairs")
        self.pairs.focus_search()

    def _export(self, format: str) -> None:
        query = self.pairs.query
        ending = "" if format == "moses" else f".{format}"
        path = ask_save_path(self, tr("Export pairs"), f"{query.corpus}{ending}", self._settings)
        if path is not None:
            self.export_to(path, format)

    def export_to(self, path: Path, format: str) -> None:
        """Write the rows that show now to a file."""
        self._model.facts.export(self.pairs.query, path, format)
