"""TMX 1.1 to 1.4b, streamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mulm_core.corpus import tags
from mulm_core.corpus.encodings import Encoding
from mulm_core.corpus.formats import xmlstream
from mulm_core.corpus.formats.base import Plain, Reader, Sources, Unit
from mulm_core.corpus.formats.inline import Texts
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions

_LANG = re.compile(rb"<tuv\b[^<>]*?\blang\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_HEADER_LANG = re.compile(rb"<header\b[^<>]*?\bsrclang\s*=\s*[\"']([^\"'<>]{1,40})[\"']")


class TmxReader(Reader):
    """Translation memories of any CAT tool."""

    key = "tmx"
    title = "Translation memory (TMX)"
    extensions = (".tmx",)
    has_codes = True

    def sniff(self, source: Source) -> bool:
        """Whether the file begins like TMX."""
        return xmlstream.root_of(source) == "tmx"

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The encoding of the byte order mark or the XML declaration, UTF-8 by default."""
        return xmlstream.encoding(files[0], options)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The tags of the variants in BCP 47 form, the header's source language first."""
        found = xmlstream.tags_in(files[0], _LANG, limit=xmlstream.LANGUAGE_SCAN)
        names = list(dict.fromkeys(name for tag in found if (name := tags.guess(tag))))
        head = next(xmlstream.stretches(files[0]), b"")
        declared = _HEADER_LANG.search(head)
        if declared:  # the tag alone: files declare languages that they do not hold
            first = tags.matching(declared[1].decode("ascii", "replace"), names)
            names.sort(key=lambda name: tags.fold(name) not in first)
        return tuple(names)

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a ``tu`` that holds both languages, a problem for each other one.

        Exact tags first (``en`` takes ``en-US`` only in a file without ``en``). Raises
        :class:`UserError` for damaged, truncated or dangerous XML and for missing languages.
        """
        for part in self.parts(files, source, target, options):
            if isinstance(part, Plain):
                yield from part.units()
            else:
                yield part

    def parts(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem | Plain]:
        """What :meth:`read` gives, many at once where they are plain."""
        file = files[0]
        sides = _Sides(xmlstream.sides_of(file, _LANG, (source, target)))
        texts = Texts(file, options)
        plain = _Plain(sides)
        first = 1
        for body, count, done in xmlstream.children(file, "TMX", "tmx", "body", options.encoding):
            pairs = plain.pairs(body, count)
            if pairs is not None:
                yield Plain(pairs, first, done)
                first += count
                continue
            units = [unit for unit in body[:count] if str(unit.tag).rpartition("}")[2] == "tu"]
            for number, unit in enumerate(units, first):
                where = f"unit {number}"
                left, right, _ = _segments(unit, sides)
                if left is None or right is None:
                    yield Problem(file.name, where, _missing((source, left), (target, right)))
                else:
                    yield Unit(*texts.pair(left, right), where, done, texts.codes)
            first += len(units)


def _missing(*sides: tuple[str, Any]) -> str:
    return f"there is no {' and no '.join(tag for tag, found in sides if found is None)} text"


class _Plain:
    """Reads many units at once where all have two variants, in one order, of nothing but text."""

    def __init__(self, sides: _Sides) -> None:
        from lxml.etree import XPath

        self._sides = sides
        self._odd = XPath(
            "boolean(tu/tuv[3] | tu/tuv/seg[2] | tu/tuv/seg/node()[2] | tu/tuv/seg/*)"
        )
        parts = ("tuv[1]/@xml:lang", "tuv[2]/@xml:lang", "tuv[1]/seg/text()", "tuv[2]/seg/text()")
        self._parts = [
            (XPath(f"tu/{part}", smart_strings=False), XPath(part, smart_strings=False))
            for part in parts
        ]

    def pairs(self, body: Any, count: int) -> list[tuple[str, str]] | None:
        """Both sides of the first units; None where one of them has to be looked at by itself."""
        # Entities that stay unresolved are no nodes to XPath.
        if body.getroottree().docinfo.internalDTD is not None or self._odd(body):
            return None
        columns = []
        for whole, own in self._parts:
            found = whole(body)
            # A unit has one at most: where there are as many as units, each of them has one.
            if len(found) - sum(len(own(unit)) for unit in body[count:]) != count:
                return None
            columns.append(found[:count])
        orders = {(self._sides[a], self._sides[b]) for a, b in set(zip(*columns[:2], strict=True))}
        if orders == {(0, 1)}:
            return list(zip(columns[2], columns[3], strict=True))
        return list(zip(columns[3], columns[2], strict=True)) if orders == {(1, 0)} else None


class _Sides(dict[str | None, int]):
    """0 or 1 for a tag as it is written in the file, -1 for other languages."""

    def __init__(self, sides: tuple[set[str], set[str]]) -> None:
        self._sides = sides

    def __missing__(self, tag: str | None) -> int:
        folded = tags.fold(tag or "")
        self[tag] = 0 if folded in self._sides[0] else 1 if folded in self._sides[1] else -1
        return self[tag]


def _segments(unit: Any, sides: _Sides) -> list[Any]:
    found = [None, None, None]
    for variant in unit:
        side = sides[variant.get(xmlstream.XML_LANG) or variant.get("lang")]
        if found[side] is None and len(variant):
            last = variant[-1]  # where the format wants the seg
            found[side] = last if last.tag == "seg" else next(variant.iterchildren("{*}seg"), None)
    return found
