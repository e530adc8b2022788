"""CSV, JSON and Parquet: delimiters, quotes, columns and fields."""

from __future__ import annotations

import csv
import gzip
import json
import tracemalloc
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mulm_core.corpus import ReadOptions, detect, read_pairs
from mulm_core.errors import UserError


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def columns(source, target, **more):
    return ReadOptions(source_column=source, target_column=target, **more)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
def test_csv_delimiters_are_found_out(tmp_path, delimiter):
    rows = [("Ja, ja; doch", "Oui"), ("Nein", 'Non, "non"'), ("a\nb", "c | d\te")]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    assert read_pairs([path], "de", "fr")[0] == rows
    (found,) = detect([path])
    assert (found.delimiter, found.header, found.columns) == (delimiter, False, ("1", "2"))


def test_csv_line_ends_in_quotes_are_kept_and_places_are_lines(tmp_path):
    path = write(tmp_path / "a.csv", 'Ja,Oui\r\n"a\r\nb\nc\rd",e\r\nallein\r\n\r\nNein,Non\r\n')
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui"), ("a\r\nb\nc\rd", "e"), ("Nein", "Non")]
    assert [(problem.where, problem.what) for problem in problems] == [
        ("line 5", "1 column instead of 2"),
        ("line 6", "the line is empty"),
    ]


def test_csv_old_line_ends(tmp_path):
    assert len(read_pairs([write(tmp_path / "a.csv", "Ja,Oui\rNein,Non\r")], "de", "fr")[0]) == 2


@pytest.mark.parametrize(
    "header",
    [
        "id,de,fr",
        "Nr;Target text;Source text",
        "x|French|German",
        "x|Texte français|German text",
    ],
)
def test_csv_header_tells_the_columns(tmp_path, header):
    sign = header[2] if header[2] in ",;" else "|"
    first = ("7", "Ja", "Oui") if "de" in header else ("7", "Oui", "Ja")
    path = write(tmp_path / "a.csv", f"{header}\n{sign.join(first)}\n")
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]


def test_a_delimiter_that_is_not_found_is_asked_for(tmp_path):
    path = write(tmp_path / "a.csv", 'Ja~Oui\n"zwei\nZeilen"~"deux\nlignes"\n')
    with pytest.raises(UserError, match=r"none of the delimiters , ; tab \| \^ suits.*--delimiter"):
        read_pairs([path], "de", "fr")
    pairs = [("Ja", "Oui"), ("zwei\nZeilen", "deux\nlignes")]
    assert read_pairs([path], "de", "fr", ReadOptions(delimiter="~"))[0] == pairs


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_header_above_words_tells_the_languages(tmp_path, name):
    sign = "," if name == "a.csv" else "\t"
    path = write(tmp_path / name, f"en{sign}fr\nHello{sign}Bonjour\n")
    assert detect([path])[0].languages == ("en", "fr")
    with pytest.raises(UserError, match=r"the header names en, fr, not de and it.*--no-header"):
        read_pairs([path], "de", "it")
    assert len(read_pairs([path], "de", "it", ReadOptions(header=False))[0]) == 2
    glossary = write(tmp_path / name, f"ja{sign}no\nda{sign}hier\n")
    assert detect([glossary])[0].languages == ()
    assert len(read_pairs([glossary], "de", "it")[0]) == 2


def test_columns_chosen_by_number_leave_a_header_of_languages_out(tmp_path):
    path = write(tmp_path / "a.csv", "id,note,English text,Texte français\n0,n,Hello,Bonjour\n")
    assert read_pairs([path], "en", "fr", columns("3", "4"))[0] == [("Hello", "Bonjour")]
    assert read_pairs([path], "en", "fr")[0] == [("Hello", "Bonjour")]


