"""Runs as every page lists them: a row that opens the run, and one menu of what can be done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QPushButton, QWidget

from app.context import AppContext
from app.i18n import score, signed, tr
from app.icons import icon
from app.viewmodels.names import date_text, run_status
from app.viewmodels.runs import RunRow
from app.widgets.menu_button import menu_button
from app.widgets.page import ghost_button
from app.widgets.rows import LinkRow

_BESIDE = 12  # runs offered to compare with


class RunEntry(QWidget):
    """One run: name, direction, corpus, date and score; its menu at the right."""

    def __init__(self, run: RunRow, context: AppContext) -> None:
        super().__init__()
        self._menu = RunMenu(run.id, context, self)
        row = LinkRow(
            run.name,
            " \N{MIDDLE DOT} ".join(_facts(run)),
            lambda: context.navigate("finetune", run=run.id),
            value=tr("{bleu} BLEU", bleu=score(run.bleu)) if run.bleu is not None else "",
            value_note=tr("{gain} BLEU", gain=signed(run.gain)) if run.gain is not None else "",
            tone="success" if (run.gain or 0) > 0 else "",
        )
        row.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        row.customContextMenuRequested.connect(lambda at: self._pop_up(row, at))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(row, 1)
        box.addWidget(menu_button(self._menu, tr("More about {name}", name=run.name)))

    def _pop_up(self, row: QWidget, at: QPoint) -> None:
        self._menu.popup(row.mapToGlobal(at))


def _facts(run: RunRow) -> list[str]:
    facts = [run.direction, run.corpus, date_text(run.created)]
    if run.status != "finished":
        facts.insert(0, run_status(run.status))
    if run.note:
        facts.append(run.note.splitlines()[0])
    return facts


class RunMenu(QMenu):
    """What can be done with a run; filled anew whenever it opens."""

    def __init__(self, run: str, context: AppContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._run = run
        self._context = context
        self.aboutToShow.connect(self._fill)

    def set_run(self, run: str) -> None:
        """Be the menu of another run (an id)."""
        self._run = run

    def _fill(self) -> None:
        self.clear()
        run = self._context.library.run(self._run)
        if run is None:
            return
        go = partial(partial, self._context.navigate)
        self._add("eye", tr("Show"), go("finetune", run=run.id))
        if run.resumable:
            self._add("play", tr("Resume"), go("finetune", resume=run.id))
        if run.usable:
            self._add("plus", tr("Continue training…"), go("finetune", follow_on=run.id))
        self._add("copy", tr("Duplicate with changes…"), go("finetune", duplicate=run.id))
        self.addSeparator()
        if run.usable:
            self._add("columns-2", tr("Compare translations"), go("compare", run=run.id))
            self._add("chart-column", tr("Evaluate"), go("evaluate", run=run.id))
        self._add_beside(run)
        self.addSeparator()
        if run.status != "running":
            self._add("pencil", tr("Rename…"), lambda: self._rename(run))
            self._add("file-text", tr("Note…"), lambda: self._note(run))
            self.addSeparator()
            self._add("trash-2", tr("Delete"), lambda: self._context.runs.delete(run.id))

    def _add(self, icon_name: str, text: str, do: Callable[[], object]) -> None:
        self.addAction(icon(icon_name), text).triggered.connect(lambda: do())

    def _add_beside(self, run: RunRow) -> None:
        """Offer the other runs for their curves and recipes, those on the same corpus first."""
        others = [other for other in self._context.library.runs if other.id != run.id]
        others.sort(key=lambda other: other.corpus != run.corpus)
        if not others:
            return
        menu = self.addMenu(icon("history"), tr("Compare curves and recipe with"))
        for other in others[:_BESIDE]:
            action = menu.addAction(f"{other.name} \N{MIDDLE DOT} {date_text(other.created)}")
            action.triggered.connect(
                lambda _=False, id=other.id: self._context.navigate(
                    "finetune", run=run.id, beside=id
                )
            )

    def _rename(self, run: RunRow) -> None:
        name, accepted = QInputDialog.getText(
            self.window(), tr("Rename the run"), tr("Name"), text=run.name
        )
        if accepted and name.strip() != run.name:
            self._context.runs.rename(run.id, name)

    def _note(self, run: RunRow) -> None:
        text, accepted = QInputDialog.getMultiLineText(
            self.window(), tr("Note on {name}", name=run.name), tr("Note"), run.note
        )
        if accepted and text.strip() != run.note:
            self._context.runs.note(run.id, text)


def trash_button(context: AppContext) -> QPushButton:
    """Return a button with the deleted runs in its menu; choosing one restores it."""
    button = ghost_button(tr("Deleted runs"), "trash-2")
    button.setToolTip(tr("Put a deleted run back"))
    menu = QMenu(button)

    def fill() -> None:
        menu.clear()
        for run in context.library.deleted:
            words = f"{run.name} \N{MIDDLE DOT} {date_text(run.created)}"
            action = menu.addAction(icon("undo-2"), tr("Restore {name}", name=words))
            action.triggered.connect(lambda _=False, id=run.id: context.runs.restore(id))

    menu.aboutToShow.connect(fill)
    button.setMenu(menu)
    return button
