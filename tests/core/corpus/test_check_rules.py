"""Each rule on pairs that a translator would call wrong, and on pairs that they would not."""

from __future__ import annotations

import re

import pytest

from mulm_core.corpus.checks import CHECKS
from mulm_core.corpus.checks.base import Basis, Row, RowRule
from mulm_core.corpus.checks.mask import masked


def rule(key: str, source: str = "de", target: str = "fr", rows=(), **settings) -> RowRule:
    check = CHECKS[key]
    sample = tuple(Row(at, left, right, "train") for at, (left, right) in enumerate(rows, 1))
    made = check.rule(Basis(source, target, sample), check.settings(**settings))
    assert isinstance(made, RowRule)
    return made


WRONG = [
    ("empty", "", "Bonjour"),
    ("empty", "Guten Tag", " \u200b "),
    ("empty", "Guten Tag", "---"),
    ("untranslated", "Das ist ein ganz normaler Satz.", "Das ist ein ganz normaler Satz."),
    ("untranslated", "das ist ein  Satz", "Das ist ein Satz"),
    ("numbers", "Es sind 5 Einheiten", "Il y a 6 unités"),
    ("numbers", "Es sind 250 Einheiten", "Il y a des unités"),
    ("numbers", "1,5 Liter", "15 litres"),
    ("numbers", "٢٥ كتابا", "24 livres"),
    ("placeholders", "Datei %s öffnen", "Ouvrir le fichier"),
    ("placeholders", "Datei %s öffnen", "Ouvrir le fichier %d"),
    ("placeholders", "%(count)s Dateien", "%(nombre)s fichiers"),
    ("placeholders", "Hallo {name}", "Bonjour {nom}"),
    ("placeholders", "$[user] ist da", "$[utilisateur] est là"),
    ("placeholders", "<b>fett</b>", "<b>gras"),
    ("placeholders", "Suchen &amp; Ersetzen", "Rechercher & remplacer"),
    ("links", "Siehe https://example.org/a.", "Voir https://example.org/b."),
    ("links", "Siehe www.example.org", "Voir le site"),
    ("links", "Schreiben Sie an info@example.org", "Écrivez à infos@example.org"),
    ("encoding", "schön", "dÃ©jÃ  vu"),
    ("encoding", "schön", "il a dit \u00e2\u20ac\u0153oui\u00e2\u20ac"),
    ("encoding", "sch\ufffdn", "beau"),
    ("encoding", "Das ist sch?n", "C'est beau"),
    ("control", "Guten\u0007 Tag", "Bonjour"),
    ("control", "Guten Tag", "Bon\u200bjour"),
    ("control", "\ufeffGuten Tag", "Bonjour"),
    ("control", "Guten Tag\ue000", "Bonjour"),
    ("script", "Das ist Mоskau", "C'est Moscou"),  # a Cyrillic о
    ("script", "Guten Tag", "Bonjour 你好"),
    ("personal", "Rufen Sie +49 30 901820 an", "Appelez"),
    ("personal", "anna.schmidt@gmx.de", "Bonjour"),
    ("personal", "IBAN DE89 3704 0044 0532 0130 00", "IBAN"),
    ("personal", "Karte 4111 1111 1111 1111", "carte"),
    ("length_ratio", "Ja, das ist so richtig.", "Oui, " + "c'est bien comme ça " * 8),
]

