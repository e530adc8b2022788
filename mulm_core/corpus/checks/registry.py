"""All checks there are, in the order in which they are shown and run."""

from __future__ import annotations

from collections.abc import Iterable

from mulm_core.corpus.checks.base import Check
from mulm_core.corpus.checks.characters import Control, Encoding
from mulm_core.corpus.checks.duplicates import Conflicts, Duplicates
from mulm_core.corpus.checks.empty import Empty, Untranslated
from mulm_core.corpus.checks.language import Language
from mulm_core.corpus.checks.length import LengthRatio
from mulm_core.corpus.checks.links import Links
from mulm_core.corpus.checks.near import Leakage, NearDuplicates
from mulm_core.corpus.checks.numbers import Numbers
from mulm_core.corpus.checks.personal import Personal
from mulm_core.corpus.checks.placeholders import Placeholders
from mulm_core.corpus.checks.script import Script
from mulm_core.corpus.checks.too_long import TooLong
from mulm_core.errors import UserError

# Those that judge each row alone first: of several copies, one that they did not flag stays.
_ALL: tuple[Check, ...] = (
    Empty(),
    Untranslated(),
    Encoding(),
    Control(),
    Language(),
    Script(),
    LengthRatio(),
    Numbers(),
    Placeholders(),
    Links(),
    Personal(),
    TooLong(),
    Duplicates(),
    Conflicts(),
    NearDuplicates(),
    Leakage(),
)
CHECKS: dict[str, Check] = {check.key: check for check in _ALL}
"""The checks by key."""


def chosen(keys: Iterable[str]) -> list[Check]:
    """The checks with these keys (none: all), in their order; raises :class:`UserError`."""
    wanted = set(keys) or set(CHECKS)
    if unknown := sorted(wanted - set(CHECKS)):
        raise UserError(f"there is no check '{unknown[0]}'", fix=f"Known: {', '.join(CHECKS)}")
    return [check for key, check in CHECKS.items() if key in wanted]
