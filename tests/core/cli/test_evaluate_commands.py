"""``mulm evaluate`` and ``mulm compare``: outputs of other systems, references, real data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mulm_core.cli import main
from mulm_core.corpus import read_lines
from mulm_core.scoring import bleu_chrf
from mulm_core.workspace import Workspace

REAL = Path(__file__).parents[4] / "shared" / "mafand"
DIRECTION = ("--source", "en", "--target", "de")
TEXTS = {
    "src": ("Open the file.", "It is 5 o'clock.", "Good night, <i>all</i>!"),
    "ref": ("Öffnen Sie die Datei.", "Es ist 5 Uhr.", "Gute Nacht, <i>alle</i>!"),
    "ref2": ("Öffne die Datei.", "Es ist fünf.", "Gute Nacht <i>allen</i>!"),
    "bad": ("Machen Sie die Akte auf.", "Es ist Uhr.", "Gut Nacht."),
    "good": ("Öffne die Datei.", "Es ist 5 Uhr.", "Gute Nacht, <i>alle</i>!"),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    status = main([*arguments, "--json"])
    printed = capsys.readouterr()
    assert status == 0, printed.err
    return dict(json.loads(printed.out))


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    for name, lines in TEXTS.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    paths = {name: str(tmp_path / name) for name in TEXTS}
    return [
        *DIRECTION, "--source-file", paths["src"], "--reference-file", paths["ref"],
        "--reference-file", paths["ref2"], "--hyp", f"bad={paths['bad']}",
        "--hyp", f"good={paths['good']}",
    ]  # fmt: skip


def test_outputs_need_no_system(
    inputs: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(capsys, "evaluate", *inputs, "--baseline", "good", "--lowercase", "true")
    assert [system["name"] for system in done["systems"]] == ["good", "bad"]
    assert (done["baseline"], done["references"], done["failures"]) == ("good", 2, [])
    good, bad = done["systems"]
    assert good["bleu"]["mean"] > 0 and good["bleu"]["margin"] >= 0
    assert "nrefs:2|case:lc" in good["bleu"]["signature"]
    assert bad["significance"]["bleu"]["verdict"] in ("worse", "same")
    assert set(bad["significance"]) == {"bleu", "chrfpp", "chrf", "ter"}
    assert bad["figures"]["placeholders"] == {"of": 1, "kept": 0}
    assert good["figures"]["exact"] == 3


def test_figures_are_in_the_text(
    inputs: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.root / "terms.tsv").write_text("file\tDatei\n", encoding="utf-8")
    assert main(["evaluate", *inputs, "--glossary", str(workspace.root / "terms.tsv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    (bad,) = (line for line in lines if line.startswith("bad: "))
    (good,) = (line for line in lines if line.startswith("good: "))
    for told in (
        "length ratio ", "equal to a reference 3", "empty 0", "numbers kept 1 of 1 (100.0 %)",
        "placeholders kept 1 of 1 (100.0 %)", "terms kept 1 of 1 (100.0 %)",
    ):  # fmt: skip
        assert told in good
    assert "terms kept 0 of 1 (0.0 %)" in bad and "a second" not in bad


def test_segments_of_an_evaluation_or_of_files(
    inputs: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    id = run(capsys, "evaluate", *inputs)["evaluation"]
    rows = run(capsys, "compare", id)["rows"]
    assert sorted(row["number"] for row in rows) == [1, 2, 3]
    differences = [abs(row["difference"]) for row in rows]
    assert differences == sorted(differences, reverse=True)
    first = next(row for row in rows if row["number"] == 1)
    assert first["references"] == [TEXTS["ref"][0], TEXTS["ref2"][0]]
    assert first["hypotheses"] == {"bad": TEXTS["bad"][0], "good": TEXTS["good"][0]}
    assert first["chrf"]["good"] == pytest.approx(100)
    assert first["difference"] == first["chrf"]["good"] - first["chrf"]["bad"]

    turned = run(capsys, "compare", *inputs, "--baseline", "good", "--sort", "loss", "--limit", "1")
    (worst,) = turned["rows"]
    assert worst["difference"] == -max(row["difference"] for row in rows)
    assert main(["compare", id, "--sort", "number", "--limit", "1"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("segment 1, difference +") and TEXTS["ref2"][0] in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--hyp", "short"), "--hyp: 'short' is no output. Write NAME=FILE"),
        (("--hyp", "x=absent"), "there is no such file"),
        (("--baseline", "best"), "Known: bad, good"),
        (("--tokenizer", "flores200"), "Save https://"),
        (("--tokenizer", "words"), "tokenizer"),
        (("--reference-file", "."), "this is a folder"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    inputs: list[str],
    workspace: Workspace,
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["evaluate", *inputs, *arguments]) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1


def test_reports_by_format_and_by_ending(
    inputs: list[str],
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    id = run(capsys, "evaluate", *inputs)["evaluation"]
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "report", id)["output"] == f"{id}.html"
    assert (tmp_path / f"{id}.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert run(capsys, "report", id, "--output", "a.tex")["format"] == "tex"
    assert "toprule" in (tmp_path / "a.tex").read_text("utf-8")
    run(capsys, "report", id, "--format", "json", "--output", "b.txt")
    assert json.loads((tmp_path / "b.txt").read_text("utf-8"))["id"] == id
    assert main(["report", "nosuch"]) == 2
    assert "there is no evaluation 'nosuch'" in capsys.readouterr().err


def test_nothing_to_compare(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare"]) == 2
    assert "there is nothing to compare" in capsys.readouterr().err
    assert main(["compare", "nosuch"]) == 2
    assert "there is no evaluation 'nosuch'" in capsys.readouterr().err


@pytest.mark.skipif(not REAL.is_dir(), reason="the data of MAFAND may not be in the repository")
def test_a_real_fine_tuning_is_significant(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(
        capsys, "evaluate", "--source", "en", "--target", "ha",
        "--source-file", str(REAL / "test.en"), "--reference-file", str(REAL / "test.hau"),
        "--hyp", f"zero={REAL / 'm2m100_en_hau_zero.txt'}",
        "--hyp", f"news={REAL / 'm2m100_en_hau_news.txt'}",
    )  # fmt: skip
    before, after = done["systems"]
    assert (round(before["bleu"]["score"], 1), round(after["bleu"]["score"], 1)) == (0.4, 15.0)
    assert after["significance"]["bleu"]["words"] == "better, p < 0.001"
    assert after["significance"]["bleu"]["bootstrap"] == pytest.approx(1 / 1001)


@pytest.mark.skipif(not REAL.is_dir(), reason="the data of MAFAND may not be in the repository")
@pytest.mark.parametrize(("kind", "bleu"), [("zero", 2.4), ("news", 16.8)])
def test_the_way_back_has_the_published_scores(kind: str, bleu: float) -> None:
    # Without TER, which takes most of the time.
    hypotheses = read_lines(REAL / f"m2m100_hau_en_{kind}.txt")
    score, _ = bleu_chrf(hypotheses, read_lines(REAL / "test.en"), "en")
    assert round(score.score, 1) == bleu
