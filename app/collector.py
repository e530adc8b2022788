"""Garbage is collected on the GUI thread alone.

Python looks for cycles of dead objects on whichever thread happens to allocate. On a worker it
would destroy widgets there, which Qt does not survive; and a look through everything in the middle
of a training step holds the window up. The idea is calibre's.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_TICK_MS = 500
_YOUNG = 700  # new objects that are worth a look
_TIMES = 10  # looks at the young before those that survived are looked at, and so on


class Collector(QObject):
    """While *owner* lives, it collects in Python's place; the last of several gives it back."""

    _living = 0
    _was_on = True  # before the first of them

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        if not Collector._living:
            Collector._was_on = gc.isenabled()
        Collector._living += 1
        gc.disable()
        owner.destroyed.connect(lambda: _owner_gone())
        timer = QTimer(self)
        timer.setInterval(_TICK_MS)
        timer.timeout.connect(_collect)
        timer.start()


def _owner_gone() -> None:
    Collector._living -= 1
    if not Collector._living and Collector._was_on:
        gc.enable()


def _collect() -> None:
    young, middle, old = gc.get_count()
    if young > _YOUNG:
        gc.collect(2 if old > _TIMES else 1 if middle > _TIMES else 0)
