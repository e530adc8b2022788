"""Placeholders, tags and entities that must be the same on both sides."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from mulm_core.corpus.checks.base import Basis, Check, RowRule, listing, percent

_PATTERNS = {
    "named": r"%\(\w+\)[-+#0]*\d*(?:\.\d+)?[a-zA-Z]",
    # No blank flag: "100 % der" is no placeholder; nor is what follows a digit.
    "printf": r"(?<!\d)%(?:\d+\$)?[+#0]*(?:-?\d+|\*)?(?:\.(?:\d+|\*))?"
    r"(?:hh|h|ll|l|L|q|j|z|t)?[diouxXeEfFgGaAcspn@]",
    "variable": r"%[A-Z][A-Z_]{2,}%?",
    "numbered": r"(?<!\d)%L?\d{1,2}(?![\d$])",
    "dollar": r"\$\[[^\]\s]+\]|\$\{[^{}]+\}|\$[A-Za-z_]\w*",
    "brace": r"\{[\w.\-\[\]]*(?:![rsa])?(?::[^{}\s]*)?\}",
    "tag": r"</?[a-zA-Z][\w:.-]*(?:\s[^<>]*)?/?>",
    "entity": r"&(?:amp|lt|gt);",  # others are a matter of taste: &nbsp; or the character itself
}
_TITLES = {
    "named": "%(name)s",
    "printf": "%s",
    "variable": "%NAME",
    "numbered": "%1",
    "dollar": "$name",
    "brace": "{name}",
    "tag": "<tag>",
    "entity": "&amp;",
}
PLACEHOLDER = re.compile("|".join(f"(?P<{kind}>{p})" for kind, p in _PATTERNS.items()))
_ANY = re.compile(r"[%$&<{]")
_CHOICE = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal)\s*,")  # ICU: braces in braces
_TAG_NAME = re.compile(r"</?[\w:.-]+")
_POSITION = re.compile(r"^%\d+\$")

_FEWEST_ROWS = 20
_MOST_DIFFERENT = 0.3


class Placeholders(Check):
    """Placeholders and tags that got lost or changed."""

    key = "placeholders"
    title = "Placeholders"
    help = (
        "Placeholders (%s, %(name)s, {name}, $[x]), tags (<b>) and entities (&amp;) that are not "
        "the same on both sides."
    )

    def rule(self, basis: Basis, settings: Any) -> RowRule:
        """All kinds but those that are no placeholders in this corpus."""
        rows: Counter[str] = Counter()
        different: Counter[str] = Counter()
        everything = PlaceholderRule(threshold="", why="", kinds=tuple(_PATTERNS))
        for row in basis.sample:
            both = [everything.found(text) for text in (row.source, row.target)]
            rows.update({kind for side in both for kind, _ in side})
            different.update({kind for kind, _ in (both[0] - both[1]) + (both[1] - both[0])})
        none = [
            kind
            for kind in rows
            if rows[kind] >= _FEWEST_ROWS and different[kind] > _MOST_DIFFERENT * rows[kind]
        ]
        why = "A program or page that shows the translation breaks when one is missing."
        for kind in none:
            why += (
                f" {_TITLES[kind]} differs in {percent(different[kind] / rows[kind])} of its rows "
                "here: that is ordinary text, so it does not count."
            )
        kinds = tuple(kind for kind in _PATTERNS if kind not in none)
        return PlaceholderRule(threshold="any that one side lacks", why=why, kinds=kinds)


@dataclass(frozen=True, kw_only=True)
class PlaceholderRule(RowRule):
    """Flags rows whose placeholders of the given kinds differ, whatever their order."""

    kinds: tuple[str, ...]

    def reason(self, source: str, target: str) -> str:
        """See :class:`RowRule`."""
        if not (_ANY.search(source) or _ANY.search(target)):
            return ""
        left, right = self.found(source), self.found(target)
        if left == right:
            return ""
        parts = [
            f"{listing([text for _, text in missing])} only on the {side} side"
            for side, missing in (("source", left - right), ("target", right - left))
            if missing
        ]
        return "; ".join(parts)

    def found(self, text: str) -> Counter[tuple[str, str]]:
        """The placeholders in their plain form, by kind."""
        if not _ANY.search(text):
            return Counter()
        braces = not _CHOICE.search(text)
        return Counter(
            (kind, _plain(kind, match[0]))
            for match in PLACEHOLDER.finditer(text)
            if (kind := match.lastgroup or "") in self.kinds and (braces or kind != "brace")
        )


def _plain(kind: str, text: str) -> str:
    if kind == "tag":  # attributes may be translated
        match = _TAG_NAME.match(text)
        return f"{match[0].lower()}>" if match else text
    return _POSITION.sub("%", text) if kind == "printf" else text
