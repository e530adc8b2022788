"""``mulm search`` on a tiny model: flags in, the best recipe out as words to paste."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from mulm_core.cli import main

DIRECTION = ("--source", "en", "--target", "fr")
SHORT = ("--recipe", "quick", "--epochs", "1", "--set", "batch_tokens=256", "--dev-size", "12",
         "--set", "best_by=loss", "--set", "general_size=0")  # fmt: skip


@pytest.fixture
def searched(corpus: str, tiny_folder: Path) -> list[str]:
    """The flags of a search of seconds."""
    return ["search", "--model", str(tiny_folder), "--corpus", corpus, *DIRECTION, *SHORT,
            "--name", "mine", "--fields", "learning_rate, lora_rank"]  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_the_command_that_is_told_trains_the_best_recipe(
    searched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, *searched, "--trials", "3")
    assert (found["search"], found["status"], len(found["trials"])) == ("mine", "finished", 3)
    assert set(found["best"]["values"]) == {"learning_rate", "lora_rank"}
    program, *words = shlex.split(found["command"])
    assert program == "mulm" and f"lora_rank={found['best']['values']['lora_rank']}" in words
    trained = told(capsys, *words)
    assert trained["dev_loss"] == found["best"]["score"]
    again = told(capsys, "search", "--show", "mine")
    assert again == found
    (listed,) = told(capsys, "search", "--list")["searches"]
    assert (listed["search"], listed["run"]) == ("mine", found["run"])


def test_trials_are_told_as_they_end(
    searched: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*searched, "--trials", "2"]) == 0
    printed = capsys.readouterr()
    # Slow machines also tell of the progress between them.
    lines = [line for line in printed.err.splitlines() if re.match(r"Trial \d+ \w+:", line)]
    assert len(lines) == 2 and "finished" in lines[0] and "the best so far" in lines[0]
    assert printed.out.splitlines()[0].startswith(
        "Search 'mine' (all trials were made): 2 finished"
    )
    assert "Train with it: mulm train --model" in printed.out


def test_a_search_goes_on(searched: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    first = told(capsys, *searched, "--trials", "1")
    more = told(capsys, "search", "--resume", "mine", "--trials", "2")
    assert more["trials"][:1] == first["trials"] and len(more["trials"]) == 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--resume", "x", "--epochs", "3"), "--epochs has no place there"),
        (("--resume", "x"), "there is no search 'x'"),
        (("--show", "x"), "there is no search 'x'"),
        (("--model", "starter"), "arguments are required: --corpus"),
        (("--model", "starter", "--corpus", "c", *DIRECTION, "--fields", "seed"),
         "'seed' is no field to search"),
        (("--model", "starter", "--corpus", "c", *DIRECTION, "--trials", "0"), "at least one"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_search_is_told_in_one_line(
    flags: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *flags]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
