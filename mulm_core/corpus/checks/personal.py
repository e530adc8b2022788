"""Personal data: e-mail addresses, phone, account and card numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from mulm_core.corpus.checks.base import Basis, Check, RowRule, listing
from mulm_core.corpus.checks.links import EMAIL, URL

_TITLES = {"EMAIL": "e-mail address", "PHONE": "phone number", "IBAN": "account number",
           "CARD": "card number"}  # fmt: skip
_RESERVED = re.compile(r"(?:^|[@.])(?:example|test|invalid|localhost)(?:\.\w+)?$", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d.,])[3-6]\d{3}(?:[ -]?\d){9,15}(?![\d.,]?\d)")
_DIGIT = re.compile(r"\d")
_FEWEST = 7  # digits of a phone number
_PHONE_LIKE = re.compile(r"(?:\+|\b00|\(0|\b0|\(\d{3}\)|\b\d{3}[-. ]\d{3}[-. ]\d{4}\b)")


class Found(NamedTuple):
    """A place in a text that holds personal data of a kind (EMAIL, PHONE, IBAN, CARD)."""

    start: int
    end: int
    kind: str


class Personal(Check):
    """Data of persons."""

    key = "personal"
    title = "Personal data"
    help = (
        "E-mail addresses, phone numbers, account numbers (IBAN) and card numbers. A model may "
        "learn them by heart: leave these rows out, or mask them."
    )
    advised = False

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """Phone numbers as they are written where the two languages are spoken."""
        return PersonalRule(
            threshold="any address or valid number",
            why="Numbers count only when their check digits or their country's numbering plan "
            "hold, so that order numbers are left alone.",
            regions=regions_of(basis.source, basis.target),
        )


@dataclass(frozen=True, kw_only=True)
class PersonalRule(RowRule):
    """Flags personal data without repeating it."""

    regions: tuple[str, ...]

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        kinds = {
            found.kind: None for text in (source, target) for found in find(text, self.regions)
        }
        return listing([_TITLES[kind] for kind in kinds])


def regions_of(*tags: str) -> tuple[str, ...]:
    """The countries where the languages are most spoken, as ISO 3166 codes."""
    import langcodes

    codes = (langcodes.Language.get(tag).maximize().territory for tag in tags)
    return tuple(dict.fromkeys(code for code in codes if code and code.isalpha()))


def find(text: str, regions: tuple[str, ...]) -> list[Found]:
    """The places that hold personal data, from left to right, none inside another."""
    found: list[Found] = []
    if "@" in text:
        found += [
            Found(*match.span(), "EMAIL")
            for match in EMAIL.finditer(text)
            if not _RESERVED.search(match[0])
        ]
    if _DIGIT.search(text) and len(_DIGIT.findall(text)) >= _FEWEST:
        for place in _numbers(text, regions):
            if not any(place.start < other.end and other.start < place.end for other in found):
                found.append(place)
    return sorted(found)


def _numbers(text: str, regions: tuple[str, ...]) -> Iterator[Found]:
    from stdnum import iban, luhn

    for match in _IBAN.finditer(text):
        if iban.is_valid(match[0]):
            yield Found(*match.span(), "IBAN")
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if luhn.is_valid(digits) and len(set(digits)) > 1:
            yield Found(*match.span(), "CARD")
    if _PHONE_LIKE.search(text):
        yield from _phones(URL.sub(lambda match: " " * len(match[0]), text), regions)


def _phones(text: str, regions: tuple[str, ...]) -> Iterator[Found]:
    import phonenumbers

    for region in regions or (None,):
        for match in phonenumbers.PhoneNumberMatcher(
            text, region, leniency=phonenumbers.Leniency.VALID
        ):
            if _PHONE_LIKE.match(match.raw_string):
                yield Found(match.start, match.end, "PHONE")
