"""Sides that are written in another language than they should be."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from mulm_core import languages
from mulm_core.corpus.checks import detector
from mulm_core.corpus.checks.base import Basis, Check, RowRule, percent
from mulm_core.errors import UserError
from mulm_core.fields import declared

_BANDS = (10, 20, 30, 50, 80)  # letters
_LONG = 50
_FEWEST = 20  # letters, where the corpus does not show how few suffice
_ROWS = 50
_SAMPLE = 3000
_CLOSE = 0.02
_RELIABLE = 0.6
_FREQUENT = 0.01
_SURE = 0.7
_VERY_SURE = 0.9  # of a language that the corpus hardly holds
_SURER = 0.95  # in a short text; of 7,816 right ones in eight languages none is taken for wrong
_UNLIKELY = 0.05
_RULED_OUT = 0.01
_MARKS = 2
_MARK_SURE = 0.8
_FREQUENT_WORDS = 400


@dataclass(frozen=True)
class LanguageSettings:
    """How sure the detector must be."""

    letters: int | None = declared(
        None,
        title="Fewest letters",
        help="Shorter texts are left alone: the detector is often wrong about them. Empty: set "
        "for each side from the corpus.",
        minimum=1,
        maximum=1000,
        unit="letters",
    )
    confidence: float = declared(
        _SURE,
        title="Confidence",
        help="How sure the detector must be of the other language, from 0.5 to 1.",
        minimum=0.5,
        maximum=1.0,
    )


@dataclass(frozen=True)
class Side:
    """What is expected of a side: its labels (none: it is not judged) and enough letters.

    ``marks`` are frequent words that the detector takes for this language on their own: a text
    with some of them needs no detector, which costs more than all other checks together.
    """

    name: str
    title: str
    labels: frozenset[str]
    letters: int
    marks: frozenset[str] = frozenset()


class Language(Check):
    """A side in the wrong language."""

    key = "language"
    title = "Wrong language"
    help = (
        "A side is written in another language. Short texts, names and codes are left alone; the "
        "detector is a part of the program and asks nobody."
    )
    settings = LanguageSettings

    def rule(self, basis: Basis, settings: LanguageSettings) -> RowRule:
        """Fewest letters by how often the detector is right here at each length."""
        columns = {
            "source": (basis.source, [row.source for row in basis.sample[:: _step(basis)]]),
            "target": (basis.target, [row.target for row in basis.sample[:: _step(basis)]]),
        }
        sides, whys, seen = [], [], Counter[str]()
        for name, (tag, texts) in columns.items():
            side, why = _side(name, tag, texts, settings, seen)
            sides.append(side)
            whys.append(why)
        if not any(side.labels for side in sides):
            return RowRule(threshold="", why="", skipped=" ".join(whys))
        rows = max(1, 2 * len(basis.sample[:: _step(basis)]))
        often = {label for label, count in seen.items() if count > _FREQUENT * rows}
        own = frozenset(label for side in sides for label in side.labels)
        judged = [f"{side.letters} letters of {side.title}" for side in sides if side.labels]
        return LanguageRule(
            threshold=f"another language by more than {percent(settings.confidence)}, from "
            f"{' and '.join(judged)} on; one that the corpus hardly holds by more than "
            f"{percent(_VERY_SURE)}, in texts of less than twice these letters {percent(_SURER)}",
            why=" ".join(whys),
            sides=(sides[0], sides[1]),
            likely=frozenset({"en", *own, *often}),
            confidence=settings.confidence,
        )


@dataclass(frozen=True, kw_only=True)
class LanguageRule(RowRule):
    """Flags sides of which the detector is sure that they are in another language.

    It must be surer of languages that are not ``likely`` in this corpus, more so in short texts.
    """

    sides: tuple[Side, Side]
    likely: frozenset[str]
    confidence: float

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        for side, text in zip(self.sides, (source, target), strict=True):
            if side.labels and len(text) >= side.letters and (detail := self._wrong(side, text)):
                return detail
        return ""

    def _wrong(self, side: Side, text: str) -> str:
        if len(side.marks.intersection(text.lower().split())) >= _MARKS:
            return ""
        if detector.guess(text) in side.labels:
            return ""
        words = detector.words_of(text)
        letters = detector.letters(words)
        plain = detector.without_names(words)
        if letters < side.letters or detector.letters(plain) < side.letters / 2:
            return ""
        found = detector.shares(plain)
        label, share = found[0] if found else ("", 0.0)
        own = sum(part for other, part in found if other in side.labels)
        if label in side.labels or own > _UNLIKELY:
            return ""
        least = self.confidence
        if label not in self.likely:
            short = letters < 2 * side.letters
            if short and own > _RULED_OUT:
                return ""
            least = max(least, _SURER if short else _VERY_SURE)
        if share < least:
            return ""
        return f"the {side.name} side is {_name(label)}, not {side.title}"


def _side(
    name: str, tag: str, texts: list[str], settings: LanguageSettings, seen: Counter[str]
) -> tuple[Side, str]:
    """What to expect of a side, and why; counts the other languages of longer texts in ``seen``."""
    title = languages.name(tag)
    labels = detector.labels_of(tag)
    if not labels:
        none = Side(name, title, labels, 0)
        return none, f"The detector does not know {title}, so the {name} side is not judged."
    right = {band: [0, 0] for band in _BANDS}
    for text in texts:
        letters = detector.letters(text)
        if letters < _BANDS[0]:
            continue
        label = detector.guess(text)
        count = right[max(band for band in _BANDS if band <= letters)]
        count[0] += label in labels
        count[1] += 1
        if letters >= _LONG and label not in labels:
            seen[label] += 1
    side, why = _judged(Side(name, title, labels, settings.letters or _FEWEST), right, settings)
    return dataclasses.replace(side, marks=_marks(texts, side.labels)), why


def _marks(texts: list[str], labels: frozenset[str]) -> frozenset[str]:
    words = Counter(word for text in texts for word in set(text.lower().split()) if word.isalpha())
    frequent = [word for word, _ in words.most_common(_FREQUENT_WORDS)]
    return frozenset(
        word
        for word in frequent
        if (found := detector.shares(word)) and found[0][0] in labels and found[0][1] > _MARK_SURE
    )


def _judged(
    side: Side, right: dict[int, list[int]], settings: LanguageSettings
) -> tuple[Side, str]:
    total = sum(count for band, (_, count) in right.items() if band >= _LONG)
    if total < _ROWS:
        why = f"Too few rows show how well the detector knows {side.title}."
        return side, "Set by hand." if settings.letters else why
    best = sum(agree for band, (agree, _) in right.items() if band >= _LONG) / total
    if best < _RELIABLE:
        why = (
            f"The detector takes only {percent(best)} of the longer texts on the {side.name} side "
            f"for {side.title}: it cannot judge them, or most are in another language."
        )
        return dataclasses.replace(side, labels=frozenset()), why
    if settings.letters:
        return side, "Set by hand."
    enough = _LONG
    for band in sorted((band for band in _BANDS if band < _LONG), reverse=True):
        agree, count = right[band]
        if count < _ROWS or agree / count < best - _CLOSE:
            break
        enough = band
    why = (
        f"From {enough} letters on the detector recognises {side.title} as surely as in long "
        f"texts here ({percent(best)})."
    )
    return dataclasses.replace(side, letters=enough), why


def _step(basis: Basis) -> int:
    return max(1, len(basis.sample) // _SAMPLE)


def _name(label: str) -> str:
    try:
        return languages.name(languages.normalise(label))
    except UserError:
        return label
