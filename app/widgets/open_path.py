"""Files and folders in whatever program the person uses for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


def open_path(path: str | Path) -> None:
    """Open a file or a folder outside of this program."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
