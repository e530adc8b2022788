"""Translations of one text beside each other, with what differs marked, and the reference last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.combos import combo_box, fill
from app.widgets.compare_column import ColumnCard, Shown
from app.widgets.compare_text import Stretch
from app.widgets.diff_view import Mark
from app.widgets.page import EmptyState, label, scrolled
from app.widgets.text_diff import Span, changed_in_all, word_diff

_NOTHING = "-"
_ADDED: Mark = "added"
_MISSING: Mark = "missing"
_MARKED = 3000  # characters; marking longer texts would hold the window up
_GAP = 12

_diff = lru_cache(256)(word_diff)


class CompareColumns(QWidget):
    """A column a system; words that the one marked against has not are tinted and underlined."""

    close_requested = Signal(str)
    copy_requested = Signal(str)
    back_wanted = Signal(str, bool)
    correction_wanted = Signal(str)
    corrected = Signal(str, str, str)  # key, text, corpus
    source_lit = Signal(object)  # list of stretches of the source

    def __init__(self, empty: QWidget | None = None) -> None:
        super().__init__()
        self.setAccessibleName(tr("Translations"))
        self._cards: dict[str, ColumnCard] = {}
        self._shown: list[Shown] = []
        self._drawn: object = None
        self._show_sure = False
        self._against = ""
        self._pointed_word = self._explained = ""
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self.against = combo_box(tr("Differences are marked against"), 150)
        self.against.activated.connect(lambda _: self.mark_against(self.against.currentData()))
        self._legend = label("", "small", wrap=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState(
                "columns-2",
                tr("Translations, side by side"),
                tr("Add a model as it is, a fine-tuned run, or another system's translations."),
                empty,
            )
        )
        self._stack.addWidget(self._scrolled())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addWidget(self._stack, 1)
        outer.addLayout(self._legend_row())

    def _scrolled(self) -> QScrollArea:
        inner = QWidget()
        box = QVBoxLayout(inner)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(self._row)
        box.addStretch(1)
        area = scrolled(inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        return area

    def _legend_row(self) -> QHBoxLayout:
        self._heading = label(tr("Marked against"), "small")
        self._heading.setBuddy(self.against)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._heading)
        row.addWidget(self.against)
        row.addWidget(self._legend, 1)
        self._legend.setMinimumHeight(34)  # as high as with the box, so that nothing jumps
        return row

    # What is shown -------------------------------------------------------------------------

    def texts(self) -> dict[str, str]:
        """What each column shows, by its title; columns without a text are left out."""
        return {one.title: one.text for one in self._shown if one.text}

    def card(self, key: str) -> ColumnCard:
        """The column of a system."""
        return self._cards[key]

    def has(self, key: str) -> bool:
        """Whether a system has a column."""
        return key in self._cards

    def show_columns(self, columns: Sequence[Shown]) -> None:
        """Show these columns, in this order."""
        self._stack.setCurrentIndex(1 if columns else 0)
        keys = [one.key for one in columns]
        before = {one.key: one for one in self._shown}
        self._shown = list(columns)
        for key in set(self._cards) - set(keys):
            card = self._cards.pop(key)
            card.hide()
            card.deleteLater()
        for place, one in enumerate(columns):
            card = self._card(one)
            if self._row.indexOf(card) != place:
                self._row.removeWidget(card)
                self._row.insertWidget(place, card, 1)
            if before.get(one.key) != one:
                card.show_column(one)
        self._offer_against()
        self._mark()

    def _card(self, shown: Shown) -> ColumnCard:
        if shown.key not in self._cards:
            card = self._cards[shown.key] = ColumnCard(shown)
            card.close_requested.connect(self.close_requested.emit)
            card.copy_requested.connect(self.copy_requested.emit)
            card.back_wanted.connect(self.back_wanted.emit)
            card.correction_wanted.connect(self.correction_wanted.emit)
            card.corrected.connect(self.corrected.emit)
            card.pointed.connect(self._pointed)
        return self._cards[shown.key]

    # Differences ---------------------------------------------------------------------------

    def show_sure(self, shown: bool) -> None:
        """Tint the words that the models were not sure of, or no longer."""
        self._show_sure = shown
        self._mark()

    def mark_against(self, key: str) -> None:
        """Mark how the columns differ from this one."""
        self._against = key
        self._offer_against()
        self._mark()

    def _offer_against(self) -> None:
        items = [(one.title, one.key) for one in self._shown]
        keys = [one.key for one in self._shown]
        if self._against != _NOTHING and self._against not in keys:
            self._against = keys[0] if keys else ""
        fill(self.against, [*items, (tr("Nothing"), _NOTHING)], self._against, "")

    def _mark(self) -> None:
        """Draw all texts, where anything is different from what was drawn last."""
        state = (self._shown, self._against, self._show_sure)
        if state == self._drawn:
            return
        self._drawn = state
        self.source_lit.emit([])
        marked = [] if self._show_sure else self._shown
        texts = [one for one in marked if one.complete and len(one.text) <= _MARKED]
        base = next((one for one in texts if one.key == self._against), None)
        others = [one for one in texts if one is not base]
        diffs = [_diff(base.text, one.text) for one in others] if base is not None else []
        after = {one.key: diff[1] for one, diff in zip(others, diffs, strict=False)}
        for one in self._shown:
            spans, mark = after.get(one.key, [Span(one.text, False)]), _ADDED
            if one is base and diffs:
                spans, mark = changed_in_all([diff[0] for diff in diffs]), _MISSING
            self._cards[one.key].show_text(spans, mark, show_sure=self._show_sure)
        differ = any(span.changed for diff in diffs for side in diff for span in side)
        self._explain(base.title if base is not None else "", differ)

    def _explain(self, base: str, differ: bool) -> None:
        """Say what the marks mean; without any text, what to do."""
        complete = sum(one.complete for one in self._shown)
        with_marks = complete > 1 and not self._show_sure
        self.against.setVisible(with_marks)
        self._heading.setVisible(with_marks)
        if not self._shown:
            words = ""
        elif not any(one.text or one.waiting or one.problem for one in self._shown):
            words = tr(
                "Type a sentence above, or open a test file and step through it with Alt+Left and "
                "Alt+Right."
            )
        elif self._show_sure:
            words = tr("Amber: the model was less than 75 % sure. Red with dots: less than 40 %.")
        elif any(one.complete and len(one.text) > _MARKED for one in self._shown):
            words = tr("What differs is not marked in texts as long as these.")
        elif not (base and with_marks):
            words = ""
        elif differ:
            words = tr(
                "Tinted and underlined: not in {system}. Struck through: only in it.", system=base
            )
        else:
            words = tr("All translations are the same.")
        self._explained = words
        self._legend.setText(self._pointed_word or self._explained)

    # Counterparts --------------------------------------------------------------------------

    def _pointed(self, key: str, at: int) -> None:
        """Light up the source of the word at a character of a column."""
        shown = next((one for one in self._shown if one.key == key), None)
        links = shown.links if shown is not None and shown.complete else ()
        found = [link for link in links if link[1][0] <= at < link[1][1]]
        self._light({key: [target for _, target in found]})
        self.source_lit.emit([source for source, _ in found])
        self._pointed_word = self._cards[key].reading.told(at) if at >= 0 else ""
        self._legend.setText(self._pointed_word or self._explained)

    def point_at_source(self, at: int) -> None:
        """Light up, in every column, what became of the word at a character of the source."""
        lit: dict[str, list[Stretch]] = {}
        sources: list[Stretch] = []
        for one in self._shown:
            found = [link for link in one.links if link[0][0] <= at < link[0][1]]
            lit[one.key] = [target for _, target in found] if one.complete else []
            sources += [source for source, _ in found if one.complete]
        self._light(lit)
        self.source_lit.emit(list(dict.fromkeys(sources)))

    def _light(self, lit: dict[str, list[Stretch]]) -> None:
        for key, card in self._cards.items():
            card.reading.light(lit.get(key, []))
