"""The formats of programs: gettext's PO and Qt's TS."""

from __future__ import annotations

import pytest

from mulm_core.corpus import ReadOptions, detect, read_pairs
from mulm_core.errors import UserError

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset={}\\n"\n"Language: {}\\n"\n\n'


def po(tmp_path, text, charset="UTF-8", language="fr", encoding="utf-8", name="a.po"):
    path = tmp_path / name
    path.write_bytes((HEADER.format(charset, language) + text).encode(encoding))
    return path


def ts(tmp_path, messages, attributes='language="fr" sourcelanguage="de"'):
    path = tmp_path / "a.ts"
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n<TS version="2.1" {attributes}>'
    path.write_text(f"{head}<context>{messages}</context></TS>", encoding="utf-8")
    return path


def message(source, translation, attributes=""):
    translated = f"<translation {attributes}>{translation}</translation>"
    return f"<message><source>{source}</source>{translated}</message>"


def test_po_entries_with_all_their_parts(tmp_path):
    path = po(
        tmp_path,
        '# a comment\n#Abbreviated\n#: file.c:1\n#, c-format\n#| msgid "old"\n'
        'msgctxt "menu"\nmsgid "Zei"\n"le\\n" "%d\\t\\"x\\"\\\\"\nmsgstr ""\n"ligne\\n"\n"\\303"\n'
        'msgid"eng"\nmsgstr"étroit"',
    )
    assert read_pairs([path], "de", "fr")[0] == [
        ('Zeile\n%d\t"x"\\', "ligne\nÃ"),
        ("eng", "étroit"),
    ]


def test_po_plural_counts_once(tmp_path):
    path = po(
        tmp_path,
        'msgid "%d file"\nmsgid_plural "%d files"\n'
        'msgstr[0] "%d fichier"\nmsgstr[1] "%d fichiers"\n'
        'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "%d jours"\n'
        'msgid "%d cat"\nmsgid_plural "%d cats"\nmsgstr[0] ""\nmsgstr[1] "%d chats"\n',
    )
    assert read_pairs([path], "en", "fr")[0] == [
        ("%d file", "%d fichier"),
        ("%d days", "%d jours"),
        ("%d cats", "%d chats"),
    ]


def test_po_fuzzy_and_obsolete_only_on_request(tmp_path):
    path = po(
        tmp_path,
        '#, fuzzy, c-format\nmsgid "vague"\nmsgstr "flou"\n\nmsgid "sure"\nmsgstr "sûr"\n\n'
        '#~ msgid "gone"\n#~ msgstr "parti"\n\nmsgid "untranslated"\nmsgstr ""\n',
    )
    pairs, problems = read_pairs([path], "en", "fr")
    assert pairs == [("sure", "sûr")]
    assert [(problem.where, problem.what) for problem in problems] == [
        ("line 7", "it is marked as fuzzy"),
        ("line 13", "it is marked as obsolete"),
        ("line 16", "the target side is empty"),
    ]
    everything = read_pairs([path], "en", "fr", ReadOptions(unfinished=True))[0]
    assert everything == [("vague", "flou"), ("sure", "sûr"), ("gone", "parti")]


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("windows-1251", "cp1251"), ("ISO_8859-5", "iso8859-5"), (" koi8-r", "koi8-r")],
)
def test_po_in_a_declared_encoding(tmp_path, charset, encoding):
    path = po(tmp_path, 'msgid "yes"\nmsgstr "да, конечно"\n', charset, "ru", encoding)
    assert read_pairs([path], "en", "ru")[0] == [("yes", "да, конечно")]
    (found,) = detect([path])
    assert (found.encoding, found.encoding_guessed) == (encoding, False)
    assert found.languages == ("en", "ru")


def test_po_under_the_name_of_a_wrong_encoding(tmp_path):
    text = 'msgid "summer"\nmsgstr "été, forêt, garçon, déjà"\n' * 3
    path = po(tmp_path, text.replace("summer", "s") + text, "koi8-r", "fr", "latin-1")
    assert read_pairs([path], "en", "fr")[0][0] == ("s", "été, forêt, garçon, déjà")
    assert detect([path])[0].encoding_guessed


