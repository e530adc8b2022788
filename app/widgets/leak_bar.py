"""What the training data gives away of a test set: a quiet line, or a warning with a switch."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from app.i18n import tr
from app.icons import pixmap
from app.theme import theme
from app.widgets.page import label, restyle
from app.widgets.switch import Switch


class LeakBar(QFrame):
    """One note; where segments leaked, a switch asks for the scores without them."""

    clean_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Leakage"))
        self._found = False
        self._picture = QLabel()
        self._text = label("", "", wrap=True, select=True)
        self._switch = Switch(tr("Scores without the leaked segments"))
        self._switch_title = label(tr("Without them"))
        self._switch_title.setToolTip(tr("Show the scores of the segments that nobody has seen"))
        self._switch.toggled.connect(self.clean_wanted.emit)
        self._row = row = QHBoxLayout(self)
        row.setSpacing(8)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self._switch_title)
        row.addWidget(self._switch)
        theme().changed.connect(self._tint)

    def show_note(self, text: str, found: bool) -> None:
        """Show this note (none where it is empty); *found*: segments leaked."""
        self._found = found
        blocked = self._switch.blockSignals(True)
        self._switch.setChecked(False)
        self._switch.blockSignals(blocked)
        self._text.setText(text)
        self.setVisible(bool(text))
        for part in (self._switch, self._switch_title):
            part.setVisible(found)
        restyle(self, role="message" if found else "", tone="warning" if found else "")
        restyle(self._text, role="" if found else "small")
        self._row.setContentsMargins(*((12, 8, 8, 8) if found else (0, 0, 0, 0)))
        self._tint()

    def _tint(self) -> None:
        name, token = ("triangle-alert", "warning") if self._found else ("info", "text_secondary")
        self._picture.setPixmap(pixmap(name, token, 14, self.devicePixelRatioF()))
