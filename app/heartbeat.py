"""Measures whether the window answers: how late a 10 ms timer of the GUI thread is."""

from __future__ import annotations

import time
from math import ceil

from PySide6.QtCore import QObject, Qt, QTimer

_INTERVAL_MS = 10


class Heartbeat(QObject):
    """Beats while it is started; keeps by how much each beat was late."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._beat)
        self._last = 0.0
        self._late_ms: list[float] = []

    def start(self) -> None:
        """Begin a new measurement."""
        self._late_ms = []
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """End the measurement; what it found stays."""
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late_ms.append(max(0.0, (now - self._last) * 1000 - _INTERVAL_MS))
        self._last = now

    @property
    def beats(self) -> int:
        """How many beats were measured."""
        return len(self._late_ms)

    def worst(self) -> float:
        """The longest lateness in milliseconds; 0 without a beat."""
        return max(self._late_ms, default=0.0)

    def percentile(self, share: float) -> float:
        """The lateness in milliseconds that ``share`` (0 to 1) of the beats stay within."""
        if not self._late_ms:
            return 0.0
        ordered = sorted(self._late_ms)
        return ordered[min(len(ordered), max(1, ceil(share * len(ordered)))) - 1]
