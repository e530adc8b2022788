"""Text line by line: any encoding, binary content refused, lines bounded."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mulm_core.corpus.encodings import encoding_of
from mulm_core.corpus.source import Source, source_of
from mulm_core.errors import UserError, explain_os_errors

_PIECE = 1 << 16
_MAX_LINE = 1_000_000  # bytes or characters; no segment is longer, but a binary file may be


class Line(NamedTuple):
    """One line without its end; ``number`` counts from 1, ``done`` is the bytes read so far."""

    number: int
    text: str
    done: int


def lines(source: Source, encoding: str = "utf-8", *, ends: bool = False) -> Iterator[Line]:
    """The lines of a text in ``encoding``; lines end at LF or CRLF only, kept with ``ends``.

    Memory stays constant. Raises :class:`UserError` for binary content, bytes that are not text
    in the encoding, and lines of more than a million bytes.
    """
    # In these a line feed is two bytes or four; in all others no other character holds its byte.
    wide = encoding[:6] in ("utf-16", "utf-32")
    return _wide(source, encoding, ends) if wide else _narrow(source, encoding, ends)


def _narrow(source: Source, encoding: str, ends: bool) -> Iterator[Line]:
    number = 0
    with source.open() as stream:
        while raw := stream.readline(_MAX_LINE):
            number += 1
            if len(raw) >= _MAX_LINE and not raw.endswith(b"\n"):
                raise _too_long(source, number)
            # Latin text in UTF-16 without its mark has a NUL in every other byte.
            if b"\0" in raw:
                raise _binary(source, number)
            try:
                text = raw.decode(encoding)
            except UnicodeError:
                raise _undecodable(source, number, encoding) from None
            if number == 1:
                encoding = encoding.removesuffix("-sig")
            yield Line(number, text if ends else _without_end(text), stream.done)


def _wide(source: Source, encoding: str, ends: bool) -> Iterator[Line]:
    number = 1
    with source.open() as binary:
        stream = io.TextIOWrapper(binary, encoding=encoding, newline="\n")
        try:
            while text := stream.readline(_MAX_LINE):
                if len(text) >= _MAX_LINE and not text.endswith("\n"):
                    raise _too_long(source, number)
                if "\0" in text:
                    raise _binary(source, number)
                yield Line(number, text if ends else _without_end(text), binary.done)
                number += 1
        except UnicodeError:
            raise _undecodable(source, number, encoding) from None


def _without_end(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")


def pieces(source: Source, encoding: str) -> Iterator[tuple[str, int]]:
    """The text in pieces of any length, each with the bytes read so far.

    Raises :class:`UserError` for binary content and bytes that are not text in the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    number = 1  # of the line
    with source.open() as stream:
        while True:
            raw = stream.read(_PIECE)
            try:
                text = decoder.decode(raw, final=not raw)
            except UnicodeError:
                raise _undecodable(source, number, encoding) from None
            if "\0" in text:
                raise _binary(source, number)
            number += text.count("\n")
            yield text, stream.done
            if not raw:
                return


def _too_long(source: Source, number: int) -> UserError:
    return UserError(
        f"line {number} is longer than a million bytes",
        where=str(source),
        fix="Check that this is a text file with one segment a line",
    )


def _binary(source: Source, number: int) -> UserError:
    return UserError(
        f"this is a binary file, not text (a zero byte in line {number})",
        where=str(source),
        fix="Choose a file of sentence pairs",
    )


def _undecodable(source: Source, number: int, encoding: str) -> UserError:
    return UserError(
        f"line {number} is not valid {encoding.removesuffix('-sig').upper()} text",
        where=str(source),
        fix="Choose the encoding of the file, or save it as UTF-8 in your editor and try again",
    )


def read_lines(path: Path) -> list[str]:
    """All lines of a text file, also a compressed one, without their ends (LF or CRLF).

    Raises :class:`UserError` for a file that is missing, binary or not decodable.
    """
    with explain_os_errors(path):
        if path.stat().st_size == 0:
            return []
    source = source_of(path)
    return [line.text for line in lines(source, encoding_of(source).name)]


def storable(text: str) -> str:
    """The text with U+FFFD for what escapes can write but no file and no database can hold."""
    return (
        text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def tidy(text: str) -> str:
    """The segment as it is kept: NFC, white space at both ends removed, the rest as written."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
