"""Settings survive damage, later versions and unknown values."""

from __future__ import annotations

import json

import pytest

from mulm_core import settings
from mulm_core.errors import UserError
from mulm_core.settings import Settings, load_settings, save_settings
from mulm_core.workspace import Workspace


def test_saved_settings_come_back(workspace: Workspace) -> None:
    assert load_settings(workspace) == Settings()
    save_settings(workspace, Settings(theme="dark", recipe="thorough"))
    assert load_settings(workspace) == Settings(theme="dark", recipe="thorough")


def test_a_value_that_does_not_fit_falls_back_alone(workspace: Workspace) -> None:
    saved = {"version": 9, "theme": "purple", "recipe": "balanced", "later": True}
    workspace.settings_file.write_text(json.dumps(saved), encoding="utf-8")
    assert load_settings(workspace) == Settings(recipe="balanced")


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff\xfe\x00", b'{"theme": "dark"}'])
def test_a_damaged_file_is_set_aside_not_lost(workspace: Workspace, content: bytes) -> None:
    workspace.settings_file.write_bytes(content)
    assert load_settings(workspace) == Settings()
    save_settings(workspace, Settings(theme="light"))
    assert load_settings(workspace).theme == "light"
    assert workspace.settings_file.with_suffix(".json.damaged").read_bytes() == content


def test_old_files_are_migrated_step_by_step(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.settings_file.write_text('{"version": 1, "look": "night"}', encoding="utf-8")
    steps = (
        lambda old: {**old, "theme": old["look"]},
        lambda old: {**old, "theme": {"night": "dark"}[old["theme"]]},
    )
    monkeypatch.setattr(settings, "_MIGRATIONS", steps)
    assert load_settings(workspace).theme == "dark"
    save_settings(workspace, load_settings(workspace))
    assert json.loads(workspace.settings_file.read_text(encoding="utf-8"))["version"] == 3
    assert load_settings(workspace).theme == "dark"


def test_an_unknown_choice_is_named() -> None:
    with pytest.raises(UserError, match="theme: 'purple' is not one of the choices"):
        Settings(theme="purple")
