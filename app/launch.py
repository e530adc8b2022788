"""Starts the window: checks what Qt needs, then puts workspace, jobs and pages together.

Qt is imported only after the checks, so that a machine without a display or with a library
missing gets a sentence instead of a traceback or an abort.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from app.system_libraries import advice, missing_x11_libraries

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.context import AppContext, PageSpec
    from app.main_window import MainWindow

NO_DISPLAY = (
    "There is no display to open the window on. `make demo` runs the same work without one; "
    "with a display, try again there."
)

_MANY = 1 << 40
_SWITCH_S = 0.001  # by default the window may wait 5 ms each time it takes Python from a job


def main(argv: Sequence[str] | None = None) -> int:
    """Open the workbench; returns the exit status (2: it cannot start here)."""
    parser = argparse.ArgumentParser(prog="mulm-workbench", description="MULM Workbench")
    parser.add_argument(
        "--workspace",
        type=Path,
        help="folder for corpora and runs (default: $MULM_WORKSPACE or the user's data folder)",
    )
    options = parser.parse_args(argv)
    problem = _display_problem()
    if problem:
        print(problem, file=sys.stderr)
        return 2
    try:
        import PySide6.QtWidgets  # noqa: F401 - whether it loads is what is asked
    except ImportError as error:
        print(advice(str(error)), file=sys.stderr)
        return 2
    return _run(options.workspace)


def _display_problem() -> str:
    """Return why no window can open on this Linux machine; empty where one can."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return ""
    if os.environ.get("WAYLAND_DISPLAY"):
        return ""
    if not os.environ.get("DISPLAY"):
        return NO_DISPLAY
    # Qt aborts the whole process where its X11 plugin cannot load; we can still say why.
    missing = missing_x11_libraries()
    return advice(", ".join(missing)) if missing else ""


def _run(workspace: Path | None) -> int:
    import asyncio

    import qasync
    from PySide6.QtWidgets import QMessageBox

    from mulm_core.errors import MulmError
    from mulm_core.quiet import silence

    silence()
    app = make_application()
    try:
        ctx = make_context(workspace)
    except MulmError as problem:
        QMessageBox.critical(None, "MULM Workbench", problem.sentence())
        return 1
    # Everything on disk is written to survive a kill, so Ctrl+C in a terminal may end at once.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = make_window(ctx)
    _report_unexpected(ctx)
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    window.show()
    with loop:
        loop.run_until_complete(closed.wait())
    return 0


def make_application() -> QApplication:
    """Return the application, dressed in the theme; the running one where there is one."""
    from PySide6.QtCore import QLocale
    from PySide6.QtWidgets import QApplication

    from app.theme import theme

    _keep_singletons_alive()
    sys.setswitchinterval(_SWITCH_S)
    if QLocale().language() == QLocale.Language.C:
        # Numbers and dates for people, where the system says nothing about how they read them.
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("MULM Workbench")
    app.setDesktopFileName("mulm-workbench")
    app.setQuitOnLastWindowClosed(False)  # the event loop ends after the jobs have, not before
    theme().apply()
    return app


def _keep_singletons_alive() -> None:
    """Give None, True and False more references than PySide can take away.

    PySide 6.12 gives one too many back whenever a Python model answers None for a role (some
    hundred times a painted table) or a signal is emitted with a bool. Before Python 3.12 these
    are counted like any object, and the process would be aborted after minutes of scrolling.
    """
    if sys.version_info >= (3, 12):
        return
    import ctypes

    for value in (None, True, False):
        if sys.getrefcount(value) < _MANY:
            ctypes.c_ssize_t.from_address(id(value)).value += _MANY


def make_context(workspace: Path | None) -> AppContext:
    """Open the workspace and make what the pages share; raises MulmError where it cannot."""
    from PySide6.QtCore import QSettings

    from app.bridge import JobRunner
    from app.context import AppContext
    from app.theme import theme
    from app.viewmodels.library import Library
    from app.viewmodels.settings import SettingsModel
    from mulm_core.workspace import Workspace

    place = Workspace.open(workspace)
    runner = JobRunner()
    settings = QSettings(str(place.root / "window.ini"), QSettings.Format.IniFormat)
    preferences = SettingsModel(place)
    theme().set_mode(preferences.theme)
    theme().set_scale(float(str(settings.value("window/text_scale", 1.0))))
    return AppContext(place, runner, Library(place, runner), settings, preferences)


def make_window(ctx: AppContext) -> MainWindow:
    """Return the window with all its pages; not shown yet."""
    from app.collector import Collector
    from app.main_window import MainWindow

    window = MainWindow(ctx, page_specs())
    Collector(window)
    ctx.library.refresh()
    return window


def page_specs() -> list[PageSpec]:
    """The pages in the order of the work; each is imported at its first visit."""
    from app.context import PageSpec
    from app.i18n import tr
    from app.widgets.page import Page

    def home(ctx: AppContext) -> Page:
        from app.pages.home import HomePage

        return HomePage(ctx)

    def corpora(ctx: AppContext) -> Page:
        from app.pages.corpora import CorporaPage

        return CorporaPage(ctx)

    def finetune(ctx: AppContext) -> Page:
        from app.pages.finetune import FineTunePage

        return FineTunePage(ctx)

    def compare(ctx: AppContext) -> Page:
        from app.pages.compare import ComparePage

        return ComparePage(ctx)

    def evaluate(ctx: AppContext) -> Page:
        from app.pages.evaluate import EvaluatePage

        return EvaluatePage(ctx)

    def models(ctx: AppContext) -> Page:
        from app.pages.models import ModelsPage

        return ModelsPage(ctx)

    def settings(ctx: AppContext) -> Page:
        from app.pages.settings import SettingsPage

        return SettingsPage(ctx)

    return [
        PageSpec("home", tr("Home"), "house", home),
        PageSpec("corpora", tr("Corpora"), "database", corpora),
        PageSpec("finetune", tr("Fine-tune"), "sliders-horizontal", finetune),
        PageSpec("compare", tr("Compare"), "columns-2", compare),
        PageSpec("evaluate", tr("Evaluate"), "chart-column", evaluate),
        PageSpec("models", tr("Models"), "boxes", models),
        PageSpec("settings", tr("Settings"), "settings", settings, bottom=True),
    ]


def _report_unexpected(ctx: AppContext) -> None:
    """Show errors that nobody caught in the window, besides printing them."""
    from app.i18n import tr

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        print(details, file=sys.stderr)
        ctx.notify(
            tr("Something unexpected happened. Your work is saved; please send us the report."),
            "error",
            details=details,
        )

    sys.excepthook = show
