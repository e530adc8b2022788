"""What can be counted of translations beside the scores, with the rules of the corpus checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from mulm_core.corpus.checks.base import Basis, Row
from mulm_core.corpus.checks.detector import letters
from mulm_core.corpus.checks.language import Language, LanguageRule, LanguageSettings
from mulm_core.corpus.checks.numbers import number_differences
from mulm_core.corpus.checks.placeholders import PlaceholderRule, Placeholders
from mulm_core.evaluation.glossary import Term, term_hits
from mulm_core.evaluation.results import Figures, Kept
from mulm_core.evaluation.testset import TestSet
from mulm_core.scoring import Statistics

_DIGIT = re.compile(r"\d")
_SAMPLE = 2000  # segments that rules are set from
_BETWEEN_CHECKS = 500

_Segment: TypeAlias = tuple[str, str, tuple[str, ...]]  # source, translation, references
_Judge: TypeAlias = Callable[[str, str, tuple[str, ...]], bool | None]


@dataclass(frozen=True)
class Rules:
    """What to go by on a test set, as its references show it."""

    placeholders: PlaceholderRule
    language: LanguageRule | None


def rules_for(test: TestSet, source: str, target: str) -> Rules:
    """The rules of the checks, set from the test set's own pairs."""
    step = max(1, len(test.sources) // _SAMPLE)
    pairs = list(zip(test.sources, test.references, strict=True))[::step]
    basis = Basis(source, target, tuple(Row(at, *pair, "test") for at, pair in enumerate(pairs)))
    placeholders = Placeholders().rule(basis, None)
    language = Language().rule(basis, LanguageSettings())
    assert isinstance(placeholders, PlaceholderRule)
    if isinstance(language, LanguageRule):
        left, right = language.sides
        language = replace(language, sides=(replace(left, labels=frozenset()), right))
    return Rules(
        placeholders,
        language if isinstance(language, LanguageRule) and language.sides[1].labels else None,
    )


def count_figures(
    test: TestSet,
    hypotheses: Sequence[str],
    statistics: Statistics,
    rules: Rules,
    terms: Sequence[Term] = (),
    check: Callable[[], None] = lambda: None,
) -> Figures:
    """The figures of one system; ``check`` is called now and then and may raise."""
    tokens, wanted = statistics.rows["bleu"][:, :2].sum(0).tolist()
    rows = list(zip(test.sources, hypotheses, zip(*test.streams, strict=True), strict=True))

    def kept(judge: _Judge) -> Kept:
        return _kept(judge, rows, check)

    return Figures(
        tokens=int(tokens),
        length_ratio=tokens / wanted if wanted else 0.0,
        exact=_exact(test, hypotheses),
        empty=sum(not text.strip() for text in hypotheses),
        numbers=kept(_numbers),
        placeholders=kept(lambda source, text, _: _placeholders(rules.placeholders, source, text)),
        language=kept(lambda source, text, _: _language(rules.language, text)),
        terms=kept(lambda source, text, _: _terms(terms, source, text)) if terms else Kept(0),
    )


def _kept(judge: _Judge, rows: Iterable[_Segment], check: Callable[[], None]) -> Kept:
    """``judge`` tells of a segment whether its translation is right; None: not asked."""
    of, broken = 0, []
    for at, row in enumerate(rows):
        if at % _BETWEEN_CHECKS == 0:
            check()
        right = judge(*row)
        of += right is not None
        if right is False:
            broken.append(at)
    return Kept(of, tuple(broken))


def _exact(test: TestSet, hypotheses: Sequence[str]) -> int:
    return sum(
        any(text.strip() == reference.strip() for reference in references)
        for text, *references in zip(hypotheses, *test.streams, strict=True)
        if text.strip()
    )


def _numbers(source: str, text: str, references: tuple[str, ...]) -> bool | None:
    """Whether numbers are missing or added only as a reference lacks or adds them, too."""
    if not (_DIGIT.search(source) or _DIGIT.search(text)):
        return None
    missing, added = number_differences(source, text)
    if not (missing or added):
        return True
    likewise = (number_differences(source, reference) for reference in references)
    return any(missing <= lacking and added <= more for lacking, more in likewise)


def _placeholders(rule: PlaceholderRule, source: str, text: str) -> bool | None:
    asked = rule.found(source) or rule.found(text)
    return not rule.reason(source, text) if asked else None


def _language(rule: LanguageRule | None, text: str) -> bool | None:
    if rule is None or letters(text) < rule.sides[1].letters:
        return None
    return not rule.reason("", text)


def _terms(terms: Sequence[Term], source: str, text: str) -> bool | None:
    hits = term_hits(terms, source, text)
    return all(hit.kept for hit in hits) if hits else None
