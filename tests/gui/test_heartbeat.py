"""The heartbeat notices when the window does not answer."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.heartbeat import Heartbeat


def test_a_block_of_the_gui_thread_is_seen(qtbot: QtBot) -> None:
    heartbeat = Heartbeat()
    heartbeat.start()
    QTimer.singleShot(50, lambda: time.sleep(0.2))
    qtbot.wait(500)
    heartbeat.stop()
    assert heartbeat.beats > 5
    assert 150 < heartbeat.worst() < 5000
    assert heartbeat.percentile(1.0) == heartbeat.worst()
    assert heartbeat.percentile(0.0) <= heartbeat.percentile(0.5) <= heartbeat.worst()


def test_nothing_measured_is_zero() -> None:
    heartbeat = Heartbeat()
    assert (heartbeat.beats, heartbeat.worst(), heartbeat.percentile(0.99)) == (0, 0.0, 0.0)
