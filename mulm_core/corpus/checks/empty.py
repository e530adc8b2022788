"""Rows without text, and rows whose two sides are the same."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from mulm_core.corpus.checks.base import Basis, Check, RowRule, percent
from mulm_core.corpus.split import split_key
from mulm_core.fields import declared

_TEXT = re.compile(r"\w")
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_EDGES = ".,;:!?…\"'()[]«»„“”‚‘’¿¡–—"
_ENOUGH = 3  # letters; a single one may stand for a sign
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")

_FEWEST, _MOST, _DEFAULT = 2, 4, 3  # plain words
_USUAL = 0.02
_ROWS = 200


class Empty(Check):
    """A side without any text."""

    key = "empty"
    title = "Empty"
    help = "One side holds no text: nothing, only blanks, or only signs such as dashes."

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """The same for every corpus."""
        return EmptyRule(
            threshold="a side without a letter or digit",
            why="There is nothing to learn from a sentence without its translation.",
        )


@dataclass(frozen=True, kw_only=True)
class EmptyRule(RowRule):
    """Flags a blank side, and signs that stand where the other side has words."""

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        if _TEXT.search(source) and _TEXT.search(target):
            return ""
        for side, text, other in (("source", source, target), ("target", target, source)):
            if not text.strip().strip(_INVISIBLE):
                return f"the {side} side is empty"
            if not _TEXT.search(text) and len(_TEXT.findall(other)) >= _ENOUGH:
                return f"the {side} side holds only '{text.strip()[:20]}'"
        return ""


@dataclass(frozen=True)
class UntranslatedSettings:
    """How much text must be the same."""

    words: int | None = declared(
        None,
        title="Fewest words",
        help="Equal sides count as untranslated from this many plain words on. Names, numbers, "
        "codes and words with a capital letter are not plain. Empty: set from the corpus.",
        minimum=1,
        maximum=50,
        unit="words",
    )


class Untranslated(Check):
    """Source and target are the same text."""

    key = "untranslated"
    title = "Untranslated"
    help = "Both sides are the same, though they hold words that would be translated."
    settings = UntranslatedSettings

    def rule(self, basis: Basis, settings: UntranslatedSettings) -> RowRule:
        """The fewest words from which equal sides are unusual here."""
        words, why = (settings.words, "Set by hand.") if settings.words else _usual(basis)
        return UntranslatedRule(threshold=f"{words} or more plain words", why=why, words=words)


@dataclass(frozen=True, kw_only=True)
class UntranslatedRule(RowRule):
    """Flags equal sides of at least ``words`` plain words."""

    words: int

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        if not _same(source, target) or plain_words(source) < self.words:
            return ""
        return "the target is the same text as the source"


def plain_words(text: str) -> int:
    """Words that a translator would translate: no names, numbers, codes or placeholders.

    A capital letter makes a name, but for the first word of a text with plain words. Scripts
    without spaces count two characters as a word.
    """
    count = first = 0
    for at, token in enumerate(text.split()):
        word = token.strip(_EDGES)
        if len(word) < 2 or not word.replace("-", "").replace("'", "").isalpha():
            continue
        if word == word.lower():
            count += max(1, len(word) // 2) if _UNSPACED.match(word) else 1
        elif at == 0:
            first = 1
    return count + first if count else 0


def _same(source: str, target: str) -> bool:
    if source == target:
        return True
    # Most rows differ in length, too; normalising them all would cost more than all the rest.
    return abs(len(source) - len(target)) < 10 and split_key(source) == split_key(target)


def _usual(basis: Basis) -> tuple[int, str]:
    rows: Counter[int] = Counter()
    equal: Counter[int] = Counter()
    for row in basis.sample:
        words = min(plain_words(row.source), _MOST)
        rows[words] += 1
        equal[words] += _same(row.source, row.target)
    if sum(rows[words] for words in range(_FEWEST, _MOST + 1)) < _ROWS:
        return _DEFAULT, "Shorter ones may be names; there are too few rows to see what is usual."
    for words in range(_FEWEST, _MOST):
        share = equal[words] / rows[words] if rows[words] else 0.0
        if share < _USUAL:
            return words, (
                f"Of the rows with {words} plain words {percent(share)} are the same on both "
                f"sides here: that is not usual, so it is a mistake."
            )
    return _MOST, "Shorter texts are often the same on both sides here: names and terms."
