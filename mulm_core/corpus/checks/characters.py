"""Characters that no text should hold: control characters, and text read in a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from mulm_core.corpus.checks.base import Basis, Check, RowRule, listing

_CONTROL = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1, but for tab, line ends and NEL
    "\u00ad\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff"
    "\ue000-\uf8ff\ufdd0-\ufdef\ud800-\udfff"
    "\U000e0001-\U000e007f\U000f0000-\U0010ffff"
    "]"
)
_NEEDED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Burmese, Khmer
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NAMES = {"\x7f": "delete", "\ufeff": "byte order mark"}

_REPLACED = "\ufffd"
# What ftfy's list needs at the least, and much quicker to look for: two characters beyond ASCII
# in a row, one of them from the tables that mojibake comes from, none of them a usual one such as
# the no-break space of French punctuation; or a letter that mojibake often begins with.
_USUAL = "\u00a0\u00ad\u00b4\u00b7\u2009\u2013-\u2015\u2019\u2026\u202f"
_TABLES = (
    "[\x80-\x9f\xa1-\xac\xae-\xb3\xb5\xb6\xb8-\u02ff"
    "\u2000-\u2008\u2010-\u2012\u2016-\u2018\u201a-\u2025\u2030-\u26ff]"
)
_SUSPECT = re.compile(
    f"[^\x00-\x7f{_USUAL}]{_TABLES}|{_TABLES}[^\x00-\x7f{_USUAL}]"
    "|[\x80-\x9fÂÃÎÐØÙ]|[Œœ][^A-Za-z]|вЂ|ГўВЂВ|β€"
)
_LOST = re.compile(r"[^\W\d_]\?[^\W\d_A-Z]")  # "sch?n": a letter that an encoding did not have
_ADDRESS = re.compile(r"[/=&@]|www\.")


class Control(Check):
    """Invisible characters that are no part of a text."""

    key = "control"
    title = "Control characters"
    help = (
        "Invisible characters that came with a file: control codes, zero-width spaces, private "
        "characters. Those that a script needs, such as direction marks in Arabic, stay."
    )

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """The same for every corpus."""
        return ControlRule(
            threshold="any such character",
            why="A model would learn to write them, and nobody would see why the text is wrong.",
        )


@dataclass(frozen=True, kw_only=True)
class ControlRule(RowRule):
    """Flags invisible characters, with their names."""

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        for side, text in (("source", source), ("target", target)):
            if not text.isprintable() and (found := _controls(text)):
                return f"{listing(found)} on the {side} side"
        return ""


def _controls(text: str) -> list[str]:
    found = dict.fromkeys(_CONTROL.findall(text))
    if "\u200b" in found and _NEEDED.search(text):
        del found["\u200b"]  # it divides the words there
    if _RIGHT_TO_LEFT.search(text):
        found = dict.fromkeys(char for char in found if char not in _DIRECTION)
    return [_name(char) for char in found]


def _name(char: str) -> str:
    name = _NAMES.get(char) or unicodedata.name(char, "").lower()
    kind = "private character" if unicodedata.category(char) == "Co" else "control character"
    return f"{name or kind} (U+{ord(char):04X})"


class Encoding(Check):
    """Text that was read in another encoding than it was written in."""

    key = "encoding"
    title = "Broken encoding"
    help = (
        "Text read in a wrong encoding ('schÃ¶n' for 'schön'), or with letters lost on the way "
        "('sch?n', '\ufffd')."
    )

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """The same for every corpus."""
        return EncodingRule(
            threshold="any sequence that only a wrong encoding makes",
            why="Sequences such as 'Ã¶' and 'â€œ' occur in no language (ftfy's list of them).",
        )


@dataclass(frozen=True, kw_only=True)
class EncodingRule(RowRule):
    """Flags mojibake, with what it should read where that can be told."""

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        for side, text in (("source", source), ("target", target)):
            if (not text.isascii() or "?" in text) and (detail := _broken(text)):
                return f"{detail} on the {side} side"
        return ""


def _broken(text: str) -> str:
    if _REPLACED in text:
        return f"{text.count(_REPLACED)} lost characters ('{_REPLACED}')"
    if "?" in text and (lost := _LOST.search(text)) and not _ADDRESS.search(text):
        return f"a letter lost in '{_around(text, lost.start())}'"
    if not _SUSPECT.search(text):
        return ""
    from ftfy.badness import BADNESS_RE

    bad = BADNESS_RE.search(text)
    if bad is None:
        return ""
    from ftfy import fix_encoding

    mended = fix_encoding(text)
    seen = _around(text, bad.start())
    start = next((at for at, (a, b) in enumerate(zip(text, mended, strict=False)) if a != b), None)
    if start is None:
        return f"unreadable characters in '{seen}'"
    return f"'{_around(text, start)}' should probably read '{_around(mended, start)}'"


def _around(text: str, at: int) -> str:
    start = text.rfind(" ", 0, at) + 1
    end = text.find(" ", at + 1)
    return text[start : end if end > 0 else None][:30]
