"""Qt Linguist's TS, streamed."""

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
from mulm_core.errors import UserError

_ROOT = re.compile(rb"<TS\b[^<>]*>")
_ATTRIBUTE = rb"\s%s\s*=\s*[\"']([^\"'<>]{1,40})[\"']"


class QtTsReader(Reader):
    """The translations of a Qt program; TypeScript has the same ending."""

    key = "ts"
    title = "Qt Linguist (TS)"
    extensions = (".ts",)
    shared = (".ts",)

    def sniff(self, source: Source) -> bool:
        """Whether the file begins like Qt's TS."""
        return xmlstream.root_of(source) == "TS"

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The encoding of the byte order mark or the XML declaration, UTF-8 by default."""
        return xmlstream.encoding(files[0], options)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The declared languages; the source is English where only the target is declared."""
        source, target = _declared(files[0])
        if target and not source and tags.fold(target)[:2] != "en":
            source = "en"
        return tuple(tag for tag in (source, target) if tag)

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a message without a ``type`` (unfinished, obsolete), a numerus message too.

        Of several forms the last numerus form and the first (longest) length variant count.
        Raises :class:`UserError` for damaged XML and for other languages.
        """
        file = files[0]
        declared = _declared(file)
        places = tags.order(source, target, declared)
        if places is None:
            raise UserError(
                f"it is in {' and '.join(filter(None, declared))}, not {source} and {target}",
                where=str(file),
                fix="Choose the languages of the file",
            )
        texts = Texts(file, options)
        found = xmlstream.elements(file, "Qt TS", "TS", ("message",), options.encoding)
        for number, (message, done) in enumerate(found, 1):
            where = f"unit {number}"
            original = message.find("source")
            translation = message.find("translation")
            state = "" if translation is None else translation.get("type", "")
            if original is None or translation is None:
                missing = "source" if original is None else "translation"
                yield Problem(file.name, where, f"there is no {missing}")
            elif state and not options.unfinished:
                yield Problem(file.name, where, f"it is marked as {state}")
            else:
                pair = texts.pair(original, _form(translation))
                yield Unit(pair[places[0]], pair[places[1]], where, done, texts.codes)


def _declared(file: Source) -> tuple[str, str]:
    root = _ROOT.search(next(xmlstream.stretches(file), b""))
    found = [
        re.search(_ATTRIBUTE % name, root[0]) if root else None
        for name in (b"sourcelanguage", b"language")
    ]
    source, target = (
        tags.guess(match[1].decode("ascii", "replace")) if match else "" for match in found
    )
    return source, target


def _form(translation: Any) -> Any:
    forms = [form for form in translation.iterchildren("numerusform") if _has_text(form)]
    form = forms[-1] if forms else translation
    return next(form.iterchildren("lengthvariant"), form)


def _has_text(element: Any) -> bool:
    return any(part.strip() for part in element.itertext())
