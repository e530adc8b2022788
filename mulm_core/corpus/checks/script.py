"""Letters of a script that the language is not written in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mulm_core.corpus.checks.base import Basis, Check, RowRule, percent
from mulm_core.corpus.checks.detector import words_of

if TYPE_CHECKING:
    import regex

_EXPANSIONS = {
    "Jpan": ("Han", "Hiragana", "Katakana"),
    "Kore": ("Hangul", "Han"),
    "Hans": ("Han", "Bopomofo"),
    "Hant": ("Han", "Bopomofo"),
}
_SCRIPTS = {
    "Latn": "Latin", "Cyrl": "Cyrillic", "Grek": "Greek", "Arab": "Arabic", "Hebr": "Hebrew",
    "Deva": "Devanagari", "Beng": "Bengali", "Guru": "Gurmukhi", "Gujr": "Gujarati",
    "Orya": "Oriya", "Taml": "Tamil", "Telu": "Telugu", "Knda": "Kannada", "Mlym": "Malayalam",
    "Sinh": "Sinhala", "Thai": "Thai", "Laoo": "Lao", "Mymr": "Myanmar", "Khmr": "Khmer",
    "Geor": "Georgian", "Armn": "Armenian", "Ethi": "Ethiopic", "Tibt": "Tibetan",
    "Mong": "Mongolian", "Cher": "Cherokee", "Hang": "Hangul", "Hani": "Han", "Thaa": "Thaana",
    "Tfng": "Tifinagh", "Nkoo": "Nko", "Olck": "Ol_Chiki", "Syrc": "Syriac", "Java": "Javanese",
}  # fmt: skip
_KNOWN = {*_SCRIPTS.values(), *(name for names in _EXPANSIONS.values() for name in names)}
_NOT_LATIN = re.compile(
    "[\u0370-\u1dff\u1f00-\u1fff\u2c80-\ua71f\ua800-\ufaff\ufb13-\uffff\U00010000-\U0010ffff]"
)
_ASCII_LETTER = re.compile("[A-Za-z]")
_WORD = re.compile(r"\w+")
_USED = 0.2  # of a side's letters: then the language is written in this script here
_LETTERS = 20  # of Latin text in another script's language; less may be a name
_MOSTLY = 0.8


class Script(Check):
    """Scripts where they do not belong."""

    key = "script"
    title = "Mixed scripts"
    help = (
        "Words of two scripts (a Latin 'c' in a Russian word), or text in a script that the "
        "language is not written in. What stands on both sides is a quotation and fine."
    )

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """The scripts of each language, and those that its side uses much in this corpus."""
        sides = [
            _own(basis.source, [row.source for row in basis.sample]),
            _own(basis.target, [row.target for row in basis.sample]),
        ]
        if not all(scripts for scripts, _ in sides):
            tag = basis.target if sides[0][0] else basis.source
            return RowRule(threshold="", why="", skipped=f"the script of '{tag}' is not known")
        (left, more_left), (right, more_right) = sides
        return ScriptRule(
            threshold=f"letters that are not {_listed(left)} in the source, "
            f"{_listed(right)} in the target",
            why="These are the languages' own scripts; Latin names and codes are fine everywhere."
            + more_left
            + more_right,
            source_scripts=left,
            target_scripts=right,
        )


@dataclass(frozen=True, kw_only=True)
class ScriptRule(RowRule):
    """Flags words of two scripts, foreign letters, and Latin text where Latin is foreign."""

    source_scripts: tuple[str, ...]
    target_scripts: tuple[str, ...]

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        return _wrong(source, target, self.source_scripts, "source") or _wrong(
            target, source, self.target_scripts, "target"
        )


def _wrong(text: str, other: str, scripts: tuple[str, ...], side: str) -> str:
    if "Latin" in scripts and not _NOT_LATIN.search(text):
        return ""
    if not text.isascii():
        if (mixed := _mixed().search(text)) and (word := _word(text, mixed.start())):
            return f"'{word[:20]}' on the {side} side mixes {_both(word)} letters"
        for run in _foreign(scripts).findall(text):
            if run not in other:
                return f"'{run[:20]}' on the {side} side is {_script(run[0])}"
    if "Latin" not in scripts and text != other and _is_latin(text) and _is_latin(words_of(text)):
        return f"the {side} side is Latin"
    return ""


def _is_latin(text: str) -> bool:
    latin = len(_ASCII_LETTER.findall(text))
    return latin >= _LETTERS and latin > _MOSTLY * sum(map(str.isalpha, text))


def _word(text: str, at: int) -> str:
    return next(match[0] for match in _WORD.finditer(text) if match.end() > at)


@lru_cache(64)
def _foreign(scripts: tuple[str, ...]) -> regex.Pattern[str]:
    """Two or more letters in a row of neither these scripts nor Latin."""
    import regex

    known = "".join(rf"\p{{Script={name}}}" for name in {*scripts, "Latin", "Common", "Inherited"})
    return regex.compile(rf"(?V1)[\p{{L}}--[{known}]]{{2,}}")


@lru_cache(1)
def _mixed() -> regex.Pattern[str]:
    """Where a Latin letter meets a Cyrillic one, or two Greek ones: one may be a symbol."""
    import regex

    latin, cyrillic, greek = (rf"\p{{{name}}}" for name in ("Latin", "Cyrillic", "Greek"))
    return regex.compile(
        rf"{latin}{cyrillic}|{cyrillic}{latin}|{latin}{greek}{{2}}|{greek}{{2}}{latin}"
    )


def _own(tag: str, texts: list[str]) -> tuple[tuple[str, ...], str]:
    """The scripts of a language and those much used for it here, with a word on the latter."""
    import langcodes

    code = langcodes.Language.get(tag).maximize().script or ""
    own = _EXPANSIONS.get(code) or ((_SCRIPTS[code],) if code in _SCRIPTS else ())
    counts: Counter[str] = Counter()
    for text in texts[:2000]:
        if text.isascii():
            counts["Latin"] += sum(map(str.isalpha, text))
        else:
            counts.update(_script(char) for char in text if char.isalpha())
    total = sum(counts.values())
    more = [
        name
        for name, count in counts.items()
        if own and name in _KNOWN and name not in own and count > _USED * total
    ]
    words = "".join(
        f" {percent(counts[name] / total)} of the letters of {tag} are {name} here, so it counts "
        "as a script of its own."
        for name in more
    )
    return (*own, *more), words


@lru_cache(4096)
def _script(char: str) -> str:
    """The script by the name of the letter, as its first word: LATIN SMALL LETTER A."""
    word = unicodedata.name(char, "").partition(" ")[0].capitalize()
    return {"Cjk": "Han", "Halfwidth": "Katakana", "Micro": ""}.get(word, word)


def _both(word: str) -> str:
    return " and ".join(sorted({_script(char) for char in word if char.isalpha()} - {""}))


def _listed(scripts: tuple[str, ...]) -> str:
    return " or ".join(scripts)
