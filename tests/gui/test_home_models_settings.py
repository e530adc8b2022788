"""Home, Models and Settings do what their buttons say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dragging import drop
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.main_window import MainWindow
from app.theme import theme
from app.widgets.drop_zone import DropZone
from app.widgets.message import InlineMessage
from app.widgets.rows import ActionCard, LinkRow
from mulm_core.runs import RunManifest, create_run
from mulm_core.samples import get_sample
from mulm_core.workspace import Workspace


def add_run(workspace: Path, name: str, status: str = "finished") -> str:
    manifest = RunManifest(
        id="",
        name=name,
        created="2026-01-02T03:04:05+00:00",
        status="finished",
        model="starter",
        model_hash="",
        corpus="help",
        corpus_hash="",
        source="de",
        target="fr",
        recipe={},
        seed=1,
        zero_shot={"bleu": 5.2},
        best={"bleu": 14.8},
    )
    run = create_run(Workspace.open(workspace), manifest)
    run.manifest = replace(run.manifest, status=status)
    run.save()
    return run.id


def shown(root: QWidget, kind: type[QWidget], name: str = "") -> list[QWidget]:
    return [
        widget
        for widget in root.findChildren(kind)
        if widget.isVisible() and (not name or widget.accessibleName() == name)
    ]


def wait_loaded(qtbot: QtBot, context: AppContext) -> None:
    qtbot.waitUntil(lambda: context.library.loaded and not context.runner.jobs, timeout=20_000)


def test_the_first_start_shows_three_steps(
    qtbot: QtBot, window: MainWindow, context: AppContext, tmp_path: Path
) -> None:
    wait_loaded(qtbot, context)
    zone = shown(window, DropZone)[0]
    assert not shown(window, ActionCard)
    file = tmp_path / "pairs.tsv"
    file.write_text("Hallo\tBonjour\n", encoding="utf-8")
    with qtbot.waitSignal(context.navigation_requested) as signal:
        assert drop(zone, [file])
    assert signal.args == ["corpora", {"files": [file]}]


def test_the_sample_project_opens_once(
    qtbot: QtBot, window: MainWindow, context: AppContext
) -> None:
    wait_loaded(qtbot, context)
    name = get_sample().key
    button = next(
        b for b in window.findChildren(QPushButton) if b.text() == "Open the sample project"
    )
    with qtbot.waitSignal(context.navigation_requested, timeout=60_000) as signal:
        button.click()
    assert signal.args == ["corpora", {"corpus": name}]
    wait_loaded(qtbot, context)
    pairs = context.library.corpus(name).pairs
    assert pairs > 1000
    window.show_page("home")
    wait_loaded(qtbot, context)
    with qtbot.waitSignal(context.navigation_requested) as signal:
        shown(window, ActionCard, "Open the sample project")[0].click()
    assert signal.args == ["corpora", {"corpus": name}]
    wait_loaded(qtbot, context)
    assert context.library.corpus(name).pairs == pairs


def test_recent_runs_show_their_gain(
    qtbot: QtBot, own_workspace: Path, window: MainWindow, context: AppContext
) -> None:
    id = add_run(own_workspace, "help-quick")
    context.library.refresh()
    qtbot.waitUntil(lambda: bool(shown(window, LinkRow, "help-quick")), timeout=20_000)
    row = shown(window, LinkRow, "help-quick")[0]
    assert "14.8 BLEU" in row.accessibleDescription()
    assert "+9.6 BLEU" in row.accessibleDescription()
    with qtbot.waitSignal(context.navigation_requested) as signal:
        row.click()
    assert signal.args == ["finetune", {"run": id}]


def test_a_folder_without_a_model_is_explained(
    qtbot: QtBot, window: MainWindow, context: AppContext, tmp_path: Path
) -> None:
    window.show_page("models")
    page = window.page("models")
    folder = tmp_path / "no model"
    folder.mkdir()
    assert page.drop_hint([folder]) is None
    (folder / "config.json").write_text("{", encoding="utf-8")
    assert "no model" in page.drop_hint([folder])
    page.drop_files([folder])
    message = page.findChild(InlineMessage)
    qtbot.waitUntil(message.isVisible, timeout=20_000)
    assert "config.json is not valid JSON" in message.text
    wait_loaded(qtbot, context)


def test_a_corpus_that_cannot_be_opened_is_work_too(
    qtbot: QtBot, window: MainWindow, context: AppContext, own_workspace: Path
) -> None:
    wait_loaded(qtbot, context)
    home = window.page("home")
    (Workspace.open(own_workspace).corpora / "help.corpus").write_bytes(b"no database" * 1000)
    context.library.refresh()
    qtbot.waitUntil(lambda: home._stack.currentWidget() is home._working, timeout=20_000)
    words = [one.text() for one in shown(home, QLabel)]
    assert any("help.corpus: the corpus file is damaged" in text for text in words)
    assert "None that can be opened." in words and "Nothing imported yet." not in words


def test_the_steps_titles_stand_level_however_their_texts_wrap(
    qtbot: QtBot, window: MainWindow, context: AppContext
) -> None:
    wait_loaded(qtbot, context)
    titles = {"Drop your texts", "Fine-tune", "Compare"}
    home = window.page("home")
    for width in range(1024, 1420, 36):
        window.resize(width, 720)
        qtbot.waitUntil(lambda width=width: window.width() == width)
        window.grab()  # lays out
        labels = [one for one in shown(home, QLabel) if one.text() in titles]
        assert len({one.mapTo(home, one.rect().topLeft()).y() for one in labels}) == 1
        assert len({one.height() for one in labels}) == 1 and len(labels) == 3


def test_settings_take_effect_at_once(window: MainWindow, context: AppContext) -> None:
    window.show_page("settings")
    page = window.page("settings")

    def press(text: str) -> None:
        next(b for b in page.findChildren(QPushButton) if b.text() == text).click()

    press("Dark")
    assert theme().tokens.name == "dark" and context.preferences.theme == "dark"
    press("Thorough")
    assert context.preferences.recipe == "thorough"
    press("130 %")
    assert theme().scale == 1.3
    titles = [label for label in page.findChildren(QLabel) if label.property("role") == "title"]
    assert titles[0].fontInfo().pixelSize() == 26
