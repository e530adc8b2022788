"""The window's tests run without a screen, on a workspace and settings of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.main_window import MainWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture
def context(qtbot: QtBot, own_workspace: Path) -> Iterator[AppContext]:
    """What pages are handed, on an empty workspace; its threads end with the test."""
    from app.launch import make_application, make_context
    from app.theme import theme

    make_application()
    made = make_context(own_workspace)
    yield made
    made.runner.close()
    theme().set_mode("light")
    theme().set_scale(1.0)


@pytest.fixture
def window(qtbot: QtBot, context: AppContext) -> Iterator[MainWindow]:
    """The whole window, shown; closed at the end as a person would."""
    from app.launch import make_window

    made = make_window(context)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    qtbot.waitUntil(lambda: not context.runner.jobs, timeout=20_000)
    made.close()