def test_csv_columns_are_asked_for_and_chosen(tmp_path):
    path = write(tmp_path / "a.csv", "Nr,Deutsch,Anmerkung,Franz\n1,Ja,x,Oui\n2,Nein,y,Non\n")
    (found,) = detect([path])
    assert (found.pairs, found.preview, found.columns) == (None, (), ("1", "2", "3", "4"))
    (found,) = detect([path], ReadOptions(header=True))
    assert found.columns == ("Nr", "Deutsch", "Anmerkung", "Franz")
    with pytest.raises(UserError, match="which of the 4 columns hold de and fr"):
        read_pairs([path], "de", "fr")
    expected = [("Ja", "Oui"), ("Nein", "Non")]
    assert read_pairs([path], "de", "fr", columns("deutsch", "Franz"))[0] == expected
    assert read_pairs([path], "de", "fr", columns("2", "4", header=True))[0] == expected
    assert read_pairs([path], "de", "fr", columns("2", "4"))[0] == [("Deutsch", "Franz"), *expected]
    assert detect([path], columns("Deutsch", "Franz"))[0].pairs == 2
    for chosen in (columns("2", "5"), columns("Deutsch", "none"), columns("2", "2")):
        with pytest.raises(UserError, match=r"a\.csv"):
            read_pairs([path], "de", "fr", chosen)


def test_tsv_columns_are_chosen_alike(tmp_path):
    path = write(tmp_path / "a.tsv", "f\t1\tJa\tOui\nf\t2\tNein\tNon\n")
    assert read_pairs([path], "de", "fr", columns("3", "4"))[0][1] == ("Nein", "Non")
    assert read_pairs([path], "de", "fr", columns("4", "3"))[0][1] == ("Non", "Nein")


def test_two_columns_with_a_header_that_only_a_person_knows(tmp_path):
    path = write(tmp_path / "a.csv", "Original text,Translated text\nJa,Oui\n")
    assert len(read_pairs([path], "de", "fr")[0]) == 2
    assert read_pairs([path], "de", "fr", ReadOptions(header=True))[0] == [("Ja", "Oui")]
    path = write(tmp_path / "b.csv", "source,target\nJa,Oui\n")
    assert len(read_pairs([path], "de", "fr", ReadOptions(header=False))[0]) == 2


def test_only_one_column_chosen():
    with pytest.raises(UserError, match="only one column"):
        ReadOptions(source_column="1")


def test_csv_languages_above_a_glossary(tmp_path):
    path = write(tmp_path / "a.csv", "en-GB,es-ES,it-IT\nContact,Contacto,Contatto\n,,Cane\n")
    assert detect([path])[0].languages == ("en-GB", "es-ES", "it-IT")
    pairs, problems = read_pairs([path], "es-ES", "it-IT")
    assert (pairs, len(problems)) == ([("Contacto", "Contatto")], 1)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('Ja,Oui\n"Nein,Non\n', "line 2 has quotes that do not match"),
        ('Ja,Oui\n"Nein"x,Non\n', "line 2 has quotes that do not match"),
        ('Ja,Oui\n"' + "x\n" * 200_000, "line 2 has a cell of more than"),
        ("Ja,Oui\n" + '"\n",' * 800_000, "line 2 is longer than a million characters"),
        ("Ja,Oui\n" + "x," * 800_000, "line 2 is longer than a million bytes"),
    ],
)
def test_csv_that_would_never_end(tmp_path, text, what):
    with pytest.raises(UserError, match=what):
        read_pairs([write(tmp_path / "a.csv", text)], "de", "fr", ReadOptions(delimiter=","))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json", "a.po"])
def test_a_line_of_a_gigabyte_takes_no_memory(tmp_path, name):
    path = tmp_path / name
    start = {"a.json": b'[{"de": "', "a.jsonl": b'{"de": "', "a.po": b'msgid "'}.get(name, b"")
    with path.open("wb") as file:
        file.write(start)
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="million"):
            read_pairs([path], "de", "fr")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_the_parsers_limit_is_left_alone(tmp_path):
    before = csv.field_size_limit()
    read_pairs([write(tmp_path / "a.csv", "Ja,Oui\n")], "de", "fr")
    assert csv.field_size_limit() == before


