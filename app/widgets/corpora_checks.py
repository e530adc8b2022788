"""The checks of a corpus as a list: what each found, why, samples, and a switch to apply it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import number, tr, tr_n
from app.icons import icon
from app.widgets.diff_view import ReadingText
from app.widgets.page import label, line, link_button, quiet_button, restyle
from app.widgets.recipe_form import Field, RecipeForm
from app.widgets.switch import Switch

_SAMPLE_LENGTH = 160
_FOUND, _SWITCH = 84, 52  # widths of columns
_INDENT = 46  # of what stands below a title


@dataclass(frozen=True)
class CheckFacts:
    """One check in words; ``scanned`` is False before its first scan.

    ``samples`` are (source, target, reason). ``fields`` can be set and have ``values``.
    ``action`` is a further button's text, empty for none.
    """

    key: str
    title: str
    help: str
    scanned: bool = False
    flagged: int = 0
    before: int = 0
    after: int = 0
    threshold: str = ""
    why: str = ""
    skipped: str = ""
    applied: bool = False
    stale: bool = False
    samples: tuple[tuple[str, str, str], ...] = ()
    fields: Sequence[Field] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    note: str = ""

    @property
    def found(self) -> str:
        """What the last scan found, in a word or two."""
        if not self.scanned:
            return tr("not run")
        if self.skipped:
            return tr("cannot judge")
        return number(self.flagged) if self.flagged else tr("none")

    @property
    def effect(self) -> str:
        """How many pairs stay in use."""
        if not self.scanned:
            return self.help
        if self.skipped:
            return self.skipped[:1].upper() + self.skipped[1:]
        if not self.flagged:
            return self.threshold[:1].upper() + self.threshold[1:]
        words = tr(
            "{before} \N{RIGHTWARDS ARROW} {after} pairs in use",
            before=number(self.before),
            after=number(self.after),
        )
        return f"{words} \N{MIDDLE DOT} {self.threshold}" if self.threshold else words


class CheckItem(QWidget):
    """One check: a line that unfolds into its reasons, samples and settings."""

    applied = Signal(bool)
    show_rows = Signal()
    scan_wanted = Signal(dict)
    """The check is to be run again with these settings."""
    action = Signal()

    def __init__(self, facts: CheckFacts) -> None:
        super().__init__()
        self.facts = facts
        self._fold = QToolButton()
        self._fold.setIconSize(QSize(16, 16))
        self._fold.setFixedSize(26, 22)
        self._fold.setCheckable(True)
        self._fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fold.setProperty("role", "fold")
        self._fold.setAccessibleName(tr("Details of {check}", check=facts.title))
        self._fold.toggled.connect(self._unfold)
        self._effect = label("", "small", wrap=True)
        self._found = label("", "strong")
        self._found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._found.setMinimumWidth(_FOUND)
        self._rows = link_button(tr("Show"), self.show_rows.emit)
        self._rows.setAccessibleName(tr("Show the rows of {check}", check=facts.title))
        self._rows.setToolTip(tr("Show these rows in the table"))
        self.switch = Switch(tr("Exclude what {check} found", check=facts.title))
        self.switch.clicked.connect(lambda: self.applied.emit(self.switch.isChecked()))
        self._details: _Details | None = None
        self._lay_out()
        self._unfold(False)
        self.show_facts(facts)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(8, 8, 16, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(1, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self._fold, 0, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(self.facts.title, "strong"), 0, 1)
        grid.addWidget(self._effect, 1, 1)
        grid.addWidget(self._found, 0, 2, 2, 1, middle)
        # Hidden or not, the columns of all checks stand under each other.
        policy = self._rows.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._rows.setSizePolicy(policy)
        grid.addWidget(self._rows, 0, 3, 2, 1, middle)
        grid.addWidget(self.switch, 0, 4, 2, 1, Qt.AlignmentFlag.AlignCenter)
        grid.setColumnMinimumWidth(4, _SWITCH)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addLayout(grid)

    def _unfold(self, open_: bool) -> None:
        name = "chevron-down" if open_ else "chevron-right"
        self._fold.setIcon(icon(name, checked_token="text_secondary"))
        if open_ and self._details is None:
            self._details = _Details(self.facts)
            self._details.scan_wanted.connect(self.scan_wanted)
            self._details.action.connect(self.action)
            self._box.addWidget(self._details)
        if self._details is not None:
            self._details.setVisible(open_)

    def set_open(self, open_: bool) -> None:
        """Fold the details away or show them."""
        self._fold.setChecked(open_)

    def show_facts(self, facts: CheckFacts) -> None:
        """Show what the check found."""
        self.facts = facts
        self._effect.setText(facts.effect)
        self._found.setText(facts.found)
        quiet = not facts.scanned or facts.skipped or not facts.flagged
        restyle(self._found, role="small" if quiet else "strong")
        self._rows.setVisible(bool(facts.flagged))
        self.switch.setChecked(facts.applied)
        self.switch.setEnabled(facts.applied or bool(facts.flagged))
        self.switch.setToolTip(
            tr("Take these rows back into use") if facts.applied else tr("Exclude these rows")
        )
        self.setAccessibleName(f"{facts.title}: {facts.found}. {facts.effect}")
        if self._details is not None:
            self._details.show_facts(facts)


class _Details(QWidget):
    """What the check does, what it goes by and why, samples, settings."""

    scan_wanted = Signal(dict)
    action = Signal()

    def __init__(self, facts: CheckFacts) -> None:
        super().__init__()
        self._help = label(facts.help, "secondary", wrap=True)
        self._why = label("", "", wrap=True, select=True)
        self._note = label("", "small", wrap=True)
        self._samples = QGridLayout()
        self._samples.setHorizontalSpacing(16)
        self._samples.setVerticalSpacing(8)
        for column, share in ((0, 5), (1, 5), (2, 3)):
            self._samples.setColumnStretch(column, share)
        self._form = RecipeForm(facts.fields, facts.values) if facts.fields else None
        again = quiet_button(tr("Run again"), "refresh-cw", self._scan)
        again.setToolTip(tr("Run this check with these settings"))
        self._action = quiet_button(facts.action, "", self.action.emit)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(again)
        buttons.addWidget(self._action)
        buttons.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(_INDENT, 0, 16, 16)
        box.setSpacing(12)
        box.addWidget(self._help)
        box.addWidget(self._why)
        box.addLayout(self._samples)
        if self._form is not None:
            self._form.setMaximumWidth(420)
            box.addWidget(self._form)
        box.addWidget(self._note)
        box.addLayout(buttons)
        self._shown: tuple[tuple[str, str, str], ...] = ()
        self.show_facts(facts)

    def _scan(self) -> None:
        if self._form is None:
            self.scan_wanted.emit({})
        elif self._form.valid:
            self.scan_wanted.emit(self._form.values())

    def show_facts(self, facts: CheckFacts) -> None:
        self._help.setVisible(facts.scanned)  # before, it stands in the line itself
        lines = []
        if facts.threshold and not facts.skipped:
            lines.append(tr("Limit: {threshold}.", threshold=facts.threshold))
        lines += [facts.why] if facts.why else []
        if facts.stale:
            lines.append(tr("The corpus was changed since; run it again to be sure."))
        self._why.setText(" ".join(lines))
        self._why.setVisible(bool(lines))
        self._note.setText(facts.note)
        self._note.setVisible(bool(facts.note))
        self._action.setText(facts.action)
        self._action.setVisible(bool(facts.action) and bool(facts.flagged))
        if self._form is not None and facts.values:
            self._form.set_values(facts.values)
        if facts.samples != self._shown:
            self._shown = facts.samples
            self._show_samples(facts)

    def _show_samples(self, facts: CheckFacts) -> None:
        while (item := self._samples.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not facts.samples:
            return
        heads = (
            tr_n("Sample: source", "Samples: source", len(facts.samples)),
            tr("Target"),
            tr("Why"),
        )
        for column, head in enumerate(heads):
            self._samples.addWidget(label(head, "small"), 0, column)
        for row, sample in enumerate(facts.samples, start=1):
            for column, text in enumerate(sample):
                self._samples.addWidget(
                    _sample_cell(text, row, reason=column == 2),
                    row,
                    column,
                    Qt.AlignmentFlag.AlignTop,
                )


class CheckList(QWidget):
    """All checks under each other, with the columns named on top."""

    applied = Signal(str, bool)
    show_rows = Signal(str)
    scan_wanted = Signal(str, dict)
    action = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Checks"))
        self.items: dict[str, CheckItem] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)

    def show_checks(self, checks: Sequence[CheckFacts]) -> None:
        """Show these checks; those that are there already keep being folded or not."""
        if [facts.key for facts in checks] != list(self.items):
            self._build(checks)
        for facts in checks:
            self.items[facts.key].show_facts(facts)

    def _build(self, checks: Sequence[CheckFacts]) -> None:
        while (old := self._box.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.deleteLater()
        self._box.addWidget(self._heads())
        self.items = {}
        for facts in checks:
            item = self.items[facts.key] = CheckItem(facts)
            key = facts.key
            item.applied.connect(lambda on, key=key: self.applied.emit(key, on))
            item.show_rows.connect(lambda key=key: self.show_rows.emit(key))
            item.scan_wanted.connect(lambda values, key=key: self.scan_wanted.emit(key, values))
            item.action.connect(lambda key=key: self.action.emit(key))
            self._box.addWidget(line())
            self._box.addWidget(item)

    def _heads(self) -> QWidget:
        heads = QWidget()
        row = QHBoxLayout(heads)
        row.setContentsMargins(_INDENT, 8, 16, 8)
        row.setSpacing(12)
        row.addWidget(label(tr("Check"), "small"), 1)
        found = label(tr("Found"), "small")
        found.setMinimumWidth(_FOUND)
        found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        room = link_button(tr("Show"))
        policy = room.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        room.setSizePolicy(policy)
        room.hide()
        exclude = label(tr("Exclude"), "small")
        exclude.setAlignment(Qt.AlignmentFlag.AlignCenter)
        exclude.setMinimumWidth(_SWITCH)
        row.addWidget(found)
        row.addWidget(room)
        row.addWidget(exclude)
        return heads


def _sample_cell(text: str, number_: int, *, reason: bool) -> QWidget:
    if reason:
        words = QLabel(text[:1].upper() + text[1:])
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setProperty("role", "small")
        return words
    cell = ReadingText(tr("Sample {n}", n=number_), 13)
    cell.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    cut = len(text) > _SAMPLE_LENGTH
    shown = text[:_SAMPLE_LENGTH] + "\N{HORIZONTAL ELLIPSIS}" if cut else text
    cell.set_text(shown or tr("(empty)"))
    return cell
