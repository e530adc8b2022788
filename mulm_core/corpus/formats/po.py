"""gettext's PO and POT, streamed, in whatever encoding the header or the bytes tell.

The well-kept parsers hold the whole file in memory, and take neither legacy encodings under a
wrong name nor every comment that gettext takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding, encoding_of
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions
from mulm_core.errors import UserError

_CHARSET = re.compile(rb"\bcharset\s*=\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(rb"^\"Language:\s*([A-Za-z0-9_@-]+)", re.MULTILINE)
_SOURCE_LANGUAGE = re.compile(rb"^\"X-Source-Language:\s*([A-Za-z0-9_@-]+)", re.MULTILINE)
_STRING = r"\"[^\"\\]*(?:\\.[^\"\\]*)*\""
_LINE = re.compile(
    rf"\s*(?:(msgctxt|msgid_plural|msgid|msgstr|domain)\s*(?:\[\s*(\d{{1,3}})\s*\])?)?"
    rf"\s*({_STRING}(?:\s*{_STRING})*)\s*"
)
_PART = re.compile(_STRING)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LONGEST = 1_000_000  # characters an entry
_HEAD = 1 << 14  # bytes in which a header ends


@dataclass
class _Entry:
    """The strings by keyword (``msgstr[1]``), and what the comments say."""

    line: int = 0
    done: int = 0
    parts: dict[str, list[str]] = field(default_factory=dict)
    size: int = 0
    complete: bool = False  # a msgstr has come
    fuzzy: bool = False
    obsolete: bool = False

    def add(self, keyword: str, string: str) -> None:
        self.parts.setdefault(keyword, []).append(string)
        self.size += len(string) + 1
        self.complete |= keyword.startswith("msgstr")

    @property
    def strings(self) -> dict[str, str]:
        return {keyword: "".join(parts) for keyword, parts in self.parts.items()}


class PoReader(Reader):
    """The messages of a free program and their translation."""

    key = "po"
    title = "gettext (PO)"
    extensions = (".po", ".pot")

    def sniff(self, source: Source) -> bool:
        """Whether a ``msgid`` and a ``msgstr`` begin lines near the beginning."""
        head = source.head(_HEAD)
        return bool(re.search(rb"^msgid\s*\"", head, re.M) and re.search(rb"^msgstr", head, re.M))

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The header's charset, where the bytes are words in it."""
        charset = _in_header(files[0], _CHARSET)
        return encoding_of(files[0], options.encoding, charset, languages)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """English (or the header's source language) and the language of header or file name."""
        source, target = _declared(files[0])
        target = target or tags.guess(re.split(r"[._]", files[0].place.stem)[-1])
        if not target or (not source and target[:2] == "en"):
            return ()
        return (source or "en", target)

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit an entry, also with plural forms; fuzzy and obsolete ones are problems.

        Raises :class:`UserError` for a syntax error and for a header of another language.
        """
        file = files[0]
        declared = _declared(file)
        places = tags.order(source, target, declared)
        if places is None:
            raise UserError(
                f"its header tells {' and '.join(filter(None, declared))}, "
                f"not {source} and {target}",
                where=str(file),
                fix="Choose the languages of the file",
            )
        encoding = self.encoding(files, options, (source, target)).name
        for entry in _entries(file, encoding):
            where = f"line {entry.line}"
            strings = entry.strings
            if not strings["msgid"] and "msgctxt" not in strings:  # the header
                continue
            state = "obsolete" if entry.obsolete else "fuzzy" if entry.fuzzy else ""
            if state and not options.unfinished:
                yield Problem(file.name, where, f"it is marked as {state}")
            else:
                pair = _pair(strings)
                yield Unit(pair[places[0]], pair[places[1]], where, entry.done)


def _pair(strings: dict[str, str]) -> tuple[str, str]:
    singular = strings.get("msgstr") or strings.get("msgstr[0]", "")
    # A language with one form writes it as the translation of the plural.
    if "msgid_plural" in strings and ("msgstr[1]" not in strings or not singular.strip()):
        forms = [form for name, form in strings.items() if name.startswith("msgstr")]
        return strings["msgid_plural"], next((form for form in forms[::-1] if form.strip()), "")
    return strings["msgid"], singular


def _declared(file: Source) -> tuple[str, str]:
    source, target = (
        tags.guess(_in_header(file, pattern)) for pattern in (_SOURCE_LANGUAGE, _LANGUAGE)
    )
    return source, target


def _in_header(file: Source, pattern: re.Pattern[bytes]) -> str:
    match = pattern.search(file.head(_HEAD))
    return match[1].decode() if match else ""


def _entries(file: Source, encoding: str) -> Iterator[_Entry]:
    entry = _Entry()
    keyword = ""
    for line in text.lines(file, encoding):
        content = line.text.strip()
        obsolete = content.startswith("#~")
        if obsolete:
            content = content[2:].lstrip()
        if not content:
            continue
        if content.startswith(("#", "|")):
            if entry.complete:
                yield entry
                entry, keyword = _Entry(), ""
            entry.fuzzy |= content.startswith("#,") and "fuzzy" in content
            continue
        match = _LINE.fullmatch(content)
        if match is None:
            raise _syntax(file, line.number, "this is not PO")
        if match[1] == "domain":
            continue
        if match[1] in ("msgid", "msgctxt") and entry.complete:
            yield entry
            entry = _Entry()
        keyword = _keyword(match, keyword, entry, file, line.number)
        if not entry.parts:
            entry.line = line.number
        entry.obsolete |= obsolete
        entry.done = line.done
        entry.add(keyword, _unescaped(match[3]))
        if entry.size > _LONGEST:
            raise _syntax(file, line.number, "an entry is longer than a million characters")
    if entry.parts and not entry.complete:
        raise _syntax(file, entry.line, "the entry has no msgstr; the file is cut off")
    if entry.complete:
        yield entry


def _keyword(match: re.Match[str], last: str, entry: _Entry, file: Source, number: int) -> str:
    """What the strings of a line belong to; raises :class:`UserError` where it cannot be there."""
    if match[1] is None:
        if not last or last not in entry.parts:
            raise _syntax(file, number, "a string belongs to nothing")
        return last
    keyword = match[1] if match[2] is None else f"{match[1]}[{int(match[2])}]"
    if keyword in entry.parts:
        raise _syntax(file, number, f"a second {keyword} without a msgid")
    if match[1] not in ("msgctxt", "msgid") and "msgid" not in entry.parts:
        raise _syntax(file, number, f"{keyword} without a msgid")
    return keyword


def _unescaped(strings: str) -> str:
    joined = "".join(part[1:-1] for part in _PART.findall(strings))
    return text.storable(_ESCAPE.sub(_plain, joined)) if "\\" in joined else joined


def _plain(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    if match[2]:
        return chr(int(match[2], 8))
    return _ESCAPES.get(match[3], match[3])


def _syntax(file: Source, number: int, what: str) -> UserError:
    return UserError(
        f"{what} (line {number})", where=str(file), fix="Check it with msgfmt, or export it again"
    )
