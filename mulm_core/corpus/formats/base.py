"""What a reader of one file format is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mulm_core.corpus.types import Detected, Problem

_COUNT_BELOW = 8_000_000  # bytes; larger files are not read just to count their pairs
_PREVIEW = 3


class Unit(NamedTuple):
    """One pair as the file holds it; ``done`` is the bytes of the file set read so far."""

    source: str
    target: str
    where: str
    done: int


class Reader(ABC):
    """Reads one format; a new format is one module with one reader in the registry.

    ``key`` names the format in records, ``title`` to people; ``extensions`` are lower case with
    their dot.
    """

    key: str
    title: str
    extensions: tuple[str, ...]

    @abstractmethod
    def sniff(self, path: Path) -> bool:
        """Whether the content of a file without a known extension looks like this format."""

    @abstractmethod
    def encoding(self, files: tuple[Path, ...]) -> str:
        """The encoding the files declare or are marked with."""

    @abstractmethod
    def languages(self, files: tuple[Path, ...]) -> tuple[str, ...]:
        """The language tags found inside or guessed from the names; the source first if told."""

    @abstractmethod
    def read(self, files: tuple[Path, ...], source: str, target: str) -> Iterator[Unit | Problem]:
        """The pairs in file order, and a problem for each unit that holds none.

        Constant memory. Empty sides may come through; the importer sorts them out. Raises
        :class:`UserError` where the files as a whole cannot be read or lack the languages.
        """

    def group(self, paths: list[Path]) -> list[tuple[Path, ...]]:
        """The file sets among ``paths`` that this reader takes by name: one file each."""
        return [(path,) for path in paths if path.suffix.lower() in self.extensions]

    def detect(self, files: tuple[Path, ...]) -> Detected:
        """What the files hold, with a preview; counts the pairs of small files only."""
        tags = self.languages(files)
        pairs: int | None = None
        preview: list[tuple[str, str]] = []
        # Two placeholder tags suit formats that name no languages: columns and files have an order.
        source, target = tags[:2] if len(tags) >= 2 else ("en", "und")
        if len(tags) >= 2 or self.ordered(files):
            units = (u for u in self.read(files, source, target) if isinstance(u, Unit))
            usable = (u for u in units if u.source.strip() and u.target.strip())
            preview = [(u.source.strip(), u.target.strip()) for u in islice(usable, _PREVIEW)]
            if sum(path.stat().st_size for path in files) < _COUNT_BELOW:
                pairs = len(preview) + sum(1 for _ in usable)
        return Detected(
            self.key, self.title, files, self.encoding(files), tags, pairs, tuple(preview)
        )

    def ordered(self, files: tuple[Path, ...]) -> bool:
        """Whether the sides have an order of their own, so that no language need be known."""
        return False
