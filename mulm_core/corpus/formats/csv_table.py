"""CSV with any delimiter: cells may be quoted and hold delimiters, quotes and line ends."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding, encoding_of
from mulm_core.corpus.formats import columns
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source, empty
from mulm_core.corpus.types import Problem, ReadOptions
from mulm_core.errors import UserError, brief

_DELIMITERS = (",", ";", "\t", "|", "^")
_SAMPLE = 50  # rows that tell delimiter and columns
_LONGEST = 1_000_000  # characters a row
_PIECE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class _QuotesError(UserError):
    """The quotes do not match, or what separates the cells is something else."""


class _Row(NamedTuple):
    number: int  # of its first line
    cells: list[str]
    done: int


class CsvReader(Reader):
    """What spreadsheets write; the delimiter is found out, or chosen."""

    key = "csv"
    title = "Comma-separated values (CSV)"
    extensions = (".csv",)

    def sniff(self, source: Source) -> bool:
        """Never by content: there are commas in every text."""
        return False

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """What the byte order mark says, else UTF-8 or a guess."""
        return encoding_of(files[0], options.encoding, "", languages)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The languages the header names, else those of a file name like ``train.de-fr.csv``."""
        rows = self._sample(files, options, ())[0]
        return columns.tags_above(rows) or tags.direction_in(files[0].place.stem)

    def shape(self, files: Sources, options: ReadOptions) -> dict[str, object]:
        """The columns' names or numbers, and the delimiter."""
        rows, delimiter = self._sample(files, options, ())
        names, header = columns.names(rows, options)
        return {"columns": names, "delimiter": delimiter, "header": header}

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a row; ragged rows become problems with their line.

        Raises :class:`UserError` as :class:`TsvReader` does, and for quotes that do not match.
        """
        file = files[0]
        rows, delimiter = self._sample(files, options, (source, target))
        if not rows:
            raise empty(file)
        layout = columns.layout(rows, source, target, options, file)
        encoding = self.encoding(files, options, (source, target)).name
        for at, row in enumerate(_rows(file, encoding, delimiter)):
            if at == 0 and layout.header:
                continue
            where = f"line {row.number}"
            trouble = layout.trouble(row.cells)
            if trouble:
                yield Problem(file.name, where, trouble)
            else:
                left, right = row.cells[layout.source], row.cells[layout.target]
                yield Unit(left, right, where, row.done)

    def _sample(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> tuple[list[list[str]], str]:
        encoding = self.encoding(files, options, languages).name
        tried = {}
        for delimiter in (options.delimiter,) if options.delimiter else _DELIMITERS:
            try:
                found = _rows(files[0], encoding, delimiter)
                tried[delimiter] = [row.cells for row in islice(found, _SAMPLE)]
            except UserError as error:
                trouble = error
        if not tried:
            if not options.delimiter and isinstance(trouble, _QuotesError):
                raise _no_delimiter(files[0], trouble)
            raise trouble
        best = max(tried, key=lambda delimiter: _evenness(tried[delimiter]))
        return tried[best], best


def _evenness(rows: list[list[str]]) -> tuple[float, int]:
    """How likely the delimiter is: all rows have as many cells, and none begins with a space."""
    width, rows_of_it = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
    spaced = sum(cell.startswith(" ") for row in rows for cell in row)
    return (rows_of_it / len(rows) if width > 1 else 0, -spaced)


def _rows(file: Source, encoding: str, delimiter: str) -> Iterator[_Row]:
    if len(delimiter) != 1:
        raise UserError(
            f"the delimiter '{delimiter}' is not one character", fix="Give one, such as ; or ,"
        )
    lines = _Lines(file, encoding)
    try:
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            lines.begin_row()
            cells = next(reader, None)
            if cells is None:
                return
            yield _Row(lines.first, cells, lines.done)
    except csv.Error as error:
        raise _explained(error, lines, file) from None


class _Lines:
    """Feeds the parser, and stops it where a row becomes longer than any row can be."""

    def __init__(self, file: Source, encoding: str) -> None:
        self.number = 0
        self.first = 1
        self.done = 0
        self._file = file
        self._pieces = self._split(file, encoding)
        self._length = 0

    def begin_row(self) -> None:
        self.first = self.number + 1
        self._length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        piece = next(self._pieces)
        self._length += len(piece)
        if self._length > _LONGEST:
            raise UserError(
                f"the row that begins in line {self.first} is longer than a million characters",
                where=str(self._file),
                fix="Check that its quotes match",
            )
        return piece

    def _split(self, file: Source, encoding: str) -> Iterator[str]:
        # The parser wants the line ends, and takes a lone CR as one.
        for line in text.lines(file, encoding, ends=True):
            self.done = line.done
            self.number = line.number
            if "\r" in line.text:
                yield from (piece for piece in _PIECE.findall(line.text) if piece)
            else:
                yield line.text


def _explained(error: csv.Error, lines: _Lines, file: Source) -> UserError:
    kind = UserError
    if "field limit" in str(error):
        what = f"has a cell of more than {csv.field_size_limit():,} characters"
    else:
        kind = _QuotesError
        what = f"has quotes that do not match ({brief(error)})"
    what = f"the row that begins in line {lines.first} {what}"
    return kind(what, where=str(file), fix="Save it again with every quote in a cell doubled")


def _no_delimiter(file: Source, trouble: UserError) -> UserError:
    tried = " ".join("tab" if sign == "\t" else sign for sign in _DELIMITERS)
    return UserError(
        f"none of the delimiters {tried} suits it: {trouble.what}",
        where=str(file),
        fix="Name the delimiter (--delimiter), or save it again with every quote in a cell doubled",
    )