RIGHT = [
    ("empty", "…", "..."),
    ("empty", "→", "→"),
    ("untranslated", "LibreOffice Writer", "LibreOffice Writer"),
    ("untranslated", "--output font_name.txt", "--output font_name.txt"),
    ("untranslated", "12.5 %", "12.5 %"),
    ("numbers", "1,000.5 m", "1.000,5 m"),
    ("numbers", "1.000.000", "1 000 000"),
    ("numbers", "1'000.5", "1\u202f000,5"),
    ("numbers", "١٢٣", "123"),
    ("numbers", "3 Katzen", "trois chats"),
    ("numbers", "um 15:30 Uhr", "at 3:30 pm"),
    ("numbers", "Kapitel 14", "chapitre XIV"),
    ("numbers", "05.06.2010", "le 5 juin 2010"),
    ("numbers", "in den 90ern", "dans les années 1990"),
    ("placeholders", "%2$s von %1$s", "%1$s de %2$s"),
    ("placeholders", "100 % der Fälle", "100 % des cas"),
    ("placeholders", '<a title="Hilfe">x</a>', '<a title="aide">x</a>'),
    ("placeholders", "ein<br>Text", "un texte<br/>"),
    ("placeholders", "a &lt; b", "a &lt; b&nbsp;!"),
    ("placeholders", "{n, plural, one {Datei} other {Dateien}}", "{n, plural, other {fichiers}}"),
    ("links", "https://de.wikipedia.org/wiki/Hund", "https://fr.wikipedia.org/wiki/Chien"),
    ("links", "www.example.org/de/hilfe", "www.example.org/fr/aide"),
    ("links", "(siehe https://example.org/)", "(voir https://example.org)"),
    ("encoding", "«\u00a0Déjà\u00a0!\u00a0» l’été", "“Schön”, sagte er …"),
    ("encoding", "Wie bitte? Was?", "Comment ? Quoi ?"),
    ("encoding", "https://example.org/a?b=c", "https://example.org/a?b=c"),
    ("control", "Zeile\n\tmit Tab", "Bon\u00a0jour\u202f!"),
    ("script", "ein Winkel α von 3 µm", "α et β"),
    ("script", "Ελληνικά, 中文", "Ελληνικά, 中文"),
    ("personal", "user@example.com", "12345678901234"),
    ("personal", "Version 10.20.30.40, Seite 1234567", "ISBN 978-3-16-148410-0"),
    ("personal", "am 24.11.2026 um 10:15:30", "le 24/11/2026"),
    ("length_ratio", "Ja", "Bien entendu"),
]


@pytest.mark.parametrize(("key", "source", "target"), WRONG)
def test_wrong_pairs_are_flagged(key, source, target):
    assert rule(key).reason(source, target)


@pytest.mark.parametrize(("key", "source", "target"), RIGHT)
def test_right_pairs_are_left_alone(key, source, target):
    assert rule(key).reason(source, target) == ""


@pytest.mark.parametrize(("key", "source", "target"), WRONG)
def test_what_is_wrong_is_wrong_the_other_way_round(key, source, target):
    assert rule(key, "fr", "de").reason(target, source)


def test_reasons_say_what_is_wrong():
    assert rule("numbers").reason("5 Tage", "6 jours") == (
        "5 only on the source side; 6 only on the target side"
    )
    assert "zero width space (U+200B)" in rule("control").reason("a", "b\u200bc")
    assert rule("encoding").reason("schön", "dÃ©jà") == (
        "'dÃ©jà' should probably read 'déjà' on the target side"
    )
    assert rule("personal").reason("anna@gmx.de", "") == "e-mail address"


FRENCH = "Voulez-vous vraiment supprimer tous les fichiers de ce dossier ?"
GERMAN = "Möchten Sie wirklich alle Dateien in diesem Ordner löschen?"
ENGLISH = "Do you really want to delete all of the files in this folder?"


@pytest.mark.parametrize(
    ("source", "target", "found"),
    [
        (GERMAN, FRENCH, ""),
        (GERMAN, GERMAN, "the target side is German, not French"),
        (ENGLISH, FRENCH, "the source side is English, not German"),
        (GERMAN, "OK", ""),
        (GERMAN, "Microsoft Windows Server Enterprise", ""),
        ("%s %(x)s https://example.org", "{name} <b></b>", ""),
    ],
)
def test_languages(source, target, found):
    assert rule("language").reason(source, target) == found


def test_a_language_that_the_detector_does_not_know_is_said_so():
    made = rule("language", "en", "wo")
    assert "does not know Wolof" in made.why
    assert made.reason(GERMAN, FRENCH) == "the source side is German, not English"
    assert rule("language", "wo", "ha").skipped


def test_a_side_in_another_language_than_it_says_is_not_flagged_row_by_row():
    rows = [(f"{GERMAN} {at}", f"{ENGLISH} Tell us, please. {at}") for at in range(200)]
    made = rule("language", rows=rows)
    assert made.reason(GERMAN, ENGLISH) == ""
    assert "most are in another language" in made.why


