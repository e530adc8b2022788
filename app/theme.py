"""Light and dark: design tokens, palette and style sheet, switched while the app runs.

``Tokens`` holds every colour once; palette, style sheet, icons and charts are made from it.
``theme()`` is the running application's theme; its ``changed`` signal comes after a switch.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from string import Template
from typing import Literal, cast

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

from app.assets import stylesheet_template, tinted_svg

Mode = Literal["system", "light", "dark"]

SPACE = (4, 8, 12, 16, 24, 32)
"""Spacing steps in pixels; nothing in the window uses another distance."""


@dataclass(frozen=True)
class Tokens:
    """The colours of one appearance, as ``#RRGGBB``.

    ``*_soft`` are tints that text lies on; ``zero_shot``, ``reference`` and ``fine_tuned`` are
    the fixed colours of the systems, ``series`` the colour-blind-safe ones that follow.
    """

    name: str
    background: str
    surface: str
    raised: str
    hover: str
    pressed: str
    border: str
    border_strong: str
    text: str
    text_secondary: str
    disabled: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    success: str
    success_soft: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    zero_shot: str
    reference: str
    fine_tuned: str
    grid: str
    series: tuple[str, ...]

    def colour(self, token: str) -> str:
        """Return the colour of a token name, or of ``series:N`` (N wraps around)."""
        if token.startswith("series:"):
            return self.series[int(token.partition(":")[2]) % len(self.series)]
        return cast(str, getattr(self, token))

    def qcolor(self, token: str, alpha: float = 1.0) -> QColor:
        """Return the colour as a QColor with the opacity *alpha* (0 to 1)."""
        colour = QColor(self.colour(token))
        colour.setAlphaF(alpha)
        return colour


LIGHT = Tokens(
    name="light",
    background="#F7F7F8",
    surface="#FFFFFF",
    raised="#FFFFFF",
    hover="#EEEFF2",
    pressed="#E3E5EA",
    border="#E3E4E8",
    border_strong="#C9CCD3",
    text="#1C1D21",
    text_secondary="#5F636B",
    disabled="#A3A7AF",
    accent="#3B5BDB",
    accent_hover="#3350C4",
    accent_soft="#EBEFFD",
    on_accent="#FFFFFF",
    success="#257A36",
    success_soft="#E6F4E9",
    warning="#9E5200",
    warning_soft="#FDF1E0",
    danger="#C92A2A",
    danger_soft="#FDEBEB",
    zero_shot="#7D858D",
    reference="#2B8A3E",
    fine_tuned="#3B5BDB",
    grid="#E9EAEE",
    series=("#C2410C", "#0B7F8C", "#9C4A9B", "#946200", "#B3266B", "#4A6B1F"),
)

DARK = Tokens(
    name="dark",
    background="#1B1C1F",
    surface="#232529",
    raised="#2A2C31",
    hover="#2C2F34",
    pressed="#363A40",
    border="#34373D",
    border_strong="#4A4E56",
    text="#ECEDEF",
    text_secondary="#A0A5AE",
    disabled="#6A6F78",
    accent="#7C95FF",
    accent_hover="#93A8FF",
    accent_soft="#2B3252",
    on_accent="#14151A",
    success="#69DB7C",
    success_soft="#213527",
    warning="#FFC078",
    warning_soft="#3B2F20",
    danger="#FF8787",
    danger_soft="#412527",
    zero_shot="#868E96",
    reference="#69DB7C",
    fine_tuned="#7C95FF",
    grid="#2F3237",
    series=("#FF9F6B", "#4CC9D6", "#D79AE0", "#E3B341", "#FF8FB8", "#A9C77A"),
)

_CONTROL_ICONS = {
    # style sheet field: (icon, token)
    "icon_down": ("chevron-down", "text_secondary"),
    "icon_up": ("chevron-up", "text_secondary"),
    "icon_down_off": ("chevron-down", "disabled"),
    "icon_up_off": ("chevron-up", "disabled"),
    "icon_right": ("chevron-right", "text_secondary"),
    "icon_check": ("check", "on_accent"),
    "icon_check_menu": ("check", "text"),
}


def contrast(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two ``#RRGGBB`` colours, from 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


class Theme(QObject):
    """The appearance of one application; follows the system unless told otherwise."""

    changed = Signal()
    """Comes after palette, style sheet and tokens have been switched."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = "system"
        self._scale = 1.0
        self._applied: tuple[str, float] | None = None
        self._icon_folder = QTemporaryDir()
        self._fusion = False
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._refresh)

    @property
    def mode(self) -> Mode:
        """What was asked for: ``system``, ``light`` or ``dark``."""
        return self._mode

    @property
    def scale(self) -> float:
        """Size of the text relative to the design (1.0 = 13 px body)."""
        return self._scale

    @property
    def tokens(self) -> Tokens:
        """The colours that show now."""
        if self._mode == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            return DARK if dark else LIGHT
        return DARK if self._mode == "dark" else LIGHT

    def px(self, size: int) -> int:
        """Return a font size of the design in pixels at the present text scale."""
        return round(size * self._scale)

    def font(self, size: int = 13, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """Return the system font at a design size, for what is painted by hand."""
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPixelSize(self.px(size))
        font.setWeight(weight)
        return font

    def set_mode(self, mode: Mode) -> None:
        """Show ``light`` or ``dark``, or follow the ``system``."""
        self._mode = mode
        self._refresh()

    def set_scale(self, scale: float) -> None:
        """Make all text larger or smaller; kept between 0.9 and 1.5, where layouts hold."""
        self._scale = min(1.5, max(0.9, scale))
        self._refresh()

    def apply(self) -> None:
        """Dress the application for the first time."""
        if not self._fusion:
            self._app.setStyle(QStyleFactory.create("Fusion"))
            self._fusion = True
        self._refresh()

    def _refresh(self) -> None:
        tokens = self.tokens
        if self._applied == (tokens.name, self._scale):
            return
        self._applied = (tokens.name, self._scale)
        self._app.setFont(self.font())
        self._app.setPalette(_palette(tokens))
        self._app.setStyleSheet(self._style_sheet(tokens))
        self.changed.emit()

    def _style_sheet(self, tokens: Tokens) -> str:
        values = {f.name: getattr(tokens, f.name) for f in fields(tokens)}
        for size in (11, 12, 13, 15, 16, 20, 24):
            values[f"px{size}"] = f"{self.px(size)}px"
        values |= {key: self._control_icon(*spec) for key, spec in _CONTROL_ICONS.items()}
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        return Template(stylesheet_template()).substitute(values, mono=mono)

    def _control_icon(self, name: str, token: str) -> str:
        # Style sheets take pictures only from files, and ours are tinted at run time.
        path = Path(self._icon_folder.path()) / f"{name}-{token}-{self.tokens.name}.svg"
        if not path.exists():
            path.write_bytes(tinted_svg(name, self.tokens.colour(token)))
        return path.as_posix()


def theme() -> Theme:
    """Return the running application's theme, made on first use."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("the theme needs a QApplication")
    found = app.findChild(Theme)
    return found if found is not None else Theme(app)


def _palette(tokens: Tokens) -> QPalette:
    roles = QPalette.ColorRole
    palette = QPalette()
    for role, token in (
        (roles.Window, "background"),
        (roles.WindowText, "text"),
        (roles.Base, "surface"),
        (roles.AlternateBase, "hover"),
        (roles.Text, "text"),
        (roles.Button, "surface"),
        (roles.ButtonText, "text"),
        (roles.BrightText, "danger"),
        (roles.ToolTipBase, "raised"),
        (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "text_secondary"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.Accent, "accent"),
        (roles.Link, "accent"),
        (roles.LinkVisited, "accent"),
        (roles.Light, "raised"),
        (roles.Midlight, "border"),
        (roles.Mid, "border_strong"),
        (roles.Dark, "border_strong"),
    ):
        palette.setColor(role, QColor(tokens.colour(token)))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.disabled))
    return palette