RECORDS = {
    "languages": {"id": 1, "de": "Ja", "fr": "Oui", "url": "x"},
    "roles": {"target": "Oui", "source": "Ja", "score": 0.5},
    "short roles": {"src": "Ja", "tgt": "Oui"},
    "nested": {"id": "7", "translation": {"fr": "Oui", "es": "Sí", "de": "Ja"}},
    "names": {"German": "Ja", "French": "Oui"},
    "prefixes": {"sentence_deu_Latn": "Ja", "sentence_fra_Latn": "Oui", "url": "x"},
}


@pytest.mark.parametrize("shape", RECORDS)
@pytest.mark.parametrize("kind", ["lines", "array", "pretty array"])
def test_json_fields(tmp_path, shape, kind):
    records = [RECORDS[shape]] * 3
    text = "\n".join(json.dumps(record) for record in records)
    if kind != "lines":
        text = json.dumps(records, indent=2 if kind == "pretty array" else None)
    path = write(tmp_path / ("a.jsonl" if kind == "lines" else "a.json"), text)
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")] * 3
    (found,) = detect([path])
    assert found.pairs == 3
    told = {"nested": ("fr", "es", "de"), "roles": (), "short roles": ()}
    assert found.languages == told.get(shape, ("de", "fr"))


def test_json_fields_are_asked_for_and_chosen(tmp_path):
    records = [{"a": {"b": {"text": "Ja"}}, "c d": "Oui", "list": ["x"], "n": 5}] * 2
    path = write(tmp_path / "a.jsonl", "\n".join(map(json.dumps, records)))
    (found,) = detect([path])
    assert (found.pairs, found.columns) == (None, ("a.b.text", "c d"))
    chosen = columns("a.b.text", "c d")
    assert read_pairs([path], "de", "fr", chosen)[0] == [("Ja", "Oui")] * 2
    with pytest.raises(UserError, match=r"no field 'c'.*Choose one of a\.b\.text"):
        read_pairs([path], "de", "fr", columns("c", "c d"))
    with pytest.raises(UserError, match="no field tells which of"):
        read_pairs([path], "de", "fr")


@pytest.mark.parametrize("indent", [None, 2])
def test_json_records_in_a_record_say_what_is_wanted_instead(tmp_path, indent):
    text = json.dumps({"data": [RECORDS["languages"]] * 3}, indent=indent)
    with pytest.raises(UserError, match="must be a list of records"):
        read_pairs([write(tmp_path / "a.json", text)], "de", "fr")


def test_json_rows_without_names(tmp_path):
    path = write(tmp_path / "a.jsonl", '["Ja", "Oui"]\n["Nein", "Non"]\n')
    assert read_pairs([path], "de", "fr", columns("1", "2"))[0][1] == ("Nein", "Non")


def test_json_records_without_a_side_are_problems(tmp_path):
    lines = [
        '{"de": "Ja", "fr": "Oui"}',
        '{"de": "x"}',
        '{"de": 5, "fr": null}',
        '{"de":"","fr":"y"}',
    ]
    path = write(tmp_path / "a.jsonl", "\ufeff" + "\r\n".join([*lines, "", "[]"]))
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui")]
    assert [(problem.where, problem.what) for problem in problems] == [
        ("line 2", "there is no text in fr"),
        ("line 3", "there is no text in de and fr"),
        ("line 4", "the source side is empty"),
        ("line 6", "there is no text in de and fr"),
    ]


def test_json_half_characters_and_zero_bytes_can_be_stored(take, tmp_path):
    path = write(tmp_path / "a.jsonl", '{"de": "\\ud83d\\ude00", "fr": "a\\ud800b\\u0000c"}\n')
    assert read_pairs([path], "de", "fr")[0] == [("😀", "a\ufffdb\ufffdc")]
    assert take(path).pairs == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"de": "Ja", "fr": "Oui"}\n{"de": "Nein", "fr',
        '[{"de": "Ja", "fr": "Oui"}, {"de": "Nein"',
        '[{"de": "Ja", "fr": "Oui"}',
        '[{"de": "Ja", "fr": "Oui"},]',
        '[{"de": "Ja", "fr": "Oui"} {"de": "Ja", "fr": "Oui"}]',
        '[{"de": "Ja", "fr": "Oui"}] more',
        '[{"de": "Ja", "fr": "Oui"}]]',
        '{"de": "Ja", "fr": "Oui"}\n' + "[" * 100_000,
        '[{"de": "Ja", "fr": "Oui"}, ' + '{"a":' * 100_000,
        '{"de": "Ja", "fr": "Oui", "n": ' + "1" * 10_000 + "}",
    ],
)
def test_damaged_json_is_one_error_with_its_place(tmp_path, text):
    with pytest.raises(UserError, match=r"a\.json: (line|record) [12] is not JSON"):
        read_pairs([write(tmp_path / "a.json", text)], "de", "fr")