def test_scripts_without_latin():
    made = rule("script", "en", "ru")
    assert made.reason("Press OK", "Нажмите OK, USB-кабель 3 µm") == ""
    assert (
        made.reason("Moscow", "Mосква")
        == "'Mосква' on the target side mixes Cyrillic and Latin letters"
    )
    assert (
        made.reason("Save it", "Please save the whole document now") == "the target side is Latin"
    )
    assert rule("script", "en", "ja").reason("Kanji and kana", "漢字とかなカナABC") == ""
    assert rule("script", "en", "zh").reason("Hello", "こんにちは")


def test_a_script_that_the_corpus_uses_counts_as_the_languages_own():
    rows = [("Good day", "Dobar dan svima"), ("Thanks", "Hvala lepo")] * 20
    made = rule("script", "en", "sr", rows=rows)
    assert "Latin" in made.threshold
    assert made.reason("Good day", "Dobar dan svima i hvala lepo") == ""


def test_thresholds_come_from_the_rows():
    short = [(f"Satz {at} ist da", f"La phrase numéro {at} est là") for at in range(300)]
    made = rule("length_ratio", rows=short)
    assert "usually" in made.why
    assert made.reason("Satz 7 ist da", "La phrase numéro 7 est là") == ""
    # Three times as long is usual in one corpus and strange in another.
    triple = [("x" * 50, "y" * (140 + at % 20)) for at in range(300)]
    assert rule("length_ratio", rows=triple).reason("x" * 50, "y" * 150) == ""
    assert rule("length_ratio", rows=short).reason("x" * 50, "y" * 150)
    assert "Fewer than" in rule("length_ratio").why
    # One limit is said once.
    assert re.fullmatch(r"[\d.]+ to [\d.]+ times as long", made.threshold)
    mixed = rule("length_ratio", rows=short + [("x" * 200, "y" * (500 + at)) for at in range(300)])
    assert "in short texts, " in mixed.threshold


def test_lengths_are_robust_to_script():
    pairs = [("Please save the file before closing.", "关闭前请保存文件。")] * 60
    pairs += [("Press the button to go on with it now.", "按下按钮继续。")] * 60
    made = rule("length_ratio", "en", "zh", rows=pairs)
    assert made.reason(*pairs[0]) == made.reason(*pairs[1]) == ""
    assert made.reason(pairs[0][0], "关闭前请保存文件。" * 5)


def test_small_numbers_may_be_words_only_where_the_corpus_writes_them_so():
    digits = [(f"{at % 9 + 1} Tage", f"{at % 9 + 1} jours") for at in range(300)]
    assert rule("numbers", rows=digits).reason("3 Tage", "quelques jours")
    words = [*digits, *[("3 Tage", "trois jours")] * 30]
    assert rule("numbers", rows=words).reason("3 Tage", "trois jours") == ""
    assert rule("numbers", words_up_to=0).reason("3 Tage", "trois jours")


def test_what_is_no_placeholder_in_a_corpus_does_not_count():
    rows = [(f"Menge {{a{at}}} von b", f"L'ensemble {{x{at}}} de b") for at in range(40)]
    made = rule("placeholders", rows=rows)
    assert "{name} differs" in made.why
    assert made.reason("Menge {a}", "L'ensemble {b}") == ""
    assert made.reason("Datei %s", "fichier")


def test_masks_are_the_same_on_both_sides():
    texts = (
        "Mail anna@gmx.de oder bob@gmx.de, Tel. +49 30 901820",
        "Tél. +49 (30) 901820, bob@gmx.de ou Anna@gmx.de",
    )
    assert masked(texts, ("DE", "FR")) == (
        (
            "Mail [EMAIL1] oder [EMAIL2], Tel. [PHONE1]",
            "Tél. [PHONE1], [EMAIL2] ou [EMAIL1]",
        ),
        6,
    )
    assert masked(("nichts", "rien"), ("DE",)) == (("nichts", "rien"), 0)
