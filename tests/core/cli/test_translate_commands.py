"""``mulm convert``, and what ``mulm translate`` takes and tells beyond lines in and lines out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mulm_core.cli import main
from mulm_core.jobs import JobContext
from mulm_core.training import TrainRequest, train

DIRECTION = ("--source", "en", "--target", "fr")


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    file = tmp_path / "lines.txt"
    file.write_text("the file opens 3\n\nthe row shows 2. a cell closes 1.\n", encoding="utf-8")
    return file


def _answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    status = main([*map(str, arguments), "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    return dict(json.loads(printed.out))


def test_alternatives_are_told_when_asked_for(
    tiny_folder: Path, lines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("translate", "--model", tiny_folder, *DIRECTION, "--input", lines)
    plain = _answer(capsys, *command)
    assert "alternatives" not in plain
    found = _answer(capsys, *command, "--n-best", "3")
    assert found["translations"] == [ways[0] for ways in found["alternatives"]]
    assert found["translations"] == plain["translations"]
    assert len({*found["alternatives"][0]}) > 1 and found["alternatives"][1] == [""] * 3


def test_a_missing_folder_for_the_output_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "missing"
    # There is no such model either, which only the work would find.
    command = ["translate", "--model", "nosuch", *DIRECTION, "--input", str(tmp_path / "none")]
    assert main([*command, "--output", str(place / "out.fr")]) == 2
    assert f"there is no folder {place}. Make it, or choose another" in capsys.readouterr().err


def test_every_setting_of_the_search_is_a_flag(
    tiny_folder: Path, lines: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("translate", "--model", tiny_folder, *DIRECTION, "--input", lines)
    whole = _answer(capsys, *command, "--split", "never", "--length-penalty", "0.5")
    cut = _answer(capsys, *command, "--split", "always", "--no-repeat-ngram", "2")
    assert whole["translations"][2] != cut["translations"][2]
    drawn = ("--sampling", "true", "--temperature", "2", "--top-k", "50", "--top-p", "0.9")
    first, second = (
        _answer(capsys, *command, *drawn, "--seed", seed)["translations"] for seed in ("1", "2")
    )
    assert first != second
    assert main([*map(str, command), "--n-best", "9"]) == 2
    assert "4 beams find no 9 translations" in capsys.readouterr().err


def test_a_run_is_converted_and_its_record_tells(
    request_for: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    request: TrainRequest = request_for(epochs=1)
    run = train(JobContext(), request).run
    made = _answer(capsys, "convert", run, "--precision", "float32")
    assert made["precision"] == "float32" and not made["refused"] and made["bytes"] > 100_000
    parity = made["parity"]
    assert parity["adapter"] == pytest.approx(parity["merged"], abs=0.5)
    assert parity["adapter"] == pytest.approx(parity["converted"], abs=0.5)
    del made["system"]
    assert _answer(capsys, "runs", "show", run)["conversions"] == [made]
    assert main(["runs", "show", run]) == 0
    assert "converted to float32" in capsys.readouterr().out
    model = _answer(capsys, "convert", "--model", request.model, "--precision", "int8")
    assert model["parity"] is None and model["precision"] == "int8"


def test_a_prefix_is_not_converted(request_for: Any, capsys: pytest.CaptureFixture[str]) -> None:
    run = train(JobContext(), request_for(epochs=1, method="prefix")).run
    assert main(["convert", run]) == 2
    assert "cannot be converted" in capsys.readouterr().err
