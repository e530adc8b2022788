"""Parquet, batch by batch: columns of text, or a struct of languages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mulm_core.corpus import tags, text
from mulm_core.corpus.encodings import Encoding
from mulm_core.corpus.formats import fields
from mulm_core.corpus.formats.base import Reader, Sources, Unit
from mulm_core.corpus.source import Source
from mulm_core.corpus.types import Problem, ReadOptions
from mulm_core.errors import UserError, brief

_BATCH = 1000
_MAGIC = b"PAR1"
_MAX_RATIO = 250  # unpacked to packed, of files beyond the size below
_RATIO_FROM = 64 << 20


class ParquetReader(Reader):
    """What data hubs hand out; packed as zip or gzip it is read as well, but slowly."""

    key = "parquet"
    title = "Parquet"
    extensions = (".parquet",)

    def sniff(self, source: Source) -> bool:
        """Whether the file has Parquet's mark."""
        return source.head(4) == _MAGIC

    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """Always UTF-8."""
        return Encoding("utf-8")

    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The languages the columns are named after, else those of the file name."""
        found = fields.languages_in(_columns(files[0]))
        return found or tags.direction_in(files[0].place.stem)

    def shape(self, files: Sources, options: ReadOptions) -> dict[str, object]:
        """The columns of text."""
        return {"columns": tuple(_columns(files[0])), "header": True}

    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """One unit a row; a problem for one that lacks a side.

        Raises :class:`UserError` for a damaged file and where nothing tells the two columns.
        """
        file = files[0]
        names = fields.choose(_columns(file), source, target, options, file)
        with _opened(file) as parquet:
            total = max(parquet.metadata.num_rows, 1)
            batches = parquet.iter_batches(_BATCH, columns=list(names), use_threads=False)
            number = 0
            for batch in batches:
                sides = [_texts(batch, name) for name in names]
                for left, right in zip(*sides, strict=True):
                    number += 1
                    where = f"row {number}"
                    if left is None or right is None:
                        missing = names[0] if left is None else names[1]
                        yield Problem(file.name, where, f"there is no text in {missing}")
                    else:
                        done = file.size * number // total
                        yield Unit(text.storable(left), text.storable(right), where, done)


def _columns(file: Source) -> list[str]:
    """The columns that hold text; those inside a struct with a dot."""
    import pyarrow

    found = []
    with _opened(file) as parquet:
        for column in parquet.schema_arrow:
            nested = column.type if pyarrow.types.is_struct(column.type) else None
            parts = [(f"{column.name}.{part.name}", part.type) for part in nested or ()]
            found += [
                name for name, kind in parts or [(column.name, column.type)] if _is_text(kind)
            ]
    return found


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return types.is_string(kind) or types.is_large_string(kind)


def _texts(batch: Any, name: str) -> list[str | None]:
    values = batch.column(name.split(".")[0]).to_pylist()
    if "." not in name:
        return values
    part = name.split(".", 1)[1]
    return [None if value is None else value[part] for value in values]


@contextmanager
def _opened(file: Source) -> Iterator[Any]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with file.open() as stream:
        try:
            parquet = ParquetFile(stream, pre_buffer=False)
            _require_sane(file, parquet.metadata)
            yield parquet
        # Arrow's own OSError stands for damage, not for the disk.
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
            cause = brief(str(error).partition("\n")[0].rstrip(".")) or "damaged"
            raise UserError(
                f"the Parquet file is damaged, or of a kind that is not read ({cause})",
                where=str(file),
                fix="Export it again",
            ) from None


def _require_sane(file: Source, metadata: Any) -> None:
    size = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if size > _RATIO_FROM and size > _MAX_RATIO * file.size:
        raise UserError(
            f"it grows to more than {size >> 20:,} MB when it is read, as only files do that are "
            "made to fill a computer",
            where=str(file),
            fix="If you trust it, export it again as JSON Lines or TSV",
        )
