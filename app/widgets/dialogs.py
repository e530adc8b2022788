"""The few questions and windows that are modal."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.icons import app_icon
from app.system_info import versions_text
from app.widgets.page import label


def ask_close_while_running(parent: QWidget, jobs: list[str]) -> bool:
    """Ask whether to quit although *jobs* (their names) run; True to quit."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr("Quit while a job runs?"))
    if len(jobs) == 1:
        box.setText(tr("“{job}” is still running.", job=jobs[0]))
    else:
        box.setText(tr("{n} jobs are still running: {jobs}.", n=len(jobs), jobs=", ".join(jobs)))
    box.setInformativeText(
        tr("Quitting stops it. Fine-tuning keeps its last checkpoint; imports are undone.")
    )
    leave = box.addButton(tr("Stop and quit"), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Keep running"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return box.clickedButton() is leave


class AboutDialog(QDialog):
    """Name, purpose, licences and versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About MULM Workbench"))
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(64, 64))
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(label("MULM Workbench", "title"))
        words.addWidget(
            label(
                tr("Fine-tune, compare and score machine translation on your own computer."),
                wrap=True,
            )
        )
        words.addWidget(label(tr("Icons: Lucide (ISC). Interface: Qt for Python (LGPL)."), "small"))
        words.addSpacing(6)
        words.addWidget(label(versions_text(), "small", select=True))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(16)
        outer.addLayout(row)
        outer.addWidget(buttons)
        self.setMinimumWidth(460)
