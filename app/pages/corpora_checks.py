"""The Checks tab: scan, look at what was found, decide what to keep out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import number, percent, tr, tr_n
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_checks import (
    NEEDS_MODEL,
    PERSONAL,
    CheckRow,
    Overview,
    SideUnknown,
)
from app.viewmodels.names import language_name
from app.widgets.combos import combo_box, fill
from app.widgets.corpora_checks import CheckFacts, CheckList
from app.widgets.message import InlineMessage
from app.widgets.page import Card, label, primary_button, quiet_button, restyle, scrolled


class ChecksTab(QWidget):
    """The result in a sentence on top, then a line a check."""

    show_rows = Signal(str)
    """The rows that a check flagged are to be shown in the table."""

    def __init__(self, model: CorporaModel) -> None:
        super().__init__()
        self._model = model
        self._summary = label("", "section", wrap=True)
        self._hint = label("", "secondary", wrap=True)
        self._recommended = quiet_button(tr("Apply recommended"), "check", self._apply_recommended)
        self._recommended.setToolTip(
            tr("Exclude what all checks found except personal data; can be undone")
        )
        self.scan_button = primary_button(tr("Scan"), "search", self.scan)
        self.scan_button.setToolTip(tr("Run all checks; they only flag, nothing is excluded"))
        self.model_box = combo_box(tr("Model that the texts must fit"), 180)
        self._stale = InlineMessage()
        self.list = CheckList()
        self._unknown = _UnknownCard()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._summary)
        words.addWidget(self._hint)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addLayout(words, 1)
        head.addWidget(self._recommended)
        head.addWidget(self.scan_button)
        self.model_box.setMaximumWidth(320)
        choose = QHBoxLayout()
        choose.setSpacing(12)
        choose.addWidget(label(tr("Must fit the model")))
        choose.addWidget(self.model_box, 1)
        choose.addStretch(1)
        card = Card(margin=0, spacing=0)
        card.body.addWidget(self.list)
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 8, 0)
        box.setSpacing(16)
        box.addWidget(self._stale)
        box.addWidget(card)
        box.addWidget(self._unknown)
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 16, 0, 0)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addLayout(choose)
        outer.addWidget(scrolled(column), 1)

    def _connect(self) -> None:
        checks = self._model.checks
        checks.overview_changed.connect(self._show)
        checks.unknown_changed.connect(self._show_unknown)
        checks.scanning_changed.connect(self._show_scanning)
        self._model.library.changed.connect(self._fill_models)
        self.model_box.activated.connect(lambda _: self._choose_model())
        self.list.applied.connect(self._apply)
        self.list.show_rows.connect(self.show_rows)
        self.list.scan_wanted.connect(self._scan_one)
        self.list.action.connect(lambda _: checks.mask(self._corpus))
        self._fill_models()
        self._show()

    @property
    def _corpus(self) -> str:
        return self._model.selected

    # Commands ------------------------------------------------------------------------------

    def scan(self) -> None:
        """Run all checks."""
        self._model.checks.scan(self._corpus)

    def _scan_one(self, key: str, values: dict[str, object]) -> None:
        self._model.checks.scan(self._corpus, (key,), {key: values} if values else None)

    def _apply(self, key: str, on: bool) -> None:
        if on:
            self._model.checks.apply(self._corpus, key)
        else:
            self._model.checks.take_back(self._corpus, key)

    def _apply_recommended(self) -> None:
        self._model.checks.apply(self._corpus, *_recommended(self._model.checks.overview))

    def _choose_model(self) -> None:
        self._model.checks.model = str(self.model_box.currentData() or "")
        self._model.checks.ask_unknown(self._corpus)
        if self._model.checks.model and self._model.checks.overview.scanned:
            self._model.checks.scan(self._corpus, (NEEDS_MODEL,))

    # Showing -------------------------------------------------------------------------------

    def _fill_models(self) -> None:
        models = [(row.title, row.id) for row in self._model.library.models if not row.problem]
        fill(self.model_box, [(tr("Any model"), ""), *models], self._model.checks.model, "")

    def _show(self) -> None:
        overview = self._model.checks.overview
        self._summary.setText(_summary(overview))
        self._hint.setText(_hint(overview))
        self._recommended.setVisible(bool(_recommended(overview)))
        self.list.show_checks([_facts(row) for row in overview.rows])
        if overview.stale:
            self._stale.info(
                tr("The corpus was changed since the last scan."),
                action=tr("Scan again"),
                on_action=self.scan,
                closable=False,
            )
        else:
            self._stale.clear()

    def _show_scanning(self, on: bool) -> None:
        self.scan_button.setEnabled(not on)
        self.scan_button.setText(tr("Scanning…") if on else tr("Scan"))

    def _show_unknown(self) -> None:
        unknown = self._model.checks.unknown
        self._unknown.show_sides(unknown.sides if unknown else ())


class _UnknownCard(Card):
    """What the chosen model cannot spell, side by side."""

    def __init__(self) -> None:
        super().__init__(margin=16, spacing=8)
        self.body.addWidget(label(tr("Unknown pieces"), "section"))
        help_text = tr(
            "Words are cut into pieces that the model knows; what it lacks becomes a hole that it "
            "can neither read nor write. Under 0.1 % is nothing to worry about."
        )
        self.body.addWidget(label(help_text, "secondary", wrap=True))
        self._lines = (label("", "", wrap=True, select=True), label("", "", wrap=True, select=True))
        for line_ in self._lines:
            self.body.addWidget(line_)
        self.hide()

    def show_sides(self, sides: tuple[SideUnknown, ...]) -> None:
        for line_, side in zip(self._lines, sides, strict=False):
            line_.setText(_side_words(side))
            restyle(line_, tone="warning" if side.warning else "")
        self.setVisible(bool(sides))


def _side_words(side: SideUnknown) -> str:
    words = tr(
        "{language}: {tokens} of the pieces and {characters} of the characters are unknown.",
        language=language_name(side.language),
        tokens=percent(side.tokens, 2),
        characters=percent(side.missing, 2),
    )
    if side.characters:
        words += " " + tr("Missing: {characters}", characters="  ".join(side.characters))
    return f"{words}\n{side.warning}." if side.warning else words


def _facts(row: CheckRow) -> CheckFacts:
    result = row.result
    mask = row.key == PERSONAL
    note = tr("Masking replaces them by [EMAIL1], [PHONE1], … on both sides; can be undone.")
    base = CheckFacts(row.key, row.title, row.help, fields=row.fields, values=row.values)
    if result is None:
        return base
    return CheckFacts(
        row.key,
        row.title,
        row.help,
        scanned=True,
        flagged=result.flagged,
        before=result.before,
        after=result.after,
        threshold=result.threshold,
        why=result.why,
        skipped=result.skipped,
        applied=result.applied,
        stale=result.stale,
        samples=tuple((s.source, s.target, s.detail) for s in result.samples),
        fields=row.fields,
        values=row.values,
        action=tr("Mask personal data") if mask else "",
        note=note if mask and result.flagged else "",
    )


def _recommended(overview: Overview) -> tuple[str, ...]:
    """The checks that found something, are not applied yet, and that nobody regrets."""
    return tuple(
        row.key
        for row in overview.rows
        if row.advised and row.result and row.result.flagged and not row.result.applied
    )


def _summary(overview: Overview) -> str:
    if not overview.scanned:
        return tr("Not checked yet")
    return tr(
        "{used} of {pairs} pairs are in use",
        used=number(overview.used),
        pairs=number(overview.pairs),
    )


def _hint(overview: Overview) -> str:
    if not overview.scanned:
        return tr(
            "A scan looks for {n} kinds of trouble and sets its limits from your texts. It only "
            "flags: you see samples and decide.",
            n=len(overview.rows),
        )
    applied = sum(1 for row in overview.rows if row.result and row.result.applied)
    words = [tr_n("{n} check is applied", "{n} checks are applied", applied)]
    if overview.by_hand:
        words.append(
            tr_n("{n} pair is excluded by hand", "{n} pairs are excluded by hand", overview.by_hand)
        )
    return " \N{MIDDLE DOT} ".join(words)
