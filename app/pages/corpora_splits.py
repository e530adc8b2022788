"""The Splits tab: the three parts, how they are made, and what they have in common."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import percent, tr, tr_n
from app.pages.corpora_columns import split_title
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_checks import LEAKAGE
from app.viewmodels.corpus_splits import Policy, SplitChoice
from app.viewmodels.library import CorpusRow
from app.widgets.corpora_split_form import SplitForm
from app.widgets.corpora_splits import Share, SplitView
from app.widgets.page import Card, InlineMessage, label, link_button, quiet_button, scrolled
from app.widgets.switch import Switch

_TOKENS = {"train": "accent", "dev": "series:1", "test": "series:0"}


class SplitsTab(QWidget):
    """A card for the parts, one for how they are made, one for overlap between them."""

    show_rows = Signal(str)
    """The rows that a check flagged are to be shown in the table."""

    def __init__(self, model: CorporaModel, settings: QSettings | None) -> None:
        super().__init__()
        self._model = model
        self._row: CorpusRow | None = None
        self._view = SplitView()
        self._how = label("", "secondary", wrap=True)
        self.form = SplitForm(settings)
        self._done = InlineMessage()
        self.overlap = _OverlapCard()
        self._lay_out()
        self.form.divide.connect(self.divide)
        model.splits.policy_read.connect(self._show_policy)
        model.splits.divided.connect(self._divided)
        model.checks.overview_changed.connect(self._show_overlap)
        model.checks.scanning_changed.connect(self.overlap.show_scanning)
        self.overlap.scan.connect(lambda: model.checks.scan(model.selected, (LEAKAGE,)))
        self.overlap.show_rows.connect(lambda: self.show_rows.emit(LEAKAGE))
        self.overlap.removed.connect(self._remove)

    def _lay_out(self) -> None:
        parts = Card()
        parts.body.addWidget(label(tr("How the pairs are divided"), "section"))
        parts.body.addWidget(self._how)
        parts.body.addSpacing(4)
        parts.body.addWidget(self._view)
        way = Card(spacing=12)
        way.body.addWidget(label(tr("Divide differently"), "section"))
        way.body.addWidget(self.form)
        way.body.addWidget(self._done)
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 16, 8, 0)
        box.setSpacing(16)
        box.addWidget(parts)
        box.addWidget(self.overlap)
        box.addWidget(way)
        box.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = scrolled(column)
        outer.addWidget(area)
        # Another way may ask for more than fits.
        soon = QTimer(self)
        soon.setSingleShot(True)
        soon.timeout.connect(lambda: area.ensureWidgetVisible(self.form, 0, 32))
        self.form.by.changed.connect(lambda _: soon.start(50))

    # Commands ------------------------------------------------------------------------------

    def divide(self) -> None:
        """Divide as the form says."""
        self._done.clear()
        self._model.splits.divide(self._model.selected, SplitChoice(**self.form.values()))

    def _remove(self, on: bool) -> None:
        if on:
            self._model.checks.apply(self._model.selected, LEAKAGE)
        else:
            self._model.checks.take_back(self._model.selected, LEAKAGE)

    # Showing -------------------------------------------------------------------------------

    def show_corpus(self, row: CorpusRow) -> None:
        """Show the parts of this corpus, and ask how they are made."""
        if self._row is None or row.name != self._row.name:
            self._done.clear()
        self._row = row
        help_text = {
            "train": tr("learned from"),
            "dev": tr("scored while training, to keep the best checkpoint"),
            "test": tr("kept aside for the final evaluation"),
        }
        shares = [
            Share(split_title(key), help_text.get(key, ""), count, _TOKENS.get(key, "zero_shot"))
            for key, count in row.splits.items()
        ]
        excluded = row.pairs - sum(row.splits.values())
        if excluded > 0:
            shares.append(Share(tr("Excluded"), tr("kept, but not used"), excluded, "zero_shot"))
        self._view.set_shares(shares)
        self._model.splits.read(row.name)

    def _show_policy(self, policy: Policy) -> None:
        if self._row is None or policy.corpus != self._row.name:
            return
        self._how.setText(_policy_words(policy))
        self.form.show_policy(
            policy.by, (policy.dev, policy.test), policy.files, policy.given, self._row.files
        )

    def _divided(self, words: str) -> None:
        self._done.success(words)

    def _show_overlap(self) -> None:
        rows = [row for row in self._model.checks.overview.rows if row.key == LEAKAGE]
        result = rows[0].result if rows else None
        if result is None:
            self.overlap.show_result(None, False, False)
        else:
            self.overlap.show_result(result.flagged, result.applied, result.stale)


class _OverlapCard(Card):
    """Train pairs that are (nearly) in dev or test as well, and the switch that removes them."""

    scan = Signal()
    show_rows = Signal()
    removed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "", wrap=True)
        self.look = quiet_button(tr("Look for overlap"), "search", self.scan.emit)
        self._rows = link_button(tr("Show"), self.show_rows.emit)
        self.switch = Switch(tr("Keep overlapping pairs out of train"))
        self.switch.setToolTip(tr("Keep overlapping pairs out of train"))
        self.switch.clicked.connect(lambda: self.removed.emit(self.switch.isChecked()))
        self._keep_out = label(tr("Keep out"), "secondary")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(label(tr("Overlap between the parts"), "section"), 1)
        head.addWidget(self.look)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.words, 1)
        for part in (self._rows, self._keep_out, self.switch):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addLayout(head)
        help_text = tr(
            "A score on sentences that were learned from means nothing. Pairs of train that are "
            "in dev or test as well, word for word or nearly, on either side, are kept out of "
            "train before a model is trained."
        )
        self.body.addWidget(label(help_text, "secondary", wrap=True))
        self.body.addLayout(row)

    def show_result(self, flagged: int | None, applied: bool, stale: bool) -> None:
        """Say what was found; None for never looked."""
        if flagged is None:
            words = tr("Not looked for yet; training does it by itself.")
        elif not flagged:
            words = tr("No pair of train is in dev or test.")
        else:
            words = tr_n(
                "{n} pair of train overlaps with dev or test.",
                "{n} pairs of train overlap with dev or test.",
                flagged,
            )
        if stale and flagged is not None:
            words += " " + tr("The corpus was changed since.")
        self.words.setText(words)
        self._rows.setVisible(bool(flagged))
        for part in (self._keep_out, self.switch):
            part.setVisible(bool(flagged) or applied)
        self.switch.setChecked(applied)
        self.look.setText(tr("Look for overlap") if flagged is None else tr("Look again"))

    def show_scanning(self, on: bool) -> None:
        """Nothing can be looked for twice at once."""
        self.look.setEnabled(not on)


def _policy_words(policy: Policy) -> str:
    shares = {"dev": percent(policy.dev, 1), "test": percent(policy.test, 1)}
    if policy.by == "file":
        return tr(
            "By file; files without a part of their own are dealt out: {dev} dev, {test} test.",
            **shares,
        )
    if policy.by == "given":
        return tr(
            "Test is the given set ({files}); of the rest {dev} are dev, by source text.",
            files=", ".join(policy.given),
            dev=shares["dev"],
        )
    return tr(
        "By source text: {dev} dev, {test} test. Adding text never moves a pair, and equal "
        "sources always stay together.",
        **shares,
    )
