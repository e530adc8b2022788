"""Line-aligned text: one file a language, one segment a line, paired by name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding, encoding_of
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions
from mulm_core.errors import UserError

_SOURCE_ROLES = frozenset({"src", "source"})
_TARGET_ROLES = frozenset({"tgt", "trg", "target", "ref", "reference"})
# name_fr, name-fr, name_pt_BR, name-zh-Hant
_ENDING = re.compile(r"(.+?)[-_]([A-Za-z]{2,3}(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}))?)")


class MosesReader(Reader):
    """``test.de`` + ``test.fr``, ``name_de.txt`` + ``name_fr.txt``, ``name.src`` + ``name.tgt``."""

    key = "moses"
    title = "Line-aligned text"
    extensions = ()

    def sniff(self, source: Source) -> bool:
        """Never alone: one file of lines is no corpus."""
        return False

    def group(self, files: list[Source]) -> list[Sources]:
        """Files with one stem and different language (or role) endings, two or more a stem."""
        stems: dict[Path, dict[str, Source]] = defaultdict(dict)
        for file in files:
            stem, ending = _stem_and_ending(file)
            if ending:
                stems[file.place.parent / stem].setdefault(ending, file)
        return [
            tuple(sorted(members.values(), key=_source_first))
            for members in stems.values()
            if len(members) > 1
        ]

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The encodings of the files, one name when they agree."""
        found = [encoding_of(file, options.encoding, "", (_language(file),)) for file in files]
        names = ", ".join(sorted({one.name for one in found}))
        return Encoding(names, any(one.guessed for one in found))

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The languages the endings tell, in file order; nothing where one file tells none."""
        names = tuple(_language(file) for file in files)
        return names if all(names) else ()

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a line; raises :class:`UserError` with both counts where they differ."""
        first, second = _sides(files, source, target)
        left_lines, right_lines = (
            text.lines(file, encoding_of(file, options.encoding, "", (tag,)).name)
            for file, tag in ((first, source), (second, target))
        )
        ahead = behind = 0
        for left, right in zip_longest(left_lines, right_lines):
            if left is not None:
                ahead = left.number
            if right is not None:
                behind = right.number
            if left is not None and right is not None:
                done = left.done + right.done
                yield Unit(left.text, right.text, f"line {left.number}", done)
        if ahead != behind:
            raise UserError(
                f"the files differ: {first.name} has {ahead} lines but {second.name} has {behind}",
                where=str(first),
                fix="Line-aligned files need one segment a line and the same number of lines",
            )


def _sides(files: Sources, source: str, target: str) -> tuple[Source, Source]:
    names = [_language(file) for file in files]
    places = tags.order(source, target, names)
    if places is None:
        raise UserError(
            f"the file names tell {', '.join(name or '?' for name in names)}, "
            f"not {source} and {target}",
            where=str(files[0]),
            fix="Choose the languages of the files, or rename them",
        )
    return files[places[0]], files[places[1]]


def _stem_and_ending(file: Source) -> tuple[str, str]:
    name = file.place.name
    plain = name.removesuffix(".txt")
    stem, dot, ending = plain.rpartition(".")
    if dot and stem and _tells(ending):
        return stem, ending.lower()
    match = _ENDING.fullmatch(plain)
    if match and (plain != name or not dot) and _tells(match[2]):
        return match[1], match[2].lower()
    return ("", plain.lower()) if plain != name and _tells(plain) else (plain, "")


def _tells(ending: str) -> bool:
    lower = ending.lower()
    return lower in _SOURCE_ROLES or lower in _TARGET_ROLES or bool(tags.guess(ending))


def _language(file: Source) -> str:
    return tags.guess(_stem_and_ending(file)[1])


def _source_first(file: Source) -> tuple[bool, str]:
    return _stem_and_ending(file)[1] not in _SOURCE_ROLES, file.place.name
