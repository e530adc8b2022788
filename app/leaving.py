"""Closing the window while jobs run: they go on out of sight, and the program ends with them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app.bridge import Job, JobRunner
from app.i18n import tr
from app.icons import app_icon

_READ_MS = 8000  # some desktops take a notification away with the program that sent it


class Leaving(QObject):
    """Hides the window and closes it for good when the last announced job has ended.

    Where the desktop has a tray, an icon there brings the window back and tells how it ended.
    """

    def __init__(self, window: QWidget, runner: JobRunner) -> None:
        super().__init__(window)
        self._window = window
        self._jobs: list[Job] = []
        self._tray: QSystemTrayIcon | None = None
        self.waiting = False
        runner.started.connect(self._jobs.append)
        runner.finished.connect(self._ended)

    def go_on(self) -> None:
        """Let the jobs end by themselves."""
        self._hide()
        if QSystemTrayIcon.isSystemTrayAvailable():
            self._show_tray()

    def stop(self) -> None:
        """End the jobs now; those that can keep what they have."""
        self._hide()
        for job in list(self._jobs):
            job.stop()

    def _hide(self) -> None:
        self.waiting = True
        self._window.hide()

    def _show_tray(self) -> None:
        if self._tray is None:
            self._tray = QSystemTrayIcon(app_icon(), self)
            self._tray.activated.connect(lambda _: self._come_back())
            menu = QMenu(self._window)
            menu.addAction(tr("Show the window")).triggered.connect(self._come_back)
            menu.addAction(tr("Stop and quit")).triggered.connect(self.stop)
            self._tray.setContextMenu(menu)
        titles = ", ".join(job.title for job in self._jobs)
        self._tray.setToolTip(tr("MULM Workbench: {jobs}", jobs=titles))
        self._tray.show()

    def _come_back(self) -> None:
        self.waiting = False
        if self._tray is not None:
            self._tray.hide()
        self._window.show()
        self._window.activateWindow()

    def _ended(self, job: Job) -> None:
        self._jobs.remove(job)
        if not self.waiting:
            return
        told = self._tray is not None and self._tray.isVisible()
        if told:
            self._tell(job)
        if not self._jobs:
            QTimer.singleShot(_READ_MS if told else 0, self, self._leave)

    def _tell(self, job: Job) -> None:
        assert self._tray is not None
        ended = tr("It ended with an error.") if job.failure else tr("It is done.")
        self._tray.showMessage(job.title, ended, app_icon(), _READ_MS)

    def _leave(self) -> None:
        if self.waiting:  # the person may have come back
            self._window.close()
