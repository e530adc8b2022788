"""Numbers that must be the same on both sides, however each language writes them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mulm_core.corpus.checks.base import Basis, Check, RowRule, listing, percent
from mulm_core.corpus.checks.links import EMAIL, URL
from mulm_core.corpus.checks.placeholders import PLACEHOLDER
from mulm_core.fields import declared

_DIGITS = re.compile(r"\d+")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
# 1 000 000,5 and 1'000.5; then 1,000.5 and 1.000,5 and 1.2.3
_NUMBER = re.compile(
    r"\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫٬]\d+)*"
)
_IGNORED = re.compile(f"{URL.pattern}|{EMAIL.pattern}|{PLACEHOLDER.pattern}|&#?\\w+;")
_SPACED = re.compile(r"\d[ \u00a0\u2009\u202f]\d")
_HAN = re.compile("[〇零一二两兩三四五六七八九十百千万萬億亿]")
_HALF_DAY = re.compile(r"\b[ap]\.? ?m\b\.?|午[前後]|[上下]午|오[전후]|[صم](?!\w)", re.IGNORECASE)
_ROMAN = re.compile(r"\b[IVXLC]+\b")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}

_WORDS_UP_TO = 12  # what most style guides write as a word
_ROWS = 200
_HARDLY_EVER = 0.005


@dataclass(frozen=True)
class NumberSettings:
    """Which numbers a language may write as words."""

    words_up_to: int | None = declared(
        None,
        title="Words up to",
        help="A number up to this one may be missing on one side: it may be written as a word "
        "there (two, deux). Empty: set from the corpus.",
        minimum=0,
        maximum=1000,
    )


class Numbers(Check):
    """Numbers that got lost or changed."""

    key = "numbers"
    title = "Numbers"
    help = (
        "Numbers that are not the same on both sides. 1,000.5 and 1.000,5 and 1 000,5 are one "
        "number, and so are the digits of all scripts."
    )
    settings = NumberSettings

    def rule(self, basis: Basis, settings: NumberSettings) -> RowRule:
        """Small numbers are held to be words only where this corpus writes them so."""
        if settings.words_up_to is not None:
            return _rule(settings.words_up_to, "Set by hand.")
        strict = NumberRule(threshold="", why="", words_up_to=0)
        rows = differ = 0
        for row in basis.sample:
            if not (_DIGITS.search(row.source) or _DIGITS.search(row.target)):
                continue
            left, right = set(_values(row.source)), set(_values(row.target))
            if any(_is_small(value, _WORDS_UP_TO) for value in left | right):
                rows += 1
                only = _lone(left, right, _WORDS_UP_TO)
                differ += only and bool(strict.reason(row.source, row.target))
        if rows < _ROWS:
            why = "Smaller ones may be words; there are too few rows to see what is usual."
            return _rule(_WORDS_UP_TO, why)
        share = differ / rows
        if share < _HARDLY_EVER:
            why = (
                f"Smaller ones might be words, but only {percent(share)} of the rows with small "
                "numbers lack one here: the translators keep them."
            )
            return _rule(0, why)
        why = f"{percent(share)} of the rows with small numbers write one as a word here."
        return _rule(_WORDS_UP_TO, why)


def _rule(words_up_to: int, why: str) -> NumberRule:
    limit = f"any above {words_up_to} that one side lacks" if words_up_to else "any that is missing"
    return NumberRule(threshold=limit, why=why, words_up_to=words_up_to)


@dataclass(frozen=True, kw_only=True)
class NumberRule(RowRule):
    """Flags rows whose numbers differ; those up to ``words_up_to`` may be missing on a side."""

    words_up_to: int

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        left, right = _DIGITS.findall(source), _DIGITS.findall(target)
        if left == right:
            return ""
        differences = number_differences(source, target, repeats=False)
        here, there = set(differences[0]), set(differences[1])
        if not there:
            here = self._not_words(here, target)
        elif not here:
            there = self._not_words(there, source)
        parts = [
            f"{listing(sorted(missing))} only on the {side} side"
            for side, missing in (("source", here), ("target", there))
            if missing
        ]
        return "; ".join(parts)

    def _not_words(self, numbers: set[str], other: str) -> set[str]:
        if _HAN.search(other):
            return set()
        return {value for value in numbers if not _is_small(value, self.words_up_to)}


def number_differences(
    source: str, target: str, *, repeats: bool = True
) -> tuple[Counter[str], Counter[str]]:
    """The numbers that one side has more often than the other: the source's, the target's.

    Without ``repeats``, those that only one side has. Numbers are in plain form (``1000.5``); Roman
    numerals, hours of half days and years of two digits are what they stand for.
    """
    left, right = (
        Counter(values if repeats else set(values)) for values in map(_values, (source, target))
    )
    here, there = left - right, right - left
    if not (here or there) or _spaced_alike(source, target):
        return Counter(), Counter()
    romans = _roman(source), _roman(target)
    here = _without(here, romans[1], str.__eq__)
    there = _without(there, romans[0], str.__eq__)
    if here and there and (_HALF_DAY.search(source) or _HALF_DAY.search(target)):
        here, there = _without(here, there, _same_hour), _without(there, here, _same_hour)
    if here and there:
        here, there = _without(here, there, _same_year), _without(there, here, _same_year)
    return here, there


def _without(
    values: Counter[str], others: Iterable[str], same: Callable[[str, str], bool]
) -> Counter[str]:
    return Counter(
        {
            value: count
            for value, count in values.items()
            if not any(same(value, other) for other in others)
        }
    )


def _same_hour(first: str, second: str) -> bool:
    # 3.30 pm is 15:30: an hour with its minutes behind a dot looks like a decimal number.
    hours = [value.partition(".")[0] for value in (first, second)]
    return max(map(len, hours)) <= 2 and abs(int(hours[0]) - int(hours[1])) == 12


def _same_year(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return len(short) == 2 and len(long) == 4 and long.endswith(short) and long.isdigit()


def _lone(left: set[str], right: set[str], limit: int) -> bool:
    """Whether only small numbers differ, and only on one side."""
    here, there = left - right, right - left
    lone = here or there
    return bool(lone) and not (here and there) and all(_is_small(value, limit) for value in lone)


def _is_small(value: str, limit: int) -> bool:
    return value.isdigit() and len(value) < 5 and int(value) <= limit


def _values(text: str) -> list[str]:
    """The numbers in plain form: ``1.000,50`` is ``1000.5``; dates and versions in their parts."""
    text = _ascii_digits(_IGNORED.sub(" ", text))
    return [value for token in _NUMBER.findall(text) for value in _plain(token)]


def _spaced_alike(source: str, target: str) -> bool:
    """Whether the digits are the same and only blanks between them differ: 2010 100, 100 in 2010"""
    if not (_SPACED.search(source) or _SPACED.search(target)):
        return False
    texts = [_ascii_digits(_IGNORED.sub(" ", text)) for text in (source, target)]
    left, right = ("".join(_DIGITS.findall(text)) for text in texts)
    return left == right


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text)


def _plain(token: str) -> list[str]:
    groups = _DIGITS.findall(token)
    signs = set(re.findall(r"\D", token))
    # Three digits behind the only kind of sign are thousands, unless there is nothing in front.
    fraction = len(groups) > 1 and (len(signs) > 1 or len(groups[-1]) != 3 or groups[0] == "0")
    if fraction and len(groups) > 2 and len(signs) == 1:
        return [group.lstrip("0") or "0" for group in groups]
    whole = "".join(groups[:-1] if fraction else groups).lstrip("0") or "0"
    decimals = groups[-1].rstrip("0") if fraction else ""
    return [f"{whole}.{decimals}" if decimals else whole]


def _roman(text: str) -> set[str]:
    values = set()
    for numeral in _ROMAN.findall(text):
        digits = [_ROMAN_VALUES[char] for char in numeral]
        values.add(
            str(
                sum(
                    -value if at + 1 < len(digits) and value < digits[at + 1] else value
                    for at, value in enumerate(digits)
                )
            )
        )
    return values
