"""The readers of all corpus formats, and which of them takes which files."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from mulm_core.corpus.encodings import encoding_of
from mulm_core.corpus.formats.base import Plain, Reader, Unit
from mulm_core.corpus.formats.csv_table import CsvReader
from mulm_core.corpus.formats.json_records import JsonReader
from mulm_core.corpus.formats.moses import MosesReader
from mulm_core.corpus.formats.parquet import ParquetReader
from mulm_core.corpus.formats.po import PoReader
from mulm_core.corpus.formats.qt_ts import QtTsReader
from mulm_core.corpus.formats.tmx import TmxReader
from mulm_core.corpus.formats.tsv import TsvReader
from mulm_core.corpus.formats.xliff import XliffReader
from mulm_core.corpus.source import Source, sources
from mulm_core.corpus.text import lines
from mulm_core.errors import UserError

__all__ = ["READERS", "FileSet", "Plain", "Reader", "SetKey", "Unit", "file_sets"]

# In the order in which they are asked; a new format is a module of its own and a line here.
READERS: tuple[Reader, ...] = (
    TmxReader(),
    XliffReader(),
    QtTsReader(),
    PoReader(),
    ParquetReader(),
    JsonReader(),
    CsvReader(),
    TsvReader(),
    MosesReader(),
)
_MOSES = READERS[-1]
_EXTENSIONS = frozenset(extension for reader in READERS for extension in reader.extensions)


SetKey = tuple[tuple[Path, str], ...]


@dataclass(frozen=True)
class FileSet:
    """Files that are read together, and their reader."""

    reader: Reader
    files: tuple[Source, ...]

    @property
    def key(self) -> SetKey:
        """What tells the set from any other: its files, and their names inside archives."""
        return tuple((file.path, file.member) for file in self.files)

    @property
    def name(self) -> str:
        """The file names, joined by ``+``."""
        return " + ".join(file.name for file in self.files)

    @property
    def size(self) -> int:
        """What the ``done`` of the units runs up to, in bytes."""
        return sum(file.size for file in self.files)


def file_sets(paths: Sequence[Path], leave_out: Collection[Path] = ()) -> list[FileSet]:
    """The file sets among ``paths``: by extension and name first, then by content.

    Folders and archives stand for the files in them that a reader takes; files to ``leave_out`` are
    not looked at. Raises :class:`UserError` for a given file that no reader takes, and where
    nothing is left.
    """
    named = [path for path in paths if not path.is_dir()]
    inside = [file for path in paths if path.is_dir() for file in _files_in(path)]
    given: list[Source] = []
    found: list[Source] = []
    for path in dict.fromkeys(named + inside):
        if path in leave_out:
            continue
        parts = sources(path)
        found += parts
        given += [part for part in parts if path in named and not part.member]
    sets, rest = _by_name(found, given)
    more, rest = _by_content(rest)
    sets += more
    orphans = [file for file in rest if file in given]
    if len(orphans) == 2 and not any(_belongs_elsewhere(file) for file in orphans):
        sets.append(FileSet(_MOSES, tuple(orphans)))
    elif orphans:
        raise _unknown(orphans[0])
    if not sets:
        raise UserError(
            "there is no file with sentence pairs here",
            where=_first(paths),
            fix=f"{_known()}; save what is in an office document as CSV or TSV first",
        )
    return sets


def _first(paths: Sequence[Path]) -> str:
    return str(paths[0]) if paths else ""


def _by_name(files: list[Source], given: list[Source]) -> tuple[list[FileSet], list[Source]]:
    sets: list[FileSet] = []
    for reader in READERS:
        shared = [
            file
            for file in files
            if file.place.suffix.lower() in reader.shared
            and file not in given
            and not reader.sniff(file)
        ]
        for group in reader.group([file for file in files if file not in shared]):
            sets.append(FileSet(reader, group))
            files = [file for file in files if file not in group]
    return sets, files


def _by_content(files: list[Source]) -> tuple[list[FileSet], list[Source]]:
    sets: list[FileSet] = []
    rest: list[Source] = []
    for file in files:
        reader = next((reader for reader in READERS if reader.sniff(file)), None)
        if reader is None:
            rest.append(file)
        else:
            sets.append(FileSet(reader, (file,)))
    return sets, rest


def _belongs_elsewhere(file: Source) -> bool:
    return file.place.suffix.lower() in _EXTENSIONS


def _files_in(folder: Path) -> list[Path]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        path
        for path in files
        if path.stat().st_size
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _unknown(file: Source) -> UserError:
    # A binary or undecodable file says so itself.
    for _ in lines(file, encoding_of(file).name):
        pass
    return UserError(
        "no reader takes this file: it is one text without a second language",
        where=str(file),
        fix=f"{_known()}; give both files of a line-aligned pair",
    )


def _known() -> str:
    return f"Known formats: {', '.join(reader.title for reader in READERS)}"
