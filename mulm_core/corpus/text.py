"""Text files line by line: encodings told by their marks, binary files refused, lines bounded."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mulm_core.errors import UserError, explain_os_errors

_MAX_LINE = 1_000_000  # bytes or characters; no segment is longer, but a binary file may be
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Line(NamedTuple):
    """One line without its end; ``number`` counts from 1, ``done`` is the bytes read so far."""

    number: int
    text: str
    done: int


def encoding_of(path: Path) -> str:
    """``utf-8``, or what the byte order mark says: ``utf-8-sig`` or ``utf-16``."""
    with explain_os_errors(path), path.open("rb") as stream:
        head = stream.read(4)
    return next((name for mark, name in _BOMS if head.startswith(mark)), "utf-8")


def lines(path: Path) -> Iterator[Line]:
    """The lines of a text file in UTF-8 or marked UTF-16; lines end at LF or CRLF only.

    Memory stays constant. Raises :class:`UserError` for binary content, bytes that are not text
    in the encoding, and lines of more than a million bytes.
    """
    with explain_os_errors(path):
        yield from _utf16_lines(path) if encoding_of(path) == "utf-16" else _utf8_lines(path)


def _utf8_lines(path: Path) -> Iterator[Line]:
    done = 0
    with path.open("rb") as stream:
        if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            stream.seek(0)
        for number in _count_up():
            raw = stream.readline(_MAX_LINE)
            if not raw:
                return
            done += len(raw)
            # Latin text in UTF-16 without its mark has a NUL in every other byte.
            if b"\0" in raw:
                raise _binary(path, number)
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                raise _undecodable(path, number, "UTF-8") from None
            yield Line(number, _without_end(text, path, number), done)


def _utf16_lines(path: Path) -> Iterator[Line]:
    number = 0
    with path.open("rb") as binary:
        stream = io.TextIOWrapper(binary, encoding="utf-16", newline="\n")
        try:
            for number in _count_up():
                text = stream.readline(_MAX_LINE)
                if not text:
                    return
                if "\0" in text:
                    raise _binary(path, number)
                yield Line(number, _without_end(text, path, number), binary.tell())
        except UnicodeError:
            raise _undecodable(path, number, "UTF-16") from None


def _count_up() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _without_end(text: str, path: Path, number: int) -> str:
    if text.endswith("\n"):
        return text[:-1].removesuffix("\r")
    if len(text.encode()) >= _MAX_LINE:
        raise UserError(
            f"line {number} is longer than a million bytes",
            where=path,
            fix="Check that this is a text file with one segment a line",
        )
    return text.removesuffix("\r")


def _binary(path: Path, number: int) -> UserError:
    return UserError(
        f"this is a binary file, not text (a zero byte in line {number})",
        where=path,
        fix="Choose a text, TSV or TMX file in UTF-8, or in UTF-16 with a byte order mark",
    )


def _undecodable(path: Path, number: int, encoding: str) -> UserError:
    return UserError(
        f"line {number} is not valid {encoding} text",
        where=path,
        fix="Save the file as UTF-8 in your editor and try again",
    )


def read_lines(path: Path) -> list[str]:
    """All lines of a text file (UTF-8 or marked UTF-16, LF or CRLF), without their ends.

    Raises :class:`UserError` for a file that is missing, binary or not decodable.
    """
    return [line.text for line in lines(path)]


def require_content(path: Path) -> int:
    """The size in bytes; raises :class:`UserError` for an empty or missing file."""
    with explain_os_errors(path):
        size = path.stat().st_size
    if size == 0:
        raise UserError("the file is empty", where=path, fix="Choose a file that holds sentences")
    return size


def tidy(text: str) -> str:
    """The segment as it is kept: NFC, white space at both ends removed, the rest as written."""
    return unicodedata.normalize("NFC", text).strip()
