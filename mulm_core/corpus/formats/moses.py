"""Line-aligned text: one file a language, one segment a line, paired by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from mulm_core.corpus import tags, text
from mulm_core.corpus.formats.base import Reader, Unit
from mulm_core.corpus.types import Problem
from mulm_core.errors import UserError

_SOURCE_ROLES = frozenset({"src", "source"})
_TARGET_ROLES = frozenset({"tgt", "trg", "target", "ref", "reference"})


class MosesReader(Reader):
    """``test.de`` + ``test.fr``, ``name.de.txt`` + ``name.fr.txt``, ``name.src`` + ``name.tgt``."""

    key = "moses"
    title = "Line-aligned text"
    extensions = ()

    def sniff(self, path: Path) -> bool:
        """Never alone: one file of lines is no corpus."""
        return False

    def group(self, paths: list[Path]) -> list[tuple[Path, ...]]:
        """Files with one stem and different language (or role) endings, two or more a stem."""
        stems: dict[Path, dict[str, Path]] = defaultdict(dict)
        for path in paths:
            stem, ending = _stem_and_ending(path)
            if ending:
                stems[path.parent / stem].setdefault(ending, path)
        return [
            tuple(sorted(members.values(), key=_source_first))
            for members in stems.values()
            if len(members) > 1
        ]

    def encoding(self, files: tuple[Path, ...]) -> str:
        """The encodings of the files, one name when they agree."""
        return ", ".join(sorted({text.encoding_of(path) for path in files}))

    def languages(self, files: tuple[Path, ...]) -> tuple[str, ...]:
        """The languages the endings tell, in file order; nothing where one file tells none."""
        names = tuple(_language(path) for path in files)
        return names if all(names) else ()

    def ordered(self, files: tuple[Path, ...]) -> bool:
        """The first file is the source."""
        return True

    def read(self, files: tuple[Path, ...], source: str, target: str) -> Iterator[Unit | Problem]:
        """One unit a line; raises :class:`UserError` with both counts where they differ."""
        first, second = _sides(files, source, target)
        for path in (first, second):
            text.require_content(path)
        ahead = behind = 0
        for left, right in zip_longest(text.lines(first), text.lines(second)):
            if left is not None:
                ahead = left.number
            if right is not None:
                behind = right.number
            if left is not None and right is not None:
                done = left.done + right.done
                yield Unit(left.text, right.text, f"line {left.number}", done)
        if ahead != behind:
            raise UserError(
                f"{first.name} has {ahead} lines but {second.name} has {behind}",
                where=first,
                fix="Line-aligned files need one segment a line and the same number of lines",
            )


def _sides(files: tuple[Path, ...], source: str, target: str) -> tuple[Path, Path]:
    names = [_language(path) for path in files]
    places = tags.order(source, target, names)
    if places is None:
        raise UserError(
            f"the file names tell {', '.join(name or '?' for name in names)}, "
            f"not {source} and {target}",
            where=files[0],
            fix="Choose the languages of the files, or rename them",
        )
    return files[places[0]], files[places[1]]


def _stem_and_ending(path: Path) -> tuple[str, str]:
    name = path.name.removesuffix(".txt")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        return name, ""
    ending = ending.lower()
    known = ending in _SOURCE_ROLES or ending in _TARGET_ROLES or tags.guess(ending)
    return (stem, ending) if known else (name, "")


def _language(path: Path) -> str:
    return tags.guess(_stem_and_ending(path)[1])


def _source_first(path: Path) -> tuple[bool, str]:
    return _stem_and_ending(path)[1] not in _SOURCE_ROLES, path.name
