"""The Home page: what to do next, and what was done last."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.bridge import Failure
from app.context import AppContext
from app.i18n import tr, tr_n
from app.pages.broken_corpora import BrokenCorpora
from app.pages.runs import RunEntry
from app.viewmodels.home import CorpusRow, HomeModel
from app.viewmodels.names import date_text
from app.widgets.drop_zone import DropZone, ask_files
from app.widgets.page import Card, InlineMessage, Page, Section, label, quiet_button, scrolled
from app.widgets.rows import ActionCard, LinkRow


class HomePage(Page):
    """Three steps at the first start; later three actions and the recent work."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(tr("Home"), tr("Make a translation model your own, on your own computer."))
        self._context = context
        self._model = HomeModel(context.workspace, context.runner, context.library)
        self._message = InlineMessage()
        self._broken = BrokenCorpora(context.library)
        self._stack = QStackedWidget()
        self._sample_buttons: list[QWidget] = []
        self._corpora = QVBoxLayout()
        self._runs = QVBoxLayout()
        self._blank = QWidget()
        self._first = self._first_start()
        self._working = scrolled(self._recent_work())
        for view in (self._blank, self._first, self._working):
            self._stack.addWidget(view)
        self.body.addWidget(self._message)
        self.body.addWidget(self._broken)
        self.body.addWidget(self._stack, 1)
        self._model.sample_ready.connect(self._show_sample)
        self._model.failed.connect(self._show_failure)
        self._model.busy_changed.connect(self._set_busy)
        context.library.changed.connect(self._update)
        context.library.failed.connect(self._show_failure)
        self._update()

    # Building ------------------------------------------------------------------------------

    def _first_start(self) -> QWidget:
        steps = QHBoxLayout()
        steps.setSpacing(24)
        for number, title, text in (
            (1, tr("Drop your texts"), tr("Sentence pairs: TMX, TSV, or two text files.")),
            (2, tr("Fine-tune"), tr("Minutes, all of it on this computer.")),
            (3, tr("Compare"), tr("Before and after, side by side and in BLEU.")),
        ):
            steps.addWidget(_Step(number, title, text), 1)
        zone = DropZone(
            tr("Drop your translated texts here"),
            tr("or click to choose files"),
            settings=self._context.settings,
            hint_for=self._import_words,
        )
        zone.dropped.connect(self._import)
        zone.setMinimumHeight(200)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 12, 0, 0)
        outer.setSpacing(24)
        outer.addLayout(steps)
        outer.addWidget(zone)
        sample = self._model.sample()
        if sample is not None:
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addStretch(1)
            words = tr("No texts at hand? Try it on real ones: {direction}.")
            row.addWidget(label(words.format(direction=sample.direction), "secondary"))
            button = quiet_button(
                tr("Open the sample project"), "flask-conical", self._model.open_sample
            )
            self._sample_buttons.append(button)
            row.addWidget(button)
            row.addStretch(1)
            outer.addLayout(row)
        outer.addStretch(1)
        return page

    def _recent_work(self) -> QWidget:
        actions = QHBoxLayout()
        actions.setSpacing(12)
        sample = self._model.sample()
        if sample is not None:
            card = ActionCard(
                "flask-conical",
                tr("Open the sample project"),
                tr("{direction}, software texts.").format(direction=sample.direction),
                self._model.open_sample,
            )
            self._sample_buttons.append(card)
            actions.addWidget(card, 1)
        actions.addWidget(
            ActionCard(
                "download",
                tr("Import a corpus"),
                tr("Your sentence pairs: TMX, TSV or line-aligned text."),
                self._choose_files,
            ),
            1,
        )
        actions.addWidget(
            ActionCard(
                "languages",
                tr("Translate something"),
                tr("Type or paste, and read zero-shot beside fine-tuned."),
                lambda: self._context.navigate("compare"),
            ),
            1,
        )
        lists = QHBoxLayout()
        lists.setSpacing(24)
        lists.addWidget(_list_section(tr("Recent corpora"), self._corpora), 1)
        lists.addWidget(_list_section(tr("Recent runs"), self._runs), 1)
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(24)
        outer.addLayout(actions)
        outer.addLayout(lists)
        outer.addStretch(1)
        return page

    # Showing -------------------------------------------------------------------------------

    def on_shown(self) -> None:
        """Read the lists again; other programs may have changed the workspace."""
        self._context.library.refresh()

    def open(self, **kwargs: object) -> None:
        """Take ``sample=True`` to open the sample project."""
        if kwargs.get("sample"):
            self._model.open_sample()

    def _update(self) -> None:
        if not self._context.library.loaded:
            self._stack.setCurrentWidget(self._blank)
            return
        if self._model.empty:
            self._stack.setCurrentWidget(self._first)
            return
        _fill(
            self._corpora,
            [self._corpus_row(row) for row in self._model.recent_corpora()],
            tr("None that can be opened.")
            if self._context.library.broken
            else tr("Nothing imported yet."),
        )
        _fill(
            self._runs,
            [RunEntry(row, self._context) for row in self._model.recent_runs()],
            tr("Nothing fine-tuned yet. A run takes minutes on the sample project."),
        )
        self._stack.setCurrentWidget(self._working)

    def _corpus_row(self, row: CorpusRow) -> LinkRow:
        return LinkRow(
            row.name,
            row.direction,
            lambda: self._context.navigate("corpora", corpus=row.name),
            value=tr_n("{n} pair", "{n} pairs", row.pairs),
            value_note=date_text(row.created),
        )

    # Doing ---------------------------------------------------------------------------------

    def _import_words(self, paths: list[Path]) -> str:
        return tr_n("Drop to import {n} file", "Drop to import {n} files", len(paths))

    def _import(self, paths: list[Path]) -> None:
        self._context.navigate("corpora", files=paths)

    def _choose_files(self) -> None:
        paths = ask_files(self, tr("Import a corpus"), settings=self._context.settings)
        if paths:
            self._import(paths)

    def _show_sample(self, corpus: str) -> None:
        self._message.clear()
        self._context.navigate("corpora", corpus=corpus)

    def _show_failure(self, failure: Failure) -> None:
        self._message.error(failure.sentence, details=failure.details)

    def _set_busy(self, busy: bool) -> None:
        for button in self._sample_buttons:
            button.setEnabled(not busy)


class _Step(QWidget):
    """One of the three steps: its number in a ring, what to do, and what comes of it."""

    def __init__(self, number: int, title: str, text: str) -> None:
        super().__init__()
        self.setAccessibleName(f"{number}. {title}")
        ring = QLabel(str(number))
        ring.setProperty("role", "step")
        ring.setFixedSize(28, 28)
        ring.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(label(title, "section"))
        words.addWidget(label(text, "secondary", wrap=True))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(ring, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)


def _list_section(title: str, rows: QVBoxLayout) -> QWidget:
    section = Section(title)
    card = Card(margin=4, spacing=0)
    rows.setSpacing(0)
    card.body.addLayout(rows)
    section.add(card)
    section.body.addStretch(1)
    return section


def _fill(rows: QVBoxLayout, items: Sequence[QWidget], nothing: str) -> None:
    """Put new rows in place of the old ones, or a sentence where there are none."""
    while (old := rows.takeAt(0)) is not None:
        widget = old.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
    if not items:
        words = label(nothing, "secondary", wrap=True)
        words.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(words)
    for item in items:
        rows.addWidget(item)
