"""Tab-separated values: one pair a line, split at tabs without quoting."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding, encoding_of
from mulm_core.corpus.formats import columns
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source, empty
from mulm_core.corpus.types import DEFAULTS, Problem, ReadOptions
from mulm_core.errors import UserError

_SAMPLE = 50  # lines that tell the number of columns


class TsvReader(Reader):
    """Two columns, or a header that names the languages (or ``source`` and ``target``)."""

    key = "tsv"
    title = "Tab-separated values (TSV)"
    extensions = (".tsv", ".tab")

    def sniff(self, source: Source) -> bool:
        """Whether most of the first lines hold a tab."""
        try:
            rows = _sample(source, DEFAULTS)
        except UserError:
            return False
        return 2 * sum(len(row) > 1 for row in rows) > len(rows)

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """What the byte order mark says, else UTF-8 or a guess."""
        return encoding_of(files[0], options.encoding, "", languages)

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The languages the header names, else those of a file name like ``train.de-fr.tsv``."""
        return columns.tags_above(_sample(files[0], options)) or tags.direction_in(
            files[0].place.stem
        )

    def shape(self, files: Sources, options: ReadOptions) -> dict[str, object]:
        """The columns' names or numbers."""
        names, header = columns.names(_sample(files[0], options), options)
        return {"columns": names, "delimiter": "\t", "header": header}

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a row; ragged rows become problems with their line.

        Raises :class:`UserError` where more than two columns have no header that tells the two
        wanted, and where the header or the file name tells other languages.
        """
        file = files[0]
        encoding = encoding_of(file, options.encoding, "", (source, target)).name
        rows = [line.text.split("\t") for line in islice(text.lines(file, encoding), _SAMPLE)]
        if not rows:  # a byte order mark and nothing else
            raise empty(file)
        layout = columns.layout(rows, source, target, options, file)
        for line in text.lines(file, encoding):
            if line.number == 1 and layout.header:
                continue
            row = line.text.split("\t")
            where = f"line {line.number}"
            trouble = layout.trouble(row)
            if trouble:
                yield Problem(file.name, where, trouble)
            else:
                yield Unit(row[layout.source], row[layout.target], where, line.done)


def _sample(file: Source, options: ReadOptions) -> list[list[str]]:
    lines = text.lines(file, encoding_of(file, options.encoding).name)
    return [line.text.split("\t") for line in islice(lines, _SAMPLE)]
