"""The window as a person meets it: pages, menus, drops, closing, and starting at all."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from dragging import drop
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from app.bridge import Job
from app.context import AppContext, Notice
from app.launch import NO_DISPLAY, make_context, make_window, page_specs
from app.main_window import MainWindow
from app.system_libraries import advice
from app.theme import theme
from app.widgets.message import InlineMessage
from mulm_core.jobs import JobContext

ROOT = Path(__file__).resolve().parents[2]
PAGES = [spec.key for spec in page_specs()]


def action(window: MainWindow, text: str) -> QAction:
    return next(a for a in window.findChildren(QAction) if a.text().replace("&", "") == text)


@pytest.mark.parametrize("key", PAGES)
def test_every_page_opens_and_has_names(qtbot: QtBot, window: MainWindow, key: str) -> None:
    window.rail.chosen.emit(key)
    assert window.current_page == key
    page = window.page(key)
    assert page.isVisible() and page.accessibleName()
    nameless = [
        widget
        for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QAbstractItemView)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]
    assert nameless == []
    for mode in ("dark", "light"):
        theme().set_mode(mode)
        assert not window.grab().isNull()


def test_the_line_in_a_spin_box_is_named_as_the_box(window: MainWindow) -> None:
    for key in PAGES:
        window.show_page(key)
    boxes = window.findChildren(QAbstractSpinBox)
    assert {"Segment", "Share of dev", "Trials at most"} <= {box.accessibleName() for box in boxes}
    for box in boxes:
        (line,) = box.findChildren(QLineEdit)
        assert line.accessibleName() == box.accessibleName()


def test_pages_are_made_at_their_first_visit(window: MainWindow) -> None:
    assert list(window._pages) == ["home"]
    window.show_page("settings")
    assert list(window._pages) == ["home", "settings"]


def test_shortcuts_reach_every_page(window: MainWindow) -> None:
    shortcuts = {a.shortcut().toString() for a in window.findChildren(QAction)}
    assert {f"Ctrl+{number}" for number in range(1, len(PAGES) + 1)} <= shortcuts
    assert {"Ctrl+O", "Ctrl+Q", "F1"} <= shortcuts


def test_a_drop_on_the_window_goes_to_corpora(
    qtbot: QtBot, window: MainWindow, context: AppContext, tmp_path: Path
) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("Hallo\tBonjour\n", encoding="utf-8")
    with qtbot.waitSignal(context.navigation_requested) as signal:
        assert drop(window, [file])
    assert signal.args == ["corpora", {"files": [file]}]
    assert window.current_page == "corpora"


def test_the_appearance_is_switched_and_kept(
    window: MainWindow, context: AppContext, own_workspace: Path
) -> None:
    action(window, "Dark").trigger()
    assert theme().tokens.name == "dark"
    again = make_context(own_workspace)
    assert again.preferences.theme == "dark"
    again.runner.close()


def test_page_and_rail_are_remembered(qtbot: QtBot, own_workspace: Path, qapp: object) -> None:
    first = make_context(own_workspace)
    window = make_window(first)
    qtbot.addWidget(window)
    window.show()
    window.show_page("models")
    action(window, "Collapse or expand the rail").trigger()
    assert window.rail.width() == 56
    qtbot.waitUntil(lambda: not first.runner.jobs)
    window.close()
    second = make_context(own_workspace)
    again = make_window(second)
    qtbot.addWidget(again)
    again.show()
    assert again.current_page == "models" and again.rail.collapsed
    qtbot.waitUntil(lambda: not second.runner.jobs)
    again.close()


def test_a_notice_offers_its_action(window: MainWindow) -> None:
    done: list[bool] = []
    window.show_notice(
        Notice("Corpus removed.", action="Undo", on_action=lambda: done.append(True))
    )
    bar = window.findChild(InlineMessage, "notice")
    assert bar is not None and bar.isVisible() and bar.text == "Corpus removed."
    bar._action.click()
    assert done == [True] and not bar.isVisible()


def endless(context: AppContext, until: threading.Event, **options: object) -> Job:
    """A job that runs until it is stopped, cancelled or *until* is set."""

    def work(ctx: JobContext, _request: None) -> str:
        while not until.wait(0.01) and not ctx.stop_requested:
            ctx.check()
        return "kept"

    return context.runner.start(work, None, title="Fine-tune", page="finetune", **options)


def answer(text: str) -> None:
    """Press a button of the question that shows next."""

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox) and "Fine-tune" in box.text()
        next(b for b in box.buttons() if b.text() == text).click()

    QTimer.singleShot(0, press)


def test_closing_while_a_job_runs_asks_and_can_stop_it(
    qtbot: QtBot, window: MainWindow, context: AppContext
) -> None:
    job = endless(context, threading.Event(), stoppable=True)
    assert window.strip.titles() == ["Fine-tune"]
    answer("Cancel")
    assert not window.close()
    assert window.isVisible() and not job.done
    kept: list[str] = []
    job.succeeded.connect(kept.append)
    answer("Stop and quit")
    with qtbot.waitSignal(window.closed):
        window.close()
        assert not window.isVisible()
    assert kept == ["kept"]


def test_what_cannot_be_kept_is_undone(
    qtbot: QtBot, window: MainWindow, context: AppContext
) -> None:
    job = endless(context, threading.Event())
    answer("Stop and quit")
    with qtbot.waitSignals([window.closed, job.cancelled]):
        window.close()


def test_a_job_can_go_on_without_the_window(
    qtbot: QtBot, window: MainWindow, context: AppContext
) -> None:
    enough = threading.Event()
    job = endless(context, enough)
    answer("Go on in the background")
    window.close()
    assert not window.isVisible()
    qtbot.wait(100)
    assert not job.done
    with qtbot.waitSignals([job.succeeded, window.closed]):
        enough.set()


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    without = {k: v for k, v in os.environ.items() if k not in environment}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        without.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code],
        env=without | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are Linux's affair")
def test_without_a_display_one_sentence_says_so(tmp_path: Path) -> None:
    done = run(
        "import sys; from app.launch import main; sys.exit(main([]))",
        MULM_WORKSPACE=str(tmp_path),
    )
    assert done.returncode == 2
    assert done.stderr.strip() == NO_DISPLAY and "make demo" in NO_DISPLAY
    assert done.stdout == ""


def test_a_missing_library_is_named_with_its_package() -> None:
    words = advice("libEGL.so.1: cannot open shared object file: No such file or directory")
    assert "libegl1" in words and "mesa-libEGL" in words


START = """
import resource, sys
from pathlib import Path
from app.launch import make_application, make_context, make_window
app = make_application()
context = make_context(None)
window = make_window(context)
window.show()
app.processEvents()
used = resource.getrusage(resource.RUSAGE_SELF)
heavy = [name for name in ("torch", "transformers", "peft", "pyqtgraph", "numpy", "sacrebleu")
         if name in sys.modules]
window.close()
print(round(used.ru_utime + used.ru_stime, 2), heavy)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="processor time is read the POSIX way")
def test_the_first_window_is_light(tmp_path: Path) -> None:
    done = run(START, QT_QPA_PLATFORM="offscreen", MULM_WORKSPACE=str(tmp_path))
    assert done.returncode == 0, done.stderr
    seconds, _, heavy = done.stdout.partition(" ")
    assert heavy.strip() == "[]"
    # Processor time, not the clock: other tests and programs may be running.
    assert float(seconds) < 1.5


def test_the_real_program_opens_and_quits(tmp_path: Path) -> None:
    code = """
import sys
from PySide6.QtCore import Qt, QTimer
import app.launch as launch
made = launch.make_window
def make_window(context):
    window = made(context)
    QTimer.singleShot(200, window.close)
    return window
launch.make_window = make_window
sys.exit(launch.main(["--workspace", sys.argv[1] if len(sys.argv) > 1 else "."]))
"""
    done = run(
        code.replace('sys.argv[1] if len(sys.argv) > 1 else "."', repr(str(tmp_path))),
        QT_QPA_PLATFORM="offscreen",
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "window.ini").exists()
    assert "Traceback" not in done.stderr
