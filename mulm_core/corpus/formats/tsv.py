"""Tab-separated values: one pair a line, split at tabs without quoting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mulm_core import languages
from mulm_core.corpus import tags, text
from mulm_core.corpus.formats.base import Reader, Unit
from mulm_core.corpus.types import Problem
from mulm_core.errors import UserError

_SAMPLE = 50  # lines that tell the number of columns
_SENTENCES = 30  # characters a row; rows of words are shorter
_SOURCE_WORDS = frozenset({"source", "src", "source_text", "original"})
_TARGET_WORDS = frozenset({"target", "tgt", "trg", "target_text", "translation"})


@dataclass(frozen=True)
class _Layout:
    source: int
    target: int
    columns: int
    header: bool


class TsvReader(Reader):
    """Two columns, or a header that names the languages (or ``source`` and ``target``)."""

    key = "tsv"
    title = "Tab-separated values (TSV)"
    extensions = (".tsv", ".tab")

    def sniff(self, path: Path) -> bool:
        """Whether most of the first lines hold a tab."""
        try:
            rows = _sample(path)
        except UserError:
            return False
        return bool(rows) and 2 * sum(len(row) > 1 for row in rows) > len(rows)

    def encoding(self, files: tuple[Path, ...]) -> str:
        """What the byte order mark says, else UTF-8."""
        return text.encoding_of(files[0])

    def languages(self, files: tuple[Path, ...]) -> tuple[str, ...]:
        """The languages the header names, else those of a file name like ``train.de-fr.tsv``."""
        rows = _sample(files[0])
        return _tags_above(rows) or tags.direction_in(files[0].stem)

    def ordered(self, files: tuple[Path, ...]) -> bool:
        """The first column is the source."""
        return True

    def read(self, files: tuple[Path, ...], source: str, target: str) -> Iterator[Unit | Problem]:
        """One unit a row; ragged rows become problems with their line.

        Raises :class:`UserError` where more than two columns have no header that tells the two
        wanted, and where the header or the file name tells other languages.
        """
        path = files[0]
        text.require_content(path)
        layout = _layout(path, source, target)
        for line in text.lines(path):
            if line.number == 1 and layout.header:
                continue
            row = line.text.split("\t")
            where = f"line {line.number}"
            trouble = _trouble(row, layout)
            if trouble:
                yield Problem(path.name, where, trouble)
            else:
                yield Unit(row[layout.source], row[layout.target], where, line.done)


def _trouble(row: list[str], layout: _Layout) -> str:
    if not any(cell.strip() for cell in row):
        return "the line is empty"
    columns = "1 column" if len(row) == 1 else f"{len(row)} columns"
    if len(row) <= max(layout.source, layout.target):
        return f"{columns} instead of {layout.columns}"
    # With two columns a further tab splits a segment, and nobody knows which.
    if layout.columns == 2 and len(row) > 2:
        return f"{columns} instead of 2"
    return ""


def _sample(path: Path) -> list[list[str]]:
    return [line.text.split("\t") for line in islice(text.lines(path), _SAMPLE)]


def _layout(path: Path, source: str, target: str) -> _Layout:
    rows = _sample(path)
    if not rows:  # a byte order mark and nothing else
        raise UserError("the file is empty", where=path, fix="Choose a file that holds sentences")
    # The most frequent width; a stray tab in the first line does not make a third column.
    columns = Counter(len(row) for row in rows).most_common(1)[0][0]
    header = _header(rows, source, target, path)
    if header is not None:
        return _Layout(*header, columns=len(rows[0]), header=True)
    if columns == 1:
        raise UserError(
            "there are no two columns separated by a tab",
            where=path,
            fix="Put the source, a tab and the target on each line",
        )
    if columns > 2:
        raise UserError(
            f"no header tells which of the {columns} columns hold {source} and {target}",
            where=path,
            fix=f"Add a first line that names the columns, with {source} and {target} in it",
        )
    first, second = _by_name(path, source, target)
    return _Layout(first, second, columns=2, header=False)


def _header(rows: list[list[str]], source: str, target: str, path: Path) -> tuple[int, int] | None:
    cells = [cell.strip() for cell in rows[0]]
    names = [_tag_of(cell, (source, target)) for cell in cells]
    sources, targets = tags.choose(source, target, [name for name in names if name])
    at_source = [i for i, name in enumerate(names) if name and tags.fold(name) in sources]
    at_target = [i for i, name in enumerate(names) if name and tags.fold(name) in targets]
    if at_source and at_target:
        return at_source[0], at_target[0]
    roles = [
        i
        for words in (_SOURCE_WORDS, _TARGET_WORDS)
        for i, cell in enumerate(cells)
        if cell.lower() in words
    ]
    if len(roles) == 2:
        return roles[0], roles[1]
    if others := _tags_above(rows):
        raise UserError(
            f"the header names {', '.join(others)}, not {source} and {target}",
            where=path,
            fix="Choose two of the languages that the file holds",
        )
    return None


def _tags_above(rows: list[list[str]]) -> tuple[str, ...]:
    """The languages in the first row, where it can be nothing but a header of tags."""
    if len(rows) < 2:
        return ()
    found = tuple(tags.guess(cell.strip()) for cell in rows[0])
    # In a glossary "ja" and "no" are words; above sentences they are tags.
    sentences = sum(len(cell) for row in rows[1:] for cell in row) >= _SENTENCES * (len(rows) - 1)
    return found if sentences and all(found) and len(set(found)) == len(found) > 1 else ()


def _tag_of(cell: str, wanted: tuple[str, str]) -> str:
    by_name = {languages.name(tag).lower(): tag for tag in wanted}
    return by_name.get(cell.lower()) or tags.guess(cell)


def _by_name(path: Path, source: str, target: str) -> tuple[int, int]:
    names = tags.direction_in(path.stem)
    return tags.order(source, target, names) or (0, 1) if names else (0, 1)
