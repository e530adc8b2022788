"""The Settings page switches trackers on, where their packages are there."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from PySide6.QtWidgets import QLabel

from app.context import AppContext
from app.main_window import MainWindow
from mulm_core.settings import TRACKERS, load_settings


def test_a_tracker_is_switched_on_and_off(window: MainWindow, context: AppContext) -> None:
    window.show_page("settings")
    page: Any = window.page("settings")
    switch = page._trackers["tensorboard"]
    assert switch.isEnabled() and not switch.isChecked()
    switch.click()
    assert load_settings(context.workspace).trackers == ("tensorboard",)
    switch.click()
    assert load_settings(context.workspace).trackers == ()


def test_what_is_not_installed_says_how(window: MainWindow) -> None:
    window.show_page("settings")
    page: Any = window.page("settings")
    told = " ".join(part.text() for part in page.findChildren(QLabel))
    for name in TRACKERS:
        assert page._trackers[name].isEnabled() == (find_spec(name) is not None)
        assert (f"-m pip install {name}" in told) == (find_spec(name) is None)
