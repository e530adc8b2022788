"""Dragging files over a widget and dropping them, with the events that Qt itself sends."""

from __future__ import annotations

import warnings
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget


def drop(target: QWidget, paths: list[Path]) -> bool:
    """Drag files over a widget and drop them in its middle; whether they were accepted."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = target.rect().center()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    with warnings.catch_warnings():
        # Qt 6.12 prefers another signature, which 6.10 lacks.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, action, mime, buttons, keys)
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(target, QDropEvent(QPointF(place), action, mime, buttons, keys))
    return True
