"""What was found in dropped files, and the few answers an import needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr, tr_n
from app.icons import icon
from app.widgets.diff_view import ReadingText
from app.widgets.language_box import LanguageBox
from app.widgets.page import Card, label, line, primary_button, quiet_button, restyle, scrolled

_PREVIEW_LENGTH = 110


@dataclass(frozen=True)
class Finding:
    """One file, or files that belong together; ``preview`` is in the order of ``languages``."""

    title: str
    format: str
    encoding: str
    languages: tuple[str, ...]
    pairs: int | None
    preview: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ImportForm:
    """What the dialog starts with.

    ``verdict(source, target, name)`` returns what importing will do and whether it can, as
    ``(sentence, ok)``.
    """

    findings: tuple[Finding, ...]
    languages: Sequence[tuple[str, str]]
    source: str
    target: str
    name: str
    verdict: Callable[[str, str, str], tuple[str, bool]] = field(compare=False)


class ImportDialog(QDialog):
    """Confirm format and languages; ``accepted`` leaves ``source``, ``target`` and ``name``."""

    def __init__(self, form: ImportForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import sentence pairs"))
        self._form = form
        self._unknown = not (form.source and form.target)
        self._previews: list[tuple[Finding, list[tuple[ReadingText, ReadingText]]]] = []
        self._source = LanguageBox(tr("Source language"), form.languages)
        self._target = LanguageBox(tr("Target language"), form.languages)
        self._name = QLineEdit(form.name)
        self._name.setAccessibleName(tr("Name of the corpus"))
        self._verdict = label("", "secondary", wrap=True)
        self._import = primary_button(tr("Import"), "upload", self.accept)
        self._import.setDefault(True)
        self._lay_out()
        self._source.set_tag(form.source)
        self._target.set_tag(form.target)
        self._source.changed.connect(lambda _: self._update())
        self._target.changed.connect(lambda _: self._update())
        self._name.textChanged.connect(lambda _: self._update())
        self._update()
        first = self._name if not self._unknown else self._target if form.source else self._source
        first.setFocus()

    @property
    def source(self) -> str:
        """The source language's tag."""
        return self._source.tag

    @property
    def target(self) -> str:
        """The target language's tag."""
        return self._target.tag

    @property
    def name(self) -> str:
        """The corpus's name."""
        return self._name.text().strip()

    @property
    def can_import(self) -> bool:
        """Whether the answers are complete."""
        return self._import.isEnabled()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(16)
        outer.addWidget(label(tr("Import sentence pairs"), "title"))
        outer.addWidget(self._findings(), 1)
        outer.addLayout(self._answers())
        outer.addWidget(self._verdict)
        outer.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(quiet_button(tr("Cancel"), "", self.reject))
        buttons.addWidget(self._import)
        outer.addLayout(buttons)
        self.setMinimumWidth(600)

    def _findings(self) -> QWidget:
        column = QWidget()
        box = QVBoxLayout(column)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for finding in self._form.findings:
            box.addWidget(self._finding_card(finding))
        box.addStretch(1)
        if len(self._form.findings) == 1:
            return column
        area = scrolled(column)
        area.setMinimumHeight(300)
        return area

    def _finding_card(self, finding: Finding) -> Card:
        card = Card(margin=12, spacing=8)
        head = QHBoxLayout()
        head.setSpacing(8)
        title = label(finding.title, "strong")
        title.setToolTip(finding.title)
        head.addWidget(title)
        head.addStretch(1)
        if finding.pairs is not None:
            head.addWidget(label(tr_n("{n} pair", "{n} pairs", finding.pairs), "badge-accent"))
        head.addWidget(label(finding.format, "badge"))
        head.addWidget(label(finding.encoding.upper(), "badge"))
        card.body.addLayout(head)
        card.body.addLayout(self._preview_grid(finding))
        return card

    def _preview_grid(self, finding: Finding) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        cells = []
        for row, _ in enumerate(finding.preview):
            pair = tuple(ReadingText(tr("Preview {n}", n=row + 1), 13) for _ in range(2))
            for column, cell in enumerate(pair):
                cell.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                grid.addWidget(cell, row, column, Qt.AlignmentFlag.AlignTop)
            cells.append((pair[0], pair[1]))
        if not cells:
            grid.addWidget(label(tr("Choose the languages to read this file."), "small"), 0, 0)
        self._previews.append((finding, cells))
        return grid

    def _answers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        question = (
            tr("Which languages are these? The files do not say.")
            if self._unknown
            else tr("Languages")
        )
        heading = label(question, "strong")
        if self._unknown:
            restyle(heading, tone="accent")
        swap = QToolButton()
        swap.setIcon(icon("arrow-left-right"))
        swap.setIconSize(QSize(16, 16))
        swap.setToolTip(tr("Swap source and target"))
        swap.setAccessibleName(tr("Swap source and target"))
        swap.clicked.connect(self._swap)
        grid.addWidget(heading, 0, 0, 1, 3)
        grid.addWidget(self._source, 1, 0)
        grid.addWidget(swap, 1, 1)
        grid.addWidget(self._target, 1, 2)
        grid.addWidget(label(tr("Name"), "strong"), 2, 0, 1, 3)
        grid.addWidget(self._name, 3, 0, 1, 3)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.setRowMinimumHeight(2, 26)
        return grid

    def _swap(self) -> None:
        source, target = self.source, self.target
        self._source.set_tag(target)
        self._target.set_tag(source)

    def _update(self) -> None:
        if not (self.source and self.target):
            sentence, ok = tr("Choose both languages."), False
        elif self.source == self.target:
            sentence, ok = tr("Source and target are the same language. Change one."), False
        elif not self.name:
            sentence, ok = tr("Give the corpus a name."), False
        else:
            sentence, ok = self._form.verdict(self.source, self.target, self.name)
        self._verdict.setText(sentence)
        restyle(self._verdict, tone="" if ok else "danger" if self.source and self.target else "")
        self._import.setEnabled(ok)
        for finding, cells in self._previews:
            backwards = finding.languages[1:2] == (self.source,)
            for (left, right), pair in zip(cells, finding.preview, strict=True):
                left.set_text(_shortened(pair[1] if backwards else pair[0]))
                right.set_text(_shortened(pair[0] if backwards else pair[1]))


def _shortened(text: str) -> str:
    """Enough of a segment to tell its language; cut at a word's end."""
    if len(text) <= _PREVIEW_LENGTH:
        return text
    head = text[:_PREVIEW_LENGTH]
    return (head.rpartition(" ")[0] or head) + "\N{HORIZONTAL ELLIPSIS}"
