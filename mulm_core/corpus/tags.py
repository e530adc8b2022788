"""Which of the languages a file names are the ones a person asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from mulm_core import languages
from mulm_core.errors import UserError

UNKNOWN = "und"  # a language that nothing tells

# Endings and roles that are also codes of small languages (txt is Citak, src a Sardinian).
_ENDINGS = ("txt", "tsv", "csv", "tab", "tmx", "xml", "doc", "log", "bak", "out", "gz", "zip")
_ROLES = ("ref", "src", "tgt", "trg", "tok", "bpe", "raw", "dev", "new", "old", "all")
_NOT_LANGUAGES = frozenset((*_ENDINGS, *_ROLES))
_DIRECTION = re.compile(r"(?:^|[._])([A-Za-z]{2,3})[-_]([A-Za-z]{2,3})(?=$|[._])")


def fold(tag: str) -> str:
    """The tag as it is compared: lower case, ``-`` between its parts."""
    return tag.strip().replace("_", "-").lower()


def guess(text: str) -> str:
    """The language tag that ``text`` is, in BCP 47 form, or an empty string."""
    if text.lower() in _NOT_LANGUAGES or not re.match(r"[A-Za-z]{2,3}(?:$|[-_])", text):
        return ""
    try:
        return languages.normalise(text)
    except UserError:
        return ""


def named(text: str) -> str:
    """The language tag that ``text`` is or names (``French``, ``français``), or ''."""
    import langcodes

    if len(text) < 4 or not text.isalpha():
        return guess(text)
    try:
        return langcodes.find(text).to_tag()
    except LookupError:
        return ""


def direction_in(name: str) -> tuple[str, ...]:
    """The two languages a file name such as ``train.de-fr.tsv`` tells, or nothing."""
    for match in reversed(list(_DIRECTION.finditer(name))):
        pair = tuple(guess(part) for part in match.groups())
        if all(pair) and pair[0] != pair[1]:
            return pair
    return ()


def matching(wanted: str, available: Iterable[str]) -> set[str]:
    """The folded tags of ``available`` that are ``wanted``.

    The exact tag wins, whatever its case; only without it count other tags of the same language
    and script (``en-US`` for ``en``).
    """
    folded = {fold(tag) for tag in available}
    if fold(wanted) in folded:
        return {fold(wanted)}
    if not guess(wanted):  # as in srclang="*all*"
        return set()
    return {tag for tag in folded if guess(tag) and languages.same_language(wanted, tag)}


def choose(source: str, target: str, available: Iterable[str]) -> tuple[set[str], set[str]]:
    """The folded tags of ``available`` for both sides; either set may be empty.

    No tag stands for both: an exact match keeps it from the other side's looser one.
    """
    tags = list(available)
    sources, targets = matching(source, tags), matching(target, tags)
    if fold(target) in targets:
        sources -= targets
    else:
        targets -= sources
    return sources, targets


def order(source: str, target: str, names: Sequence[str]) -> tuple[int, int] | None:
    """The positions of the two languages in ``names`` (tags, '' where unknown).

    With two names of which one is known and asked for, the other is the other side; with no known
    name the first is the source. None where the names tell other languages.
    """
    if len(names) == 2 and not any(names):
        return 0, 1
    sources, targets = choose(source, target, [name for name in names if name])
    first = _position(names, sources)
    second = _position(names, targets)
    if len(names) == 2 and not all(names):
        known = 0 if names[0] else 1
        if first == known:
            return known, 1 - known
        if second == known:
            return 1 - known, known
        return None
    return (first, second) if first is not None and second is not None else None


def _position(names: Sequence[str], tags: set[str]) -> int | None:
    return next((at for at, name in enumerate(names) if name and fold(name) in tags), None)
