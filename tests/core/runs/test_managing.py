"""Runs compared, renamed, noted, deleted to a trash and restored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_run_store import MANIFEST, finish, give_adapter

from mulm_core.errors import UserError
from mulm_core.runs import (
    Run,
    create_run,
    delete_run,
    deleted_runs,
    diff_runs,
    get_run,
    list_runs,
    note_run,
    rename_run,
    restore_run,
)
from mulm_core.workspace import Workspace


@pytest.fixture
def run(workspace: Workspace) -> Run:
    made = create_run(workspace, MANIFEST)
    give_adapter(made.adapter_folder)
    finish(made)
    return made


def test_only_what_differs_is_told(workspace: Workspace, run: Run) -> None:
    other = create_run(workspace, replace(MANIFEST, recipe={"epochs": 3}, corpus="d"))
    other.manifest.best = {"bleu": 30.0, "step": 7}
    finish(other)
    found = {(item.part, item.name): (item.first, item.second) for item in
             diff_runs(workspace, run.id, other.id)}  # fmt: skip
    assert found == {
        ("input", "corpus"): ("c", "d"),
        ("recipe", "epochs"): (None, 3),
        ("outcome", "best bleu"): (None, 30.0),
        ("outcome", "best step"): (None, 7),
    }
    assert diff_runs(workspace, run.id, run.id) == []


def test_a_new_name_and_a_note_stay_and_the_id_too(workspace: Workspace, run: Run) -> None:
    rename_run(workspace, run.id, " Legal texts ")
    note_run(workspace, run.id, "after the second import")
    kept = get_run(workspace, "Legal texts")
    assert (kept.id, kept.manifest.note) == (run.id, "after the second import")
    assert note_run(workspace, run.id, "").manifest.note == ""
    with pytest.raises(UserError, match="a run needs a name"):
        rename_run(workspace, run.id, "  ")


def test_a_name_is_one_run_s_alone(workspace: Workspace, run: Run) -> None:
    other = create_run(workspace, replace(run.manifest, name="other"))
    finish(other)
    rename_run(workspace, run.id, "mine")
    rename_run(workspace, run.id, "mine")
    for taken in ("mine", run.id):
        with pytest.raises(UserError, match=f"the run '{run.id}' is called '{taken}' already"):
            rename_run(workspace, other.id, taken)


def test_a_deleted_run_comes_back_as_it_was(workspace: Workspace, run: Run) -> None:
    gone = delete_run(workspace, run.id)
    assert list_runs(workspace) == [] and [found.id for found in deleted_runs(workspace)] == [
        gone.id
    ]
    with pytest.raises(UserError, match="there is no run"):
        get_run(workspace, run.id)
    back = restore_run(workspace, gone.id)
    assert back.id == run.id and back.manifest == run.manifest
    assert back.adapter_path == run.adapter_folder
    assert deleted_runs(workspace) == []


def test_a_deleted_run_makes_room_for_one_that_took_its_id(workspace: Workspace, run: Run) -> None:
    delete_run(workspace, run.id)
    new = create_run(workspace, MANIFEST)
    finish(new)
    assert new.id == run.id
    again = delete_run(workspace, new.id)
    assert again.id != run.id, "the trash holds both"
    assert len({restore_run(workspace, name).id for name in (run.id, again.id)}) == 2
    with pytest.raises(UserError, match=r"no run 'x' in the trash\. In the trash: nothing"):
        restore_run(workspace, "x")


def test_a_run_in_training_is_left_alone(workspace: Workspace) -> None:
    running = create_run(workspace, MANIFEST)
    for change in (delete_run, lambda *at: rename_run(*at, "n"), lambda *at: note_run(*at, "n")):
        with pytest.raises(UserError, match="still training"):
            change(workspace, running.id)
    running.release()
    assert get_run(workspace, running.id).manifest.status == "interrupted"
    delete_run(workspace, running.id)