def test_large_json_arrays_are_streamed(tmp_path):
    path = tmp_path / "a.json"
    record = {"de": "Satz " * 20, "fr": "phrase " * 20}
    path.write_text(json.dumps([record] * 30_000), encoding="utf-8")
    from mulm_core.corpus.formats import file_sets
    from mulm_core.corpus.types import DEFAULTS

    tracemalloc.start()
    try:
        (found,) = file_sets([path])
        assert sum(1 for _ in found.reader.read(found.files, "de", "fr", DEFAULTS)) == 30_000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_other_json_in_a_folder_is_left_alone(tmp_path):
    write(tmp_path / "package.json", '{"name": "x", "version": 1}')
    write(tmp_path / "list.json", "[1, 2, 3]")
    write(tmp_path / "a.tsv", "Ja\tOui\n")
    assert [found.format for found in detect([tmp_path])] == ["tsv"]


def parquet(path, table, **options):
    pq.write_table(pa.table(table), path, **options)
    return path


def test_parquet_columns(tmp_path):
    table = {"id": [1, 2, 3], "fr": ["Oui", None, "trois"], "de": ["Ja", "x", "drei"]}
    path = parquet(tmp_path / "a.parquet", table)
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui"), ("drei", "trois")]
    assert [str(problem) for problem in problems] == ["a.parquet, row 2: there is no text in fr."]
    (found,) = detect([path])
    assert (found.languages, found.columns, found.pairs) == (("fr", "de"), ("fr", "de"), 2)
    assert read_pairs([path], "de", "en", columns("de", "fr"))[0] == pairs


def test_parquet_struct_of_languages_dictionaries_and_large_text(tmp_path):
    pairs = [{"en": "Yes", "fr": "Oui"}, {"en": "No", "fr": "Non"}, None]
    path = parquet(tmp_path / "a.parquet", {"translation": pairs, "id": ["a", "b", "c"]})
    assert detect([path])[0].languages == ("en", "fr")
    assert read_pairs([path], "fr", "en")[0] == [("Oui", "Yes"), ("Non", "No")]
    coded = pa.array(["Ja", "Ja"]).dictionary_encode()
    large = pa.array(["Oui", "Si"], pa.large_string())
    path = parquet(tmp_path / "b.parquet", {"source": coded, "target": large})
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui"), ("Ja", "Si")]


@pytest.mark.parametrize("packing", ["gz", "zip"])
def test_parquet_in_archives(tmp_path, packing):
    numbers = range(5000)
    table = {"de": [f"Satz {n * n}" for n in numbers], "fr": [f"phrase {n}" for n in numbers]}
    plain = parquet(tmp_path / "a.parquet", table, row_group_size=1000)
    path = tmp_path / f"b.parquet.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "a.parquet")
    assert len(read_pairs([path], "de", "fr")[0]) == 5000
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(UserError, match=r"cut off|damaged"):
        read_pairs([path], "de", "fr")


@pytest.mark.parametrize("size", [4, 100, -20])
def test_damaged_parquet_is_one_error(tmp_path, size):
    path = parquet(tmp_path / "a.parquet", {"de": ["Ja"] * 100, "fr": ["Oui"] * 100})
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(UserError, match="Parquet file is damaged"):
        read_pairs([path], "de", "fr")


def test_parquet_without_two_texts(tmp_path):
    path = parquet(tmp_path / "a.parquet", {"n": [1, 2], "text": ["a", "b"]})
    assert detect([path])[0].pairs is None
    with pytest.raises(UserError, match="no field tells which of text hold de and fr"):
        read_pairs([path], "de", "fr")
