"""TMX: languages, inline codes, encodings, damage and danger."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tracemalloc

import pytest

from mulm_core.corpus import ReadOptions, detect, read_pairs
from mulm_core.errors import UserError


def write(tmp_path, body, *, head="", root="tmx", encoding="utf-8", declared=None):
    path = tmp_path / "m.tmx"
    declaration = f'<?xml version="1.0" encoding="{declared or encoding}"?>\n'
    text = f'{declaration}{head}<{root} version="1.4"><header/><body>{body}</body></{root}>'
    path.write_bytes(text.encode(encoding))
    return path


def tu(de, fr, lang="xml:lang"):
    return f'<tu><tuv {lang}="de"><seg>{de}</seg></tuv><tuv {lang}="fr"><seg>{fr}</seg></tuv></tu>'


def test_pairs_in_both_directions(tmx):
    path = tmx([[("de", "Hallo & tschüs"), ("fr", "Salut")], [("fr", "Oui"), ("de", "Ja")]])
    assert read_pairs([path], "de", "fr")[0] == [("Hallo & tschüs", "Salut"), ("Ja", "Oui")]
    assert read_pairs([path], "fr", "de")[0] == [("Salut", "Hallo & tschüs"), ("Oui", "Ja")]


def test_old_lang_attribute_is_read(tmp_path):
    path = write(tmp_path, tu("Ja", "Oui", lang="lang"))
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]


def test_exact_tag_goes_before_other_regions(tmx):
    path = tmx([[("en", "color"), ("fr", "a")], [("EN-us", "colour"), ("fr", "b")]])
    assert read_pairs([path], "en", "fr")[0] == [("color", "a")]
    assert read_pairs([path], "en-US", "fr")[0] == [("colour", "b")]


def test_region_stands_for_the_language_where_nothing_is_exact(tmx):
    path = tmx([[("de-AT", "Jänner"), ("fr_CA", "janvier")]])
    assert read_pairs([path], "de", "fr")[0] == [("Jänner", "janvier")]


def test_two_regions_of_one_language_stay_apart(tmx):
    path = tmx([[("en-US", "color"), ("en-GB", "colour")]])
    assert read_pairs([path], "en-GB", "en-US")[0] == [("colour", "color")]
    assert read_pairs([path], "en-GB", "en")[0] == [("colour", "color")]


def test_missing_language_names_what_is_there(tmx):
    path = tmx([[("de", "Ja"), ("fr", "Oui")]])
    with pytest.raises(UserError, match=r"no text in es; the file holds de, fr"):
        read_pairs([path], "de", "es")


def test_native_codes_are_left_out_and_highlights_kept(tmp_path):
    de = 'Ein <bpt i="1">&lt;b&gt;</bpt>fettes<ept i="1">&lt;/b&gt;</ept> <hi>Wort</hi><ph>%s</ph>'
    path = write(tmp_path, tu(de, 'Un <it pos="begin">[</it>mot<ut>x</ut> gras'))
    assert read_pairs([path], "de", "fr")[0] == [("Ein fettes Wort", "Un mot gras")]


def test_codes_that_are_left_out_leave_no_double_blanks(tmp_path):
    de = 'Mit <bpt i="1">b</bpt>OK<ept i="1">/b</ept> <ph>1</ph> <ph>2</ph> weiter,  so'
    fr = '<ph>%s</ph> Valider <it pos="end">x</it>avec <hi>OK </hi> <ph>1</ph>'
    path = write(tmp_path, tu(de, fr))
    assert read_pairs([path], "de", "fr")[0] == [("Mit OK weiter,  so", "Valider avec OK")]


def test_unusable_units_are_listed_with_their_number(tmp_path):
    only_french = '<tu><tuv xml:lang="fr"><seg>x</seg></tuv></tu>'
    path = write(tmp_path, tu("Ja", "Oui") + tu("<ph>1</ph>", "un") + only_french)
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui")]
    assert [str(problem) for problem in problems] == [
        "m.tmx, unit 2: the source side is empty.",
        "m.tmx, unit 3: there is no de text.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_declared_encodings(tmp_path, encoding):
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    path = write(tmp_path, tu("Größe", "été"), encoding=encoding, declared=declared)
    (found,) = detect([path])
    assert found.preview == (("Größe", "été"),)
    assert found.encoding == encoding
    assert found.languages == ("de", "fr")


def test_bytes_that_are_not_the_declared_encoding(tmp_path):
    path = write(tmp_path, tu("Größe", "été"), encoding="latin-1", declared="utf-8")
    with pytest.raises(UserError, match=r"line 2 are not text in the encoding"):
        read_pairs([path], "de", "fr")


@pytest.mark.parametrize("cut", ["</seg></tuv></tu></body></tmx>", "</body></tmx>", "</tmx>"])
def test_truncated_file_gives_one_sentence_with_its_line(tmx, cut):
    path = tmx([[("de", f"Satz {n}"), ("fr", f"phrase {n}")] for n in range(200)])
    text = path.read_text(encoding="utf-8").replace("\n", "")
    path.write_text(text.replace("</tu>", "</tu>\n")[: -len(cut) - 1], encoding="utf-8")
    with pytest.raises(UserError, match=r"truncated or damaged at line 20[01]") as caught:
        read_pairs([path], "de", "fr")
    assert "memory.tmx" in str(caught.value)


def test_other_xml_is_refused(tmp_path):
    path = write(tmp_path, "<p>text</p>", root="html")
    with pytest.raises(UserError, match="not TMX"):
        read_pairs([path], "de", "fr")


def laughs():
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12)
    )
    return f"<!DOCTYPE tmx [{levels}]>", "&l11;"


def quadratic():
    return f'<!DOCTYPE tmx [<!ENTITY a "{"a" * 50_000}">]>', "&a;" * 2000


def local_file():
    return '<!DOCTYPE tmx [<!ENTITY f SYSTEM "secret.txt">]>', "&f;"


@pytest.mark.parametrize("attack", [laughs, quadratic, local_file])
def test_entities_never_expand(tmp_path, attack):
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    head, reference = attack()
    path = write(tmp_path, tu("Ja", "Oui") + tu("x" + reference, "y"), head=head)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="entities"):
            read_pairs([path], "de", "fr")
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_attribute_entities_are_refused_too(tmp_path):
    head, reference = laughs()
    path = write(tmp_path, f'<tu tuid="{reference}"/>' + tu("Ja", "Oui"), head=head)
    with pytest.raises(UserError, match=r"entities|damaged"):
        read_pairs([path], "de", "fr")


def test_endless_nesting_is_refused(tmp_path):
    deep = 5000
    path = write(tmp_path, tu("<hi>" * deep + "x" + "</hi>" * deep, "y"))
    with pytest.raises(UserError, match=r"nested hundreds of levels deep"):
        read_pairs([path], "de", "fr")


def test_detect_puts_the_source_language_of_the_header_first(tmx):
    path = tmx([[("fr", "Oui"), ("de", "Ja"), ("es", "Sí")]])
    (found,) = detect([path])
    assert (found.format, found.languages, found.pairs) == ("tmx", ("de", "fr", "es"), 1)
    assert found.preview == (("Ja", "Oui"),)


@pytest.mark.parametrize("declared", ["*all*", "none", "en%us", ""])
def test_detect_bears_headers_and_variants_without_a_language(tmp_path, declared):
    path = write(tmp_path, tu("Ja", "Oui") + f'<tu><tuv xml:lang="{declared}"/></tu>')
    text = path.read_text(encoding="utf-8").replace("<header/>", f'<header srclang="{declared}"/>')
    path.write_text(text, encoding="utf-8")
    assert detect([path])[0].languages == ("de", "fr")


def test_detect_looks_into_memories_that_name_no_two_languages(tmx, tmp_path):
    noise = tmp_path / "noise.tmx"
    noise.write_bytes(bytes(n * n % 251 for n in range(5000)))
    with pytest.raises(UserError, match="damaged at line 1"):
        detect([noise])
    for units in ([], [[("de", "Ja")]], [[("", "Ja"), ("", "Oui")]]):
        (found,) = detect([tmx(units)])
        assert (found.pairs, found.preview) == (0, ())


def test_codes_are_kept_with_the_same_number_on_both_sides(tmp_path):
    de = '<bpt i="1" x="5">b</bpt>Ja<ept i="1">/b</ept> <ph x="2">%s</ph><it pos="begin">i</it>'
    fr = '<ph x="2">%s</ph> <bpt i="3" x="5">b</bpt>Oui<ept i="3">/b</ept><it pos="begin">i</it>'
    path = write(tmp_path, tu(de, fr) + tu("<ph/>", "x"))
    kept, problems = read_pairs([path], "de", "fr", ReadOptions(codes="keep"))
    assert kept == [("{1}Ja{2} {3}{4}", "{3} {1}Oui{2}{4}")]
    assert [problem.what for problem in problems] == ["the source side is empty"]
    assert detect([path])[0].codes == 8


def test_ways_to_treat_codes():
    with pytest.raises(UserError, match="no way to treat inline codes"):
        ReadOptions(codes="invent")


PEAK = """
import resource, sys
from pathlib import Path
from mulm_core.corpus import read_pairs
from mulm_core.errors import UserError

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(len(read_pairs([Path(sys.argv[1])], "de", "fr")[0]))
except UserError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in kilobytes")
@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("<body>", tu("Ja", "Oui") + "</body></tmx>", "1"),
        ("<header>", f"</header><body>{tu('Ja', 'Oui')}</body></tmx>", "1"),
        ("<body><tu>", "</tu></body></tmx>", ".*one of its units is longer than 4 MB.*"),
    ],
)
def test_megabytes_that_are_no_units_take_no_memory(tmp_path, start, end, said):
    path = tmp_path / "m.tmx"
    piece = b"<note>x</note>" * 7500
    with path.open("wb") as file:
        file.write(f"<tmx>{start}".encode())
        for _ in range(300):  # 30 MB, which lxml would turn into 500
            file.write(piece)
        file.write(end.encode())
    run = [sys.executable, "-c", PEAK, str(path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result, grown = subprocess.run(
        run, capture_output=True, text=True, check=True, env=env
    ).stdout.splitlines()
    assert re.fullmatch(said, result)
    assert int(grown) < 120_000


def test_tmx_is_known_by_its_content(tmx):
    path = tmx([[("fr", "Oui"), ("de", "Ja")]], name="memory.xml")
    assert [found.format for found in detect([path])] == ["tmx"]
