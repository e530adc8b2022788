"""The window: rail, pages, job strip, menus, and one drop target over it all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.context import AppContext, Notice, PageSpec
from app.i18n import tr, tr_n
from app.icons import app_icon
from app.job_strip_feed import JobStripFeed
from app.leaving import Leaving
from app.menus import MenuCommands, Menus
from app.system_info import memory_used, report_text
from app.theme import theme
from app.widgets.dialogs import AboutDialog, ask_close_while_running
from app.widgets.drop_zone import DropOverlay, ask_files
from app.widgets.job_strip import JobStrip
from app.widgets.message import InlineMessage
from app.widgets.nav_rail import NavRail
from app.widgets.open_path import open_path
from app.widgets.page import Page

_NOTICE_MS = 7000
_GUIDES = ("docs/guide.md", "README.md")


class MainWindow(QMainWindow):
    """Shows one page at a time; pages are made at their first visit."""

    closed = Signal()
    """The window has closed and every job has ended."""

    def __init__(self, ctx: AppContext, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self.setWindowTitle(tr("MULM Workbench"))
        self.setWindowIcon(app_icon())
        self.setMinimumSize(880, 560)
        self._ctx = ctx
        self._specs = {spec.key: spec for spec in pages}
        self._pages: dict[str, Page] = {}
        self._current = ""
        self.strip = JobStrip()
        self.rail = NavRail()
        self._notice = InlineMessage()
        self._notice.setObjectName("notice")
        self._notice_timer = QTimer(self)
        self._notice_timer.setSingleShot(True)
        self._notice_timer.setInterval(_NOTICE_MS)
        self._notice_timer.timeout.connect(self._notice.clear)
        self._stack = QStackedWidget()
        self._lay_out()
        self._feed = JobStripFeed(self.strip, ctx)
        self._leaving = Leaving(self, ctx.runner)
        self._menus = self._make_menus()
        self._overlay = DropOverlay(self, self._drop_hint)
        self._overlay.dropped.connect(self._drop)
        ctx.navigation_requested.connect(self._navigate)
        ctx.notified.connect(self.show_notice)
        ctx.preferences.changed.connect(self._preference_changed)
        ctx.preferences.failed.connect(lambda text: ctx.notify(text, "error"))
        self._menus.mark_theme(ctx.preferences.theme)
        ctx.library.changed.connect(self._tell_elsewhere, Qt.ConnectionType.SingleShotConnection)
        self._restore()
        QTimer.singleShot(0, self._show_machine)

    # Building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        notice = QVBoxLayout()
        notice.setContentsMargins(24, 0, 24, 0)
        notice.addWidget(self._notice)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(notice)
        right.addWidget(self._stack, 1)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addLayout(right, 1)
        centre = QWidget()
        outer = QVBoxLayout(centre)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(middle, 1)
        outer.addWidget(self.strip)
        self.setCentralWidget(centre)
        for number, spec in enumerate(self._specs.values(), start=1):
            self.rail.add(spec.key, spec.title, spec.icon, f"Ctrl+{number}", bottom=spec.bottom)
        self.rail.chosen.connect(self.show_page)

    def _make_menus(self) -> Menus:
        shown = [
            (spec.title, f"Ctrl+{number}", partial(self.show_page, spec.key))
            for number, spec in enumerate(self._specs.values(), start=1)
        ]
        commands = MenuCommands(
            import_files=self._import,
            open_sample=lambda: self._ctx.navigate("home", sample=True),
            quit=self.close,
            set_theme=lambda mode: self._ctx.preferences.set("theme", mode),
            toggle_rail=lambda: self.rail.set_collapsed(not self.rail.collapsed),
            help=self._open_guide,
            about=lambda: AboutDialog(self).exec(),
            copy_report=self._copy_report,
            undo_titles=lambda: self.page(self._current).undo_titles(),
            undo=self._undo,
        )
        return Menus(self, shown, commands)

    def _show_machine(self) -> None:
        self.strip.set_device(self._ctx.preferences.device())
        self.strip.set_memory(memory_used())

    # Pages ---------------------------------------------------------------------------------

    @property
    def current_page(self) -> str:
        """The key of the page that shows."""
        return self._current

    def page(self, key: str) -> Page:
        """Return a page, made at the first call."""
        if key not in self._pages:
            page = self._specs[key].make(self._ctx)
            self._pages[key] = page
            self._stack.addWidget(page)
        return self._pages[key]

    def show_page(self, key: str) -> None:
        """Bring a page into view."""
        page = self.page(key)
        self._current = key
        self.rail.set_current(key)
        self._stack.setCurrentWidget(page)
        self._ctx.settings.setValue("window/page", key)

    def _navigate(self, key: str, what: dict[str, object]) -> None:
        self.show_page(key)
        if what:
            self.page(key).open(**what)

    def _undo(self, step: str) -> None:
        """Undo or redo on the page that shows, where it can."""
        command = getattr(self.page(self._current), step, None)
        if callable(command):
            command()

    # Files ---------------------------------------------------------------------------------

    def _drop_hint(self, paths: list[Path]) -> str | None:
        page = self._pages.get(self._current)
        own = page.drop_hint(paths) if page is not None else None
        if own is not None:
            return own
        return tr_n("Drop to import {n} file", "Drop to import {n} files", len(paths))

    def _drop(self, paths: list[Path]) -> None:
        page = self._pages.get(self._current)
        if page is not None and page.drop_hint(paths) is not None:
            page.drop_files(paths)
        else:
            self._ctx.navigate("corpora", files=paths)

    def _import(self) -> None:
        paths = ask_files(self, tr("Import texts"), settings=self._ctx.settings)
        if paths:
            self._ctx.navigate("corpora", files=paths)

    # Words ---------------------------------------------------------------------------------

    def show_notice(self, notice: Notice) -> None:
        """Show one sentence over the page; errors stay until they are dismissed."""

        def act() -> None:
            self._notice.clear()
            if notice.on_action is not None:
                notice.on_action()

        self._notice.show_message(
            notice.tone,
            notice.text,
            details=notice.details,
            action=notice.action,
            on_action=act,
        )
        self._notice_timer.stop()
        if notice.tone != "error":
            self._notice_timer.start()

    def _tell_elsewhere(self) -> None:
        """At the start, say which run another window of this program is busy with."""
        run = next((run for run in self._ctx.library.runs if run.status == "running"), None)
        if run is not None:
            self._ctx.notify(
                tr("“{name}” is training in another program; it can be followed here.",
                   name=run.name),
                action=tr("Show it"),
                on_action=lambda: self._ctx.navigate("finetune", run=run.id),
            )  # fmt: skip

    def _copy_report(self) -> None:
        QGuiApplication.clipboard().setText(report_text())
        self._ctx.notify(tr("The report is on the clipboard: versions of program and system."))

    def _open_guide(self) -> None:
        root = Path(__file__).resolve().parent.parent
        found = [path for name in _GUIDES if (path := root / name).is_file()]
        if found:
            open_path(found[0])
        else:
            self._ctx.notify(tr("The guide is in the folder docs of the project's source."))

    def _preference_changed(self, name: str) -> None:
        if name == "theme":
            theme().set_mode(self._ctx.preferences.theme)
            self._menus.mark_theme(self._ctx.preferences.theme)

    # Coming and going ----------------------------------------------------------------------

    def _restore(self) -> None:
        settings = self._ctx.settings
        geometry = settings.value("window/geometry")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(1280, 800)
        self.rail.set_collapsed(settings.value("window/rail_collapsed", False, type=bool) is True)
        self.rail.collapsed_changed.connect(
            lambda collapsed: settings.setValue("window/rail_collapsed", collapsed)
        )
        wanted = cast(str, settings.value("window/page", ""))
        self.show_page(wanted if wanted in self._specs else next(iter(self._specs)))
        self.page(self._current).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a job runs; else end everything and remember how the window was."""
        if self.strip.running:
            event.ignore()
            answer = ask_close_while_running(self, self.strip.titles())
            if answer == "background":
                self._leaving.go_on()
            elif answer == "stop":
                self._leaving.stop()
            return
        self._ctx.settings.setValue("window/geometry", self.saveGeometry())
        self._ctx.settings.sync()
        for page in self._pages.values():
            page.on_closing()
        self._ctx.runner.close()
        event.accept()
        self.closed.emit()
