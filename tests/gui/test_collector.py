"""Dead objects are taken away on the GUI thread, whichever thread made them."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.collector import Collector


class Cycle:
    """Dead as soon as nobody else knows it, and yet there until somebody looks."""

    def __init__(self) -> None:
        self.me = self


def test_garbage_of_any_thread_dies_on_this_one(qtbot: QtBot) -> None:
    gc.enable()
    earlier, owner = QObject(), QObject()
    for one in (earlier, owner):
        Collector(one)
    earlier.deleteLater()
    qtbot.wait(50)
    died_on: list[int] = []

    def work() -> None:
        cycles = [Cycle() for _ in range(5000)]
        weakref.finalize(cycles[0], lambda: died_on.append(threading.get_ident()))

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert not died_on and not gc.isenabled()
    qtbot.waitUntil(lambda: bool(died_on), timeout=10_000)
    assert died_on == [threading.get_ident()]
    owner.deleteLater()
    qtbot.waitUntil(gc.isenabled, timeout=10_000)
