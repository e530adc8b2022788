"""The readers of all corpus formats, and which of them takes which files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mulm_core.corpus.formats.base import Reader, Unit
from mulm_core.corpus.formats.moses import MosesReader
from mulm_core.corpus.formats.tmx import TmxReader
from mulm_core.corpus.formats.tsv import TsvReader
from mulm_core.corpus.text import lines, require_content
from mulm_core.errors import UserError

__all__ = ["READERS", "FileSet", "Reader", "Unit", "file_sets"]

# In the order in which they are asked; a new format is a module of its own and a line here.
READERS: tuple[Reader, ...] = (TmxReader(), TsvReader(), MosesReader())
_MOSES = READERS[-1]


@dataclass(frozen=True)
class FileSet:
    """Files that are read together, and their reader."""

    reader: Reader
    files: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The file names, joined by ``+``."""
        return " + ".join(path.name for path in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(path.stat().st_size for path in self.files)


def file_sets(paths: Sequence[Path]) -> list[FileSet]:
    """The file sets among ``paths``: by extension and name first, then by content.

    Folders stand for the files in them that a reader takes. Raises :class:`UserError` for a
    given file that no reader takes, and where nothing is left.
    """
    named = [path for path in paths if not path.is_dir()]
    inside = [file for path in paths if path.is_dir() for file in _files_in(path)]
    for path in named:
        require_content(path)
    sets, rest = _by_name(list(dict.fromkeys(named + inside)))
    found, rest = _by_content(rest)
    sets += found
    orphans = [path for path in rest if path in named]
    if len(orphans) == 2:
        sets.append(FileSet(_MOSES, (orphans[0], orphans[1])))
    elif orphans:
        raise _unknown(orphans[0])
    if not sets:
        raise UserError("there is no file with sentence pairs here", where=_first(paths))
    return sets


def _first(paths: Sequence[Path]) -> str:
    return str(paths[0]) if paths else ""


def _by_name(paths: list[Path]) -> tuple[list[FileSet], list[Path]]:
    sets: list[FileSet] = []
    for reader in READERS:
        for files in reader.group(paths):
            sets.append(FileSet(reader, files))
            paths = [path for path in paths if path not in files]
    return sets, paths


def _by_content(paths: list[Path]) -> tuple[list[FileSet], list[Path]]:
    sets: list[FileSet] = []
    rest: list[Path] = []
    for path in paths:
        reader = next((reader for reader in READERS if reader.sniff(path)), None)
        if reader is None:
            rest.append(path)
        else:
            sets.append(FileSet(reader, (path,)))
    return sets, rest


def _files_in(folder: Path) -> list[Path]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        path
        for path in files
        if path.stat().st_size
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _unknown(path: Path) -> UserError:
    for _ in lines(path):  # a binary or undecodable file says so itself
        pass
    titles = ", ".join(reader.title for reader in READERS)
    return UserError(
        "no reader takes this file: it is one text without a second language",
        where=path,
        fix=f"Known formats: {titles}; give both files of a line-aligned pair",
    )
