"""Asking for test files: one file with both languages, or a source and a reference file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.widgets.drop_zone import ask_files


def ask_test_files(parent: QWidget, settings: QSettings | None) -> list[Path]:
    """Let the person choose one test file, or two that belong together."""
    title = tr("Choose a test file, or its source and its reference file together")
    return ask_files(parent, title, settings=settings)
