"""Test files are taken whole or refused with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from mulm_core.errors import UserError
from mulm_core.evaluation import load_parallel, load_test_set


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_two_files_line_by_line(tmp_path: Path) -> None:
    source = write(tmp_path / "news.de", "eins\r\n\r\ndrei\r\n")
    reference = write(tmp_path / "news.fr", "un\n\ntrois")
    test = load_parallel(source, reference)
    assert test.name == "news"
    assert test.sources == ("eins", "", "drei")
    assert test.references == ("un", "", "trois")
    assert test.files == (str(source), str(reference))


def test_a_table_in_either_direction(tmp_path: Path) -> None:
    file = write(tmp_path / "test.tsv", "de\tfr\neins\tun\nzwei\tdeux\n")
    assert load_test_set([file], "de", "fr").sources == ("eins", "zwei")
    assert load_test_set([file], "fr", "de").sources == ("un", "deux")


def test_the_hash_tells_test_sets_apart(tmp_path: Path) -> None:
    source = write(tmp_path / "a.de", "ab\nc\n")
    moved = write(tmp_path / "b.de", "a\nbc\n")
    reference = write(tmp_path / "a.fr", "x\ny\n")
    one, two = load_parallel(source, reference), load_parallel(moved, reference)
    assert one.hash != two.hash
    assert one.hash == load_parallel(source, reference).hash


def test_different_line_counts(tmp_path: Path) -> None:
    source = write(tmp_path / "a.de", "1\n2\n3\n")
    reference = write(tmp_path / "a.fr", "1\n2\n")
    with pytest.raises(UserError, match=r"a\.de: it has 3 lines but a\.fr has 2\. Give"):
        load_parallel(source, reference)


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_nothing_to_translate(tmp_path: Path, text: str) -> None:
    source = write(tmp_path / "a.de", text)
    with pytest.raises(UserError, match="holds no segments"):
        load_parallel(source, write(tmp_path / "a.fr", text))


def test_no_reference_at_all(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a\.fr: every reference is empty"):
        load_parallel(write(tmp_path / "a.de", "eins\n"), write(tmp_path / "a.fr", "\n"))


def test_a_ragged_row_is_not_dropped_silently(tmp_path: Path) -> None:
    file = write(tmp_path / "test.tsv", "de\tfr\neins\tun\nzwei\ndrei\ttrois\tfour\n")
    with pytest.raises(UserError, match=r"test\.tsv, line 3: .+ \(and 1 more\)\. Mend"):
        load_test_set([file], "de", "fr")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such file"):
        load_parallel(tmp_path / "absent.de", tmp_path / "absent.fr")
