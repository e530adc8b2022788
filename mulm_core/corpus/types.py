"""What the corpus package hands to others: plain, frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mulm_core.errors import UserError

SPLITS = ("train", "dev", "test")
HAND = "hand"  # the check that is a person's own decision


@dataclass(frozen=True)
class Pair:
    """One row of a corpus: two segments, their split and where they came from.

    ``unit`` names the place in ``file`` ("line 12", "unit 3"). ``excluded`` are the keys of the
    checks that keep the row out of training and scores; empty for a row in use. ``flagged`` are the
    checks that found something in it, applied or not, and ``reasons`` what each of them found.
    ``kept`` are checks that a person overruled for this row.
    """

    id: int
    source: str
    target: str
    split: str
    file: str
    unit: str
    excluded: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """Which rows of a corpus; each filter is off while empty.

    ``query`` is text on either side in any case, ``split`` one of :data:`SPLITS`, ``file`` a name
    from :attr:`CorpusInfo.files`. ``check`` is a check's key (what it flagged, applied or not),
    ``excluded`` (rows that any check keeps out) or ``used`` (all others).
    """

    query: str = ""
    split: str = ""
    file: str = ""
    check: str = ""


ALL = View()


@dataclass(frozen=True)
class CheckState:
    """What a corpus knows of a check: its last scan, and whether it is applied.

    ``flagged`` counts the rows of the last scan, ``excluded`` those it keeps out now. ``settings``
    and ``verdict`` are the check's own, as it wrote them.
    """

    key: str
    scanned: str
    settings: dict[str, Any]
    verdict: dict[str, Any]
    applied: bool
    flagged: int
    excluded: int


@dataclass(frozen=True)
class Origin:
    """A file set that was imported: its counts, and the digest that tells it when it comes again.

    ``skipped`` counts all its problems, ``codes`` the native inline codes in it.
    """

    id: int
    name: str
    format: str
    encoding: str
    imported: str
    digest: str
    pairs: int
    skipped: int
    codes: int


@dataclass(frozen=True)
class Problem:
    """A unit that could not be taken over, and why; ``str()`` is one sentence.

    ``where`` is the place in the file, empty for a file that was left out as a whole.
    """

    file: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}, {self.where}: {self.what}.".replace(", :", ":")


@dataclass(frozen=True)
class ReadOptions:
    """What a person can tell about files beside their languages; the defaults find out.

    ``encoding``: a codec's name; empty for the mark's, the declared or the guessed one.
    ``codes``: ``strip`` leaves native inline codes out, ``keep`` writes ``{1}``, ``{2}`` for them,
    the same number on both sides for the same code.
    ``source_column``, ``target_column``: a column's name or its number from 1; for JSON a field,
    with dots between nested names. ``delimiter`` and ``header`` describe delimited files.
    ``unfinished``: also what is marked fuzzy, obsolete or unfinished (PO, Qt TS).
    """

    encoding: str = ""
    codes: str = "strip"
    source_column: str = ""
    target_column: str = ""
    delimiter: str = ""
    header: bool | None = None
    unfinished: bool = False

    def __post_init__(self) -> None:
        if self.codes not in ("strip", "keep"):
            raise UserError(f"'{self.codes}' is no way to treat inline codes", fix="strip or keep")
        if bool(self.source_column) != bool(self.target_column):
            raise UserError("only one column is chosen", fix="Choose both columns, or neither")


DEFAULTS = ReadOptions()


@dataclass(frozen=True)
class Detected:
    """What was found in one file, or in one set of files that belong together.

    ``languages`` are all tags found inside or guessed from the names (may be empty); ``pairs`` is
    None where counting would mean reading a large file, or where columns have to be chosen first;
    ``preview`` shows up to three pairs of the first two languages. ``columns`` names what can be
    chosen in delimited files, JSON and Parquet; ``header`` tells whether the names stand in the
    file. ``codes`` counts the inline codes in what was looked at (None: the format has none).
    ``members`` are the names inside an archive.
    """

    format: str
    title: str
    files: tuple[Path, ...]
    encoding: str
    languages: tuple[str, ...]
    pairs: int | None
    preview: tuple[tuple[str, str], ...]
    encoding_guessed: bool = False
    columns: tuple[str, ...] = ()
    delimiter: str = ""
    header: bool | None = None
    codes: int | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class CorpusInfo:
    """A corpus at a glance: ``pairs`` counts every row, ``splits`` only the rows in use.

    ``problem`` says why the file cannot be opened; empty for a good one. Without being opened, a
    file tells nothing but its own name.
    """

    name: str
    source: str
    target: str
    pairs: int
    splits: dict[str, int]
    files: tuple[str, ...]
    created: str
    path: Path
    problem: str = ""
