"""What was found in dropped files, and the few answers an import needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr, tr_n
from app.icons import icon
from app.widgets.import_options import SetPanel
from app.widgets.import_sets import FoundSet, SetList
from app.widgets.language_box import LanguageBox
from app.widgets.page import label, line, primary_button, quiet_button, restyle, scrolled

_TYPING_MS = 200


@dataclass(frozen=True)
class ImportForm:
    """What the dialog starts with.

    ``verdict(source, target, name)`` returns what importing will do and whether it can, as
    ``(sentence, ok)``; ``exists(name)`` whether there is a corpus of this name, which may hold some
    of the sets already; ``fits(languages, source, target)`` whether a set of these languages can
    hold the direction; ``names(tags)`` the languages in words.
    """

    sets: tuple[FoundSet, ...]
    languages: Sequence[tuple[str, str]]
    encodings: Sequence[tuple[str, str]]
    source: str
    target: str
    name: str
    verdict: Callable[[str, str, str], tuple[str, bool]] = field(compare=False)
    exists: Callable[[str], bool] = field(compare=False)
    fits: Callable[[Sequence[str], str, str], bool] = field(compare=False)
    names: Callable[[Sequence[str]], str] = field(compare=False)


class ImportDialog(QDialog):
    """Ask what could not be known; ``accepted`` leaves the answers in the properties."""

    look_wanted = Signal(int)
    """A set is to be looked at again, with its present options and languages."""
    name_settled = Signal(str)
    """The corpus's name, once it has not changed for a moment."""

    def __init__(self, form: ImportForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import sentence pairs"))
        self._form = form
        self._sets = {found.key: found for found in form.sets}
        self._many = len(form.sets) > 1
        self._left_out: set[int] = set()  # by the person
        self._wanted_again: set[int] = set()
        self._repeats: frozenset[int] = frozenset()
        self._repeats_of = ""  # the corpus for which they are known
        self._unknown = not (form.source and form.target)
        self._source = LanguageBox(tr("Source language"), form.languages)
        self._target = LanguageBox(tr("Target language"), form.languages)
        self._name = QLineEdit(form.name)
        self._name.setAccessibleName(tr("Name of the corpus"))
        self._all = QCheckBox()
        self._verdict = label("", "secondary", wrap=True)
        self._import = primary_button(tr("Import"), "upload", self.accept)
        self._import.setDefault(True)
        self._list = SetList(form.sets)
        self._panels: dict[int, SetPanel] = {}  # of those that were looked at
        self._stack = QStackedWidget()
        self._pages: dict[int, int] = {}  # their places in it
        self._look_soon = self._timer(self._look_at_current)
        self._name_soon = self._timer(lambda: self.name_settled.emit(self.name))
        self._lay_out()
        self._connect()
        self._list.set_current(form.sets[0].key)
        self._source.set_tag(form.source)
        self._target.set_tag(form.target)
        self._update()
        self._name_soon.start()
        first = self._name if not self._unknown else self._target if form.source else self._source
        first.setFocus()

    def _timer(self, do: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(_TYPING_MS)
        timer.timeout.connect(do)
        return timer

    # Answers -------------------------------------------------------------------------------

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
    def all_pairs(self) -> bool:
        """Whether every two languages become a corpus."""
        return self._all.isChecked()

    @property
    def again(self) -> bool:
        """Whether some of the chosen sets are in the corpus already."""
        return bool(self._repeats & set(self.chosen))

    @property
    def chosen(self) -> tuple[int, ...]:
        """The keys of the sets that are imported."""
        return tuple(key for key in self._sets if self._state(key)[0])

    def values(self, key: int) -> dict[str, Any]:
        """How a set is to be read, by the names of the choices."""
        return self._panels[key].options.values if key in self._panels else {}

    @property
    def can_import(self) -> bool:
        """Whether the answers are complete."""
        return self._import.isEnabled()

    # What comes later ----------------------------------------------------------------------

    def show_set(self, found: FoundSet) -> None:
        """Show what a set turned out to be with other options."""
        self._sets[found.key] = found
        self._panel(found.key).show_set(found)
        self._list.show_set(found)
        self._update()

    def show_repeats(self, name: str, keys: Sequence[int]) -> None:
        """These sets are in the corpus *name* already."""
        if name == self.name:
            self._repeats = frozenset(keys)
            self._repeats_of = name
            self._update()

    # Building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(16)
        outer.addWidget(label(tr("Import sentence pairs"), "title"))
        middle = QHBoxLayout()
        middle.setSpacing(16)
        if self._many:
            self._list.setFixedWidth(350)
            middle.addWidget(self._list)
            middle.addWidget(self._stack, 1)
        else:
            head = QVBoxLayout()
            head.setSpacing(8)
            head.addWidget(self._list)
            head.addWidget(self._stack, 1)
            middle.addLayout(head, 1)
        outer.addLayout(middle, 1)
        outer.addLayout(self._answers())
        outer.addWidget(self._verdict)
        outer.addWidget(line())
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(quiet_button(tr("Cancel"), "", self.reject))
        buttons.addWidget(self._import)
        outer.addLayout(buttons)
        self.setMinimumSize(*((880, 540) if self._many else (640, 480)))
        self.resize(*((940, 640) if self._many else (680, 600)))

    def _panel(self, key: int) -> SetPanel:
        """The panel of a set; made when it is looked at, for there may be hundreds."""
        if key not in self._panels:
            panel = self._panels[key] = SetPanel(self._sets[key], self._form.encodings)
            panel.changed.connect(lambda: self._options_changed(key))
            column = QWidget()
            box = QVBoxLayout(column)
            box.setContentsMargins(0, 0, 0, 0)
            box.addWidget(panel)
            self._pages[key] = self._stack.addWidget(scrolled(column))
        return self._panels[key]

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
        self._swap_button = swap
        grid.addWidget(heading, 0, 0, 1, 3)
        grid.addWidget(self._source, 1, 0)
        grid.addWidget(swap, 1, 1)
        grid.addWidget(self._target, 1, 2)
        grid.addWidget(label(tr("Name"), "strong"), 0, 4)
        grid.addWidget(self._name, 1, 4)
        pairs = self._pairs_of_all()
        self._all.setText(
            tr_n(
                "Import the {n} pair of these languages",
                "Import all {n} pairs of these languages, a corpus each",
                pairs,
            )
        )
        self._all.setVisible(pairs > 1)
        grid.addWidget(self._all, 2, 0, 1, 5)
        grid.setColumnMinimumWidth(3, 12)
        for column, share in ((0, 3), (2, 3), (4, 4)):
            grid.setColumnStretch(column, share)
        return grid

    def _pairs_of_all(self) -> int:
        pairs = set()
        for found in self._sets.values():
            tags = found.languages
            pairs |= {frozenset((a, b)) for a in tags for b in tags if a != b}
        return len(pairs)

    def _connect(self) -> None:
        self._list.current_changed.connect(self._show_current)
        self._list.toggled.connect(self._toggle)
        for box in (self._source, self._target):
            box.changed.connect(lambda _: self._languages_changed())
        self._all.toggled.connect(self._all_toggled)
        self._name.textChanged.connect(lambda _: self._name_changed())

    # Changes -------------------------------------------------------------------------------

    def _swap(self) -> None:
        source, target = self.source, self.target
        self._source.set_tag(target)
        self._target.set_tag(source)

    def _toggle(self, key: int, wanted: bool) -> None:
        self._left_out.discard(key)
        self._wanted_again.discard(key)
        if not wanted:
            self._left_out.add(key)
        elif key in self._repeats:
            self._wanted_again.add(key)
        self._update()

    def _all_toggled(self, on: bool) -> None:
        for part in (self._source, self._target, self._swap_button):
            part.setEnabled(not on)
        self._update()

    def _name_changed(self) -> None:
        self._repeats = frozenset()
        self._repeats_of = ""
        self._name_soon.start()
        self._update()

    def _languages_changed(self) -> None:
        self._look_soon.start()
        self._update()

    def _options_changed(self, key: int) -> None:
        if self._panel(key).options.complete:
            # What was seen was read with other options.
            self._sets[key] = replace(self._sets[key], preview=(), preview_of=("", ""))
            self.look_wanted.emit(key)
        self._update()

    def _look_at_current(self) -> None:
        if not self._sets[self._list.current].error:
            self.look_wanted.emit(self._list.current)

    def _show_current(self, key: int) -> None:
        self._panel(key)
        self._stack.setCurrentIndex(self._pages[key])
        self._look_soon.start()
        self._show_preview(key)

    # Showing -------------------------------------------------------------------------------

    def _state(self, key: int) -> tuple[bool, str, str]:
        """Whether a set is imported, and what to say of it, in which tone."""
        found = self._sets[key]
        if found.error:
            return False, found.error if self._many else "", "danger"
        if not self.all_pairs and not self._form.fits(found.languages, self.source, self.target):
            holds = self._form.names(found.languages)
            return False, tr("Left out: it holds {languages}.", languages=holds), "misfit"
        if found.empty:
            return False, tr("Left out: it holds no usable pairs."), "misfit"
        if key in self._repeats and key not in self._wanted_again:
            return False, tr("The corpus {name} holds it already.", name=self.name), "warning"
        if key in self._left_out:
            return False, "", ""
        if found.asks_columns:
            return True, tr("Choose the two columns that hold the texts."), "accent"
        if found.encoding_guessed:
            return True, tr("The encoding is guessed: look at the preview."), "warning"
        return True, "", ""

    def _update(self) -> None:
        for key in self._sets:
            chosen, note, tone = self._state(key)
            repeated = key in self._repeats and key not in self._wanted_again and tone == "warning"
            self._list.show_state(key, chosen, note, tone, again=repeated and not chosen)
        self._show_preview(self._list.current)
        sentence, ok, wrong = self._judged()
        self._verdict.setText(sentence)
        restyle(self._verdict, tone="danger" if wrong else "")
        self._import.setEnabled(ok)

    def _judged(self) -> tuple[str, bool, bool]:
        """What importing will do or what is missing, whether it can, whether it is a mistake."""
        if not self.all_pairs:
            if not (self.source and self.target):
                return tr("Choose both languages."), False, False
            if self.source == self.target:
                words = tr("Source and target are the same language. Change one.")
                return words, False, True
        if not self.name:
            return tr("Give the corpus a name."), False, True
        if not self.chosen:
            return self._nothing_chosen(), False, False
        if any(self._sets[key].asks_columns for key in self.chosen):
            return tr("Choose the columns of each table first."), False, False
        if self.all_pairs:
            return (
                tr("Makes a corpus of every two languages, called {name}-…", name=self.name),
                (True),
                False,
            )
        sentence, ok = self._form.verdict(self.source, self.target, self.name)
        if ok and self._repeats_of != self.name and self._form.exists(self.name):
            words = tr("Looking whether the corpus {name} holds it already…", name=self.name)
            return words, False, False
        return sentence, ok, not ok

    def _nothing_chosen(self) -> str:
        if self._many:
            return tr("Choose at least one file.")
        if self._repeats:
            return tr("Import it again, or give another name.")
        if any(found.empty for found in self._sets.values()):
            return tr("Choose another file.")
        return tr("Choose other languages, or another file.")

    def _show_preview(self, key: int) -> None:
        found = self._sets[key]
        direction = (self.source, self.target)
        awaited = found.preview_of not in (direction, direction[::-1])
        if found.error or awaited:
            otherwise = ""
        elif found.asks_columns:
            otherwise = tr("Choose the two columns to see three pairs of it.")
        elif not (self.source and self.target):
            otherwise = tr("Choose the languages to see three pairs of it.")
        else:
            otherwise = tr("There are no pairs of these languages at its beginning.")
        titles = (
            self._form.names((self.source,)) or tr("Source"),
            self._form.names((self.target,)) or tr("Target"),
        )
        pairs = () if awaited else found.preview
        if found.preview_of != direction:
            pairs = tuple((right, left) for left, right in pairs)
        self._panel(key).preview.show_pairs(titles, pairs, otherwise)
