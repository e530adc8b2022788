"""XML as a stream of elements: constant memory, entities never expand, nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mulm_core.corpus import tags
from mulm_core.corpus.encodings import Encoding, known, marked
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import ReadOptions
from mulm_core.errors import UserError, brief

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DECLARED = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[[^\]]*\]\s*)?>")
FEED = 1 << 16  # bytes a piece
_CHUNK = 1 << 20
_OVERLAP = 1000  # an opening tag is shorter
LANGUAGE_SCAN = 64 * _CHUNK  # detection looks no further
_MAX_UNIT = 4 << 20  # it stays in memory until it is complete

# What libxml2 says, in words.
_DANGERS = (
    ("amplification", "entities"),
    ("ntity loop", "entities"),
    ("Excessive depth", "its elements are nested hundreds of levels deep"),
    ("uge text", "one of its texts is longer than 10 MB"),
    ("too long", "one of its names or values is longer than 10 MB"),
)


def elements(
    source: Source, title: str, root: str, names: tuple[str, ...], encoding: str = ""
) -> Iterator[tuple[Any, int]]:
    """Each element called one of ``names`` when it is complete, and the bytes read so far.

    Read it at once: it goes soon, with all that came before it. Raises as :class:`Feeder`.
    """
    feeder = Feeder(source, title, root, names, encoding)
    with source.open() as stream:
        while chunk := stream.read(FEED):
            for element in feeder.feed(chunk):
                yield element, stream.done
    feeder.close()


class Feeder:
    """Takes a document piece by piece and gives the elements that each piece completes.

    ``names`` are local names, ``root`` is the one that the document has to begin with, ``title``
    the format. All methods raise :class:`UserError` for damaged, truncated or dangerous XML.
    """

    def __init__(
        self, source: Source, title: str, root: str, names: tuple[str, ...], encoding: str = ""
    ) -> None:
        from lxml import etree

        # Not the parser's to find out: it would keep all of a document without one such element.
        if root_of(source) not in (root, ""):
            raise UserError(
                f"this is XML, but not {title}", where=str(source), fix=f"Choose a {title} file"
            )
        # Entities stay unresolved, nothing is fetched, and libxml2's own limits on depth and on
        # the size of one text stay on (huge_tree), so that no small file can fill the memory.
        self._parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in (root, *names)],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
            encoding=known(encoding) or None,
        )
        self._error = etree.XMLSyntaxError
        self._source = source
        self._title = title
        self._names = names
        self._top: Any = None
        self._waiting = 0

    def feed(self, piece: bytes) -> list[Any]:
        """The elements that are complete now; those of the last call are gone."""
        if self._top is None or not _forget(self._top, self._names):
            self._waiting = 0  # what came so far is in no unit
        elif self._waiting > _MAX_UNIT:
            raise _endless(self._source)
        self._waiting += len(piece)
        try:
            self._parser.feed(piece)
            events = list(self._parser.read_events())
        except self._error as error:
            raise _damaged(self._source, self._title, error) from None
        if self._top is None and events:
            self._top = events[0][1]  # the root, the first one to start
        found = [
            element for event, element in events if event == "end" and element is not self._top
        ]
        if found:
            self._waiting = 0
        return found

    def close(self) -> None:
        """The document is complete."""
        try:
            self._parser.close()
        except self._error as error:
            raise _damaged(self._source, self._title, error) from None


def _forget(element: Any, names: tuple[str, ...]) -> bool:
    """Drop all that is complete; true where the last thing seen is one of ``names``."""
    while len(element):
        del element[:-1]
        element = element[-1]
        if str(element.tag).rpartition("}")[2] in names:
            return True
    return False


def _damaged(source: Source, title: str, error: Any) -> UserError:
    line, cause = error.lineno or 1, str(error.msg or "damaged").split(", line ")[0]
    danger = next((said for sign, said in _DANGERS if sign in cause), "")
    if danger == "entities":
        return entities(source)
    if danger:
        return UserError(f"the file is not read, because {danger}", where=str(source))
    if "encoding" in cause or "UTF" in cause:
        what = f"the bytes at line {line} are not text in the encoding the file declares"
        return UserError(what, where=str(source), fix="Export it again as UTF-8")
    what = f"the {title} is truncated or damaged at line {line} ({brief(cause.rstrip(' .'))})"
    return UserError(what, where=str(source), fix="Export it again")


def entities(source: Source) -> UserError:
    """What to say of a file that relies on entities of its own."""
    return UserError(
        "the file uses XML entities of its own, which are never expanded because they can fill "
        "the memory",
        where=str(source),
        fix="Export it again without a DTD",
    )


def _endless(source: Source) -> UserError:
    return UserError(
        f"one of its units is longer than {_MAX_UNIT >> 20} MB",
        where=str(source),
        fix="Check that this is the file with the pairs",
    )


def root_of(source: Source) -> str:
    """The local name of the first element, or '' where the first bytes tell none."""
    head = next(stretches(source), b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    at = 0
    while at < len(head) and (end := _prolog_end(head, at)) > at:
        at = end
    match = _ROOT.match(head, at)
    return match[1].decode("ascii", "replace") if match else ""


def _prolog_end(head: bytes, at: int) -> int:
    """Where the declaration, comment or document type at this place ends; ``at`` for others."""
    for start, end in ((b"<?", b"?>"), (b"<!--", b"-->")):
        if head.startswith(start, at):
            found = head.find(end, at)
            return _skip_space(head, found + len(end)) if found >= 0 else len(head)
    doctype = _DOCTYPE.match(head, at)
    return _skip_space(head, doctype.end()) if doctype else at


def _skip_space(head: bytes, at: int) -> int:
    while at < len(head) and head[at] in b" \t\r\n":
        at += 1
    return at


def encoding(source: Source, options: ReadOptions) -> Encoding:
    """What a person chose, the byte order mark or the XML declaration says; else UTF-8."""
    declared = _DECLARED.search(source.head(200))
    said = declared[1].decode().lower() if declared else "utf-8"
    return Encoding(known(options.encoding) or marked(source) or said)


def tags_in(
    source: Source,
    pattern: re.Pattern[bytes],
    wanted: tuple[str, ...] = (),
    limit: int | None = None,
) -> list[str]:
    """The language tags that ``pattern`` finds, in the order in which they come.

    Stops when all that are ``wanted`` have come, or after ``limit`` bytes.
    """
    found: dict[bytes, None] = {}
    missing = {tags.fold(tag) for tag in wanted}
    read = 0
    last = b""
    for stretch in stretches(source):
        window = last + stretch
        seen = dict.fromkeys(pattern.findall(window))
        missing -= {tags.fold(raw.decode("ascii", "replace")) for raw in seen}
        found |= seen
        last = window[-_OVERLAP:]
        read += len(stretch)
        if (wanted and not missing) or (limit is not None and read >= limit):
            break
    return [raw.decode("ascii", "replace") for raw in found]


def sides_of(
    source: Source, pattern: re.Pattern[bytes], languages: tuple[str, str]
) -> tuple[set[str], set[str]]:
    """The folded tags in the file that stand for the two languages, exact ones first.

    Raises :class:`UserError` where the file names other languages only.
    """
    found = tags_in(source, pattern, languages)
    sides = tags.choose(*languages, found)
    missing = [tag for tag, side in zip(languages, sides, strict=True) if not side]
    # A file without any language is left to the parser, which says better what is wrong with it,
    # and so is one that is only looked at.
    if missing and found and tags.UNKNOWN not in languages:
        there = brief(", ".join(found))
        raise UserError(
            f"there is no text in {' and '.join(missing)}; the file holds {there}",
            where=str(source),
            fix="Choose two of the languages that the file holds",
        )
    return sides


def stretches(source: Source) -> Iterator[bytes]:
    """The file in pieces that hold ASCII as ASCII: UTF-16 loses its zero bytes."""
    wide = marked(source)[:6] in ("utf-16", "utf-32")
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk.replace(b"\0", b"") if wide else chunk
