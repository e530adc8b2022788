"""The text of XML segments, with native inline codes left out or written as placeholders."""

from __future__ import annotations

from collections import Counter
from typing import Any

from mulm_core.corpus import text
from mulm_core.corpus.formats import xmlstream
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import ReadOptions

# Their content is native code of the document's format, not text (TMX 1.4b, 3.3; XLIFF 1.2, 2.4).
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut", "x", "bx", "ex", "sc", "ec"})
_PAIRED = frozenset({"g", "pc"})  # codes around text that is kept
# What tells that two codes are the same; a TMX ept has only the i of its bpt.
_IDS = ("x", "id", "i", "startRef", "rid")


# Our own exports write a character so that XML cannot hold; x is its number.
CHARACTER = "x-mulm-character"


class _Mark(str):
    """A placeholder, which is no text; empty where the code is left out."""


class Texts:
    """Reads the two segments of one unit after the other; ``codes`` counts those of the last."""

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self.codes = 0
        self._source = source
        self._keep = options.codes == "keep"
        self._numbers: dict[tuple[str, str], int] = {}
        self._openers: dict[str, str] = {}
        self._nameless: Counter[str] = Counter()

    def pair(self, source: Any, target: Any) -> tuple[str, str]:
        """The text of both elements; a side of nothing but codes is empty."""
        self.codes = 0
        if not len(source) and not len(target):  # nearly all are plain text
            return source.text or "", target.text or ""
        self._numbers.clear()
        return self._text(source), self._text(target)

    def _text(self, element: Any) -> str:
        self._openers.clear()
        self._nameless.clear()
        parts: list[str] = []
        self._collect(element, parts)
        if self._keep and not any(p.strip() for p in parts if not isinstance(p, _Mark)):
            return ""
        return "".join(parts if self._keep else _closed(parts))

    def _collect(self, element: Any, parts: list[str]) -> None:
        parts.append(element.text or "")
        for child in element:
            if not isinstance(child.tag, str):  # an unresolved entity
                raise xmlstream.entities(self._source)
            name = child.tag.rpartition("}")[2]
            if child.get("type") == CHARACTER:
                parts.append(_character(child))
            elif name in _CODES or name in _PAIRED:
                self.codes += 1
                self._mark(name, child, parts)
            if name not in _CODES:
                self._collect(child, parts)
            if name in _PAIRED:
                self._mark(f"/{name}", child, parts)
            parts.append(child.tail or "")

    def _mark(self, name: str, code: Any, parts: list[str]) -> None:
        if not self._keep:
            parts.append(_Mark())
            return
        ident = next((value for key in _IDS if (value := code.get(key))), "")
        if name == "bpt":
            self._openers[code.get("i") or ident] = ident
        elif name == "ept":
            ident = self._openers.get(ident, ident)
        if not ident:
            self._nameless[name] += 1
            ident = f"nameless {self._nameless[name]}"
        number = self._numbers.setdefault((name, ident), len(self._numbers) + 1)
        parts.append(_Mark(f"{{{number}}}"))


def _closed(parts: list[str]) -> list[str]:
    """The text alone: of the blanks on both sides of a code that is left out, those before it."""
    texts: list[str] = []
    left_out = False
    for part in parts:
        if isinstance(part, _Mark):
            left_out = True
        elif part:
            text = part.lstrip(" ") if left_out and texts and texts[-1].endswith(" ") else part
            if text:
                texts.append(text)
                left_out = False
    return texts


def _character(code: Any) -> str:
    number = code.get("x", "")
    known = number.isdecimal() and len(number) < 8 and 0 < int(number) < 0x110000
    return text.storable(chr(int(number))) if known else ""
