"""``mulm corpus``: import with its options, and everything that is done to rows."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from mulm_core.cli import main
from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.workspace import Workspace

DIRECTION = ("--source", "en", "--target", "fr")


@pytest.fixture
def mulm(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs ``mulm corpus`` with ``--json``; returns its object."""

    def run(*arguments: str | Path) -> dict[str, Any]:
        status = main(["corpus", *map(str, arguments), "--json"])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return dict(json.loads(printed.out))

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs ``mulm corpus`` and returns the sentence that refuses it."""

    def run(*arguments: str | Path) -> str:
        assert main(["corpus", *map(str, arguments)]) == 2
        return capsys.readouterr().err

    return run


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_import_options_reach_the_reader(mulm: Any, tmp_path: Path) -> None:
    file = table(tmp_path / "a.csv", "no;one;x;un\nno;two;x;deux\n")
    flags = ("--columns", "2,4", "--delimiter", ";", "--no-header")
    done = mulm("import", file, *DIRECTION, "--name", "c", *flags)
    files = [{"name": "a.csv", "encoding": "utf-8", "guessed": False}]
    counts = {"pairs": 2, "skipped": 0, "problems": [], "codes": 0}
    assert done == {"corpus": "c", **counts, "files": files}
    (sample,) = mulm("show", "c", "--offset", "1", "--pairs", "1")["sample"]
    assert (sample["source"], sample["target"]) == ("two", "deux")


def test_a_guessed_encoding_is_told(
    mulm: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.tsv"
    old.write_bytes("the summer\tl'été dernier\n".encode("cp1252"))
    done = mulm("import", old, *DIRECTION, "--name", "c")
    assert done["files"] == [{"name": "old.tsv", "encoding": "cp1252", "guessed": True}]
    assert main(["corpus", "import", str(old), *DIRECTION, "--name", "d"]) == 0
    assert "old.tsv: the encoding is guessed, cp1252" in capsys.readouterr().out


def test_import_again_and_with_bad_files(mulm: Any, refused: Any, tmp_path: Path) -> None:
    good = table(tmp_path / "a.tsv", "one\tun\n")
    bad = table(tmp_path / "b.tmx", "<tmx><body>")
    more = table(tmp_path / "c.tsv", "two\tdeux\n")
    mulm("import", good, *DIRECTION, "--name", "c")
    assert "already" in refused("import", good, *DIRECTION, "--name", "c")
    assert "b.tmx" in refused("import", more, bad, *DIRECTION, "--name", "c")
    done = mulm("import", good, bad, more, *DIRECTION, "--name", "c", "--skip-bad-files")
    assert (done["pairs"], len(done["problems"])) == (1, 2)
    assert mulm("import", good, *DIRECTION, "--name", "c", "--again")["pairs"] == 1
    listed = mulm("problems", "c")
    assert [problem["file"] for problem in listed["problems"]] == ["a.tsv", "b.tmx"]
    assert mulm("problems", "c", "--csv", tmp_path / "p.csv")["problems"] == 2
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.reader(stream))) == 3


def test_import_all_pairs(mulm: Any, refused: Any, tmp_path: Path) -> None:
    file = table(
        tmp_path / "a.tsv", "en\tfr\tde\n" + "The sun shines over the hills\tsoleil\tSonne\n" * 3
    )
    done = mulm("import", file, "--all-pairs", "--name", "c")
    assert {one["corpus"] for one in done["corpora"]} == {"c-en-fr", "c-en-de", "c-fr-de"}
    assert len(mulm("list")["corpora"]) == 3
    assert "not given, and the files name en, fr, de" in refused("import", file, "--name", "c")
    assert "all languages" in refused("import", file, *DIRECTION, "--all-pairs", "--name", "c")


def test_languages_that_the_files_name_need_not_be_given(
    mulm: Any, refused: Any, tmp_path: Path
) -> None:
    catalog = table(
        tmp_path / "a.po",
        'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "one"\nmsgstr "un"\n',
    )
    moses = [table(tmp_path / "n.fr", "deux\n"), table(tmp_path / "n.en", "two\n")]
    plain = table(tmp_path / "plain.tsv", "three\ttrois\n")
    mulm("import", catalog, *moses, plain, "--name", "c")
    mulm("import", catalog, "--target", "fr", "--name", "d")
    mulm("import", catalog, "--source", "fr", "--name", "e")
    (c, d, e) = mulm("list")["corpora"]
    assert (c["source"], c["target"], c["pairs"]) == ("en", "fr", 3)
    assert (d["source"], d["target"]) == ("en", "fr")
    assert (e["source"], e["target"]) == ("fr", "en")
    assert "not given, and the files name none" in refused("import", plain, "--name", "f")
    other = table(tmp_path / "n.de-fr.tsv", "drei\ttrois\n")
    assert "name en, fr, de" in refused("import", catalog, other, "--name", "f")
    assert "other language is not given, and the files name en, de" in refused(
        "import", catalog, other, "--target", "fr", "--name", "f"
    )


def test_views_are_shown_and_exported(mulm: Any, corpus: str, tmp_path: Path) -> None:
    everything = mulm("show", corpus)["pairs"]
    shown = mulm("show", corpus, "--split", "dev", "--pairs", "1000")
    assert 0 < shown["found"] == len(shown["sample"]) < everything
    done = mulm("export", corpus, tmp_path / "dev.tsv", "--split", "dev")
    assert (done["pairs"], done["files"]) == (shown["found"], [str(tmp_path / "dev.tsv")])
    lines = (tmp_path / "dev.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "en\tfr"
    assert lines[1:] == [f"{pair['source']}\t{pair['target']}" for pair in shown["sample"]]
    done = mulm("export", corpus, tmp_path / "all", "--format", "moses")
    assert [Path(name).name for name in done["files"]] == ["all.en", "all.fr"]


def test_restore_undo_and_redo(mulm: Any, refused: Any, workspace: Workspace, corpus: str) -> None:
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        store.write_flags("length", [(id, "long") for id in range(1, 8)], {}, {})
        store.apply_check("length")
        store.exclude([20])
    assert mulm("restore", corpus, "--ids", "1,3-4,999")["restored"] == 3
    assert mulm("restore", corpus, "--check", "length")["restored"] == 4
    assert mulm("restore", corpus)["restored"] == 1
    assert mulm("show", corpus, "--check", "excluded")["found"] == 0
    assert mulm("undo", corpus)["undone"] == "Take back hand"
    assert mulm("undo", corpus)["undone"] == "Take back length"
    assert mulm("show", corpus, "--check", "excluded")["found"] == 5
    assert mulm("redo", corpus)["redone"] == "Take back length"
    shown = mulm("show", corpus, "--check", "length", "--pairs", "2")
    assert (shown["undo"], shown["redo"]) == ("Take back length", "Take back hand")
    assert [pair["kept"] for pair in shown["sample"]] == [["length"], []]
    assert "5 comes after 3" in refused("restore", corpus, "--ids", "5-3")
    assert "no such row: its rows are 1 to" in refused("restore", corpus, "--ids", "0,99999")
    assert "no row number" in refused("restore", corpus, "--ids", "1,x")
    assert "never run" in refused("restore", corpus, "--check", "none")


def test_statistics_in_numbers_and_in_bars(
    mulm: Any, corpus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = mulm("stats", corpus)
    assert sum(found["splits"].values()) == found["pairs"] == sum(found["ratio"]["counts"])
    assert main(["corpus", "stats", corpus]) == 0
    assert "characters a segment, fr: median" in capsys.readouterr().out
