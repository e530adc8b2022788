"""The words that differ are found in every script, and nothing of a text is lost."""

from __future__ import annotations

import pytest

from app.widgets.text_diff import tokens, word_diff

TEXTS = [
    "",
    "Cliquez sur OK.",
    "l’ordinateur, don't",
    "  two  spaces\nand a line ",
    "点击“确定”以保存。",
    "हिन्दी में लिखा हुआ",
    "مرحبا بكم، اضغط",
    "ภาษาไทย",
    "e\u0301te\u0301 naïve",
]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_join_to_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize("left", TEXTS)
@pytest.mark.parametrize("right", TEXTS)
def test_spans_join_to_the_texts(left: str, right: str) -> None:
    a, b = word_diff(left, right)
    assert "".join(span.text for span in a) == left
    assert "".join(span.text for span in b) == right


def changed(spans: list) -> list[str]:
    return [span.text for span in spans if span.changed]


def test_changed_neighbours_are_one_span() -> None:
    left, right = word_diff("dans la chemise.", "dans le grand dossier.")
    assert changed(left) == ["la chemise"]
    assert changed(right) == ["le grand dossier"]


def test_punctuation_is_not_part_of_a_word() -> None:
    left, right = word_diff("Fin", "Fin.")
    assert (changed(left), changed(right)) == ([], ["."])


def test_unspaced_scripts_differ_by_character() -> None:
    left, right = word_diff("保存文件", "保存文档")
    assert (changed(left), changed(right)) == (["件"], ["档"])


def test_combining_marks_and_apostrophes_stay_in_the_word() -> None:
    assert tokens("हिन्दी में") == ["हिन्दी", " ", "में"]
    assert tokens("don't l’été") == ["don't", " ", "l’été"]
    assert tokens("'quoted'") == ["'", "quoted", "'"]


def test_same_texts_have_no_changes() -> None:
    left, right = word_diff("same words", "same words")
    assert changed(left) == changed(right) == []
