"""XLIFF 1.x and 2.x: which elements are pairs, languages, inline codes."""

from __future__ import annotations

import pytest

from mulm_core.corpus import ReadOptions, detect, read_pairs
from mulm_core.errors import UserError

NAMESPACE = "urn:oasis:names:tc:xliff:document:"


def v1(tmp_path, body, languages='source-language="de" target-language="fr"', version="1.2"):
    path = tmp_path / "a.xlf"
    path.write_text(
        f'<xliff version="{version}" xmlns="{NAMESPACE}{version}"><file {languages}><body>{body}'
        "</body></file></xliff>",
        encoding="utf-8",
    )
    return path


def v2(tmp_path, segments, languages='srcLang="de" trgLang="fr"', version="2.0"):
    path = tmp_path / "a.xliff"
    path.write_text(
        f'<xliff version="{version}" xmlns="{NAMESPACE}2.0" {languages}><file id="f"><unit id="u">'
        f"{segments}</unit></file></xliff>",
        encoding="utf-8",
    )
    return path


def unit(source, target, more=""):
    return f"<trans-unit><source>{source}</source><target>{target}</target>{more}</trans-unit>"


def segment(source, target):
    return f"<segment><source>{source}</source><target>{target}</target></segment>"


def test_own_source_and_target_only(tmp_path):
    alternative = "<alt-trans><source>x</source><target>y</target></alt-trans>"
    segmented = "<seg-source><mrk mid='0' mtype='seg'>Ja</mrk></seg-source>"
    missing = "<trans-unit><source>allein</source></trans-unit>"
    path = v1(tmp_path, f"<group>{unit('Ja', 'Oui', alternative + segmented)}{missing}</group>")
    pairs, problems = read_pairs([path], "de", "fr")
    assert pairs == [("Ja", "Oui")]
    assert [str(problem) for problem in problems] == ["a.xlf, unit 2: there is no target."]


def test_segments_of_version_2(tmp_path):
    ignorable = "<ignorable><source> </source><target> </target></ignorable>"
    path = v2(tmp_path, segment("Ja", "Oui") + ignorable + segment("Nein", "Non"), version="2.1")
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui"), ("Nein", "Non")]
    assert detect([path])[0].languages == ("de", "fr")


def test_languages_of_the_file_count_in_both_directions(tmp_path):
    path = v1(tmp_path, unit("Ja", "Oui"), 'target-language="fr-CA" source-language="de"')
    assert detect([path])[0].languages == ("de", "fr-CA")
    assert read_pairs([path], "fr", "de")[0] == [("Oui", "Ja")]
    with pytest.raises(UserError, match="does not hold de and es, but de, fr-CA"):
        read_pairs([path], "de", "es")


def test_a_target_that_is_not_declared_is_what_was_asked_for(tmp_path):
    path = v1(tmp_path, unit("Ja", "Oui"), 'source-language="de"')
    assert read_pairs([path], "de", "es")[0] == [("Ja", "Oui")]
    assert detect([path])[0].preview == (("Ja", "Oui"),)
    with pytest.raises(UserError):
        read_pairs([path], "en", "es")


def test_files_of_other_languages_in_one_document(tmp_path):
    path = tmp_path / "a.xlf"
    files = "".join(
        f'<file source-language="de" target-language="{tag}"><body>{unit("Ja", word)}</body></file>'
        for tag, word in (("fr", "Oui"), ("fr-CA", "Ouais"), ("es", "Sí"))
    )
    path.write_text(f'<xliff version="1.2">{files}</xliff>', encoding="utf-8")
    assert detect([path])[0].languages == ("de", "fr", "fr-CA", "es")
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]
    assert read_pairs([path], "de", "es")[0] == [("Ja", "Sí")]


def test_inline_codes_are_left_out_or_numbered_alike(tmp_path):
    source = (
        'Ein <bpt id="1">&lt;b></bpt>gro<x id="2"/>ßes<ept id="1">&lt;/b></ept> <g id="9">Wort</g>'
    )
    target = 'Un <g id="9">mot</g> <bpt id="1">&lt;b></bpt>g<x id="2"/>ras<ept id="1">&lt;/b></ept>'
    path = v1(tmp_path, unit(source, target) + unit("<ph id='1'>%s</ph>", "code"))
    assert read_pairs([path], "de", "fr")[0] == [("Ein großes Wort", "Un mot gras")]
    kept, problems = read_pairs([path], "de", "fr", ReadOptions(codes="keep"))
    assert kept == [("Ein {1}gro{2}ßes{3} {4}Wort{5}", "Un {4}mot{5} {1}g{2}ras{3}")]
    assert [problem.what for problem in problems] == ["the source side is empty"]
    assert detect([path])[0].codes == 8


def test_codes_of_version_2(tmp_path):
    path = v2(
        tmp_path, segment('<pc id="1">Ja</pc><ph id="2"/>', '<ph id="2"/><pc id="1">Oui</pc>')
    )
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]
    assert read_pairs([path], "de", "fr", ReadOptions(codes="keep"))[0] == [
        ("{1}Ja{2}{3}", "{3}{1}Oui{2}")
    ]


def test_elements_of_other_namespaces_are_no_segments(tmp_path):
    other = '<x:segment xmlns:x="urn:x"><x:source>a</x:source><x:target>b</x:target></x:segment>'
    path = v2(tmp_path, other + segment("Ja", "Oui"))
    assert read_pairs([path], "de", "fr") == ([("Ja", "Oui")], [])


def test_known_by_its_content(tmp_path):
    path = v1(tmp_path, unit("Ja", "Oui")).rename(tmp_path / "a.xml")
    assert detect([path])[0].format == "xliff"


def test_other_xml_under_its_name(tmp_path):
    path = tmp_path / "a.xlf"
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(UserError, match="not XLIFF"):
        read_pairs([path], "de", "fr")
