"""Lucide icons, tinted from the theme when they are painted.

An icon made here follows the theme by itself: its engine asks for the colour at every
paint, so a switch from light to dark needs no walk over all the buttons.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.assets import app_icon_png, svg_source, tinted_svg
from app.theme import theme


@lru_cache(maxsize=512)
def _image(name: str, colour: str, width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():  # a button without room asks for an icon of no size
        return image
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(tinted_svg(name, colour))).render(painter, _place(0, 0, width, height))
    painter.end()
    return image


def _place(left: float, top: float, width: float, height: float) -> QRectF:
    """Return the square that the icon fills: at the left, what is left over is a gap."""
    side = min(width, height)
    return QRectF(left, top + (height - side) / 2, side, side)


class _TintedEngine(QIconEngine):
    """Paints one Lucide icon in a theme token's present colour."""

    def __init__(self, name: str, token: str, checked_token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token
        self._checked_token = checked_token

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._token, self._checked_token)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        tokens = theme().tokens
        if mode == QIcon.Mode.Disabled:
            return tokens.disabled
        token = self._checked_token if state == QIcon.State.On else self._token
        return tokens.colour(token)

    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        pixmap = self.pixmap(size, mode, state)
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        colour = self._colour(mode, state)
        return QPixmap.fromImage(_image(self._name, colour, size.width(), size.height()))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        area = _place(rect.x(), rect.y(), rect.width(), rect.height())
        QSvgRenderer(QByteArray(tinted_svg(self._name, self._colour(mode, state)))).render(
            painter, area
        )


def icon(name: str, token: str = "text_secondary", checked_token: str = "accent") -> QIcon:
    """Return the Lucide icon *name* in the colour of the theme token *token*.

    *checked_token* is used while the button or action is checked.
    """
    svg_source(name)  # an unknown name fails here, where it is written, not at some later paint
    return QIcon(_TintedEngine(name, token, checked_token))


def pixmap(name: str, token: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon as a pixmap of *size* logical pixels in the token's present colour."""
    side = round(size * ratio)
    result = QPixmap.fromImage(_image(name, theme().tokens.colour(token), side, side))
    result.setDevicePixelRatio(ratio)
    return result


def app_icon() -> QIcon:
    """Return the program's own icon, with the sizes that desktops ask for."""
    result = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        picture = QPixmap()
        picture.loadFromData(app_icon_png(size))
        result.addPixmap(picture)
    return result
