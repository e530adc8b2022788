"""Encodings: marked, chosen, guessed; what is no text is refused."""

from __future__ import annotations

import pytest

from mulm_core.corpus import ReadOptions, detect, read_pairs
from mulm_core.corpus.encodings import encoding_of, known
from mulm_core.corpus.source import source_of
from mulm_core.errors import UserError

SAMPLES = {
    ("fr", "cp1252"): "L'été dernier, le garçon a mangé à la forêt.",
    ("de", "cp1252"): "Größe und Maß, schöne Grüße",
    ("pl", "cp1250"): "Zażółć gęślą jaźń",
    ("pl", "iso8859-2"): "Zażółć gęślą jaźń, proszę państwa",
    ("ru", "cp1251"): "Съешь же ещё этих мягких французских булок",
    ("ru", "koi8-r"): "Съешь же ещё этих мягких французских булок",
    ("uk", "koi8-u"): "Моя бабуся їла свіжий ґрунтовний борщ, а дід не їв",
    ("uk", "cp1251"): "Моя бабуся їла свіжий ґрунтовний борщ, а дід не їв",
    ("cs", "iso8859-2"): "Příliš žluťoučký kůň úpěl ďábelské ódy, šťáva a žízeň",
    ("cs", "cp1250"): "Příliš žluťoučký kůň úpěl ďábelské ódy, šťáva a žízeň",
    ("fr", "mac-roman"): "L'été dernier, le garçon a mangé à la forêt, où il était très gai.",
    ("fr", "cp850"): "L'été dernier, le garçon a mangé à la forêt, où il était très gai.",
    ("el", "cp1253"): "Καλημέρα κόσμε, τι κάνετε",
    ("tr", "cp1254"): "Pijamalı hasta yağız şoföre çabucak güvendi",
    ("he", "cp1255"): "שלום עולם מה שלומך",
    ("ar", "cp1256"): "مرحبا بالعالم كيف حالك",
    ("ja", "cp932"): "こんにちは世界。お元気ですか",
    ("ja", "euc_jp"): "こんにちは世界。お元気ですか",
    ("zh", "gb18030"): "你好，世界。今天天气很好",
    ("zh-TW", "big5"): "你好，世界。今天天氣很好",
    ("ko", "cp949"): "안녕하세요 세계",
}


@pytest.mark.parametrize(("language", "encoding"), SAMPLES)
def test_undeclared_encodings_are_guessed_with_the_languages(tmp_path, language, encoding):
    text = SAMPLES[language, encoding]
    path = tmp_path / f"x.en-{language[:2]}.tsv"
    path.write_bytes(f"hello\t{text}\n".encode(encoding) * 3)
    assert read_pairs([path], "en", language)[0] == [("hello", text)] * 3
    found = encoding_of(source_of(path), languages=("en", language))
    assert (found.name, found.guessed) == (encoding, True)


def test_no_script_is_guessed_that_neither_language_uses(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_bytes(b"hello\tl'\x81t\x8d \x9d\x90\n" * 3)  # nothing in French
    found = encoding_of(source_of(path), languages=("en", "fr")).name
    assert all(ord(char) < 0x250 or not char.isalpha() for char in path.read_bytes().decode(found))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.jsonl", "a.json", "a.po"])
def test_unicode_with_and_without_its_mark(tmp_path, encoding, name):
    content = {
        "a.tsv": "Größe\tété\n",
        "a.csv": '"Größe",été\n',
        "a.jsonl": '{"de": "Größe", "fr": "été"}\n',
        "a.json": '[{"de": "Größe", "fr": "été"}]',
        "a.po": 'msgid "Größe"\nmsgstr "été"\n',
    }[name]
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    assert read_pairs([path], "de", "fr")[0] == [("Größe", "été")]
    (found,) = detect([path])
    assert (found.encoding, found.encoding_guessed) == (encoding, False)


def test_the_chosen_encoding_goes_before_all_others(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes("да\tété\n".encode() * 2)
    chosen = ReadOptions(encoding="latin-1")
    assert read_pairs([path], "ru", "fr", chosen)[0][0][1] == "Ã©tÃ©"
    assert detect([path], chosen)[0].encoding == "iso8859-1"
    marked = tmp_path / "b.tsv"
    marked.write_bytes("Ja\tOui\n".encode("utf-8-sig"))
    assert read_pairs([marked], "de", "fr", ReadOptions(encoding="utf-8"))[0] == [("Ja", "Oui")]


def test_the_chosen_encoding_goes_for_xml_too(tmp_path):
    path = tmp_path / "a.tmx"
    unit = '<tu><tuv lang="de"><seg>Größe</seg></tuv><tuv lang="fr"><seg>été</seg></tuv></tu>'
    path.write_bytes(f"<tmx><body>{unit}</body></tmx>".encode("latin-1"))
    with pytest.raises(UserError, match="not text in the encoding"):
        read_pairs([path], "de", "fr")
    chosen = ReadOptions(encoding="latin-1")
    assert read_pairs([path], "de", "fr", chosen)[0] == [("Größe", "été")]


@pytest.mark.parametrize("name", ["no such", "zlib", "unicode_escape", "idna", "utf-7", "rot13"])
def test_what_is_no_encoding_of_files(tmp_path, name):
    assert known(name) == ""
    path = tmp_path / "a.tsv"
    path.write_bytes(b"Ja\tOui\n")
    with pytest.raises(UserError, match=f"'{name}' is not an encoding"):
        read_pairs([path], "de", "fr", ReadOptions(encoding=name))


def test_the_first_odd_byte_may_come_late(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(b"yes\toui\n" * 200_000 + "summer\tété\n".encode("latin-1"))
    assert read_pairs([path], "en", "fr")[0][-1] == ("summer", "été")


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"a line of text\n\xff\xfe\n" + 60_000 * b"x" + b"\0", "a binary file"),
    ],
)
def test_what_is_no_text_is_called_what_it_is(tmp_path, head, kind):
    path = tmp_path / "a.tsv"
    path.write_bytes(head + b"\xe9t\xe9 comme \xe7a\n" * 20)
    with pytest.raises(UserError, match=f"this is {kind}, not text"):
        read_pairs([path], "de", "fr")


def test_noise_without_zero_bytes_is_binary(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_bytes(bytes((n * n + n * 7) % 255 + 1 for n in range(5000)))
    with pytest.raises(UserError, match="binary"):
        read_pairs([path], "de", "fr")


def test_files_of_one_set_have_encodings_of_their_own(tmp_path):
    (tmp_path / "t.ru").write_bytes("да, конечно, можно\n".encode("cp1251"))
    (tmp_path / "t.fr").write_bytes("oui, bien sûr\n".encode())
    assert read_pairs([tmp_path], "ru", "fr")[0] == [("да, конечно, можно", "oui, bien sûr")]
    (found,) = detect([tmp_path])
    assert (found.encoding, found.encoding_guessed) == ("cp1251, utf-8", True)
