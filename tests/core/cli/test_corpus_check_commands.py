"""``mulm corpus check`` and ``split``: what the window calls, with one answer as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mulm_core.cli import main

ROWS = [
    ("the old house stands on the hill", "la vieille maison est sur la colline"),
    ("please open the window for me now", "ouvrez la fenêtre pour moi, s'il vous plaît"),
    ("this line was not translated at all", "this line was not translated at all"),
    ("there are 250 ships", "il y a 300 bateaux"),
    ("write to anna@gmx.de", "écrivez à anna@gmx.de"),
]


@pytest.fixture
def rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    path = tmp_path / "rows.tsv"
    path.write_text("".join(f"{left}\t{right}\n" for left, right in ROWS), encoding="utf-8")
    assert (
        main(["corpus", "import", str(path), "--source", "en", "--target", "fr", "--name", "r"])
        == 0
    )
    capsys.readouterr()
    return "r"


@pytest.fixture
def mulm(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str | Path, status: int = 0) -> dict[str, Any]:
        assert main(["corpus", *map(str, arguments), "--json"]) == status
        return dict(json.loads(capsys.readouterr().out))

    return run


def by_key(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["key"]: check for check in answer["checks"]}


def test_check_lists_counts_and_samples(rows: str, mulm: Any) -> None:
    checks = by_key(mulm("check", rows))
    assert len(checks) == 16
    numbers = checks["numbers"]
    assert (numbers["flagged"], numbers["before"], numbers["after"]) == (1, 5, 4)
    assert numbers["samples"] == [
        {
            "pair": 4,
            "source": ROWS[3][0],
            "target": ROWS[3][1],
            "detail": "250 only on the source side; 300 only on the target side",
        }
    ]
    assert checks["too_long"]["skipped"]


def test_apply_all_leaves_personal_data_and_undo_takes_back(rows: str, mulm: Any) -> None:
    checks = by_key(
        mulm("check", rows, "--only", "numbers,untranslated,personal", "--apply", "all")
    )
    assert [key for key, check in checks.items() if check["applied"]] == ["untranslated", "numbers"]
    assert checks["personal"]["flagged"] == 1
    undone = by_key(mulm("check", rows, "--undo", "numbers"))
    assert not undone["numbers"]["applied"]
    assert undone["untranslated"]["applied"]
    mulm("check", rows, "--only", "numbers", "--apply", "numbers")
    for _ in range(2):  # nothing is left to take back the second time
        undone = by_key(mulm("check", rows, "--undo", "all"))
        assert not any(check["applied"] for check in undone.values())
    assert undone["numbers"]["after"] == 4
    assert mulm("show", rows, "--check", "excluded")["found"] == 0


def test_settings_masks_and_models(rows: str, mulm: Any, tiny_folder: Path) -> None:
    answer = mulm(
        "check", rows, "--only", "personal,too_long", "--mask", "--model", tiny_folder,
        "--set", "too_long.tokens=4",
    )  # fmt: skip
    assert answer["masked"] == {"rows": 1, "places": 2}
    assert by_key(answer)["too_long"]["flagged"] == 5
    assert [side["language"] for side in answer["unknown"]["sides"]] == ["en", "fr"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "nonsense"], "no check 'nonsense'"),
        (["--set", "numbers"], "not CHECK.SETTING=VALUE"),
        (["--set", "nonsense.x=1"], "no check 'nonsense'"),
        (["--set", "numbers.x=1"], "no setting 'x'"),
        (["--undo", "numbers", "--mask"], "--undo runs no check"),
        (["--undo", "numbers"], "never run"),
    ],
)
def test_mistakes_are_explained(rows: str, mulm: Any, arguments: list[str], message: str) -> None:
    assert message in mulm("check", rows, *arguments, status=2)["error"]


def test_people_read_the_same(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "check", rows, "--only", "untranslated,too_long"]) == 0
    text = capsys.readouterr().out
    assert "Untranslated (untranslated): 1 flagged, would leave: 5 -> 4 rows" in text
    assert "row 3: the target is the same text as the source" in text
    assert "Too long (too_long): not judged: choose a model" in text


def test_split(rows: str, mulm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "given.tsv"
    given.write_text(f"{ROWS[0][0]}\t{ROWS[0][1]}\nnever\tjamais\n", encoding="utf-8")
    answer = mulm("split", rows, "--by", "given", "--given", given, "--dev", "0")
    assert answer["splits"] == {"train": 4, "dev": 0, "test": 1}
    assert (answer["given"], answer["missing"]) == (2, 1)
    given.write_text("never\tjamais\n", encoding="utf-8")
    assert main(["corpus", "split", rows, "--by", "given", "--given", str(given)]) == 0
    assert "no test rows" in capsys.readouterr().out
    answer = mulm("split", rows, "--by", "file", "--file", "rows.tsv=dev")
    assert answer["splits"] == {"train": 0, "dev": 5, "test": 0}
    assert "not NAME=SPLIT" in mulm("split", rows, "--by", "file", "--file", "x", status=2)["error"]
    assert main(["corpus", "split", rows]) == 0
    assert "rows moved; now train" in capsys.readouterr().out
