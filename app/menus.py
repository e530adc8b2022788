"""The menu bar: the usual menus with the platform's shortcuts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from app.i18n import tr

Do = Callable[[], object]


@dataclass(frozen=True)
class MenuCommands:
    """What the menus do; the window fills it in."""

    import_files: Do
    open_sample: Do
    quit: Do
    set_theme: Callable[[str], object]
    toggle_rail: Do
    help: Do
    about: Do
    copy_report: Do
    undo_titles: Callable[[], tuple[str, str]]
    undo: Callable[[str], object]


class Menus:
    """Builds the menus of a window and keeps the actions that change their look."""

    def __init__(
        self, window: QMainWindow, pages: Sequence[tuple[str, str, Do]], commands: MenuCommands
    ) -> None:
        self._window = window
        bar = window.menuBar()
        self._file(bar.addMenu(tr("&File")), commands)
        self._edit(bar.addMenu(tr("&Edit")), commands)
        self._view(bar.addMenu(tr("&View")), pages, commands)
        self._help(bar.addMenu(tr("&Help")), commands)

    def _add(
        self,
        menu: QMenu,
        text: str,
        do: Do,
        keys: QKeySequence | QKeySequence.StandardKey | str | None = None,
    ) -> QAction:
        action = QAction(text, self._window)
        action.triggered.connect(lambda: do())
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(keys)
        elif keys is not None:
            action.setShortcut(keys)
        menu.addAction(action)
        return action

    def _file(self, menu: QMenu, commands: MenuCommands) -> None:
        self._add(menu, tr("&Import…"), commands.import_files, QKeySequence.StandardKey.Open)
        self._add(menu, tr("Open &sample project"), commands.open_sample)
        menu.addSeparator()
        # Windows has no standard key for quitting.
        leave = self._add(menu, tr("&Quit"), commands.quit, "Ctrl+Q")
        leave.setMenuRole(QAction.MenuRole.QuitRole)

    def _edit(self, menu: QMenu, commands: MenuCommands) -> None:
        keys = QKeySequence.StandardKey
        steps: list[QAction] = []
        for text, key, slot in (
            (tr("&Undo"), keys.Undo, "undo"),
            (tr("&Redo"), keys.Redo, "redo"),
            ("", None, ""),
            (tr("Cu&t"), keys.Cut, "cut"),
            (tr("&Copy"), keys.Copy, "copy"),
            (tr("&Paste"), keys.Paste, "paste"),
            (tr("Select &all"), keys.SelectAll, "selectAll"),
        ):
            if key is None:
                menu.addSeparator()
                continue
            # The keys stay with the text fields and tables, which know them already; an
            # application-wide shortcut would take them away.
            action = self._add(menu, text, partial(_call_on_focus, slot, commands.undo))
            action.setText(f"{text}\t{QKeySequence(key).toString(_NATIVE)}")
            if slot in ("undo", "redo"):
                steps.append(action)
        menu.aboutToShow.connect(lambda: _name_steps(steps, commands.undo_titles()))

    def _view(
        self, menu: QMenu, pages: Sequence[tuple[str, str, Do]], commands: MenuCommands
    ) -> None:
        for title, keys, show in pages:
            self._add(menu, title, show, keys)
        menu.addSeparator()
        group = QActionGroup(self._window)
        self._themes = {}
        for mode, text in (
            ("system", tr("Appearance of the &system")),
            ("light", tr("&Light")),
            ("dark", tr("&Dark")),
        ):
            action = self._add(menu, text, partial(commands.set_theme, mode))
            action.setCheckable(True)
            group.addAction(action)
            self._themes[mode] = action
        menu.addSeparator()
        self._add(menu, tr("Collapse or expand the &rail"), commands.toggle_rail, "Ctrl+B")

    def _help(self, menu: QMenu, commands: MenuCommands) -> None:
        self._add(menu, tr("User &guide"), commands.help, QKeySequence.StandardKey.HelpContents)
        self._add(menu, tr("&Copy report"), commands.copy_report)
        menu.addSeparator()
        about = self._add(menu, tr("&About MULM Workbench"), commands.about)
        about.setMenuRole(QAction.MenuRole.AboutRole)

    def mark_theme(self, mode: str) -> None:
        """Tick the appearance that is in force."""
        self._themes[mode].setChecked(True)


_NATIVE = QKeySequence.SequenceFormat.NativeText


def _name_steps(actions: Sequence[QAction], titles: tuple[str, str]) -> None:
    """Say in the menu what undo and redo would do."""
    plain = (tr("&Undo"), tr("&Redo"))
    for action, text, title in zip(actions, plain, titles, strict=True):
        keys = action.text().partition("\t")[2]
        words = tr("{command}: {title}", command=text, title=title) if title else text
        action.setText(f"{words}\t{keys}")


def _call_on_focus(slot: str, otherwise: Callable[[str], object]) -> None:
    """Call an edit command on the focused widget or around it, else on what shows."""
    target: QWidget | None = QApplication.focusWidget()
    while target is not None:
        if slot == "copy" and hasattr(target, "copy_selection"):
            target.copy_selection()
            return
        command = getattr(target, slot, None)
        if callable(command):
            command()
            return
        target = target.parentWidget()
    if slot in ("undo", "redo"):
        otherwise(slot)
