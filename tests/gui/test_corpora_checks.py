"""Checks, splits and statistics of a corpus, as a person clicks through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from mulm_core.corpus import CorpusStore, ImportRequest, View, get_corpus, import_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

WAIT = 30_000
PLAIN = [(f"We met in room {n} today", f"Nous étions en salle {n} hier") for n in range(1, 121)]
DIRTY = [
    PLAIN[4],  # a duplicate
    PLAIN[9],
    ("Please press the green button", "Please press the green button"),  # untranslated
    ("Write to jane.doe@posteo.net", "Écrivez à jane.doe@posteo.net"),  # personal
    (PLAIN[1][0], "Une autre traduction"),  # of a source that is there already
]


def write(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
    return path


@pytest.fixture
def page(qtbot: QtBot, own_workspace: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    files = (
        write(tmp_path / "first.en-fr.tsv", PLAIN),
        write(tmp_path / "second.en-fr.tsv", DIRTY),
    )
    workspace = Workspace.open(own_workspace)
    import_corpus(JobContext(), ImportRequest(workspace, files, "en", "fr", "office"))
    window: MainWindow = request.getfixturevalue("window")
    window.show_page("corpora")
    page: Any = window.page("corpora")
    qtbot.waitUntil(lambda: page._model.checks.overview.pairs == 125, timeout=WAIT)
    return page


def scan(qtbot: QtBot, page: Any) -> Any:
    page.open(tab="checks")
    with qtbot.waitSignal(page._model.checks.scanning_changed, timeout=WAIT):
        page._detail.checks.scan_button.click()
    qtbot.waitUntil(lambda: page._model.checks.overview.scanned, timeout=WAIT)
    return page._detail.checks.list.items


def excluded(workspace: Path) -> list[int]:
    with CorpusStore.open(get_corpus(Workspace(workspace), "office").path) as store:
        return list(store.ids(View(check="excluded")))


def test_before_a_scan_every_check_says_what_it_does(page: Any) -> None:
    items = page._detail.checks.list.items
    assert len(items) == 16
    for item in items.values():
        assert item.facts.found == "not run" and item.facts.effect == item.facts.help
        assert not item.switch.isEnabled()


def test_a_scan_shows_and_excludes_nothing_until_a_switch_is_turned(
    qtbot: QtBot, page: Any, own_workspace: Path
) -> None:
    items = scan(qtbot, page)
    duplicates = items["duplicates"]
    assert duplicates.facts.found == "2" and excluded(own_workspace) == []
    assert duplicates.facts.effect.startswith("125 → 123 pairs in use")
    duplicates.set_open(True)
    assert {sample[2] for sample in duplicates.facts.samples} == {
        "the same pair as row 5",
        "the same pair as row 10",
    }
    duplicates.switch.click()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [121, 122], timeout=WAIT)
    qtbot.waitUntil(lambda: duplicates.facts.applied, timeout=WAIT)
    assert "123 of 125" in page._detail.checks._summary.text()
    duplicates.switch.click()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [], timeout=WAIT)
    qtbot.waitUntil(lambda: not duplicates.facts.applied, timeout=WAIT)


def test_a_row_restored_by_hand_stays(qtbot: QtBot, page: Any, own_workspace: Path) -> None:
    items = scan(qtbot, page)
    items["duplicates"].switch.click()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [121, 122], timeout=WAIT)
    items["duplicates"].show_rows.emit()
    tab = page._detail.pairs
    qtbot.waitUntil(lambda: tab.table.rows.rowCount() == 2, timeout=WAIT)
    assert page._detail.tabs.currentWidget() is tab and tab.query.check == "duplicates"
    tab.table.selectRow(0)
    tab.restore()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [122], timeout=WAIT)
    page._model.checks.apply("office", "duplicates")
    qtbot.waitUntil(lambda: page.undo_titles()[0].startswith("Restore"), timeout=WAIT)
    assert excluded(own_workspace) == [122]
    qtbot.waitUntil(
        lambda: "Restored by hand" in "".join(_tips(tab)), timeout=WAIT
    )  # and says why it is flagged all the same


def _tips(tab: Any) -> list[str]:
    from PySide6.QtCore import Qt

    rows = tab.table.rows
    role = Qt.ItemDataRole.ToolTipRole
    return [str(rows.index(row, 3).data(role)) for row in range(rows.rowCount())]


def test_the_recommended_checks_leave_personal_data_alone_and_are_one_undo(
    qtbot: QtBot, page: Any, own_workspace: Path
) -> None:
    items = scan(qtbot, page)
    assert items["personal"].facts.flagged == 1
    page._detail.checks._recommended.click()
    qtbot.waitUntil(lambda: {121, 122, 123} <= set(excluded(own_workspace)), timeout=WAIT)
    assert 124 not in excluded(own_workspace)
    qtbot.waitUntil(lambda: page.undo_titles()[0].startswith("Apply"), timeout=WAIT)
    page.undo()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [], timeout=WAIT)
    qtbot.waitUntil(lambda: not items["duplicates"].switch.isChecked(), timeout=WAIT)


def test_personal_data_is_masked_and_unmasked(qtbot: QtBot, page: Any, own_workspace: Path) -> None:
    items = scan(qtbot, page)
    items["personal"].set_open(True)
    items["personal"]._details._action.click()
    qtbot.waitUntil(lambda: page.undo_titles()[0].startswith("Mask"), timeout=WAIT)
    with CorpusStore.open(get_corpus(Workspace(own_workspace), "office").path) as store:
        pair = store.page(123, 1)[0]
    assert (pair.source, pair.target) == ("Write to [EMAIL1]", "Écrivez à [EMAIL1]")
    qtbot.waitUntil(page._detail.checks._stale.isVisible, timeout=WAIT)
    page.undo()
    qtbot.waitUntil(lambda: page.undo_titles()[1].startswith("Mask"), timeout=WAIT)


def test_one_check_runs_again_with_other_settings(qtbot: QtBot, page: Any) -> None:
    items = scan(qtbot, page)
    ratio = items["length_ratio"]
    ratio.set_open(True)
    assert ratio.facts.flagged == 0
    ratio._details._form.editor("strictness").setText("1")
    ratio._details._scan()
    qtbot.waitUntil(
        lambda: page._model.checks.overview.row("length_ratio").values == {"strictness": 1.0},
        timeout=WAIT,
    )


def test_unknown_pieces_of_a_model_are_shown(
    qtbot: QtBot, worked: Path, window: MainWindow
) -> None:
    window.show_page("corpora")
    page: Any = window.page("corpora")
    page.open(corpus="office", tab="checks")
    tab = page._detail.checks
    qtbot.waitUntil(lambda: tab.model_box.count() > 1, timeout=WAIT)
    ids = [tab.model_box.itemData(n) for n in range(tab.model_box.count())]
    tiny = next(n for n, id in enumerate(ids) if id not in ("", "starter"))
    tab.model_box.setCurrentIndex(tiny)
    tab.model_box.activated.emit(tiny)
    qtbot.waitUntil(tab._unknown.isVisible, timeout=WAIT)
    lines = [line.text() for line in tab._unknown._lines]
    assert "English" in lines[0] and "French" in lines[1] and "of the pieces" in lines[0]


def test_rows_are_divided_by_file_and_back(qtbot: QtBot, page: Any, own_workspace: Path) -> None:
    page.open(tab="splits")
    tab = page._detail.splits
    qtbot.waitUntil(lambda: set(tab.form.files) == {"first.en-fr.tsv", "second.en-fr.tsv"})
    before = get_corpus(Workspace(own_workspace), "office").splits
    tab.form.by.set_current("file")
    for name, split in (("first.en-fr.tsv", "train"), ("second.en-fr.tsv", "test")):
        box = tab.form.files[name]
        box.setCurrentIndex(box.findData(split))
    tab.divide()
    wanted = {"train": 120, "dev": 0, "test": 5}
    qtbot.waitUntil(lambda: page._model.corpora[0].splits == wanted, timeout=WAIT)
    qtbot.waitUntil(lambda: tab._how.text().startswith("By file"), timeout=WAIT)
    assert "moved" in tab._done.text
    page.undo()
    qtbot.waitUntil(lambda: page._model.corpora[0].splits == before, timeout=WAIT)
    qtbot.waitUntil(lambda: tab._how.text().startswith("By source text"), timeout=WAIT)


def test_a_given_test_set_goes_to_test_and_overlap_is_kept_out(
    qtbot: QtBot, page: Any, own_workspace: Path, tmp_path: Path
) -> None:
    page.open(tab="splits")
    tab = page._detail.splits
    tab.form.by.set_current("given")
    tab.form.dev.setValue(0)
    test = [*PLAIN[:3], ("Never seen before", "Jamais vu")]
    tab.form.take_given([write(tmp_path / "test.en-fr.tsv", test)])
    tab.divide()
    qtbot.waitUntil(lambda: page._model.corpora[0].splits["test"] == 3, timeout=WAIT)
    qtbot.waitUntil(lambda: "1 pair of the test set is not in" in tab._done.text, timeout=WAIT)
    tab.overlap.look.click()
    qtbot.waitUntil(lambda: "Not looked" not in tab.overlap.words.text(), timeout=WAIT)
    assert tab.overlap.words.text() == "1 pair of train overlaps with dev or test."
    tab.overlap.switch.click()
    qtbot.waitUntil(lambda: excluded(own_workspace) == [125], timeout=WAIT)
    qtbot.waitUntil(tab.overlap.switch.isChecked, timeout=WAIT)


def test_statistics_follow_the_rows(qtbot: QtBot, page: Any) -> None:
    page.open(tab="statistics")
    tab = page._detail.statistics
    qtbot.waitUntil(lambda: tab._used._value.text() == "125", timeout=WAIT)
    assert sum(tab.lengths[0]._counts) == 125 and sum(tab.ratio._counts) == 125
    assert "characters" in tab.lengths[1].accessibleName()
    assert len(tab.ratio._edges) == len(tab.ratio._counts) + 1
    page.open(tab="pairs")
    page._detail.pairs.table.selectRow(0)
    page._detail.pairs.exclude()
    page.open(tab="statistics")
    qtbot.waitUntil(lambda: tab._used._value.text() == "124", timeout=WAIT)
    assert tab._excluded._value.text() == "1"
