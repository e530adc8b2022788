"""What the corpus package hands to others: plain, frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Pair:
    """One row of a corpus: two segments, their split and where they came from.

    ``unit`` names the place in ``file`` ("line 12", "unit 3"); ``excluded`` is the reason why the
    row is kept out of training and scores, empty for a row in use.
    """

    id: int
    source: str
    target: str
    split: str
    file: str
    unit: str
    excluded: str


@dataclass(frozen=True)
class Problem:
    """A unit that could not be taken over, and why; ``str()`` is one sentence."""

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}, {self.where}: {self.what}."


@dataclass(frozen=True)
class Detected:
    """What was found in one file, or in one set of files that belong together.

    ``languages`` are tags found inside or guessed from the names (may be empty); ``pairs`` is None
    where counting would mean reading a large file; ``preview`` shows up to three pairs of the
    first two languages.
    """

    format: str
    title: str
    files: tuple[Path, ...]
    encoding: str
    languages: tuple[str, ...]
    pairs: int | None
    preview: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CorpusInfo:
    """A corpus at a glance: ``pairs`` counts every row, ``splits`` only the rows in use."""

    name: str
    source: str
    target: str
    pairs: int
    splits: dict[str, int]
    files: tuple[str, ...]
    created: str
    path: Path
