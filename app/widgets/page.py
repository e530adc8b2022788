"""What every page is built from: header, cards, sections, buttons, empty states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.icons import icon, pixmap
from app.theme import theme
from app.widgets.message import InlineMessage

__all__ = [
    "Card",
    "EmptyState",
    "InlineMessage",
    "Page",
    "Section",
    "Stat",
    "danger_button",
    "ghost_button",
    "label",
    "line",
    "link_button",
    "primary_button",
    "quiet_button",
    "restyle",
    "scrolled",
    "tool_button",
]


def restyle(widget: QWidget, **properties: object) -> None:
    """Set style properties (``role``, ``tone``, ``kind`` …) and let the style sheet see them."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def label(text: str = "", role: str = "", *, wrap: bool = False, select: bool = False) -> QLabel:
    """Return a label in one of the design's roles: title, section, strong, secondary, small,
    error, stat, badge, badge-accent; empty for body text."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    if role:
        result.setProperty("role", role)
    if select:
        result.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return result


def line() -> QFrame:
    """Return a horizontal hairline."""
    result = QFrame()
    result.setProperty("role", "line")
    result.setFixedHeight(1)
    return result


def _button(
    text: str, kind: str, icon_name: str, clicked: Callable[[], object] | None, token: str
) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    # The ring marks where the keyboard is; a click with the mouse needs none.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if icon_name:
        button.setIcon(icon(icon_name, token))
        button.setIconSize(QSize(20, 16))  # wider than the picture: the gap before the words
    if clicked is not None:
        button.clicked.connect(lambda: clicked())
    return button


def primary_button(
    text: str, icon_name: str = "", clicked: Callable[[], object] | None = None
) -> QPushButton:
    """Return the filled button of a page; there is at most one."""
    return _button(text, "primary", icon_name, clicked, "on_accent")


def quiet_button(
    text: str, icon_name: str = "", clicked: Callable[[], object] | None = None
) -> QPushButton:
    """Return an outlined button."""
    return _button(text, "quiet", icon_name, clicked, "text_secondary")


def ghost_button(
    text: str, icon_name: str = "", clicked: Callable[[], object] | None = None
) -> QPushButton:
    """Return a button without outline, for tool rows."""
    return _button(text, "ghost", icon_name, clicked, "text_secondary")


def danger_button(
    text: str, icon_name: str = "", clicked: Callable[[], object] | None = None
) -> QPushButton:
    """Return an outlined red button, for what cannot be undone."""
    return _button(text, "danger", icon_name, clicked, "danger")


def link_button(text: str, clicked: Callable[[], object] | None = None) -> QPushButton:
    """Return a button that reads as a link in running text."""
    return _button(text, "link", "", clicked, "accent")


def tool_button(
    icon_name: str, words: str, clicked: Callable[[], object] | None = None
) -> QToolButton:
    """Return a small button with a picture only; *words* say what it does."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(16, 16))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if clicked is not None:
        button.clicked.connect(lambda: clicked())
    return button


def scrolled(content: QWidget) -> QScrollArea:
    """Return *content* in a frameless scroll area that scrolls vertically only."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("role", "page-body")
    area.setWidget(content)
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    return area


class Page(QWidget):
    """A page of the window: title, one line of what it is for, an action, and its content.

    Put widgets into ``body``; with ``scroll=True`` the body scrolls. ``open(**kw)`` receives
    what ``AppContext.navigate(page, **kw)`` sent, ``on_shown()`` runs at every showing.
    """

    def __init__(
        self, title: str, subtitle: str = "", *, scroll: bool = False, max_width: int = 0
    ) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._title = label(title, "title")
        self._subtitle = label(subtitle, "secondary", wrap=True)
        self._subtitle.setVisible(bool(subtitle))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._subtitle)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        header = QHBoxLayout()
        header.setSpacing(16)
        header.addLayout(words, 1)
        header.addLayout(self._actions)
        self.header = QWidget()
        header.setContentsMargins(24, 20, 24, 12)
        self.header.setLayout(header)

        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(24, 4, 24, 24)
        self.body.setSpacing(16)
        if max_width:
            content.setMaximumWidth(max_width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.header)
        outer.addWidget(scrolled(content) if scroll else content, 1)

    def set_title(self, title: str, subtitle: str | None = None) -> None:
        """Change the header's words."""
        self._title.setText(title)
        if subtitle is not None:
            self._subtitle.setText(subtitle)
            self._subtitle.setVisible(bool(subtitle))

    def add_action(self, widget: QWidget) -> None:
        """Put a widget at the right of the header; the primary button comes last."""
        self._actions.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def on_shown(self) -> None:
        """Run when the page comes into view; pages that show changing things refresh here."""

    def undo_titles(self) -> tuple[str, str]:
        """Say what the page's ``undo()`` and ``redo()`` would do; empty where there is nothing."""
        return "", ""

    def open(self, **kwargs: object) -> None:
        """Receive what a navigation sent along; the default takes nothing."""
        if kwargs:
            raise TypeError(f"{type(self).__name__} takes no {', '.join(sorted(kwargs))}")

    def drop_hint(self, paths: list[Path]) -> str | None:
        """Say what dropping *paths* here would do; None leaves it to the window (import)."""
        return None

    def drop_files(self, paths: list[Path]) -> None:
        """Take files that were dropped after ``drop_hint`` gave words for them."""

    def on_closing(self) -> None:
        """Run before the window closes and the jobs are ended; finish what must not be lost."""

    def showEvent(self, event: QShowEvent) -> None:
        """Run ``on_shown`` whenever the page becomes visible."""
        super().showEvent(event)
        if not event.spontaneous():
            self.on_shown()


