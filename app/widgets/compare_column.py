"""One system's column: its translation, its scores, and what a person wants to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import percent, tr
from app.icons import icon, pixmap
from app.theme import theme
from app.widgets.compare_editor import CorrectionEditor
from app.widgets.compare_text import MarkedText, Stretch, Sure
from app.widgets.diff_view import Mark, ReadingText
from app.widgets.flow_layout import FlowLayout
from app.widgets.menu_button import menu_button
from app.widgets.page import label
from app.widgets.rows import ElidedLabel
from app.widgets.text_diff import Span, word_diff

MIN_WIDTH = 260


@dataclass(frozen=True)
class Shown:
    """One column; *key* names it, *token* is its theme colour, *note* stands under the title.

    *scores* are words and their tooltips, *terms* are a source and a target term and whether that
    is kept. *back* is None unless the translation back was asked for. *fixed* columns (references)
    can only be copied.
    """

    key: str
    title: str
    token: str
    text: str
    note: str = ""
    waiting: bool = False
    problem: str = ""
    scores: tuple[tuple[str, str], ...] = ()
    words: tuple[Sure, ...] = ()
    links: tuple[tuple[Stretch, Stretch], ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    terms: tuple[tuple[str, str, bool], ...] = ()
    back: str | None = None
    back_by: str = ""
    fixed: bool = False

    @property
    def complete(self) -> bool:
        """Whether the text is there and of the present source."""
        return bool(self.text) and not self.waiting


class ColumnCard(QFrame):
    """Shows a column; its menu has what is wanted rarely."""

    close_requested = Signal(str)
    copy_requested = Signal(str)  # the text
    back_wanted = Signal(str, bool)
    correction_wanted = Signal(str)  # answered with :meth:`correct`
    corrected = Signal(str, str, str)  # key, text, corpus
    pointed = Signal(str, int)  # key and character, -1 for none

    def __init__(self, shown: Shown) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setMinimumWidth(MIN_WIDTH)
        self.shown = shown
        self._with_alternatives = False
        self._dot = label("\N{BLACK CIRCLE}", "small")
        self._title = ElidedLabel(shown.title, "strong")
        self._note = ElidedLabel(shown.note, "small")
        self._scores = QHBoxLayout()
        self._scores.setSpacing(8)
        self.reading = MarkedText(shown.title)
        self.editor = CorrectionEditor()
        self._problem = label("", "error", wrap=True)
        self._terms = QWidget()
        self._terms_flow = FlowLayout(6)
        self._terms.setLayout(self._terms_flow)
        self._alternatives = _Extra(tr("Alternatives"))
        self._back = _Extra(tr("Translated back"))
        self._lay_out()
        self.reading.pointed.connect(lambda at: self.pointed.emit(self.shown.key, at))
        self.editor.saved.connect(self._save_correction)
        self.editor.cancelled.connect(self.end_correction)
        theme().changed.connect(self._tint)
        self._tint()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._dot)
        head.addWidget(self._title, 1)
        menu = QMenu()
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.menu_button = menu_button(menu, "")
        head.addWidget(self.menu_button)
        self.close_button = QToolButton()
        self.close_button.setIcon(icon("x"))
        self.close_button.setIconSize(QSize(14, 14))
        self.close_button.clicked.connect(lambda: self.close_requested.emit(self.shown.key))
        head.addWidget(self.close_button)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._note, 1)
        below.addLayout(self._scores)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 8, 8, 12)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addLayout(below)
        outer.addSpacing(8)
        for part in (
            self.reading, self.editor, self._problem, self._terms, self._alternatives, self._back,
        ):  # fmt: skip
            outer.addWidget(part)
            part.hide()
        outer.addStretch(1)
        self.reading.show()

    # Showing -------------------------------------------------------------------------------

    def show_column(self, shown: Shown) -> None:
        """Show another state of the column; its text with its marks is :meth:`show_text`'s."""
        self.shown = shown
        self._title.set_full_text(shown.title)
        self._note.set_full_text(shown.note)
        self._announce()
        self._show_scores()
        empty = not (shown.waiting or shown.problem)
        self.reading.setPlaceholderText(tr("The translation shows here.") if empty else "")
        self._problem.setText(shown.problem)
        self._problem.setVisible(bool(shown.problem))
        self.reading.setVisible(self.editor.isHidden() and bool(shown.text or not shown.problem))
        self._show_terms()
        self._show_alternatives()
        by = tr("Translated back by {model}", model=shown.back_by)
        self._back.show_texts(by, [("", [Span(shown.back or "", False)])])
        self._back.setVisible(shown.back is not None and bool(shown.text))
        self._tint()

    def show_text(self, spans: Sequence[Span], mark: Mark, *, show_sure: bool) -> None:
        """Show the text with its differences marked."""
        words = self.shown.words if self.shown.complete else ()
        self.reading.show_marked(spans, mark, words, show_sure=show_sure)

    def _announce(self) -> None:
        title = self.shown.title
        self.setAccessibleName(title)
        self.reading.setAccessibleName(tr("Translation: {system}", system=title))
        for button, words in (
            (self.menu_button, tr("More for {system}", system=title)),
            (self.close_button, tr("Close {system}", system=title)),
        ):
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.setVisible(not self.shown.fixed)

    def _show_scores(self) -> None:
        _clear(self._scores)
        scores = self.shown.scores
        if self.shown.waiting:
            scores = ((tr("translating…"), ""),)
        for words, tip in scores:
            part = label(words, "small")
            part.setToolTip(tip)
            self._scores.addWidget(part)

    def _show_terms(self) -> None:
        _clear(self._terms_flow)
        for source, target, kept in self.shown.terms:
            self._terms_flow.addWidget(_term(source, target, kept))
        self._terms.setVisible(bool(self.shown.terms))

    def _show_alternatives(self) -> None:
        found = self.shown.alternatives
        best = found[0][0] if found else ""
        self._alternatives.show_texts(
            tr("Alternatives"),
            [(percent(share), word_diff(best, text)[1]) for text, share in found],
        )
        self._alternatives.setVisible(self._with_alternatives and bool(found))

    def _tint(self) -> None:
        self._dot.setStyleSheet(f"color: {theme().tokens.colour(self.shown.token)}")

    # Menu ----------------------------------------------------------------------------------

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        shown = self.shown
        copy = menu.addAction(icon("copy"), tr("Copy"))
        copy.triggered.connect(lambda: self.copy_requested.emit(shown.text))
        copy.setEnabled(bool(shown.text))
        if shown.fixed:
            return
        correct = menu.addAction(icon("pencil"), tr("Correct…"))
        correct.triggered.connect(lambda: self.correction_wanted.emit(shown.key))
        correct.setEnabled(shown.complete)
        menu.addSeparator()
        alternatives = menu.addAction(tr("Alternatives"))
        alternatives.setCheckable(True)
        alternatives.setChecked(self._with_alternatives)
        alternatives.setEnabled(bool(shown.alternatives))
        alternatives.toggled.connect(self.show_alternatives)
        back = menu.addAction(tr("Translate back"))
        back.setCheckable(True)
        back.setChecked(shown.back is not None)
        back.setEnabled(bool(shown.text))
        back.toggled.connect(lambda on: self.back_wanted.emit(shown.key, on))

    def show_alternatives(self, shown: bool) -> None:
        """List the translations that were nearly chosen, or no longer."""
        self._with_alternatives = shown
        self._show_alternatives()

    # Correcting ----------------------------------------------------------------------------

    def correct(self, corpora: Sequence[tuple[str, str]], chosen: str, warning: str) -> None:
        """Turn the text into an editor; it can be saved to (words, name) *corpora*.

        *warning* is what to think of before.
        """
        self.editor.offer(corpora, chosen, warning)
        self.editor.begin(self.shown.text, self.shown.title)
        self.reading.hide()

    def leave_correction(self, note: str) -> None:
        """The source is another one: an editor that was written in stays, with a *note* on that."""
        if not self.editor.leave(note):
            self.end_correction()

    def end_correction(self) -> None:
        """Show the translation again."""
        self.editor.hide()
        self.reading.show()

    def _save_correction(self, text: str, corpus: str) -> None:
        self.end_correction()
        self.corrected.emit(self.shown.key, text, corpus)


