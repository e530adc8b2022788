"""A form made from declared fields: title, help, bounds; the advanced ones folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.i18n import number, tr
from app.icons import icon
from app.widgets.choice_words import choice_words
from app.widgets.combos import ElidedComboBox
from app.widgets.page import label, restyle

_EDITOR = 120  # pixels; the rest of a narrow column is the titles


class Field(Protocol):
    """What the form asks of a field's declaration."""

    @property
    def name(self) -> str:
        """Key of the field."""

    @property
    def kind(self) -> str:
        """``int``, ``float``, ``bool``, ``str`` or ``choice``."""

    @property
    def default(self) -> Any:
        """Value shown unless another is given."""

    @property
    def title(self) -> str:
        """Short name for people."""

    @property
    def help(self) -> str:
        """The term, its unit and a sensible range."""

    @property
    def minimum(self) -> float | None:
        """Smallest sound value."""

    @property
    def maximum(self) -> float | None:
        """Largest sound value."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a choice."""

    @property
    def unit(self) -> str:
        """Shown after the value."""

    @property
    def advanced(self) -> bool:
        """Whether it is folded away."""

    @property
    def optional(self) -> bool:
        """Whether it may be empty."""


def parse_number(text: str, whole: bool) -> int | float:
    """Read a number in the locale's way or the plain one (``2e-4``); ValueError if it is none."""
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    value, ok = QLocale().toDouble(cleaned)
    if not ok:
        value = float(cleaned)
    if whole:
        if value != int(value):
            raise ValueError(text)
        return int(value)
    return value


def number_text(value: Any) -> str:
    """Show a number so that nothing of it is lost: ``0.0002``, ``2e-05``, ``4096``."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


class NumberEdit(QLineEdit):
    """A line for numbers; arrow up and down change the leading digit or the last one."""

    def __init__(self, whole: bool) -> None:
        super().__init__()
        self._whole = whole

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys."""
        if event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            super().keyPressEvent(event)
            return
        sign = 1 if event.key() == Qt.Key.Key_Up else -1
        try:
            value = parse_number(self.text(), self._whole)
        except ValueError:
            return
        if self._whole:
            self.setText(str(int(value) + sign))
        else:
            exponent = f"{abs(value) or 0.1:e}".partition("e")[2]
            self.setText(number_text(float(f"{value + sign * 10.0 ** int(exponent):.6g}")))
        self.textEdited.emit(self.text())


class _Row:
    """The widgets of one field and how its value is read and shown."""

    def __init__(self, field: Field, changed: Any) -> None:
        self.field = field
        self.error = label("", "error", wrap=True)
        self.error.hide()
        self.title = QLabel(field.title)
        self.title.setToolTip(field.help)
        self.title.setWordWrap(True)
        self.unit = label(field.unit, "small")
        self.editor = self._make_editor(changed)
        self.editor.setToolTip(field.help)
        self.editor.setAccessibleName(field.title)
        self.editor.setAccessibleDescription(field.help)
        self.title.setBuddy(self.editor)

    def _make_editor(self, changed: Any) -> QWidget:
        kind = self.field.kind
        if kind == "bool":
            box = QCheckBox()
            box.toggled.connect(changed)
            return box
        if kind == "choice":
            combo = ElidedComboBox()
            for value in self.field.choices:
                combo.addItem(choice_words(value), value)
            combo.currentIndexChanged.connect(changed)
            return combo
        line = NumberEdit(kind == "int") if kind in ("int", "float") else QLineEdit()
        if self.field.optional:
            line.setPlaceholderText(tr("automatic"))
        line.textEdited.connect(changed)
        return line

    def show(self, value: Any) -> None:
        editor = self.editor
        blocked = editor.blockSignals(True)
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(str(value)))
        elif isinstance(editor, NumberEdit):
            editor.setText(number_text(value))
        elif isinstance(editor, QLineEdit):
            editor.setText("" if value is None else str(value))
        editor.blockSignals(blocked)

    def read(self) -> Any:
        """Return the value; ValueError with a sentence where it is not one."""
        editor, field = self.editor, self.field
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QComboBox):
            return editor.currentData()
        assert isinstance(editor, QLineEdit)
        text = editor.text().strip()
        if not text and field.optional:
            return None
        if not isinstance(editor, NumberEdit):
            return text
        return self._number(text)

    def _number(self, text: str) -> int | float:
        field = self.field
        whole = field.kind == "int"
        try:
            value = parse_number(text, whole)
        except (ValueError, OverflowError):
            raise ValueError(
                tr("Give a whole number.") if whole else tr("Give a number, such as 0.001.")
            ) from None
        low, high = field.minimum, field.maximum
        if low is not None and high is not None and not low <= value <= high:
            raise ValueError(tr("From {low} to {high}.", low=_bound(low), high=_bound(high)))
        if low is not None and value < low:
            raise ValueError(tr("At least {low}.", low=_bound(low)))
        if high is not None and value > high:
            raise ValueError(tr("At most {high}.", high=_bound(high)))
        return value

    def set_error(self, text: str) -> None:
        if self.error.text() == text:
            return
        self.error.setText(text)
        self.error.setVisible(bool(text))
        restyle(self.editor, invalid="true" if text else "false")


