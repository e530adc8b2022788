"""Web and e-mail addresses that must be the same on both sides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from mulm_core.corpus.checks.base import Basis, Check, RowRule, listing

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@])")
URL = re.compile(
    r"(?:https?|ftp)://[\w\[][^\s<>\"'«»“”„|\\^`{}]+|(?<![\w.@/])www\.[\w-]+\.[^\s<>\"'«»“”„]+"
)
_TRAILING = ".,;:!?)]}…。、，）」"
_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:[-_][a-z]{2,4})?$")


class Links(Check):
    """Addresses that got lost or changed."""

    key = "links"
    title = "Links"
    help = (
        "Web and e-mail addresses that are not the same on both sides. An address of the same "
        "site in the other language (de.example.org, /fr/) is fine."
    )

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """The same for every corpus."""
        return LinkRule(
            threshold="any that one side lacks",
            why="Addresses are not translated, but for the language that they name.",
        )


@dataclass(frozen=True, kw_only=True)
class LinkRule(RowRule):
    """Flags rows whose addresses differ, whatever their order."""

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        if not (_may_hold(source) or _may_hold(target)):
            return ""
        left, right = _addresses(source), _addresses(target)
        parts = [
            f"{listing(missing, 2)} only on the {side} side"
            for side, missing in (("source", _lost(left, right)), ("target", _lost(right, left)))
            if missing
        ]
        return "; ".join(parts)


def _may_hold(text: str) -> bool:
    return "@" in text or "://" in text or "www." in text


def _lost(here: list[str], there: list[str]) -> list[str]:
    return [address for address in here if not any(_same(address, other) for other in there)]


def _same(first: str, second: str) -> bool:
    """Equal, or the same site where each address names a language."""
    (one, local), (two, local_too) = _without_language(first), _without_language(second)
    return one == two or (local and local_too and _site(one) == _site(two))


def _without_language(address: str) -> tuple[str, bool]:
    """The address without scheme and language, and whether it named one."""
    plain = address.lower().partition("://")[2] or address.lower()
    host, *path = plain.rstrip("/").split("/")
    labels = host.split(".")
    parts = [*labels[:-2], *path]
    kept = [part for part in parts if part != "www" and not _LANGUAGE.match(part)]
    local = len(kept) < len([part for part in parts if part != "www"])
    return "/".join([".".join(labels[-2:]), *kept]), local


def _site(address: str) -> str:
    return address.partition("/")[0]


def _addresses(text: str) -> list[str]:
    found = [match.rstrip(_TRAILING) for match in URL.findall(text)]
    return list(dict.fromkeys([*found, *EMAIL.findall(URL.sub(" ", text))]))
