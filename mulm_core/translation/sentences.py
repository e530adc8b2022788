"""Cutting long texts into sentences, and keeping the white space between them.

Rules of sentences: sentencex (MIT), for many languages, without any model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_LONG = 100  # tokens; what is longer is translated sentence by sentence
_LONGEST = 200  # tokens; few models were trained on longer sentences
_LINE_ENDS = re.compile(r"(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])")
# Where a sentence may be cut, best places first: behind a clause, behind a word.
_PLACES = (re.compile(r"[;:,—]\s+|[，、；：،؛]\s*"), re.compile(r"\s+"))
_NO_SPACE = ("zh", "ja")  # no space between sentences

Measure = Callable[[str], int]


def cut(text: str, measure: Measure, language: str, split: str, most: int) -> list[str]:
    """``text`` in pieces to be translated alone; joined, they are the text again.

    Blank pieces are white space to keep. ``measure`` counts tokens; no piece has more than
    ``most`` of them, the most that the model reads. ``split`` as in :class:`DecodeOptions`.
    """
    if split == "never":
        return _fitting(text, measure, most)
    most = min(most, _LONGEST)
    lines = _LINE_ENDS.split(text)
    if len(lines) == 1 and split == "long" and measure(text) <= _LONG:
        return _fitting(text, measure, most)
    pieces: list[str] = []
    for line in lines:
        whole = split == "long" and measure(line) <= _LONG
        for sentence in [line] if whole else _sentences(line, language):
            for part in _fitting(sentence, measure, most):
                pieces += _without_margins(part)
    return [piece for piece in pieces if piece]


def _sentences(line: str, language: str) -> list[str]:
    from sentencex import segment

    return list(segment(language, line))


def _without_margins(text: str) -> list[str]:
    core = text.strip()
    at = text.find(core)
    return [text[:at], core, text[at + len(core) :]]


def _fitting(text: str, measure: Measure, most: int) -> list[str]:
    """``text``, or parts of it that the model can read: cut nearest to the middle, again and again.

    A part of one character stays, whatever its length.
    """
    if len(text) < 2 or measure(text) <= most:
        return [text]
    at = _middle(text)
    return [*_fitting(text[:at], measure, most), *_fitting(text[at:], measure, most)]


def _middle(text: str) -> int:
    half = len(text) // 2
    for place in _PLACES:
        ends = [found.end() for found in place.finditer(text) if 0 < found.end() < len(text)]
        # A clause's end far off would leave a part that is as long again.
        near = [end for end in ends if len(text) // 5 <= end <= len(text) - len(text) // 5]
        if near:
            return min(near, key=lambda end: abs(end - half))
    return half


def join(pieces: list[str], translations: Mapping[str, str], target: str) -> list[str]:
    """What stands for each piece in the translation of the whole: joined, they are that.

    White space stays; where the source writes its sentences without any, the target gets a space
    in front of the translation, and the other way round.
    """
    spaced = target.split("-")[0] not in _NO_SPACE
    made: list[str] = []
    for before, piece in zip(["", *pieces], pieces, strict=False):
        if piece.strip():
            space = " " if spaced and before.strip() else ""
            made.append(space + translations[piece])
        else:
            made.append(piece if spaced or piece != " " else "")
    return made
