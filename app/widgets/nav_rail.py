"""The rail at the left: the pages in the order of the work, with or without their names."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.i18n import tr
from app.icons import icon

WIDE = 208
NARROW = 56


class NavRail(QFrame):
    """Buttons for pages, known by their keys; arrow keys move between them."""

    chosen = Signal(str)
    """A page's button was pressed."""
    collapsed_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(tr("Pages"))
        self._buttons: dict[str, QToolButton] = {}
        self._titles: dict[str, str] = {}
        self._group = QButtonGroup(self)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(8, 12, 8, 8)
        self._box.setSpacing(2)
        self._box.addStretch(1)
        self._stretch = 0
        self._toggle = self._button(tr("Collapse"), "panel-left")
        self._toggle.setCheckable(False)
        self.collapsed = False
        self._toggle.clicked.connect(lambda: self.set_collapsed(not self.collapsed))
        self._box.addWidget(self._toggle)
        self.set_collapsed(False)

    def _button(self, title: str, icon_name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "nav")
        button.setText("  " + title)
        button.setAccessibleName(title)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(18, 18))
        button.setCheckable(True)
        button.setFixedHeight(34)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    def add(self, key: str, title: str, icon_name: str, shortcut: str, *, bottom: bool) -> None:
        """Add a page's button; those at the *bottom* come under the gap."""
        button = self._button(title, icon_name)
        button.setToolTip(f"{title} ({shortcut})" if shortcut else title)
        button.clicked.connect(lambda: self.chosen.emit(key))
        self._buttons[key] = button
        self._titles[key] = title
        self._group.addButton(button)
        if bottom:
            self._box.insertWidget(self._box.count() - 1, button)
        else:
            self._box.insertWidget(self._stretch, button)
            self._stretch += 1
        self._set_style(button)
        QWidget.setTabOrder(button, self._toggle)

    def set_current(self, key: str) -> None:
        """Mark the page that shows."""
        self._buttons[key].setChecked(True)

    def set_collapsed(self, collapsed: bool) -> None:
        """Show icons alone, or icons and names."""
        changed = collapsed != self.collapsed
        self.collapsed = collapsed
        self.setFixedWidth(NARROW if collapsed else WIDE)
        words = tr("Expand") if collapsed else tr("Collapse")
        self._toggle.setAccessibleName(words)
        self._toggle.setToolTip(words)
        for button in (*self._buttons.values(), self._toggle):
            self._set_style(button)
        if changed:
            self.collapsed_changed.emit(collapsed)

    def _set_style(self, button: QToolButton) -> None:
        styles = Qt.ToolButtonStyle
        button.setToolButtonStyle(
            styles.ToolButtonIconOnly if self.collapsed else styles.ToolButtonTextBesideIcon
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus with the arrow keys."""
        if event.key() == Qt.Key.Key_Down:
            self.focusNextChild()
        elif event.key() == Qt.Key.Key_Up:
            self.focusPreviousChild()
        else:
            super().keyPressEvent(event)
