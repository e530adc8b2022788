"""Import on the Corpora page: the dialog joined to the model, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr, tr_n
from app.viewmodels.corpora import CorporaModel
from app.viewmodels.corpus_facts import Problems
from app.viewmodels.importing import (
    Finding,
    ImportChoice,
    ImportOutcome,
    Looked,
    SetChoice,
    fits,
    import_text,
    suggest_direction,
    suggest_name,
)
from app.viewmodels.names import encoding_choices, language_choices, language_name
from app.widgets.drop_zone import ask_save_path
from app.widgets.import_dialog import ImportDialog, ImportForm
from app.widgets.import_sets import FoundSet
from app.widgets.message import InlineMessage
from app.widgets.problems_dialog import ProblemsDialog

_UNFINISHED = {"po", "ts", "qt_ts"}


class ImportFlow(QObject):
    """From dropped paths to the sentence about what was imported."""

    dialog_changed = Signal()

    def __init__(
        self, page: QWidget, model: CorporaModel, result: InlineMessage, settings: QSettings | None
    ) -> None:
        super().__init__(page)
        self._page = page
        self._model = model
        self._result = result
        self._settings = settings
        self._found: tuple[Finding, ...] = ()
        self.dialog: ImportDialog | None = None
        self.problems: ProblemsDialog | None = None
        importing = model.importing
        importing.surveyed.connect(self._ask)
        importing.looked.connect(self._looked)
        importing.repeats_found.connect(self._repeats_found)
        importing.imported.connect(self._imported)
        model.facts.problems_read.connect(self._show_problems)
        model.facts.problems_saved.connect(self._problems_saved)

    def begin(self, paths: Sequence[Path]) -> None:
        """Look into the files, then ask what the dialog asks."""
        self._result.clear()
        self._model.importing.inspect(paths)

    # The dialog ----------------------------------------------------------------------------

    def _ask(self, found: tuple[Finding, ...]) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._found = found
        detected = [one.detected for one in found if one.detected is not None]
        source, target = suggest_direction(detected)
        tags = [tag for one in detected for tag in one.languages]
        self.dialog = dialog = ImportDialog(
            ImportForm(
                tuple(found_set(key, one) for key, one in enumerate(found)),
                language_choices(tags),
                encoding_choices(),
                source,
                target,
                suggest_name([one for one in found if one.detected is not None]),
                self._verdict,
                lambda name: self._model.library.corpus(name) is not None,
                lambda languages, a, b: fits(tuple(languages), a, b),
                _names,
            ),
            self._page.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.look_wanted.connect(self._look)
        dialog.name_settled.connect(self._find_repeats)
        dialog.accepted.connect(self._start)
        dialog.finished.connect(self._closed)
        dialog.open()
        self.dialog_changed.emit()

    def _closed(self) -> None:
        self.dialog = None
        self.dialog_changed.emit()

    def _look(self, key: int) -> None:
        dialog = self.dialog
        if dialog is not None:
            choice = SetChoice(**dialog.values(key))
            self._model.importing.look(self._found[key], choice, dialog.source, dialog.target)

    def _looked(self, looked: Looked) -> None:
        if self.dialog is None:
            return
        for key, one in enumerate(self._found):
            if one.name == looked.finding.name and one.files == looked.finding.files:
                direction = (looked.source, looked.target)
                values = SetChoice(**self.dialog.values(key))
                chosen = bool(values.options.source_column)
                shown = found_set(key, looked.finding, chosen=chosen)
                self.dialog.show_set(replace(shown, preview=looked.pairs, preview_of=direction))

    def _find_repeats(self, name: str) -> None:
        if self._model.library.corpus(name) is not None:
            readable = [one for one in self._found if one.detected is not None]
            self._model.importing.find_repeats(name, readable)

    def _repeats_found(self, name: str, names: frozenset[str]) -> None:
        if self.dialog is not None:
            keys = [key for key, one in enumerate(self._found) if one.name in names]
            self.dialog.show_repeats(name, keys)

    def _verdict(self, source: str, target: str, name: str) -> tuple[str, bool]:
        row = self._model.library.corpus(name)
        if row is None:
            return tr("Makes a new corpus and divides it into train, dev and test."), True
        if {row.source, row.target} == {source, target}:
            return tr_n(
                "Adds to the corpus {name}, which holds {n} pair.",
                "Adds to the corpus {name}, which holds {n} pairs.",
                row.pairs,
                name=name,
            ), True
        return tr(
            "The corpus {name} holds {direction}. Give another name.",
            name=name,
            direction=row.direction,
        ), False

    def _start(self) -> None:
        dialog = self.dialog
        if dialog is None:
            return
        sets = tuple((self._found[key], SetChoice(**dialog.values(key))) for key in dialog.chosen)
        self._model.import_(
            ImportChoice(
                sets, dialog.source, dialog.target, dialog.name, dialog.all_pairs, dialog.again
            )
        )

    # What came of it -----------------------------------------------------------------------

    def _imported(self, outcome: ImportOutcome) -> None:
        words = import_text(outcome)
        if not outcome.skipped:
            self._result.success(words)
            return
        show = self._result.warning if outcome.files_left_out else self._result.success
        show(
            words,
            action=tr_n(
                "{n} left out \N{EN DASH} show", "{n} left out \N{EN DASH} show", outcome.skipped
            ),
            on_action=lambda: self._show_outcome(outcome),
        )

    def show_problems(self) -> None:
        """List what all imports of the selected corpus left out."""
        self._model.facts.read_problems(self._model.selected)

    def _show_outcome(self, outcome: ImportOutcome) -> None:
        self._show_problems(Problems(outcome.corpora[0], outcome.skipped, outcome.problems))

    def _show_problems(self, problems: Problems) -> None:
        if self.problems is not None:
            self.problems.close()
        rows = [(one.file, one.where, one.what) for one in problems.listed]
        self.problems = dialog = ProblemsDialog(rows, problems.count, self._page.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.save_wanted.connect(lambda: self._save(problems.corpus))
        dialog.destroyed.connect(self._problems_closed)
        dialog.show()

    def _problems_closed(self) -> None:
        self.problems = None

    def _save(self, corpus: str) -> None:
        name = f"{corpus}-left-out.csv"
        path = ask_save_path(self._page, tr("Save the list"), name, self._settings)
        if path is not None:
            self._model.facts.save_problems(corpus, path)

    def _problems_saved(self, path: Path) -> None:
        if self.problems is not None:
            self.problems.saved.setText(tr("Saved as {name}.", name=path.name))


def found_set(key: int, one: Finding, *, chosen: bool = False) -> FoundSet:
    """A finding in the words of the dialog; *chosen*: the person has chosen the columns."""
    found = one.detected
    if found is None:
        return FoundSet(key, one.name, error=one.error)
    facts = [found.title, _encoding(found.encoding, guessed=found.encoding_guessed)]
    if found.languages:
        facts.append(_names(found.languages))
    if found.codes:
        facts.append(tr_n("{n} inline code", "{n} inline codes", found.codes))
    pairs = found.pairs
    return FoundSet(
        key,
        one.name,
        " \N{MIDDLE DOT} ".join(fact for fact in facts if fact),
        "" if pairs is None else tr_n("{n} pair", "{n} pairs", pairs),
        found.languages,
        found.preview,
        (found.languages[0], found.languages[1]) if len(found.languages) > 1 else ("", ""),
        encoding=found.encoding,
        encoding_guessed=found.encoding_guessed,
        columns=found.columns,
        header=found.header,
        asks_columns=bool(found.columns) and not found.preview and not chosen,
        codes=found.codes,
        unfinished=found.format in _UNFINISHED,
        # Of more languages only the first two were counted.
        empty=pairs == 0 and len(found.languages) < 3,
    )


def _encoding(name: str, *, guessed: bool) -> str:
    shown = name.upper().removesuffix("-SIG")
    return tr("{encoding} (guessed)", encoding=shown) if guessed else shown


def _names(tags: Sequence[str]) -> str:
    return ", ".join(language_name(tag) for tag in tags if tag)
