"""Evaluate: a test set, its scores with signatures, the segments by who won, exports."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from dragging import drop
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.viewmodels.evaluation_scores import table_rows, verdict
from app.viewmodels.evaluation_segments import SegmentQuery, found_segments
from mulm_core.evaluation import Evaluation, SystemResult
from mulm_core.scoring import Metrics, Score

WAIT = 20_000


def result(system: str, title: str, scores: tuple[float, ...], chrf: tuple[float, ...]) -> Any:
    bleu, chrf_score, ter = (Score(value, f"sig{i}") for i, value in enumerate(scores))
    texts = tuple(f"{title} {n}" for n in range(len(chrf)))
    return SystemResult(system, title, Metrics(bleu, chrf_score, ter), texts, chrf, 1.0)


def evaluation(*systems: Any) -> Evaluation:
    count = len(systems[0].hypotheses)
    sources = tuple(f"source {n}" for n in range(count))
    references = tuple(f"reference {n}" for n in range(count))
    return Evaluation("id", "", "test", "", "de", "fr", sources, references, {}, systems)


BASE = result("starter", "Starter", (5.2, 30.0, 90.0), (50.0, 20.0, 40.0))
TUNED = result("run:one", "One", (14.8, 45.0, 70.0), (45.0, 60.0, 40.0))


def test_the_winner_of_every_score_is_marked() -> None:
    first, second = table_rows(evaluation(BASE, TUNED))
    assert [cell.best for cell in first.cells] == [False, False, False]
    assert [cell.best for cell in second.cells] == [True, True, True]
    assert [cell.difference for cell in second.cells] == ["+9.6", "+15.0", "\N{MINUS SIGN}20.0"]
    assert [cell.better for cell in second.cells] == [True, True, True]  # fewer edits are better
    assert second.cells[0].signature == "sig0"
    assert (first.role, second.role) == ("zero_shot", "fine_tuned")


def test_segments_are_sorted_by_who_won() -> None:
    both = evaluation(BASE, TUNED)
    assert found_segments(both, SegmentQuery(0, 1)) == [1, 2, 0]
    assert found_segments(both, SegmentQuery(0, 1, descending=False)) == [0, 2, 1]
    assert found_segments(both, SegmentQuery(0, 1, key="number")) == [2, 1, 0]
    assert found_segments(both, SegmentQuery(0, 1, text="ONE 2")) == [2]
    assert found_segments(both, SegmentQuery(0, 1, text="reference", only=(0, 2))) == [2, 0]


def test_the_verdict_is_in_words() -> None:
    assert verdict(evaluation(BASE, TUNED)) == (
        "One wins by 9.6 BLEU; better on 1 of 3 segments, worse on 1."
    )
    assert verdict(evaluation(TUNED, BASE)).startswith("One is ahead")
    assert verdict(evaluation(BASE)) == ""


@pytest.fixture
def page(worked: Path, window: MainWindow, qtbot: QtBot) -> Any:
    window.show_page("evaluate")
    page: Any = window.page("evaluate")
    qtbot.waitUntil(lambda: len(chosen(page)) == 2, timeout=WAIT)
    return page


def chosen(page: Any) -> list[str]:
    return [one.system for one in page._model.systems() if one.chosen]


def test_the_newest_run_and_its_base_are_chosen(page: Any) -> None:
    base, run = chosen(page)
    assert base == "tiny" and run.startswith("run:")
    assert not page._start.isEnabled()
    assert "test file" in page._model.obstacle()


def test_an_evaluation_in_the_window(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    (tmp_path / "news.en").write_text("the file opens 3\nthe row shows 5\n", encoding="utf-8")
    (tmp_path / "news.fr").write_text("le fichier ouvre 3\nla ligne affiche 5\n", encoding="utf-8")
    assert drop(window, [tmp_path / "news.en", tmp_path / "news.fr"])
    qtbot.waitUntil(page._start.isEnabled, timeout=WAIT)
    with qtbot.waitSignal(page._model.evaluated, timeout=WAIT):
        page._start.click()
    qtbot.waitUntil(lambda: not page._model.state.busy, timeout=WAIT)
    result = page._result
    assert result.isVisible() and page._model.result.count == 2
    first = page._model.result.fetch(0, 1)[0]
    assert result.segments.source.text == first.source

    page._copy()
    signature = "BLEU: nrefs:1|bs:1000|ar:10000|seed:12345|case:mixed"
    assert signature in QGuiApplication.clipboard().text()

    for kind in ("csv", "json"):
        with qtbot.waitSignal(page._model.result.saved, timeout=WAIT):
            page._model.result.save(tmp_path / f"result.{kind}", kind)
    rows = list(csv.reader((tmp_path / "result.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 3
    assert len(json.loads((tmp_path / "result.json").read_text("utf-8"))["systems"]) == 2

    result.segments.table.row_activated.emit(0)
    assert window.current_page == "compare"
    compare: Any = window.page("compare")
    assert compare._model.state.position == first.number
    qtbot.waitUntil(lambda: not compare._model.state.working, timeout=WAIT)


def test_the_test_split_of_a_corpus_is_one_click_away(qtbot: QtBot, page: Any) -> None:
    offer = next(one for one in page._model.offers() if one.corpus == "office")
    page._model.take_offer(offer)
    qtbot.waitUntil(lambda: page._model.state.test is not None, timeout=WAIT)
    wanted = page._model.library.corpus("office").splits["test"]
    assert len(page._model.state.test.sources) == wanted
    assert offer.name not in [one.name for one in page._model.offers()]


def test_another_direction_has_other_systems(qtbot: QtBot, page: Any) -> None:
    page._model.set_direction("fr", "en")
    offered = [one.system for one in page._model.systems()]
    assert "tiny" in offered and not [one for one in offered if one.startswith("run:")]
    for system in chosen(page):
        page._model.choose(system, False)
    (offer,) = [one for one in page._model.offers() if one.corpus == "office"]
    page._model.take_offer(offer)
    qtbot.waitUntil(lambda: page._model.state.test is not None, timeout=WAIT)
    assert "Tick" in page._model.obstacle()


def test_a_test_file_with_a_hole_is_refused(
    qtbot: QtBot, window: MainWindow, page: Any, tmp_path: Path
) -> None:
    file = tmp_path / "test.en-fr.tsv"
    file.write_text("one\tun\ntwo\n", encoding="utf-8")
    assert drop(window, [file])
    qtbot.waitUntil(page._message.isVisible, timeout=WAIT)
    assert "test.en-fr.tsv" in page._message.text and "line 2" in page._message.text
