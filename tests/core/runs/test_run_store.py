"""Run folders: created whole, listed truthfully, found by id or name, deleted entirely."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from mulm_core.errors import UserError
from mulm_core.runs import Run, RunManifest, create_run, delete_run, get_run, list_runs
from mulm_core.runs.holding import is_held
from mulm_core.workspace import Workspace

MANIFEST = RunManifest(
    id="",
    name="My run: de→fr",
    created="2026-01-02T03:04:05+00:00",
    status="running",
    model="starter",
    model_hash="0",
    corpus="c",
    corpus_hash="1",
    source="de",
    target="fr",
    recipe={},
    seed=1,
)


def finish(run: Run, status: str = "finished") -> None:
    run.manifest.status = status
    run.save()


def give_adapter(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_bytes(b"x")
    return folder


def test_runs_of_one_name_get_a_number(workspace: Workspace) -> None:
    plain, spaced = (replace(MANIFEST, name=name) for name in ("first", "My first"))
    made = [create_run(workspace, manifest) for manifest in (plain, spaced) * 2]
    names = ["first", "My first", "first-2", "My first 2"]
    assert [run.manifest.name for run in made] == names
    assert len({run.id for run in made}) == 4
    assert [get_run(workspace, name).id for name in names] == [run.id for run in made]


def test_a_manifest_comes_back_as_it_was_saved(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    run.manifest.best = {"step": 3, "bleu": 12.5}
    finish(run)
    assert get_run(workspace, run.id).manifest == run.manifest


def test_a_manifest_of_a_later_version_still_opens(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    values = {**run.manifest.to_dict(), "of_the_future": 1}
    (run.folder / "manifest.json").write_text(json.dumps(values))
    assert get_run(workspace, run.id).manifest.corpus == "c"


def test_newest_run_first(workspace: Workspace) -> None:
    old = create_run(workspace, MANIFEST)
    new = create_run(workspace, replace(MANIFEST, created="2026-02-02T03:04:05+00:00"))
    assert [run.id for run in list_runs(workspace)] == [new.id, old.id]


def test_a_run_in_this_process_is_running(workspace: Workspace) -> None:
    create_run(workspace, MANIFEST)
    assert list_runs(workspace)[0].manifest.status == "running"


def test_a_run_whose_process_is_gone_is_interrupted(workspace: Workspace) -> None:
    script = (
        "import os, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from mulm_core.runs import RunManifest, create_run\n"
        "from mulm_core.workspace import Workspace\n"
        "values = __import__('json').loads(sys.argv[3])\n"
        "create_run(Workspace.open(sys.argv[2]), RunManifest(**values))\n"
        "os._exit(9)\n"
    )
    root = str(Path(__file__).parents[3])
    values = json.dumps(MANIFEST.to_dict())
    done = subprocess.run([sys.executable, "-c", script, root, str(workspace.root), values])
    assert done.returncode == 9
    (run,) = list_runs(workspace)
    assert run.manifest.status == "interrupted"
    assert json.loads((run.folder / "manifest.json").read_text())["status"] == "running"


def test_a_later_process_with_the_same_number_is_not_taken_for_it(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    run.manifest.process = {"pid": os.getpid(), "started": 1.0}
    run.save()
    assert get_run(workspace, run.id).manifest.status == "interrupted"


def test_the_best_adapter_comes_before_the_last_checkpoint(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    assert run.adapter_path is None
    give_adapter(run.checkpoint_folder(5))
    last = give_adapter(run.checkpoint_folder(12))
    assert run.adapter_path == last
    assert run.checkpoints() == [run.checkpoint_folder(5), last]
    best = give_adapter(run.folder / "adapter")
    assert run.adapter_path == best


def test_unreadable_folders_do_not_hide_the_others(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    (workspace.runs / "empty").mkdir()
    (workspace.runs / ".half-written").mkdir()
    (workspace.runs / "damaged").mkdir()
    (workspace.runs / "damaged" / "manifest.json").write_text("[]")
    assert [found.id for found in list_runs(workspace)] == [run.id]


def test_metrics_survive_a_line_cut_short(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    run.add_metrics({"step": 1, "text": "é"})
    with (run.folder / "metrics.jsonl").open("a") as stream:
        stream.write('{"step": 2, "te')
    assert run.metrics() == [{"step": 1, "text": "é"}]


def test_deleting(workspace: Workspace) -> None:
    run = create_run(workspace, MANIFEST)
    with pytest.raises(UserError, match="still training"):
        delete_run(workspace, run.id)
    finish(run)
    delete_run(workspace, run.id)
    assert list(workspace.runs.iterdir()) == []
    with pytest.raises(UserError, match=r"there is no run 'nothing'\. Runs here: none yet"):
        get_run(workspace, "nothing")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no ended processes")
def test_a_killed_process_that_nobody_asked_for_holds_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process = {"pid": child.pid, "started": psutil.Process(child.pid).create_time()}
    assert is_held(tmp_path, process)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays a zombie
    assert not is_held(tmp_path, process)
    child.communicate()
