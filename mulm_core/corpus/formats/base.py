"""What a reader of one file format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from mulm_core.corpus.encodings import Encoding
from mulm_core.corpus.source import Source
from mulm_core.corpus.tags import UNKNOWN
from mulm_core.corpus.types import Detected, Problem, ReadOptions
from mulm_core.errors import UserError

_COUNT_BELOW = 8_000_000  # bytes; larger files are not read just to count their pairs
_PREVIEW = 3
_TRIED = 1000  # units of a large file that are read for it

Sources = tuple[Source, ...]


class Unit(NamedTuple):
    """One pair as the file holds it.

    ``done`` is the bytes of the file set read so far, ``codes`` the native inline codes on both
    sides.
    """

    source: str
    target: str
    where: str
    done: int
    codes: int = 0


class Plain(NamedTuple):
    """Consecutive units of nothing but text, many at once: quicker than one by one.

    ``first`` is the number of the first unit, ``done`` the bytes of the file set read so far.
    """

    sources: list[str]
    targets: list[str]
    first: int
    done: int

    def units(self) -> Iterator[Unit]:
        """The same one by one."""
        for place, source, target in zip(self.places(), self.sources, self.targets, strict=True):
            yield Unit(source, target, place, self.done)

    def places(self) -> list[str]:
        """Where each unit is in its file."""
        return [f"unit {number}" for number in range(self.first, self.first + len(self.sources))]


class UnclearColumnsError(UserError):
    """Nothing tells which columns hold the pairs; a person has to choose."""


class Reader(ABC):
    """Reads one format; a new format is one module with one reader in the registry.

    ``key`` names the format in records, ``title`` to people; ``extensions`` are lower case with
    their dot. ``shared`` are those of them that other kinds of files have too: in a folder such a
    file counts only where its content fits.
    """

    key: str
    title: str
    extensions: tuple[str, ...]
    shared: tuple[str, ...] = ()
    has_codes = False

    @abstractmethod
    def sniff(self, source: Source) -> bool:
        """Whether the content of a file without a known extension looks like this format."""

    @abstractmethod
    def encoding(
        self, files: Sources, options: ReadOptions, languages: tuple[str, ...]
    ) -> Encoding:
        """The encoding the files declare, are marked with, or seem to have."""

    @abstractmethod
    def languages(self, files: Sources, options: ReadOptions) -> tuple[str, ...]:
        """The language tags found inside or guessed from the names; the source first if told."""

    @abstractmethod
    def read(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem]:
        """The pairs in file order, and a problem for each unit that holds none.

        Constant memory. Empty sides may come through; the importer sorts them out. Raises
        :class:`UserError` where the files as a whole cannot be read or lack the languages.
        """

    def parts(
        self, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Iterator[Unit | Problem | Plain]:
        """What :meth:`read` gives, many at once where the reader can."""
        return self.read(files, source, target, options)

    def group(self, files: list[Source]) -> list[Sources]:
        """The file sets among ``files`` that this reader takes by name: one file each."""
        return [(file,) for file in files if file.place.suffix.lower() in self.extensions]

    def shape(self, files: Sources, options: ReadOptions) -> dict[str, object]:
        """``columns``, ``delimiter`` and ``header`` of :class:`Detected`, where there are any."""
        return {}

    def detect(
        self, files: Sources, options: ReadOptions, wanted: tuple[str, ...] = ()
    ) -> Detected:
        """What the files hold, with a preview; counts the pairs of small files only.

        ``wanted`` are the two languages that are to be read, where a person has told them.
        """
        tags = self.languages(files, options)
        # The same encoding as reading them will take.
        encoding = self.encoding(files, options, wanted or tags)
        found = Detected(
            format=self.key,
            title=self.title,
            files=tuple(dict.fromkeys(file.path for file in files)),
            encoding=encoding.name,
            languages=tags,
            pairs=None,
            preview=(),
            encoding_guessed=encoding.guessed,
            members=tuple(file.member for file in files if file.member),
            **self.shape(files, options),  # type: ignore[arg-type]
        )
        # Placeholders suit files that name no languages: columns and files have an order.
        source, target = (*tags, UNKNOWN)[:2] if tags else ("en", UNKNOWN)
        with suppress(UnclearColumnsError):
            return self._looked_into(found, files, source, target, options)
        return found

    def _looked_into(
        self, found: Detected, files: Sources, source: str, target: str, options: ReadOptions
    ) -> Detected:
        preview: list[tuple[str, str]] = []
        whole = sum(file.size for file in files) < _COUNT_BELOW
        pairs = codes = 0
        for count, unit in enumerate(self.read(files, source, target, options), 1):
            if not whole and (len(preview) == _PREVIEW or count > _TRIED):
                break
            if isinstance(unit, Problem):
                continue
            left, right = unit.source.strip(), unit.target.strip()
            if left and right:
                pairs += 1
                codes += unit.codes
                if len(preview) < _PREVIEW:
                    preview.append((left, right))
        return replace(
            found,
            pairs=pairs if whole else None,
            preview=tuple(preview),
            codes=codes if self.has_codes else None,
        )
