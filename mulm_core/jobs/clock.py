"""A clock that stands still while the computer sleeps, so that a closed lid makes no run longer."""

from __future__ import annotations

import sys
import time

_TICKS = 1e7  # Windows counts in units of 100 ns

if sys.platform == "win32":

    def awake_s() -> float:
        """Seconds the computer has been awake; Python's monotonic clock counts sleep there."""
        import ctypes

        ticks = ctypes.c_ulonglong()
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
        return ticks.value / _TICKS

else:
    awake_s = time.monotonic  # stands still in sleep on Linux and macOS
