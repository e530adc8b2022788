"""XLIFF 1.x (with SDLXLIFF) and 2.x, streamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mulm_core.corpus import tags
from mulm_core.corpus.encodings import Encoding
from mulm_core.corpus.formats import xmlstream
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.formats.inline import Texts
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions
from mulm_core.errors import UserError, brief

_VALUE = rb"\s*=\s*[\"']([^\"'<>]{1,40})[\"']"
_SOURCE = re.compile(rb"\b(?:source-language|srcLang)" + _VALUE)
_TARGET = re.compile(rb"\b(?:target-language|trgLang)" + _VALUE)
_EITHER = re.compile(rb"\b(?:source-language|target-language|srcLang|trgLang)" + _VALUE)


class XliffReader(Reader):
    """What translation tools exchange: a ``trans-unit`` (1.x) or a ``segment`` (2.x) is a pair."""

    key = "xliff"
    title = "XLIFF"
    extensions = (".xlf", ".xliff", ".sdlxliff", ".mxliff", ".mqxliff")
    has_codes = True

    def sniff(self, source: Source) -> bool:
        """Whether the file begins like XLIFF."""
        return xmlstream.root_of(source) == "xliff"

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The encoding of the byte order mark or the XML declaration, UTF-8 by default."""
        return xmlstream.encoding(files[0], options)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The source and target languages that the document declares."""
        limit = xmlstream.LANGUAGE_SCAN
        found = [
            tag
            for pattern in (_SOURCE, _TARGET)
            for tag in xmlstream.tags_in(files[0], pattern, limit=limit)
        ]
        return tuple(dict.fromkeys(name for tag in found if (name := tags.guess(tag))))

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a ``trans-unit`` or ``segment``, whatever its state; no ``alt-trans``.

        The languages are those of ``file`` (1.x) or ``xliff`` (2.x); one that is not declared is
        what was asked for. Raises :class:`UserError` for damaged XML and for other languages.
        """
        file = files[0]
        directions = _Directions(file, source, target)
        texts = Texts(file, options)
        found = xmlstream.elements(
            file, "XLIFF", "xliff", ("trans-unit", "segment"), options.encoding
        )
        number = 0
        for unit, done in found:
            namespace = unit.tag.rpartition("}")[0]
            declaring = _declaring(unit, namespace)
            if declaring is None:  # another namespace's segment
                continue
            number += 1
            forward = directions.of(declaring)
            if forward is None:
                continue
            sides = [_child(unit, namespace, name) for name in ("source", "target")]
            where = f"unit {number}"
            if sides[0] is None or sides[1] is None:
                missing = "source" if sides[0] is None else "target"
                yield Problem(file.name, where, f"there is no {missing}")
                continue
            pair = texts.pair(*sides)
            yield Unit(*(pair if forward else pair[::-1]), where, done, texts.codes)
        directions.require_some()


class _Directions:
    """Whether a declaring element goes from source to target, back, or is of other languages."""

    def __init__(self, file: Source, source: str, target: str) -> None:
        self._file = file
        self._wanted = (source, target)
        self._sides = tags.choose(source, target, xmlstream.tags_in(file, _EITHER, self._wanted))
        self._known: dict[tuple[str, str], bool | None] = {}

    def of(self, element: Any) -> bool | None:
        """True for the wanted direction, False for its reverse, None for other languages."""
        own = (
            element.get("source-language") or element.get("srcLang") or "",
            element.get("target-language") or element.get("trgLang") or "",
        )
        if own not in self._known:
            self._known[own] = self._direction(*(tags.fold(tag) for tag in own))
        return self._known[own]

    def _direction(self, first: str, second: str) -> bool | None:
        for forward, (here, there) in ((True, self._sides), (False, self._sides[::-1])):
            if (not first or first in here) and (not second or second in there):
                return forward
        return None

    def require_some(self) -> None:
        """Raise :class:`UserError` where all that was seen is of other languages."""
        if self._known and all(forward is None for forward in self._known.values()):
            found = dict.fromkeys(tag for own in self._known for tag in own if tag)
            there = brief(", ".join(found))
            raise UserError(
                f"it does not hold {self._wanted[0]} and {self._wanted[1]}, but {there}",
                where=str(self._file),
                fix="Choose two of the languages that the file holds",
            )


def _declaring(unit: Any, namespace: str) -> Any:
    """The element that declares the languages of a unit; None for what only looks like one."""
    name = "file" if unit.tag.endswith("}trans-unit") or unit.tag == "trans-unit" else "xliff"
    tag = f"{namespace}}}{name}" if namespace else name
    return next(unit.iterancestors(tag), None)


def _child(unit: Any, namespace: str, name: str) -> Any:
    tag = f"{namespace}}}{name}" if namespace else name
    return next(unit.iterchildren(tag), None)
