"""Flags and comments of a test set, and the workspace's glossaries: kept, exported, told apart."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mulm_core.errors import UserError
from mulm_core.evaluation import (
    Note,
    Term,
    TestSet,
    export_notes,
    load_notes,
    save_notes,
    store_terms,
    stored_terms,
)
from mulm_core.workspace import Workspace

TEST = TestSet("news", ("eins", "zwei", "=3"), ("un", "deux", "trois"), (), (("I", "II", "III"),))
NOTES = {2: Note(True, "tense\n?"), 0: Note(comment="好"), 1: Note()}


def test_notes_come_back_with_the_test_set_they_are_of(workspace: Workspace) -> None:
    assert load_notes(workspace, TEST.hash) == {}
    save_notes(workspace, TEST.hash, TEST.name, NOTES)
    assert list(load_notes(workspace, TEST.hash).items()) == [(0, NOTES[0]), (2, NOTES[2])]
    assert load_notes(workspace, "another") == {}
    save_notes(workspace, TEST.hash, TEST.name, {})
    assert load_notes(workspace, TEST.hash) == {}


@pytest.mark.parametrize(("ending", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_notes_are_exported_as_a_table(tmp_path: Path, ending: str, delimiter: str) -> None:
    path = tmp_path / f"notes.{ending}"
    assert export_notes(path, TEST, NOTES) == 2
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=delimiter))
    assert rows == [
        ["segment", "flag", "comment", "source", "reference", "reference 2"],
        ["1", "", "好", "eins", "un", "I"],
        ["3", "flagged", "tense\n?", "'=3", "trois", "III"],
    ]


def test_glossaries_are_kept_by_direction(workspace: Workspace) -> None:
    assert stored_terms(workspace, "de", "fr") == ()
    terms = (Term("# Datei", "fichier"), Term("a\tb", "c"), Term("  ", "x"))
    store_terms(workspace, "de", "fr", (*terms, Term(" # Datei", "fichier ")))
    assert stored_terms(workspace, "de", "fr") == terms[:2]
    assert stored_terms(workspace, "fr", "de") == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"notes": {"x": 1}}', "[1, 2]"])
def test_damaged_files_are_told(workspace: Workspace, text: str) -> None:
    save_notes(workspace, TEST.hash, TEST.name, {})
    store_terms(workspace, "de", "fr", ())
    for path in (*workspace.root.glob("notes/*"), *workspace.root.glob("glossaries/*")):
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError):
        load_notes(workspace, TEST.hash)
    if text != "[]":
        with pytest.raises(UserError):
            stored_terms(workspace, "de", "fr")
