"""Where files are dropped: a framed zone on a page, or an overlay over a whole window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, QSettings, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QFileDialog, QLabel, QVBoxLayout, QWidget

from app.i18n import tr, tr_n
from app.icons import pixmap
from app.theme import theme
from app.widgets.page import label, restyle

_LAST_FOLDER = "files/last_folder"


def dropped_paths(mime: QMimeData) -> list[Path]:
    """Return the local files and folders in dragged data; empty where there are none."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def ask_files(
    parent: QWidget, title: str, name_filter: str = "", settings: QSettings | None = None
) -> list[Path]:
    """Open the system's file dialog in the folder used last; empty where it was dismissed."""
    start = str(settings.value(_LAST_FOLDER, "")) if settings is not None else ""
    names, _ = QFileDialog.getOpenFileNames(parent, title, start, name_filter)
    if names and settings is not None:
        settings.setValue(_LAST_FOLDER, str(Path(names[0]).parent))
    return [Path(name) for name in names]


def ask_save_path(
    parent: QWidget, title: str, name: str, settings: QSettings | None = None
) -> Path | None:
    """Ask where to write a file called *name*; None where the dialog was dismissed."""
    folder = str(settings.value(_LAST_FOLDER, "")) if settings is not None else ""
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path(folder) / name))
    if not chosen:
        return None
    if settings is not None:
        settings.setValue(_LAST_FOLDER, str(Path(chosen).parent))
    return Path(chosen)


class _DropSurface(QWidget):
    """The dashed, rounded ground that both kinds of drop target share."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hot = False
        self._picture = QLabel()
        self._title = label("", "section", wrap=True)
        self._hint = label("", "secondary", wrap=True)
        for part in (self._picture, self._title, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(4)
        outer.addStretch(1)
        outer.addWidget(self._picture)
        outer.addSpacing(4)
        outer.addWidget(self._title)
        outer.addWidget(self._hint)
        outer.addStretch(1)
        theme().changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        token = "accent" if self._hot else "text_secondary"
        self._picture.setPixmap(pixmap("upload", token, 28, self.devicePixelRatioF()))
        self.update()

    def _set_hot(self, hot: bool) -> None:
        if self._hot != hot:
            self._hot = hot
            restyle(self._title, tone="accent" if hot else "")
            self._tint()

    def _paint_ground(self, ground: str, alpha: float, inset: float, strong: bool) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(tokens.qcolor("accent" if strong else "border_strong"), 2 if strong else 1.2)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(tokens.qcolor(ground, alpha))
        area = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(area, 8, 8)


class DropZone(_DropSurface):
    """A zone that takes files by drop, click or Enter.

    ``hint_for(paths)`` may say what will happen with the files over it; returning None refuses
    them. The file dialog remembers its folder in *settings*.
    """

    dropped = Signal(list)
    """The dropped or chosen files, as ``list[Path]``."""

    def __init__(
        self,
        title: str,
        hint: str = "",
        *,
        name_filter: str = "",
        settings: QSettings | None = None,
        hint_for: Callable[[list[Path]], str | None] | None = None,
    ) -> None:
        super().__init__()
        self._idle = (title, hint)
        self._name_filter = name_filter
        self._settings = settings
        self._hint_for = hint_for
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMinimumHeight(132)
        self.setAccessibleName(title)
        self.setAccessibleDescription(hint)
        self._reset()

    def choose(self) -> None:
        """Open the file dialog; what is chosen arrives as if it had been dropped."""
        paths = ask_files(self, self._idle[0], self._name_filter, self._settings)
        if paths:
            self.dropped.emit(paths)

    def _reset(self) -> None:
        self._title.setText(self._idle[0])
        self._hint.setText(self._idle[1])
        self._set_hot(False)

    def _words_for(self, paths: list[Path]) -> str | None:
        if self._hint_for is not None:
            return self._hint_for(paths)
        if len(paths) == 1:
            return tr("Drop to open {name}", name=paths[0].name)
        return tr_n("Drop to open {n} file", "Drop to open {n} files", len(paths))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept local files and say what dropping them does."""
        paths = dropped_paths(event.mimeData())
        words = self._words_for(paths) if paths else None
        if words is None:
            event.ignore()
            return
        self._title.setText(words)
        self._hint.setText("")
        self._set_hot(True)
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Go back to the idle words."""
        self._reset()

    def dropEvent(self, event: QDropEvent) -> None:
        """Emit the dropped files."""
        paths = dropped_paths(event.mimeData())
        self._reset()
        event.acceptProposedAction()
        self.dropped.emit(paths)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the file dialog."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or Space opens the file dialog."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dashed frame, filled while files hover."""
        strong = self._hot or self.hasFocus()
        ground = "accent_soft" if self._hot else "hover" if self.underMouse() else "surface"
        self._paint_ground(ground, 1.0, 1.0, strong)


class DropOverlay(_DropSurface):
    """Makes a whole window or page a drop target, covered with words while files are dragged.

    ``hint_for(paths)`` says what a drop would do, or None to refuse it.
    """

    dropped = Signal(list)
    """The dropped files, as ``list[Path]``."""

    def __init__(self, target: QWidget, hint_for: Callable[[list[Path]], str | None]) -> None:
        super().__init__(target)
        self._target = target
        self._hint_for = hint_for
        target.setAcceptDrops(True)
        target.installEventFilter(self)
        self.setAcceptDrops(False)  # the target beneath keeps getting the events
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._set_hot(True)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the target's drag events and follow its size."""
        if isinstance(event, QDragEnterEvent):
            return self._enter(event)
        if isinstance(event, QDragLeaveEvent):
            self.hide()
            return True
        if event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.hide()
            event.acceptProposedAction()
            self.dropped.emit(dropped_paths(event.mimeData()))
            return True
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._target.rect())
        return False

    def _enter(self, event: QDragEnterEvent) -> bool:
        paths = dropped_paths(event.mimeData())
        words = self._hint_for(paths) if paths else None
        if words is None:
            event.ignore()
            return True
        self._title.setText(words)
        names = ", ".join(path.name for path in paths[:3])
        self._hint.setText(names + ("…" if len(paths) > 3 else ""))
        self.setGeometry(self._target.rect())
        self.raise_()
        self.show()
        event.acceptProposedAction()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim what lies beneath and frame it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().tokens.qcolor("background", 0.86))
        painter.end()
        self._paint_ground("accent_soft", 0.75, 12.0, True)
