"""TMX 1.1 to 1.4b, streamed: memory does not grow with the file, entities never expand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from mulm_core.corpus import tags, text
from mulm_core.corpus.formats.base import Reader, Unit
from mulm_core.corpus.types import Problem
from mulm_core.errors import UserError, explain_os_errors

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Their content is native code of the document's format, not text (TMX 1.4b, 3.3).
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})
_LANG = re.compile(rb"<tuv\b[^>]*?\blang\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_HEADER_LANG = re.compile(rb"<header\b[^>]*?\bsrclang\s*=\s*[\"']([^\"'<>]{1,40})[\"']")
_ENCODING = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_CHUNK = 1 << 20
_OVERLAP = 1000  # a tuv tag is shorter
_LANGUAGE_SCAN = 64 * _CHUNK  # detection looks no further


class TmxReader(Reader):
    """Translation memories of any CAT tool."""

    key = "tmx"
    title = "Translation memory (TMX)"
    extensions = (".tmx",)

    def sniff(self, path: Path) -> bool:
        """Whether the file begins like TMX."""
        return any(b"<tmx" in chunk for chunk in islice(_chunks(path), 1))

    def encoding(self, files: tuple[Path, ...]) -> str:
        """The encoding of the byte order mark or the XML declaration, UTF-8 by default."""
        marked = text.encoding_of(files[0])
        if marked != "utf-8":
            return marked
        with explain_os_errors(files[0]), files[0].open("rb") as stream:
            declared = _ENCODING.search(stream.read(200))
        return declared[1].decode().lower() if declared else marked

    def languages(self, files: tuple[Path, ...]) -> tuple[str, ...]:
        """The tags of the variants in BCP 47 form, the header's source language first."""
        found = _tags_in(files[0], _LANGUAGE_SCAN)
        names = list(dict.fromkeys(tags.guess(tag) or tag for tag in found))
        head = next(_chunks(files[0]), b"")
        declared = _HEADER_LANG.search(head)
        if declared:  # the tag alone: files declare languages that they do not hold
            first = tags.matching(declared[1].decode("ascii", "replace"), names)
            names.sort(key=lambda name: tags.fold(name) not in first)
        return tuple(names)

    def read(self, files: tuple[Path, ...], source: str, target: str) -> Iterator[Unit | Problem]:
        """One unit a ``tu`` that holds both languages, a problem for each other one.

        Exact tags first (``en`` takes ``en-US`` only in a file without ``en``). Raises
        :class:`UserError` for damaged, truncated or dangerous XML and for missing languages.
        """
        path = files[0]
        text.require_content(path)
        sides = _sides(path, source, target)
        with explain_os_errors(path), path.open("rb") as stream:
            for number, unit in enumerate(_units(stream, path), 1):
                texts = _texts(unit, sides, path)
                where = f"unit {number}"
                missing = [
                    tag for tag, text in zip((source, target), texts, strict=True) if text is None
                ]
                if missing:
                    yield Problem(path.name, where, f"there is no {' and no '.join(missing)} text")
                else:
                    yield Unit(texts[0] or "", texts[1] or "", where, stream.tell())


def _units(stream: BinaryIO, path: Path) -> Iterator[Any]:
    from lxml import etree

    # Entities stay unresolved, nothing is fetched, and libxml2's own limits on depth and on the
    # size of one text stay on (huge_tree), so that no small file can fill the memory.
    parser = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=("{*}tmx", "{*}tu"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in parser:
            if event == "end" and etree.QName(element).localname == "tu":
                yield element
                element.clear()
                parent = element.getparent()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError as error:
        raise _damaged(path, error) from None
    root = parser.root
    if root is None or etree.QName(root).localname != "tmx":
        raise UserError("this is XML, but not TMX", where=path, fix="Choose a TMX file")


def _damaged(path: Path, error: Any) -> UserError:
    line, cause = error.lineno or 1, str(error.msg or "damaged").split(", line ")[0]
    if "ntity" in cause and ("amplification" in cause or "loop" in cause):
        return _entities(path)
    if "encoding" in cause or "UTF" in cause:
        what = f"the bytes at line {line} are not text in the encoding the file declares"
        return UserError(what, where=path, fix="Export it again as UTF-8")
    what = f"the TMX is truncated or damaged at line {line} ({cause.strip().rstrip('.')})"
    return UserError(what, where=path, fix="Export it again")


def _entities(path: Path) -> UserError:
    return UserError(
        "the file uses XML entities of its own, which are never expanded because they can fill "
        "the memory",
        where=path,
        fix="Export it again without a DTD",
    )


def _texts(
    unit: Any, sides: tuple[set[str], set[str]], path: Path
) -> tuple[str | None, str | None]:
    found: list[str | None] = [None, None]
    for variant in unit.iterchildren("{*}tuv"):
        tag = tags.fold(variant.get(_XML_LANG) or variant.get("lang") or "")
        for side in (0, 1):
            if found[side] is None and tag in sides[side]:
                segment = variant.find("{*}seg")
                if segment is not None:
                    found[side] = "".join(_text(segment, path))
    return found[0], found[1]


def _text(element: Any, path: Path) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str):  # an unresolved entity
            raise _entities(path)
        if child.tag.rpartition("}")[2] not in _CODES:
            yield from _text(child, path)
        yield child.tail or ""


def _sides(path: Path, source: str, target: str) -> tuple[set[str], set[str]]:
    found = _tags_in(path)
    sides = tags.choose(source, target, found)
    missing = [tag for tag, side in zip((source, target), sides, strict=True) if not side]
    # A file without any variant is left to the parser, which says better what is wrong with it.
    if missing and found:
        raise UserError(
            f"there is no text in {' and '.join(missing)}; the file holds {', '.join(found)}",
            where=path,
            fix="Choose two of the languages that the file holds",
        )
    return sides


def _tags_in(path: Path, limit: int | None = None) -> list[str]:
    found: dict[bytes, None] = {}
    read = 0
    last = b""
    for chunk in _chunks(path):
        window = last + chunk
        found.update(dict.fromkeys(_LANG.findall(window)))
        last = window[-_OVERLAP:]
        read += len(chunk)
        if limit is not None and read >= limit:
            break
    return [raw.decode("ascii", "replace") for raw in found]


def _chunks(path: Path) -> Iterator[bytes]:
    """The file in pieces that hold ASCII as ASCII: UTF-16 loses its zero bytes."""
    wide = text.encoding_of(path) == "utf-16"
    with explain_os_errors(path), path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk.replace(b"\0", b"") if wide else chunk
