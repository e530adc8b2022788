"""Which process is at work in a folder: what tells *running* from *interrupted*."""

from __future__ import annotations

import os
from pathlib import Path

_held: set[Path] = set()
"""The folders that this process is at work in now."""


def hold(folder: Path) -> dict[str, float]:
    """Mark ``folder`` as this process's; returns what to write down for :func:`is_held`."""
    import psutil

    _held.add(folder)
    return {"pid": os.getpid(), "started": psutil.Process().create_time()}


def release(folder: Path) -> None:
    """The work has ended, however."""
    _held.discard(folder)


def is_held(folder: Path, process: dict[str, float]) -> bool:
    """Whether the process that :func:`hold` wrote down is still at work in ``folder``."""
    import psutil

    try:
        pid = int(process["pid"])
        found = psutil.Process(pid)
        # The start tells a process from a later one with the same number.
        same = abs(found.create_time() - process["started"]) < 1.0  # clocks differ by rounding
        ended = found.status() == psutil.STATUS_ZOMBIE  # its parent has not asked for its end yet
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False
    return same and not ended and (pid != os.getpid() or folder in _held)
