"""What leaves the program is complete, and no spreadsheet runs it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mulm_core.errors import MulmError
from mulm_core.evaluation import Evaluation, SystemResult
from mulm_core.report import write_csv, write_json
from mulm_core.scoring import ScoreOptions, Scorer

SOURCES = ("=1+1", "Zwei\nZeilen", "drei; \"vier\", '五'", "@x")
REFERENCES = ("-2", "deux lignes", "trois", "+x")


def result(name: str, *hypotheses: str) -> SystemResult:
    scorer = Scorer("fr", ScoreOptions())
    (counted,) = scorer.gather([hypotheses], [REFERENCES])
    chrf = scorer.sentence_chrf(counted)
    return SystemResult(name, name, scorer.scores(counted), hypotheses, chrf, 1.5)


@pytest.fixture
def evaluation() -> Evaluation:
    systems = (
        result("starter", "=CMD()", "deux lignes", "\tx", ""),
        result("run:mine", "-2", "deux", "trois", "+x"),
    )
    return Evaluation(
        "e1", "2026-01-01T00:00:00+00:00", "t", "0" * 64, "de", "fr",
        SOURCES, REFERENCES, {"beams": 4}, systems,
    )  # fmt: skip


def test_csv_has_a_row_for_every_segment(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(evaluation, path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == [
        "segment", "source", "reference", "starter", "starter chrF",
        "run:mine", "run:mine chrF", "run:mine difference",
    ]  # fmt: skip
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1][1:4] == ["Zwei\nZeilen", "deux lignes", "deux lignes"]
    assert rows[2][1] == SOURCES[2]
    assert float(rows[3][7]) == pytest.approx(evaluation.difference(1)[3], abs=0.005)
    assert float(rows[1][7]) < 0


def test_differences_have_two_decimals(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    first, second = evaluation.systems
    pair = (
        replace(first, sentence_chrf=(84.9, 10.0, 0.001, 50.0)),
        replace(second, sentence_chrf=(83.4, 66.7, 0.0, 50.0)),
    )
    write_csv(replace(evaluation, systems=pair), path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert [row[7] for row in rows] == ["-1.50", "56.70", "0.00", "0.00"]


def test_no_text_begins_like_a_formula(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_csv(evaluation, path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert rows[0][1:4] == ["'=1+1", "'-2", "'=CMD()"]
    assert rows[2][3] == "'\tx"
    texts = [row[at] for row in rows for at in (1, 2, 3, 5)]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]


def test_control_characters_are_seen(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    systems = (replace(evaluation.systems[0], hypotheses=("a\x07b", "c\td", "e\nf", "\x85")),)
    write_csv(replace(evaluation, systems=systems), path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    assert [row[3] for row in rows] == ["a␇b", "c\td", "e\nf", "\\x85"]


def test_json_reads_back_as_the_same_evaluation(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_json(evaluation, path)
    assert Evaluation.from_dict(json.loads(path.read_text(encoding="utf-8"))) == evaluation


@pytest.mark.parametrize("write", [write_csv, write_json])
def test_a_folder_that_is_missing_is_a_clear_error(
    evaluation: Evaluation, tmp_path: Path, write: object
) -> None:
    with pytest.raises(MulmError, match=r"absent.*out"):
        write(evaluation, tmp_path / "absent" / "out")  # type: ignore[operator]
