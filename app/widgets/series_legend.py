"""What the colours of a chart stand for; a click on a name hides it where the chart can."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from app.i18n import tr
from app.icons import icon
from app.theme import theme
from app.widgets.flow_layout import FlowLayout

_SWATCH = 10


class SeriesLegend(QWidget):
    """A button for each name, down while its series shows."""

    changed = Signal()
    """Another choice of series is to show."""

    def __init__(self, swatch: Callable[[str, float], QPixmap] | None = None) -> None:
        """*swatch* draws what stands before a name, of a token for a pixel ratio."""
        super().__init__()
        self._swatch = swatch or _square
        self._flow = FlowLayout()
        self.setLayout(self._flow)
        self._buttons: list[tuple[QToolButton, str]] = []
        theme().changed.connect(self._tint)

    def show_series(self, series: Sequence[tuple[str, str]]) -> None:
        """Name these series: (title, colour token); all of them show."""
        while (old := self._flow.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._buttons = [(self._button(title), token) for title, token in series]
        self._tint()

    def shows(self, place: int) -> bool:
        """Whether the series at this place is to show."""
        return self._buttons[place][0].isChecked()

    def _button(self, title: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "legend")
        button.setCheckable(True)
        button.setChecked(True)
        button.setText(f" {title}")  # the gap after the swatch
        button.setAccessibleName(title)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tr("Show or hide {series}", series=title))
        button.toggled.connect(lambda _: self._tint())
        button.toggled.connect(lambda _: self.changed.emit())
        self._flow.addWidget(button)
        return button

    def _tint(self) -> None:
        for button, token in self._buttons:
            picture = self._swatch(token, self.devicePixelRatioF())
            button.setIconSize(picture.deviceIndependentSize().toSize())
            button.setIcon(QIcon(picture) if button.isChecked() else icon("eye-off"))


def _square(token: str, ratio: float) -> QPixmap:
    picture = QPixmap(round(_SWATCH * ratio), round(_SWATCH * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme().tokens.qcolor(token))
    return picture
