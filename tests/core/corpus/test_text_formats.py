"""TSV and line-aligned files: columns, headers, pairing by name, what is refused."""

from __future__ import annotations

import pytest

from mulm_core.corpus import detect, read_lines, read_pairs
from mulm_core.errors import UserError


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def test_two_columns_without_header(tmp_path):
    path = write(tmp_path / "a.tsv", 'Ja\tOui\r\n"Nein"\tNon')
    assert read_pairs([path], "de", "fr") == ([("Ja", "Oui"), ('"Nein"', "Non")], [])


@pytest.mark.parametrize("header", ["fr\tde", "FR\tde-DE", "French\tGerman", "target\tsource"])
def test_header_tells_the_columns(tmp_path, header):
    path = write(tmp_path / "a.tsv", f"{header}\nOui\tJa\n")
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]


def test_header_picks_two_of_many_columns(tmp_path):
    path = write(tmp_path / "a.tsv", "id\tde\tnote\tfr\n7\tJa\t-\tOui\textra\n8\tNein\n")
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui")]
    assert [str(problem) for problem in problems] == ["a.tsv, line 3: 2 columns instead of 4."]


def test_header_of_other_languages_is_refused(tmp_path):
    path = write(tmp_path / "a.tsv", "de\tfr\nDas ist ein Satz.\tC'est une phrase.\n")
    with pytest.raises(UserError, match="the header names de, fr, not en and es"):
        read_pairs([path], "en", "es")


def test_short_words_are_not_taken_for_a_header_of_languages(tmp_path):
    path = write(tmp_path / "glossary.tsv", "ja\tda\nnein\tnet\n")
    assert read_pairs([path], "de", "fr")[0] == [("ja", "da"), ("nein", "net")]


def test_many_columns_without_header_are_not_guessed(tmp_path):
    path = write(tmp_path / "a.tsv", "file7\ta1\tJa\tOui\n" * 3)
    with pytest.raises(UserError, match=r"which of the 4 columns hold de and fr.*add a first line"):
        read_pairs([path], "de", "fr")


def test_a_file_name_tells_the_order_of_the_columns(tmp_path):
    path = write(tmp_path / "train.de-fr.tsv", "Ja\tOui\n")
    assert read_pairs([path], "fr", "de")[0] == [("Oui", "Ja")]
    assert detect([path])[0].languages == ("de", "fr")


def test_ragged_rows_are_problems_with_their_line(tmp_path):
    path = write(tmp_path / "a.tsv", "Ja\tOui\nallein\n\nzu\tviele\tTeile\n\tleer\nNein\tNon\n")
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui"), ("Nein", "Non")]
    assert [(problem.where, problem.what) for problem in problems] == [
        ("line 2", "1 column instead of 2"),
        ("line 3", "the line is empty"),
        ("line 4", "3 columns instead of 2"),
        ("line 5", "the source side is empty"),
    ]


def test_no_second_column(tmp_path):
    path = write(tmp_path / "a.tsv", "eins\nzwei\n")
    with pytest.raises(UserError, match="no two columns"):
        read_pairs([path], "de", "fr")