def test_po_header_of_another_language(tmp_path):
    path = po(tmp_path, 'msgid "yes"\nmsgstr "oui"\n')
    with pytest.raises(UserError, match="its header tells fr, not en and es"):
        read_pairs([path], "en", "es")
    assert read_pairs([path], "fr", "en")[0] == [("oui", "yes")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('msgstr "x"\n', "msgstr without a msgid|second msgstr"),
        ('msgid "a"\nmsgid "b"\nmsgstr "x"\n', "second msgid"),
        ('msgid "a"\n', "cut off"),
        ('msgid "a"\nmsgstr "x\n', "not PO"),
        ('msgid "a"\nmsgstr "x" y\n', "not PO"),
        ('#, fuzzy\n"string"\n', "belongs to nothing"),
    ],
)
def test_po_syntax_errors_have_a_line(tmp_path, text, what):
    with pytest.raises(UserError, match=rf"a\.po: .*({what}).*\(line \d+\)"):
        read_pairs([po(tmp_path, text)], "en", "fr")


def test_po_is_known_by_its_content(tmp_path):
    path = po(tmp_path, 'msgid "yes"\nmsgstr "oui"\n', name="messages.txt")
    assert detect([path])[0].format == "po"


def test_po_language_out_of_the_name(tmp_path):
    path = tmp_path / "fr.po"
    path.write_text('msgid "yes"\nmsgstr "oui"\n', encoding="utf-8")
    assert detect([path])[0].languages == ("en", "fr")


def test_ts_messages(tmp_path):
    path = ts(
        tmp_path,
        message("Ja &amp; <byte value='x1'/>Nein", "Oui &amp; non")
        + message("offen", "ouvert", 'type="unfinished"')
        + message("weg", "parti", 'type="vanished"')
        + message(
            "%n Dateien",
            "<numerusform>%n fichier</numerusform><numerusform>%n fichiers</numerusform>",
        )
        + message(
            "lang", "<lengthvariant>très long</lengthvariant><lengthvariant>long</lengthvariant>"
        )
        + message("leer", "")
        + "<message><source>nichts</source></message>",
    )
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [
        ("Ja & Nein", "Oui & non"),
        ("%n Dateien", "%n fichiers"),
        ("lang", "très long"),
    ]
    assert [problem.what for problem in problems] == [
        "it is marked as unfinished",
        "it is marked as vanished",
        "the target side is empty",
        "there is no translation",
    ]
    everything = read_pairs([path], "de", "fr", ReadOptions(unfinished=True))[0]
    assert everything[1:3] == [("offen", "ouvert"), ("weg", "parti")]
    assert detect([path])[0].languages == ("de", "fr")


def test_ts_of_other_languages(tmp_path):
    path = ts(tmp_path, message("Ja", "Oui"))
    with pytest.raises(UserError, match="it is in de and fr, not en and es"):
        read_pairs([path], "en", "es")
    assert read_pairs([path], "fr", "de")[0] == [("Oui", "Ja")]


def test_ts_without_a_source_language_is_from_english(tmp_path):
    path = ts(tmp_path, message("Yes", "Oui"), 'language="fr_FR"')
    assert detect([path])[0].languages == ("en", "fr-FR")
    assert read_pairs([path], "en", "fr")[0] == [("Yes", "Oui")]


def test_typescript_is_not_qt(tmp_path):
    path = tmp_path / "main.ts"
    path.write_text("const a: Array<string> = [];\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"main\.ts: "):
        detect([path])
    (tmp_path / "a.tsv").write_text("Ja\tOui\n", encoding="utf-8")
    assert [found.format for found in detect([tmp_path])] == ["tsv"]
    other = path.with_name("other.ts")
    other.write_text("let b = 1;\n", encoding="utf-8")
    with pytest.raises(UserError):
        detect([path, other])
