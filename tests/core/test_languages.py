"""Languages: one BCP 47 tag for whatever a person, a file or a model writes."""

from __future__ import annotations

import pytest

from mulm_core.errors import UserError
from mulm_core.languages import match, name, normalise, same_language


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        (" fr ", "fr"),
        ("fr_XX", "fr"),
        ("fra_Latn", "fr"),
        ("fra", "fr"),
        ("__fr__", "fr"),
        ("zh-cn", "zh-CN"),
        ("zh_CN", "zh-CN"),
        ("zho_Hans", "zh"),
        ("zho_Hant", "zh-Hant"),
        ("pt_BR", "pt-BR"),
        ("eN-uS", "en-US"),
        ("bbj", "bbj"),
        ("srp_Cyrl", "sr"),
    ],
)
def test_normalise(written, tag):
    assert normalise(written) == tag


@pytest.mark.parametrize(
    "written", ["", " ", "xx", "english", "*all*", "und", "de fr", "../x", "1"]
)
def test_what_is_no_language_is_refused(written):
    with pytest.raises(UserError, match=r"is not a language. Give a code such as en"):
        normalise(written)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("fr", "fr", True),
        ("fr", "fr-CA", True),
        ("zh", "zh-CN", True),
        ("zh", "zh-Hans", True),
        ("zh", "zh-TW", False),
        ("zh-TW", "zh-Hant", True),
        ("de", "fr", False),
        ("sr", "sr-Latn", False),
    ],
)
def test_same_language_goes_by_language_and_script(first, second, same):
    assert same_language(first, second) is same
    assert same_language(second, first) is same


def test_match_takes_the_exact_tag_first():
    assert match("zh-CN", ["zh", "zh-CN"]) == "zh-CN"
    assert match("zh-CN", ("en", "zh")) == "zh"
    assert match("zh-TW", ["en", "zh"]) is None


def test_names_for_people():
    assert name("fr") == "French"
    assert name("de", "de") == "Deutsch"
    assert name("pt-BR") == "Portuguese (Brazil)"
