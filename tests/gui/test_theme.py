"""The tokens are readable and a switch reaches everything that shows them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from app.icons import icon, pixmap
from app.theme import DARK, LIGHT, Tokens, contrast, theme

TEXT_ON = [
    ("text", "background"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "hover"),
    ("text", "accent_soft"),
    ("text", "success_soft"),
    ("text", "warning_soft"),
    ("text", "danger_soft"),
    ("text_secondary", "background"),
    ("text_secondary", "surface"),
    ("text_secondary", "hover"),
    ("text_secondary", "accent_soft"),
    ("accent", "background"),
    ("accent", "surface"),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("success", "background"),
    ("success", "surface"),
    ("success", "success_soft"),
    ("warning", "background"),
    ("warning", "surface"),
    ("warning", "warning_soft"),
    ("danger", "background"),
    ("danger", "surface"),
    ("danger", "danger_soft"),
]


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
def test_text_has_contrast(tokens: Tokens) -> None:
    low = {
        pair: round(contrast(tokens.colour(pair[0]), tokens.colour(pair[1])), 2)
        for pair in TEXT_ON
        if contrast(tokens.colour(pair[0]), tokens.colour(pair[1])) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda t: t.name)
def test_chart_strokes_have_contrast(tokens: Tokens) -> None:
    strokes = [tokens.zero_shot, tokens.reference, tokens.fine_tuned, *tokens.series]
    low = {
        stroke: round(contrast(stroke, ground), 2)
        for stroke in strokes
        for ground in (tokens.surface, tokens.background)
        if contrast(stroke, ground) < 3
    }
    assert low == {}


def test_switch_reaches_palette_style_and_icons(qtbot: QtBot, qapp: object) -> None:
    appearance = theme()
    appearance.apply()
    appearance.set_mode("light")
    light_icon = pixmap("house", "text", 24).toImage()
    with qtbot.waitSignal(appearance.changed, timeout=1000):
        appearance.set_mode("dark")
    from PySide6.QtWidgets import QApplication

    assert QApplication.palette().window().color().name().upper() == DARK.background
    assert pixmap("house", "text", 24).toImage() != light_icon
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert DARK.surface in app.styleSheet()
    assert "$" not in app.styleSheet()
    appearance.set_mode("light")


def test_an_icon_without_room_is_empty_and_quiet(qtbot: QtBot, qtlog: Any) -> None:
    assert icon("house").pixmap(QSize(0, 0)).isNull()
    assert not qtlog.records
