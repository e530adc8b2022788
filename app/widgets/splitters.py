"""Splitters that are where the person left them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QSplitter


def remember(splitter: QSplitter, settings: QSettings | None, key: str) -> None:
    """Put the splitter where it was left, and note every move; *key* names it."""
    splitter.setObjectName(key)
    if settings is None:
        return
    saved = settings.value(f"splitters/{key}")
    if isinstance(saved, QByteArray):
        splitter.restoreState(saved)
    splitter.splitterMoved.connect(
        lambda *_: settings.setValue(f"splitters/{key}", splitter.saveState())
    )