class _Extra(QWidget):
    """A heading and some smaller texts, each with a figure before it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._heading = label(name, "small")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 10, 8, 0)
        outer.setSpacing(4)
        outer.addWidget(self._heading)
        outer.addLayout(self._rows)
        self._shown: object = None

    def show_texts(self, heading: str, texts: Sequence[tuple[str, Sequence[Span]]]) -> None:
        """Show other texts under another heading."""
        self._heading.setText(heading)
        if (state := (heading, list(texts))) == self._shown:
            return
        self._shown = state
        _clear(self._rows)
        for figure, spans in texts:
            part = QWidget()
            row = QHBoxLayout(part)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            if figure:
                share = label(figure, "small")
                share.setContentsMargins(0, 4, 0, 0)  # on the line of the text beside it
                row.addWidget(share, 0, Qt.AlignmentFlag.AlignTop)
            text = ReadingText(heading, 13)
            text.set_spans(spans)
            row.addWidget(text, 1)
            self._rows.addWidget(part)


def _term(source: str, target: str, kept: bool) -> QWidget:
    """A term of the glossary: a tick or a warning, and the words."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    picture = QLabel()
    name, tone = ("check", "success") if kept else ("triangle-alert", "warning")
    picture.setPixmap(pixmap(name, tone, 13, part.devicePixelRatioF()))
    words = label(
        tr("{term} kept", term=target) if kept else tr("{term} missed", term=target), "small"
    )
    part.setToolTip(f"{source} \N{RIGHTWARDS ARROW} {target}")
    part.setAccessibleName(words.text())
    part.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    row.addWidget(picture)
    row.addWidget(words)
    return part


def _clear(layout: QHBoxLayout | QVBoxLayout | FlowLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
