"""A choice shown as cards: title, what it is for, and two facts to decide by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.i18n import tr
from app.widgets.page import label


@dataclass(frozen=True)
class Choice:
    """One card; *facts* are short, such as ``about 2 min`` and ``1.1 GB``."""

    key: str
    title: str
    text: str
    facts: tuple[str, ...] = ()


class _Card(QPushButton):
    """A checkable button with room for paragraphs."""

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.setProperty("kind", "choice")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(choice.title)
        title = label(choice.title, "strong")
        text = label(choice.text, "small", wrap=True)
        self._facts = label("", "small", wrap=True)
        self._facts.setProperty("tone", "accent")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(4)
        for part in (title, text, self._facts):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        box.addWidget(title)
        box.addWidget(text)
        box.addStretch(1)
        box.addWidget(self._facts)
        self._text = choice.text
        self.set_facts(choice.facts)

    def set_facts(self, facts: tuple[str, ...]) -> None:
        self._facts.setText("\n".join(facts))
        self._facts.setVisible(bool(facts))
        self.setAccessibleDescription(f"{self._text} {self._facts.text()}")
        self.updateGeometry()

    def _height(self, width: int) -> int:
        box = self.layout()
        assert box is not None
        return max(box.heightForWidth(width), box.minimumSize().height())

    def sizeHint(self) -> QSize:
        width = max(150, self.width())
        return QSize(150, self._height(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(96, self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        # The button's height follows from the width that its words wrap at.
        self.updateGeometry()


class ChoiceCards(QWidget):
    """Cards of which one is chosen; arrow keys move the choice, as in a radio group."""

    changed = Signal(str)
    """The key of the card that was chosen by the person."""

    def __init__(self, choices: list[Choice], *, columns: int = 0, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name or tr("Choice"))
        self._cards: dict[str, _Card] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        per_row = columns or max(1, len(choices))
        for index, choice in enumerate(choices):
            card = _Card(choice)
            self._cards[choice.key] = card
            self._group.addButton(card)
            grid.addWidget(card, index // per_row, index % per_row)
            card.toggled.connect(partial(self._toggled, choice.key))
        for column in range(per_row):
            grid.setColumnStretch(column, 1)
        if choices:
            self.set_current(choices[0].key)

    def _toggled(self, key: str, on: bool) -> None:
        if on:
            self.changed.emit(key)

    @property
    def current(self) -> str:
        """The key of the chosen card, or an empty string."""
        return next((key for key, card in self._cards.items() if card.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Choose a card without a ``changed`` signal."""
        blocked = self.blockSignals(True)
        self._cards[key].setChecked(True)
        self.blockSignals(blocked)

    def set_facts(self, key: str, facts: tuple[str, ...]) -> None:
        """Change a card's facts, for instance when an estimate is ready."""
        self._cards[key].set_facts(facts)


class SegmentedButtons(QWidget):
    """A row of joined buttons of which one is down: light / dark / system, and the like."""

    changed = Signal(str)
    """The key of the button that was chosen."""

    def __init__(self, options: list[tuple[str, str]], name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, (key, title) in enumerate(options):
            button = QPushButton(title)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("kind", "segment")
            if index in (0, len(options) - 1):
                button.setProperty("place", "first" if index == 0 else "last")
            group.addButton(button)
            row.addWidget(button)
            self._buttons[key] = button
            button.clicked.connect(lambda _=False, key=key: self.changed.emit(key))
        row.addStretch(1)

    @property
    def current(self) -> str:
        """The key of the button that is down."""
        return next((key for key, button in self._buttons.items() if button.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Press a button without a signal."""
        self._buttons[key].setChecked(True)
