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
from mulm_core.corpus.formats.tmx_plain import Columns, PlainUnits
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions

_LANG = re.compile(rb"<tuv\b[^<>]*?\blang\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_UNIT_END = b"</tu>"
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
        first = 1
        for part, done in _pieces(file, options, self.encoding(files, options, ()).name, sides):
            if isinstance(part, tuple):
                yield (plain := Plain(*part, first, done))
                first += len(plain.sources)
                continue
            for number, unit in enumerate(part, first):
                where = f"unit {number}"
                left, right, _ = _segments(unit, sides)
                if left is None or right is None:
                    yield Problem(file.name, where, _missing((source, left), (target, right)))
                else:
                    yield Unit(*texts.pair(left, right), where, done, texts.codes)
            first += len(part)


def _pieces(
    file: Source, options: ReadOptions, encoding: str, sides: _Sides
) -> Iterator[tuple[Columns | list[Any], int]]:
    """Units piece by piece: as columns where all of a piece are plain, as elements otherwise."""
    feeder = xmlstream.Feeder(file, "TMX", "tmx", ("tu",), options.encoding)
    plain = PlainUnits(sides) if encoding in ("utf-8", "utf-8-sig") else None
    rest = b""
    with file.open() as stream:
        while chunk := stream.read(xmlstream.FEED):
            rest += chunk
            end = rest.rfind(_UNIT_END) + len(_UNIT_END)
            if end < len(_UNIT_END):
                end = len(rest)
            piece, rest = rest[:end], rest[end:]
            columns = plain.columns(piece) if plain else None
            if columns is None:
                yield feeder.feed(piece[:-1]), stream.done
                last = feeder.feed(piece[-1:])
                yield last, stream.done
                if plain:
                    plain.ready = _between_units(last)
            else:
                # Only the lines are left for the parser, which counts them for its errors.
                feeder.feed(b"\n" * piece.count(b"\n"))
                yield columns, stream.done
        yield feeder.feed(rest), stream.done
    feeder.close()


def _between_units(last: list[Any]) -> bool:
    """Whether the parser is between two units of a body, by what the last byte completed."""
    if len(last) != 1:
        return False
    body = last[0].getparent()
    return (
        body is not None
        and str(body.tag).rpartition("}")[2] == "body"
        and body.getroottree().docinfo.internalDTD is None
    )


def _missing(*sides: tuple[str, Any]) -> str:
    return f"there is no {' and no '.join(tag for tag, found in sides if found is None)} text"


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
