"""What every command has in common: flags anywhere, one JSON object, one line for an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mulm_core
from mulm_core.cli import main

HEAVY = ("torch", "transformers", "peft", "accelerate", "ctranslate2", "sacrebleu", "lxml", "numpy")


def test_flags_stand_before_or_after_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = [tmp_path / "before", tmp_path / "after"]
    assert main(["--json", "--workspace", str(places[0]), "runs", "list"]) == 0
    assert main(["runs", "list", "--workspace", str(places[1]), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [{"runs": []}, {"runs": []}]
    assert all((place / "runs").is_dir() for place in places)


def test_the_environment_names_the_workspace(
    own_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", "list"]) == 0
    assert own_workspace.is_dir()
    assert capsys.readouterr().out == "No corpora yet.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: COMMAND"),
        (["nonsense"], "nonsense"),
        (["train", "--model", "starter"], "required: --corpus"),
        (["runs", "show", "nosuch"], "there is no run 'nosuch'"),
        (["corpus", "show", "nosuch"], "nosuch"),
        (["models", "add", "/no/such/folder"], "there is no such model folder"),
        (["models", "remove", "starter"], "starter"),
        (["corpus", "import", "x", "--source", "qqqq!", "--target", "fr", "--name", "n"], "qqqq!"),
        (["demo", "--sample", "nosuch"], "no sample project 'nosuch'"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert told in printed.err
    assert "Traceback" not in printed.err


def test_with_json_a_mistake_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "runs", "show", "nosuch"]) == 2
    printed = capsys.readouterr()
    assert "no run 'nosuch'" in json.loads(printed.out)["error"]
    assert printed.err.count("\n") == 1


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "show", "nosuch", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_workspace_that_cannot_be_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    assert main(["--workspace", str(file), "runs", "list"]) == 2
    assert "not a folder" in capsys.readouterr().err
    assert file.read_text() == "in the way"


def test_a_fault_of_ours_is_one_line_and_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(root: object) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("mulm_core.workspace.Workspace.open", broken)
    assert main(["runs", "list"]) == 1
    error = capsys.readouterr().err
    assert error == "mulm: ZeroDivisionError: two lines. Run again with --debug to see where.\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["train", "--help"]])
def test_help_needs_no_heavy_library(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from mulm_core.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code, end\n"
        f"assert not set(sys.modules) & set({HEAVY!r}), set(sys.modules) & set({HEAVY!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "mulm" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows does not tell a child's processor time")
def test_help_is_quick() -> None:
    taken = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, "-m", "mulm_core", "--help"], check=True, stdout=-3)
        after = os.times()
        taken.append(sum(after[2:4]) - sum(before[2:4]))
    # Seconds of processor time, 0.17 when written: other programs' load does not count.
    assert min(taken) < 0.4, taken


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert mulm_core.__version__ in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_error(own_workspace: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "mulm_core", "corpus", "list"],
            stdout=nobody,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize(
    ("arguments", "told", "status"),
    [
        (["corpus", "list"], "mulm: the answer: the disk is full. Free some space", 1),
        (["--json", "corpus", "list"], "mulm: the answer: the disk is full. Free some space", 1),
        (["--json", "runs", "show", "nosuch"], "mulm: there is no run 'nosuch'", 2),
    ],
)
def test_an_answer_without_room_is_one_line(
    own_workspace: Path, arguments: list[str], told: str, status: int
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mulm_core", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
    assert (done.returncode, done.stderr.count("\n")) == (status, 1)
    assert done.stderr.startswith(told)
