"""The few questions and windows that are modal."""

from __future__ import annotations

from typing import Literal

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

Close = Literal["background", "stop", "stay"]
"""What becomes of running jobs when the window is closed; ``stay`` closes nothing."""


def ask_close_while_running(parent: QWidget, jobs: list[str]) -> Close:
    """Ask what becomes of *jobs* (their names), which run while the window is closed."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle(tr("Close while a job runs?"))
    if len(jobs) == 1:
        box.setText(tr("“{job}” is still running.", job=jobs[0]))
    else:
        box.setText(tr("{n} jobs are still running: {jobs}.", n=len(jobs), jobs=", ".join(jobs)))
    box.setInformativeText(
        tr(
            "It can go on without the window; the program ends when it is done. Stopped, "
            "fine-tuning keeps its best checkpoint and can be resumed; imports are undone."
        )
    )
    role = QMessageBox.ButtonRole
    background = box.addButton(tr("Go on in the background"), role.AcceptRole)
    stop = box.addButton(tr("Stop and quit"), role.DestructiveRole)
    stay = box.addButton(tr("Cancel"), role.RejectRole)
    box.setDefaultButton(background)
    box.setEscapeButton(stay)
    box.exec()
    clicked = box.clickedButton()
    return "background" if clicked is background else "stop" if clicked is stop else "stay"


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
