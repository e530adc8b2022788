"""A small reader of gettext PO files: just what the two corpora need, and fast."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class PoEntry:
    """One translated message: its context, the English message id and the translation."""

    context: str
    msgid: str
    msgstr: str


def _unquote(line: str) -> str:
    start, end = line.find('"'), line.rfind('"')
    if start < 0 or end <= start:
        return ""
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m.group(1), m.group(1)), line[start + 1 : end])


def read_po(path: Path) -> Iterator[PoEntry]:
    """Yield the usable entries of a PO file: no fuzzy, obsolete, plural or untranslated ones."""
    fields: dict[str, list[str]] = {}
    current: list[str] | None = None
    fuzzy = False

    def finish() -> PoEntry | None:
        if fuzzy or "msgid_plural" in fields or "msgstr" not in fields:
            return None
        msgid, msgstr = "".join(fields.get("msgid", [])), "".join(fields["msgstr"])
        if not msgid or not msgstr:
            return None
        return PoEntry("".join(fields.get("msgctxt", [])), msgid, msgstr)

    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith('"'):
                if current is not None:
                    current.append(_unquote(line))
                continue
            # A comment or a new msgctxt/msgid after a msgstr begins the next entry.
            starts_entry = line.startswith(("#", "msgctxt", "msgid ")) and "msgstr" in fields
            if starts_entry or not line.strip():
                if (entry := finish()) is not None:
                    yield entry
                fields, current, fuzzy = {}, None, False
            if line.startswith("#,"):
                fuzzy = fuzzy or "fuzzy" in line
            elif line.startswith("msg"):
                keyword = line.split(None, 1)[0]
                current = fields.setdefault(keyword, [])
                current.append(_unquote(line))
        if (entry := finish()) is not None:
            yield entry