def _bound(value: float) -> str:
    return number(value) if value == int(value) else number_text(value)


class RecipeForm(QWidget):
    """Rows for fields; every change is checked at once and reported only when it is sound."""

    changed = Signal(str, object)
    """Name and new value of a field whose value is sound."""
    valid_changed = Signal(bool)
    """Whether all fields are sound now."""

    def __init__(self, fields: Sequence[Field], values: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self._rows: dict[str, _Row] = {}
        self._valid = True
        # One width for all units, so that the folded fields stand under the others.
        metrics = self.fontMetrics()
        self._unit_width = max((metrics.horizontalAdvance(f.unit) for f in fields), default=0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(8)
        outer.addLayout(self._grid([f for f in fields if not f.advanced]))
        advanced = [f for f in fields if f.advanced]
        self._fold = QPushButton(tr("Advanced"))
        self._fold.setProperty("kind", "fold")
        self._fold.setIconSize(QSize(18, 14))
        self._fold.setCheckable(True)
        self._fold.setAutoDefault(False)
        self._fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._fold.toggled.connect(self._unfold)
        self._advanced = QWidget()
        grid = self._grid(advanced)
        self._advanced.setLayout(grid)
        if advanced:
            head = QHBoxLayout()
            head.addWidget(self._fold)
            head.addStretch(1)
            outer.addLayout(head)
            outer.addWidget(self._advanced)
        outer.addStretch(1)
        self._unfold(False)
        self.set_values({f.name: f.default for f in fields} | dict(values or {}))

    def _grid(self, fields: Sequence[Field]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, self._unit_width)
        for index, field in enumerate(fields):
            row = _Row(field, lambda *_, name=field.name: self._edited(name))
            self._rows[field.name] = row
            row.editor.setFixedWidth(_EDITOR)
            grid.addWidget(row.title, 2 * index, 0)
            grid.addWidget(row.editor, 2 * index, 1)
            grid.addWidget(row.unit, 2 * index, 2)
            grid.addWidget(row.error, 2 * index + 1, 1, 1, 2)
        return grid

    def _unfold(self, open_: bool) -> None:
        self._advanced.setVisible(open_)
        self._fold.setIcon(
            icon("chevron-down" if open_ else "chevron-right", checked_token="text_secondary")
        )

    def _edited(self, name: str) -> None:
        row = self._rows[name]
        try:
            value = row.read()
        except ValueError as problem:
            row.set_error(str(problem))
        else:
            row.set_error("")
            self.changed.emit(name, value)
        self._check_valid()

    def _check_valid(self) -> None:
        valid = not any(row.error.text() for row in self._rows.values())
        if valid != self._valid:
            self._valid = valid
            self.valid_changed.emit(valid)

    @property
    def valid(self) -> bool:
        """Whether every field holds a sound value."""
        return self._valid

    def values(self) -> dict[str, Any]:
        """Return every field's value; ValueError names the first field that is not sound."""
        result = {}
        for name, row in self._rows.items():
            try:
                result[name] = row.read()
            except ValueError as problem:
                raise ValueError(f"{row.field.title}: {problem}") from None
        return result

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show values without a ``changed`` signal; names the form lacks are left out."""
        for name, value in values.items():
            if name in self._rows:
                self._rows[name].show(value)
                self._rows[name].set_error("")
        self._check_valid()

    def set_error(self, name: str, text: str) -> None:
        """Show what is wrong with a field; an empty text takes it away."""
        self._rows[name].set_error(text)
        if text and self._rows[name].field.advanced:
            self._fold.setChecked(True)
        self._check_valid()

    def editor(self, name: str) -> QWidget:
        """Return a field's editor, to focus it."""
        return self._rows[name].editor
