"""Long texts go sentence by sentence; joined, the pieces are the text, white space and all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulm_core.models import load_base
from mulm_core.models.catalog import inspect
from mulm_core.translation import DecodeOptions
from mulm_core.translation.decode import decode
from mulm_core.translation.sentences import cut, join


def _words(text: str) -> int:
    return len(text.split()) + 2


def _cut(text: str, split: str = "long", most: int = 512, language: str = "en") -> list[str]:
    return cut(text, _words, language, split, most)


def test_short_texts_stay_whole() -> None:
    assert _cut("One sentence. And one more.") == ["One sentence. And one more."]


def test_lines_are_translated_alone_and_empty_ones_kept() -> None:
    text = "First line.  \n\n\tSecond. Line\r\n"
    assert _cut(text) == ["First line.", "  ", "\n", "\n", "\t", "Second. Line", "\r\n"]


def test_long_texts_are_cut_at_sentences_but_not_behind_abbreviations() -> None:
    sentence = "Mr. Smith sees the house of Dr. Brown at 3.5 miles. "
    pieces = _cut(sentence * 20)
    assert [piece for piece in pieces if piece.strip()] == [sentence.strip()] * 20


@pytest.mark.parametrize(("split", "count"), [("always", 2), ("never", 1)])
def test_splitting_can_be_asked_for_and_forbidden(split: str, count: int) -> None:
    pieces = _cut("One sentence. And one more.", split)
    assert len([piece for piece in pieces if piece.strip()]) == count


def test_never_leaves_even_lines_together() -> None:
    assert _cut("One.\nTwo.", "never") == ["One.\nTwo."]


def test_a_sentence_longer_than_the_model_reads_is_cut_at_clauses_then_words() -> None:
    clauses = ", ".join(["a clause of five words"] * 8)
    for split in ("long", "never"):
        pieces = _cut(clauses, split, most=25)
        assert "".join(pieces) == clauses
        assert all(_words(piece) <= 25 for piece in pieces)
        assert all(piece.strip(" ,").startswith("a clause") for piece in pieces if piece.strip())
    assert all(_words(piece) <= 25 for piece in _cut("word " * 300, most=25))


@given(
    st.text(alphabet=st.sampled_from("aB.!?。, \n\t\r\u2028\u00a0'好"), max_size=80),
    st.sampled_from(["long", "always", "never"]),
    st.integers(3, 12),
)
def test_joined_the_pieces_are_the_text(text: str, split: str, most: int) -> None:
    pieces = cut(text, lambda part: len(part) // 2 + 2, "en", split, most)
    assert "".join(pieces) == text
    assert "".join(join(pieces, {piece: piece for piece in pieces}, "zh")).replace(
        " ", ""
    ) == text.replace(" ", "")


def test_sentences_get_the_space_that_the_target_writes() -> None:
    pieces = _cut("你好。今天！", "always", language="zh")
    made = dict(zip(pieces, ("Hello.", "Today!"), strict=True))
    assert "".join(join(pieces, made, "en")) == "Hello. Today!"
    pieces = _cut("Hello. Today!", "always")
    made = {"Hello.": "你好。", "Today!": "今天！"}
    assert "".join(join(pieces, made, "zh")) == "你好。今天！"


def test_white_space_and_empty_lines_come_back(tiny_folder) -> None:
    base = load_base(inspect(tiny_folder, "tiny"))
    greedy = DecodeOptions(beams=1)
    lines = ["the row opens 3", "a cell shows 12"]
    first, second = decode(base, lines, "en", "fr", greedy)
    (made,) = decode(base, [f"\n  {lines[0]}\n\n{lines[1]} \n"], "en", "fr", greedy)
    assert made == f"\n  {first}\n\n{second} \n"


def test_what_is_longer_than_all_positions_does_not_fail(tiny_folder) -> None:
    base = load_base(inspect(tiny_folder, "tiny"))
    text = "the file opens 1 " * 400
    for split in ("long", "never"):
        options = DecodeOptions(beams=1, split=split, max_length=1024)
        (made,) = decode(base, [text], "en", "fr", options)
        assert made
        many = [f"{text}{number}" for number in range(2)]
        assert all(decode(base, many, "en", "fr", options))