def test_tabs_make_a_text_file_tsv(tmp_path):
    path = write(tmp_path / "pairs.txt", "Ja\tOui\nNein\tNon\n")
    (found,) = detect([path])
    assert (found.format, found.pairs, found.languages) == ("tsv", 2, ())
    assert found.preview == (("Ja", "Oui"), ("Nein", "Non"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks(tmp_path, encoding):
    mark = "\ufeff" if encoding[-2:] in ("le", "be") else ""
    path = write(tmp_path / "a.tsv", f"{mark}Größe\tété\r\n你好\tsalut\n", encoding)
    assert read_pairs([path], "de", "fr")[0] == [("Größe", "été"), ("你好", "salut")]
    assert detect([path])[0].encoding == encoding.replace("-le", "").replace("-be", "")


def test_composed_and_stripped_but_otherwise_as_written(tmp_path):
    path = write(tmp_path / "a.tsv", " e\u0301te\u0301  2\u00a0000 \tﬁn \n")
    assert read_pairs([path], "fr", "en")[0] == [("été  2\u00a0000", "ﬁn")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("t.de", "t.fr"),
        ("t.de.txt", "t.fr.txt"),
        ("t.DE", "t.fr"),
        ("news_de.txt", "news_fr.txt"),
        ("news-de", "news-fr"),
        ("de.txt", "fr.txt"),
    ],
)
def test_line_files_are_paired_by_name(tmp_path, first, second):
    left = write(tmp_path / first, "Ja\r\nNein\n")
    right = write(tmp_path / second, "Oui\nNon")
    for order in ([left, right], [right, left]):
        assert read_pairs(order, "de", "fr")[0] == [("Ja", "Oui"), ("Nein", "Non")]
        assert read_pairs(order, "fr", "de")[0] == [("Oui", "Ja"), ("Non", "Nein")]
    (found,) = detect([right, left])
    assert (found.format, found.languages, found.pairs) == ("moses", ("de", "fr"), 2)


def test_regions_in_names(tmp_path):
    write(tmp_path / "news_pt_BR.txt", "Sim\n")
    write(tmp_path / "news_zh-Hant.txt", "是\n")
    assert read_pairs([tmp_path], "pt-BR", "zh-Hant")[0] == [("Sim", "是")]


def test_roles_as_endings(tmp_path):
    left, right = write(tmp_path / "x.src", "Ja\n"), write(tmp_path / "x.tgt", "Oui\n")
    assert read_pairs([right, left], "de", "fr")[0] == [("Ja", "Oui")]


def test_two_texts_without_languages_are_source_and_target(tmp_path):
    left, right = write(tmp_path / "b.txt", "Ja\n"), write(tmp_path / "a.txt", "Oui\n")
    assert read_pairs([left, right], "de", "fr")[0] == [("Ja", "Oui")]


def test_three_languages_of_one_stem(tmp_path):
    for tag, text in (("de", "Ja"), ("fr", "Oui"), ("es", "Sí")):
        write(tmp_path / f"t.{tag}", f"{text}\n")
    assert read_pairs([tmp_path], "es", "de")[0] == [("Sí", "Ja")]
    assert detect([tmp_path])[0].languages == ("de", "es", "fr")


def test_names_of_other_languages_are_refused(tmp_path):
    left, right = write(tmp_path / "t.de", "Ja\n"), write(tmp_path / "t.fr", "Oui\n")
    with pytest.raises(UserError, match="tell de, fr, not en and es"):
        read_pairs([left, right], "en", "es")


def test_different_line_counts_name_both(tmp_path):
    left, right = write(tmp_path / "t.de", "1\n2\n3\n"), write(tmp_path / "t.fr", "1\n2\n3\n4\n5")
    with pytest.raises(UserError, match=r"t\.de has 3 lines but t\.fr has 5"):
        read_pairs([left, right], "de", "fr")


def test_empty_lines_keep_the_alignment(tmp_path):
    left, right = write(tmp_path / "t.de", "1\n\n3\n"), write(tmp_path / "t.fr", "un\ndeux\ntrois")
    pairs, problems = read_pairs([left, right], "de", "fr")
    assert pairs == [("1", "un"), ("3", "trois")]
    assert [problem.where for problem in problems] == ["line 2"]


def test_only_line_feeds_end_a_line(tmp_path):
    path = write(tmp_path / "t.txt", "a\u2028b\x0bc\x85d\ne\rf\r\n")
    assert read_lines(path) == ["a\u2028b\x0bc\x85d", "e\rf"]


def test_one_text_alone_is_no_corpus(tmp_path):
    with pytest.raises(UserError, match=r"t\.de: no reader takes this file"):
        detect([write(tmp_path / "t.de", "Ja\n")])


def test_folder_without_pairs(tmp_path):
    write(tmp_path / "README.md", "Nothing here\n")
    with pytest.raises(UserError, match="no file with sentence pairs"):
        detect([tmp_path])


def test_folder_takes_what_it_can(tmp_path):
    write(tmp_path / "README.md", "# Read me\n")
    write(tmp_path / "empty.tsv", "")
    (tmp_path / ".git").mkdir()
    write(tmp_path / ".git" / "x.tsv", "a\tb\n")
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep" / "a.tsv", "Ja\tOui\n")
    write(tmp_path / "t.de", "Ja\n")
    write(tmp_path / "t.fr", "Oui\n")
    assert sorted(found.format for found in detect([tmp_path])) == ["moses", "tsv"]


@pytest.mark.parametrize("name", ["a.tsv", "a.tmx", "a.txt", "a"])
def test_empty_file(tmp_path, name):
    with pytest.raises(UserError, match="the file is empty"):
        detect([write(tmp_path / name, "")])


@pytest.mark.parametrize("name", ["a.tsv", "a.tmx", "a.txt", "a"])
def test_binary_file(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes(range(256)) * 50)
    with pytest.raises(UserError, match=r"binary|damaged") as caught:
        read_pairs([path], "de", "fr")
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.tsv", "a.tmx", "a.de"])
def test_missing_file(tmp_path, name):
    with pytest.raises(UserError, match="there is no such file"):
        detect([tmp_path / name])


def test_undeclared_legacy_encoding_is_guessed_and_said_so(tmp_path):
    path = write(tmp_path / "a.tsv", "Ja\tOui\nGröße\tété\n" * 3, "latin-1")
    assert read_pairs([path], "de", "fr")[0][1] == ("Größe", "été")
    (found,) = detect([path])
    assert (found.encoding, found.encoding_guessed) == ("cp1252", True)


def test_damaged_utf8_is_not_taken_for_another_encoding(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("Größe\tété\n".encode() * 5 + b"Gr\xf6\xdfe\ttaille\n")
    with pytest.raises(UserError, match=r"line 6 is not valid UTF-8.*save it as UTF-8"):
        read_pairs([path], "de", "fr")


def test_endless_line_is_refused(tmp_path):
    path = write(tmp_path / "a.tsv", "Ja\tOui\n" + "x" * 3_000_000)
    with pytest.raises(UserError, match="line 2 is longer than a million bytes"):
        read_pairs([path], "de", "fr")


def test_same_language_twice(tmp_path):
    with pytest.raises(UserError, match="both German"):
        read_pairs([write(tmp_path / "a.tsv", "a\tb\n")], "de", "DE")
