"""A pile of files: what is in it, set by set, and why some of it cannot be read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from mulm_core.corpus import ImportRequest, ReadOptions, import_corpus
from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.survey import look, preview, survey
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_bad_file_hides_no_good_one(tmp_path: Path) -> None:
    write(tmp_path / "pile" / "a.en-fr.tsv", "one\tun\n")
    write(tmp_path / "pile" / "broken.zip", b"PK\x03\x04 cut off")
    binary = write(tmp_path / "picture.tsv", bytes(range(256)) * 20)
    found = {one.name: one for one in survey([tmp_path / "pile", binary])}
    assert found["a.en-fr.tsv"].detected is not None
    assert found["broken.zip"].detected is None and found["broken.zip"].error
    assert found["picture.tsv"].detected is None and "binary" in found["picture.tsv"].error


def test_a_sentence_keeps_the_names_of_files_as_they_are(tmp_path: Path) -> None:
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("small.tsv", "one\tun\n")
    pair = [write(tmp_path / "t.de", "Ja\nNein\n"), write(tmp_path / "t.fr", "Oui\n")]
    errors = [found.error for found in survey([archive, *pair])]
    assert errors[0].startswith("The files differ: t.de has 2 lines but t.fr has 1.")
    assert errors[1].startswith("The archive packs small.tsv with a method")


def test_where_no_file_has_pairs_the_formats_are_named(tmp_path: Path) -> None:
    document = tmp_path / "letter.docx"
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("word/document.xml", "<document/>")
    (found,) = survey([document])
    assert "TMX" in found.error and "as CSV or TSV" in found.error
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"no file with sentence pairs here\. Known formats: .*TMX"):
        survey([tmp_path / "empty"])


def test_a_set_is_looked_at_again_with_other_options(tmp_path: Path) -> None:
    file = write(tmp_path / "t.csv", "1,one,un\n2,two,deux\n")
    (found,) = survey([file])
    assert found.detected is not None and not found.detected.preview
    chosen = ReadOptions(source_column="2", target_column="3")
    assert preview(look(found, chosen), "en", "fr", chosen) == (("one", "un"), ("two", "deux"))
    assert preview(found, "en", "fr", ReadOptions()) == ()


def test_the_languages_tell_the_encoding_that_is_shown_as_they_do_when_it_is_read(
    tmp_path: Path,
) -> None:
    lines = """The cat sleeps on the sofa.\tLe chat dort sur le canapé déjà usé.
He ate an apple.\tIl a mangé une pomme à l'été.
Where were you?\tOù étiez-vous hier, à Noël ?
"""
    (found,) = survey([write(tmp_path / "old.tsv", (lines * 5).encode("cp1252"))])
    assert found.detected is not None and found.detected.encoding != "cp1252"
    seen = look(found, ReadOptions(), ("en", "fr")).detected
    assert seen is not None and (seen.encoding, seen.encoding_guessed) == ("cp1252", True)


def test_the_preview_is_of_the_languages_asked_for(tmp_path: Path) -> None:
    file = write(tmp_path / "t.tsv", "en\tfr\tde\none\tun\teins\n")
    (found,) = survey([file])
    assert preview(found, "de", "fr", ReadOptions()) == (("eins", "un"),)


def test_files_of_one_import_have_options_of_their_own(tmp_path: Path) -> None:
    old = write(tmp_path / "old.en-fr.tsv", "café\tété\n".encode("cp1252"))
    table = write(tmp_path / "t.csv", "1,one,un\n")
    request = ImportRequest(
        Workspace.open(tmp_path / "workspace"),
        (old, table),
        "en",
        "fr",
        "mixed",
        chosen={
            ((old, ""),): ReadOptions(encoding="cp1252"),
            ((table, ""),): ReadOptions(source_column="2", target_column="3"),
        },
    )
    assert import_corpus(JobContext(), request).pairs == 2
    with CorpusStore.open(get_corpus(request.workspace, "mixed").path) as store:
        texts = {(pair.source, pair.target) for pair in store.page(0, 5)}
    assert texts == {("café", "été"), ("one", "un")}


def test_sets_of_one_archive_are_chosen_one_by_one(tmp_path: Path) -> None:
    archive = tmp_path / "texts.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.en-fr.tsv", "café\tété\n".encode("cp1252"))
        packed.writestr("b.en-fr.tsv", "one\tun\n")
        packed.writestr("c.en-fr.tsv", "two\tdeux\n")
    first, second, third = survey([archive])
    assert [found.files for found in (first, second, third)] == [(archive,)] * 3
    options = ReadOptions(encoding="cp1252")
    assert preview(look(first, options), "en", "fr", options) == (("café", "été"),)
    workspace = Workspace.open(tmp_path / "workspace")
    chosen = {first.key: options, third.key: ReadOptions()}
    request = ImportRequest(workspace, (archive,), "en", "fr", "some", chosen=chosen)
    assert import_corpus(JobContext(), request).pairs == 2
    with CorpusStore.open(get_corpus(workspace, "some").path) as store:
        assert [pair.source for pair in store.page(0, 5)] == ["café", "two"]