class Card(QFrame):
    """A white rounded surface with its own vertical layout, ``body``."""

    def __init__(self, margin: int = 16, spacing: int = 8) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(spacing)


class Section(QWidget):
    """A heading with an optional line of help, actions at the right, and content below."""

    def __init__(self, title: str, help_text: str = "") -> None:
        super().__init__()
        self.setAccessibleName(title)
        heading = QHBoxLayout()
        heading.setSpacing(8)
        self._title = label(title, "section")
        heading.addWidget(self._title)
        heading.addStretch(1)
        self._heading = heading
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(heading)
        if help_text:
            outer.addWidget(label(help_text, "secondary", wrap=True))
        outer.addLayout(self.body, 1)

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def add_action(self, widget: QWidget) -> None:
        """Put a widget at the right end of the heading."""
        self._heading.addWidget(widget)

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Append a widget or layout to the content."""
        if isinstance(item, QLayout):
            self.body.addLayout(item, stretch)
        else:
            self.body.addWidget(item, stretch)


class EmptyState(QWidget):
    """What a page shows before there is anything: what belongs here, and how to get it."""

    def __init__(self, icon_name: str, title: str, text: str, button: QWidget | None = None):
        super().__init__()
        self.setAccessibleName(title)
        self._icon_name = icon_name
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        heading = label(title, "section")
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = label(text, "secondary", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMinimumWidth(320)
        words.setMaximumWidth(480)
        # Wrapped words get the height they need only where the layout may stretch them.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(words, 100)
        middle.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        outer = QVBoxLayout(self)
        outer.setSpacing(8)
        outer.addStretch(2)
        outer.addWidget(self._picture, 0, centre)
        outer.addSpacing(4)
        outer.addWidget(heading, 0, centre)
        outer.addLayout(middle)
        if button is not None:
            outer.addSpacing(8)
            outer.addWidget(button, 0, centre)
        outer.addStretch(3)
        theme().changed.connect(self._tint)
        self._tint()

    def _tint(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(pixmap(self._icon_name, "text_secondary", 32, ratio))


class Stat(QWidget):
    """One number with its name: ``Pairs 3,012``; the note below is optional.

    A value of several words, such as a device's name, can *wrap*.
    """

    def __init__(
        self, name: str, value: str = "\N{EN DASH}", note: str = "", *, wrap: bool = False
    ) -> None:
        super().__init__()
        self._name = label(name, "small")
        self._value = label(value, "stat", wrap=wrap, select=True)
        self._note = label(note, "small")
        self._note.setVisible(bool(note))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._name)
        outer.addWidget(self._value)
        outer.addWidget(self._note)
        outer.addStretch(1)
        self._announce()

    def set(self, value: str, note: str = "", tone: str = "") -> None:
        """Show *value* (already formatted), a note, and a tone: success, warning, danger."""
        self._value.setText(value)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        if self._value.property("tone") != tone:
            restyle(self._value, tone=tone)
        self._announce()

    def _announce(self) -> None:
        self.setAccessibleName(f"{self._name.text()}: {self._value.text()} {self._note.text()}")
