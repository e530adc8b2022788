"""Which columns (or fields) hold the two sides: chosen, named in a header, or the only two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mulm_core import languages
from mulm_core.corpus import tags
from mulm_core.corpus.formats.base import UnclearColumnsError
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import ReadOptions
from mulm_core.errors import UserError, brief

_MANY = 1000  # columns in a list to choose from
_SENTENCES = 30  # characters a row; rows of words are shorter
_SOURCE_WORDS = frozenset({"source", "src", "original", "msgid"})
_TARGET_WORDS = frozenset({"target", "tgt", "trg", "translation", "msgstr"})
_TEXT = "text|texte|texto|testo|sentence|phrase|segment"
_BEGINNING = re.compile(rf"^(?:{_TEXT}|source|src|target|tgt|trg)[ _-]", re.IGNORECASE)
_END = re.compile(rf"[ _-](?:{_TEXT})$", re.IGNORECASE)

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """The positions of both sides, the number of columns, and whether the first row names them."""

    source: int
    target: int
    columns: int
    header: bool

    def trouble(self, row: Sequence[str]) -> str:
        """Why a row is no pair, or ''."""
        if not any(cell.strip() for cell in row):
            return "the line is empty"
        columns = "1 column" if len(row) == 1 else f"{len(row)} columns"
        if len(row) <= max(self.source, self.target):
            return f"{columns} instead of {self.columns}"
        # With two columns a further delimiter splits a segment, and nobody knows which.
        if self.columns == 2 and len(row) > 2:
            return f"{columns} instead of 2"
        return ""


def layout(rows: Rows, source: str, target: str, options: ReadOptions, file: Source) -> Layout:
    """How the rows of a delimited file are to be read; ``rows`` are its first ones.

    Raises :class:`UserError` where nothing tells the two columns, or the header and the file name
    tell other languages.
    """
    width = _width(rows)
    named = _named(rows[0], source, target) if options.header is not False else None
    if options.source_column:
        chosen = _chosen(rows, options, file)
        by_name = not (options.source_column.isdigit() and options.target_column.isdigit())
        header = by_name or named is not None
        header = header if options.header is None else options.header
        return Layout(*chosen, columns=max(width, *(at + 1 for at in chosen)), header=header)
    if named is not None:
        return Layout(*named, columns=len(rows[0]), header=True)
    if options.header is not False and (others := tags_above(rows)):
        raise UserError(
            f"the header names {brief(', '.join(others))}, not {source} and {target}",
            where=str(file),
            fix="Choose two of the languages that the file holds, or read the first row as a pair "
            "(--no-header)",
        )
    if width != 2:
        raise _unclear(width, source, target, file)
    names = tags.direction_in(file.place.stem)
    first, second = tags.order(source, target, names) or (0, 1) if names else (0, 1)
    return Layout(first, second, columns=2, header=bool(options.header))


def names(rows: Rows, options: ReadOptions) -> tuple[tuple[str, ...], bool]:
    """What the columns are called in a list to choose from, and whether the file names them."""
    if not rows:
        return (), False
    header = options.header
    if header is None:
        header = bool(_roles(rows[0]) or tags_above(rows))
    if header:
        return tuple(cell.strip() for cell in rows[0][:_MANY]), True
    return tuple(str(at + 1) for at in range(min(_width(rows), _MANY))), False


def choose(fields: Sequence[str], source: str, target: str) -> tuple[int, int] | None:
    """The positions of the fields named after the two languages, or else after the two roles."""
    return _named(fields, source, target)


def language_of(name: str) -> str:
    """The language a column is called after: ``French``, ``text_fr``, ``fr text``; or ''."""
    return tags.named(name) or tags.named(_END.sub("", _BEGINNING.sub("", name)))


def tags_above(rows: Rows) -> tuple[str, ...]:
    """The languages in the first row, where it can be nothing but a header of tags."""
    if len(rows) < 2:
        return ()
    cells = [cell.strip() for cell in rows[0]]
    found = tuple(language_of(cell) for cell in cells)
    if not all(found) or len(set(found)) < len(found) or len(found) < 2:
        return ()
    # In a glossary "ja" and "no" are words; above sentences, or with a region, they are tags, and
    # so are two letters above cells that are none.
    below = [cell.strip() for row in rows[1:] for cell in row]
    sentences = sum(map(len, below)) >= _SENTENCES * (len(rows) - 1)
    if sentences or all(len(cell) > 3 for cell in cells):
        return found
    alone = not any(len(cell) == 3 for cell in cells) and not any(map(tags.guess, below))
    return found if alone else ()


def _width(rows: Rows) -> int:
    # The most frequent one; a stray delimiter in the first line does not make a further column.
    return Counter(len(row) for row in rows).most_common(1)[0][0]


def _named(row: Sequence[str], source: str, target: str) -> tuple[int, int] | None:
    cells = [cell.strip() for cell in row]
    found = [_tag_of(cell, (source, target)) for cell in cells]
    sources, targets = tags.choose(source, target, [name for name in found if name])
    at_source = [i for i, name in enumerate(found) if name and tags.fold(name) in sources]
    at_target = [i for i, name in enumerate(found) if name and tags.fold(name) in targets]
    if at_source and at_target:
        return at_source[0], at_target[0]
    return _roles(cells)


def _roles(row: Sequence[str]) -> tuple[int, int] | None:
    cells = [_END.sub("", cell.strip().lower()) for cell in row]
    at = [
        next((i for i, cell in enumerate(cells) if cell in words), None)
        for words in (_SOURCE_WORDS, _TARGET_WORDS)
    ]
    return (at[0], at[1]) if at[0] is not None and at[1] is not None else None


def _chosen(rows: Rows, options: ReadOptions, file: Source) -> tuple[int, int]:
    wanted = (options.source_column, options.target_column)
    first, second = (_position(rows, name, file) for name in wanted)
    if first == second:
        raise UserError("both sides are the same column", where=str(file), fix="Choose two")
    return first, second


def _position(rows: Rows, wanted: str, file: Source) -> int:
    cells = [cell.strip() for cell in rows[0]]
    for same in (str, str.casefold):
        for at, cell in enumerate(cells):
            if same(cell) == same(wanted):
                return at
    width = max(len(row) for row in rows)
    if wanted.isdigit() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    raise UserError(
        f"there is no column '{wanted}'",
        where=str(file),
        fix=f"Choose one of {brief(', '.join(cells))}, or a number up to {width}",
    )


def _tag_of(cell: str, wanted: tuple[str, str]) -> str:
    by_name = {languages.name(tag).lower(): tag for tag in wanted}
    return by_name.get(cell.lower()) or language_of(cell)


def _unclear(width: int, source: str, target: str, file: Source) -> UserError:
    if width < 2:
        return UserError(
            "there are no two columns separated by a tab or another delimiter",
            where=str(file),
            fix="Put the source, a tab and the target on each line",
        )
    return UnclearColumnsError(
        f"no header tells which of the {width} columns hold {source} and {target}",
        where=str(file),
        fix="Choose the two columns, or add a first line that names them with "
        f"{source} and {target} in it",
    )
