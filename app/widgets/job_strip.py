"""The bottom strip: what runs, how far it is, and what machine it runs on."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import duration, file_size, percent, tr
from app.icons import icon, pixmap
from app.theme import theme
from app.widgets.page import label, restyle

_FINISHED_MS = 8000


class _JobRow(QWidget):
    """One job: name, bar, percent, what it does now, time left, pause and stop."""

    clicked = Signal()
    pause_toggled = Signal(bool)
    stop_clicked = Signal()
    dismissed = Signal()

    def __init__(self, title: str, can_pause: bool, stoppable: bool) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.paused = False
        self.finished = False
        self._ok = True
        self._title = label(title, "strong")
        self._picture = QLabel()
        self._picture.hide()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(tr("Progress of {job}", job=title))
        self._percent = label("", "small")
        self._percent.setMinimumWidth(34)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._message = label("", "small")
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._eta = label("", "small")
        self._pause = self._tool("pause", tr("Pause {job}", job=title))
        self._pause.setVisible(can_pause)
        self._pause.clicked.connect(lambda: self.pause_toggled.emit(not self.paused))
        stop_words = tr("Stop {job} and keep what it has", job=title)
        self._stop = (
            self._tool("square", stop_words)
            if stoppable
            else self._tool("x", tr("Cancel {job}", job=title))
        )
        self._stop.clicked.connect(self._stop_or_dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._picture)
        row.addWidget(self._title)
        row.addWidget(self._bar)
        row.addWidget(self._percent)
        row.addWidget(self._message, 1)
        row.addWidget(self._eta)
        row.addSpacing(-6)
        row.addWidget(self._pause)
        row.addSpacing(-10)
        row.addWidget(self._stop)
        theme().changed.connect(self._tint)

    def _tool(self, icon_name: str, words: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(icon_name))
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def update_progress(self, fraction: float | None, message: str, eta_s: float | None) -> None:
        if fraction is None:
            self._bar.setRange(0, 0)
            self._percent.clear()
        else:
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(1000 * min(1.0, max(0.0, fraction))))
            # A job that still runs is not at 100 %.
            self._percent.setText(percent(min(0.99, fraction)))
        self._message.setText(message)
        self._message.setToolTip(message)
        if self.paused:
            self._eta.setText(tr("paused"))
        else:
            self._eta.setText("" if eta_s is None else tr("{time} left", time=duration(eta_s)))

    def set_paused(self, paused: bool) -> None:
        self.paused = paused
        title = self._title.text()
        words = tr("Resume {job}", job=title) if paused else tr("Pause {job}", job=title)
        self._pause.setIcon(icon("play" if paused else "pause"))
        self._pause.setAccessibleName(words)
        self._pause.setToolTip(words)
        self._eta.setText(tr("paused") if paused else "")
        restyle(self._bar, tone="paused" if paused else "")

    def finish(self, text: str, ok: bool) -> None:
        self.finished = True
        self._ok = ok
        for part in (self._bar, self._percent, self._eta, self._pause):
            part.hide()
        self._picture.show()
        self._message.setText(text)
        self._message.setToolTip(text)
        self._stop.setIcon(icon("x"))
        self._stop.setAccessibleName(tr("Dismiss"))
        self._stop.setToolTip(tr("Dismiss"))
        self._tint()

    def _stop_or_dismiss(self) -> None:
        (self.dismissed if self.finished else self.stop_clicked).emit()

    def _tint(self) -> None:
        name, token = ("circle-check", "success") if self._ok else ("circle-alert", "danger")
        self._picture.setPixmap(pixmap(name, token, 16, self.devicePixelRatioF()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class JobStrip(QFrame):
    """Shows running jobs in rows; a click on a row asks for the job's page.

    Jobs are known by the id that ``add_job`` was given. A finished job's sentence leaves after
    eight seconds; a failed one stays until it is dismissed.
    """

    clicked = Signal(int)
    cancel_requested = Signal(int)
    pause_requested = Signal(int)
    resume_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAccessibleName(tr("Running jobs"))
        self._rows: dict[int, _JobRow] = {}
        self._idle = label(tr("No jobs running"), "small")
        self._device = label("", "small")
        self._memory = label("", "small")
        self._memory.setToolTip(tr("Memory that this program holds now"))
        self._stack = QVBoxLayout()
        self._stack.setSpacing(2)
        self._stack.addWidget(self._idle)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 3, 16, 3)
        outer.setSpacing(16)
        outer.addLayout(self._stack, 1)
        bottom = Qt.AlignmentFlag.AlignBottom
        for part in (self._device, self._memory):
            part.setFixedHeight(28)
            outer.addWidget(part, 0, bottom)
        self._idle.setFixedHeight(28)

    @property
    def running(self) -> list[int]:
        """The ids of the jobs that have not finished."""
        return [job for job, row in self._rows.items() if not row.finished]

    def titles(self) -> list[str]:
        """Return the names of the running jobs."""
        return [self._rows[job].accessibleName() for job in self.running]

    def add_job(
        self, job: int, title: str, *, can_pause: bool = True, stoppable: bool = True
    ) -> None:
        """Show a new job, with a busy bar until its first progress.

        *stoppable* jobs keep their work when they are stopped; others are cancelled.
        """
        if job in self._rows:
            self.remove_job(job)
        row = _JobRow(title, can_pause, stoppable)
        row.setFixedHeight(28)
        row.clicked.connect(lambda: self.clicked.emit(job))
        row.stop_clicked.connect(lambda: self.cancel_requested.emit(job))
        row.dismissed.connect(lambda: self.remove_job(job))
        row.pause_toggled.connect(
            lambda pause: (self.pause_requested if pause else self.resume_requested).emit(job)
        )
        self._rows[job] = row
        self._stack.addWidget(row)
        self._idle.hide()

    def update_job(
        self, job: int, fraction: float | None, message: str = "", eta_s: float | None = None
    ) -> None:
        """Show progress: a fraction from 0 to 1 (None: unknown), what it does, seconds left."""
        row = self._rows.get(job)
        if row is not None and not row.finished:
            row.update_progress(fraction, message, eta_s)

    def set_paused(self, job: int, paused: bool) -> None:
        """Show whether a job waits."""
        if job in self._rows:
            self._rows[job].set_paused(paused)

    def finish_job(self, job: int, text: str, ok: bool = True) -> None:
        """Show a job's result in one sentence."""
        row = self._rows.get(job)
        if row is None:
            return
        row.finish(text, ok)
        if ok:
            QTimer.singleShot(_FINISHED_MS, row, lambda: self._remove_row(job, row))

    def remove_job(self, job: int) -> None:
        """Take a job's row away."""
        row = self._rows.get(job)
        if row is not None:
            self._remove_row(job, row)

    def _remove_row(self, job: int, row: _JobRow) -> None:
        if self._rows.get(job) is not row:
            return
        del self._rows[job]
        self._stack.removeWidget(row)
        row.deleteLater()
        self._idle.setVisible(not self._rows)

    def set_device(self, text: str) -> None:
        """Show the device, such as ``CPU, 2 cores`` or the graphics card's name."""
        self._device.setText(text)

    def set_memory(self, used: int | None) -> None:
        """Show the memory that the program holds, in bytes."""
        self._memory.setText("" if used is None else file_size(used))
