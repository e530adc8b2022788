"""Dev sentences that are translated again at each evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.theme import theme
from app.widgets.diff_view import ReadingText
from app.widgets.page import Card, label
from app.widgets.text_diff import word_diff


@dataclass(frozen=True)
class Sample:
    """One sentence: what it is, what it should become, and what two systems made of it."""

    source: str
    reference: str
    zero_shot: str
    now: str


class _SampleCard(Card):
    def __init__(self) -> None:
        super().__init__(margin=16, spacing=8)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        rows = (
            (tr("Source"), "text_secondary"),
            (tr("Reference"), "reference"),
            (tr("Zero-shot"), "zero_shot"),
            (tr("Now"), "fine_tuned"),
        )
        self._dots = []
        self._texts = []
        for row, (title, token) in enumerate(rows):
            head = label(f"\N{BLACK CIRCLE} {title}", "small")
            head.setMinimumWidth(84)
            head.setContentsMargins(0, 4, 0, 0)
            text = ReadingText(title, 15)
            text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            grid.addWidget(head, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, row, 1)
            self._dots.append((head, token, title))
            self._texts.append(text)
        self.body.addLayout(grid)
        theme().changed.connect(self._tint)
        self._tint()

    def show_sample(self, sample: Sample) -> None:
        source, reference, zero_shot, now = self._texts
        source.set_text(sample.source)
        reference.set_text(sample.reference)
        if sample.zero_shot and sample.now:
            before, after = word_diff(sample.zero_shot, sample.now)
            zero_shot.set_spans(before, "missing")
            now.set_spans(after, "added")
        else:
            zero_shot.set_text(sample.zero_shot)
            now.set_text(sample.now)

    def _tint(self) -> None:
        for head, token, title in self._dots:
            colour = theme().tokens.colour(token)
            plain = theme().tokens.text_secondary
            head.setTextFormat(Qt.TextFormat.RichText)
            head.setText(
                f'<span style="color:{colour}">\N{BLACK CIRCLE}</span>'
                f'&nbsp;<span style="color:{plain}">{title}</span>'
            )


class SampleList(QWidget):
    """The samples under each other, with the step they were made at."""

    def __init__(self) -> None:
        super().__init__()
        self._heading = label("", "section")
        self._cards: list[_SampleCard] = []
        self._shown: tuple[Sample, ...] = ()
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(8)
        self._box.addWidget(self._heading)
        self.hide()

    def show_samples(self, samples: Sequence[Sample], step: int) -> None:
        """Show these samples; an empty sequence hides the list."""
        if step:
            self._heading.setText(tr("Sample sentences at step {step}", step=step))
        else:
            self._heading.setText(tr("Sample sentences"))
        if tuple(samples) == self._shown:
            return
        self._shown = tuple(samples)
        while len(self._cards) < len(samples):
            card = _SampleCard()
            self._cards.append(card)
            self._box.addWidget(card)
        for index, card in enumerate(self._cards):
            card.setVisible(index < len(samples))
            if index < len(samples):
                card.show_sample(samples[index])
        self.setVisible(bool(samples))
