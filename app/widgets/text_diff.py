"""Which words of two texts differ: the pure part of the side-by-side view."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

# Scripts written without spaces between words are compared character by character.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x109F),  # Tibetan, Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x30FF),  # CJK radicals, kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0x20000, 0x3FFFF),  # Han, supplementary planes
)


@dataclass(frozen=True)
class Span:
    """A stretch of text; *changed* ones are not in the other text."""

    text: str
    changed: bool


def _kind(char: str) -> str:
    if char.isspace():
        return "space"
    # The first test alone spares most letters the others.
    if ord(char) >= _UNSPACED[0][0] and any(low <= ord(char) <= high for low, high in _UNSPACED):
        return "single"
    return "word" if char.isalnum() or char == "_" else "other"


def tokens(text: str) -> list[str]:
    """Split *text* into words, single characters (unspaced scripts, punctuation) and spaces.

    Joined together the tokens are the text again; combining marks stay with what they mark, and
    an apostrophe inside a word belongs to it.
    """
    result: list[str] = []
    previous = ""
    for index, char in enumerate(text):
        joins_word = (
            char in "'’"
            and previous == "word"
            and index + 1 < len(text)
            and _kind(text[index + 1]) == "word"
        )
        is_mark = unicodedata.category(char).startswith("M") or char in "\u200c\u200d"
        kind = previous if (joins_word or is_mark) and previous else _kind(char)
        extends = kind == previous and (kind in ("word", "space") or is_mark)
        if result and extends:
            result[-1] += char
        else:
            result.append(char)
        previous = kind
    return result


def word_diff(left: str, right: str) -> tuple[list[Span], list[Span]]:
    """Return both texts cut into spans, each marked as shared or changed.

    Spaces are never what differs: they join changed neighbours and stay plain elsewhere.
    """
    left_tokens, right_tokens = tokens(left), tokens(right)
    left_words = [i for i, token in enumerate(left_tokens) if not token.isspace()]
    right_words = [i for i, token in enumerate(right_tokens) if not token.isspace()]
    matcher = SequenceMatcher(
        None,
        [left_tokens[i] for i in left_words],
        [right_tokens[i] for i in right_words],
        autojunk=False,
    )
    left_changed: set[int] = set()
    right_changed: set[int] = set()
    for operation, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if operation != "equal":
            left_changed.update(left_words[a_from:a_to])
            right_changed.update(right_words[b_from:b_to])
    return _spans(left_tokens, left_changed), _spans(right_tokens, right_changed)


def changed_in_all(diffs: Sequence[Sequence[Span]]) -> list[Span]:
    """One text's spans, changed where they are in each of its *diffs* with several others."""
    text = "".join(span.text for span in diffs[0])
    flags = [[span.changed for span in diff for _ in span.text] for diff in diffs]
    changed = [all(flag) for flag in zip(*flags, strict=True)]
    spans: list[Span] = []
    for kind, found in groupby(zip(text, changed, strict=True), key=lambda pair: pair[1]):
        spans.append(Span("".join(char for char, _ in found), kind))
    return spans


def _spans(parts: list[str], changed: set[int]) -> list[Span]:
    result: list[Span] = []
    for index, part in enumerate(parts):
        is_changed = index in changed or (
            part.isspace() and index - 1 in changed and index + 1 in changed
        )
        if result and result[-1].changed == is_changed:
            result[-1] = Span(result[-1].text + part, is_changed)
        else:
            result.append(Span(part, is_changed))
    return result
