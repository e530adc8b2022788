"""The three dots at the end of a row or a card, with a menu behind them."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QToolButton

from app.icons import icon


def menu_button(menu: QMenu, name: str) -> QToolButton:
    """Return a button that opens *menu* and is called *name* by screen readers."""
    button = QToolButton()
    button.setIcon(icon("ellipsis"))
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setMenu(menu)
    menu.setParent(button, menu.windowFlags())  # it goes when its button goes
    button.setAccessibleName(name)
    button.setToolTip(name)
    return button
