"""The words of a text, as people point at them: characters where a script has no spaces."""

from __future__ import annotations

import functools
from typing import Any

from mulm_core.models.families import Span

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}_\u200c\u200d]--[{_UNSPACED}]]"


def words(text: str) -> list[Span]:
    """Where the words, marks and unspaced scripts' characters of ``text`` are, in order.

    An apostrophe inside a word belongs to it, a combining mark to its letter.
    """
    return [found.span() for found in _pattern().finditer(text)]


@functools.cache
def _pattern() -> Any:
    import regex

    return regex.compile(rf"(?V1){_LETTER}+(?:['’]{_LETTER}+)*|\S\p{{M}}*")
