"""From files to a corpus: detect what they are, read them once, keep all or nothing."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mulm_core import files, languages
from mulm_core.corpus import catalog, database
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.formats import FileSet, Unit, file_sets
from mulm_core.corpus.split import split_of
from mulm_core.corpus.store import CorpusWriter
from mulm_core.corpus.tags import fold
from mulm_core.corpus.text import tidy
from mulm_core.corpus.types import DEFAULTS, CorpusInfo, Detected, Problem, ReadOptions
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

_BATCH = 1000  # rows between two looks at cancel; a few milliseconds of work
_LISTED = 1000  # problems kept with their place; further ones are only counted
_PARTIAL = ".partial"


@dataclass(frozen=True)
class ImportRequest:
    """Files or folders to take over as pairs of two languages into the corpus ``name``."""

    workspace: Workspace
    files: tuple[Path, ...]
    source: str
    target: str
    name: str
    options: ReadOptions = DEFAULTS


@dataclass(frozen=True)
class ImportResult:
    """What was added: ``skipped`` counts all problems, ``problems`` lists the first thousand."""

    corpus: str
    pairs: int
    skipped: int
    problems: tuple[Problem, ...]


@dataclass
class _Intake:
    """Counts what comes out of the readers and sorts out what is no pair."""

    source: str
    target: str
    options: ReadOptions
    pairs: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)

    def read(self, files: FileSet) -> Iterator[Unit | None]:
        """The usable units, tidied; None for each skipped one, so that the caller can breathe."""
        for item in files.reader.read(files.files, self.source, self.target, self.options):
            if isinstance(item, Problem):
                self._skip(item)
                yield None
                continue
            unit = Unit(tidy(item.source), tidy(item.target), *item[2:])
            empty = [side for side in ("source", "target") if not getattr(unit, side)]
            if empty:
                what = f"the {' and the '.join(empty)} side {'are' if empty[1:] else 'is'} empty"
                self._skip(Problem(files.files[0].name, unit.where, what))
                yield None
            else:
                self.pairs += 1
                yield unit

    def _skip(self, problem: Problem) -> None:
        self.skipped += 1
        if len(self.problems) < _LISTED:
            self.problems.append(problem)


def detect(paths: Sequence[Path], options: ReadOptions = DEFAULTS) -> list[Detected]:
    """What the files are, grouped into sets that belong together; folders are searched.

    Raises :class:`UserError` for a file that no reader takes, or that is empty or damaged.
    """
    return [found.reader.detect(found.files, options) for found in file_sets(paths)]


def read_pairs(
    paths: Sequence[Path], source: str, target: str, options: ReadOptions = DEFAULTS
) -> tuple[list[tuple[str, str]], list[Problem]]:
    """The pairs of files in any corpus format, without a corpus, and the units left out.

    Raises :class:`UserError` as :func:`import_corpus` does. At most a thousand problems are listed.
    """
    intake = _Intake(*_languages(source, target), options)
    units = [unit for found in file_sets(paths) for unit in intake.read(found)]
    return [(unit.source, unit.target) for unit in units if unit is not None], intake.problems


def import_corpus(ctx: JobContext, request: ImportRequest) -> ImportResult:
    """Read files into a new corpus, or append them to the one of this name and these languages.

    All or nothing: an error, a cancel, a kill or a full disk leaves the workspace as it was.
    Progress is in bytes. Raises :class:`UserError` for files that cannot be read and for a corpus
    of other languages, :class:`EngineError` for the disk, ``Cancelled``.
    """
    source, target = _languages(request.source, request.target)
    name = request.name.strip()
    if not name:
        raise UserError("the corpus has no name", fix="Give it a name")
    sets = file_sets(request.files)
    corpus = catalog.find_corpus(request.workspace, name)
    if corpus is None:
        opened = _new_corpus(request.workspace, name, source, target)
    else:
        source, target = _own_direction(corpus, source, target)
        opened = _existing_corpus(corpus)
    intake = _Intake(source, target, request.options)
    with opened as connection:
        _fill(ctx, connection, sets, intake)
        if not intake.pairs:
            raise _nothing_usable(sets, intake)
    return ImportResult(name, intake.pairs, intake.skipped, tuple(intake.problems))


def _nothing_usable(sets: list[FileSet], intake: _Intake) -> UserError:
    """What to say of files without one usable pair: they become no corpus."""
    fix = "Check that the file holds sentence pairs of these two languages"
    if not intake.problems:
        return UserError("there are no sentence pairs in it", where=str(sets[0].files[0]), fix=fix)
    first = intake.problems[0]
    more = f" (and {intake.skipped - 1:,} more)" if intake.skipped > 1 else ""
    what = f"none of its pairs can be used: {first.what}{more}"
    return UserError(what, where=f"{first.file}, {first.where}", fix=fix)


def _languages(source: str, target: str) -> tuple[str, str]:
    source, target = languages.normalise(source), languages.normalise(target)
    if source == target:
        raise UserError(
            f"source and target are both {languages.name(source)}", fix="Choose two languages"
        )
    return source, target


def _own_direction(corpus: CorpusInfo, source: str, target: str) -> tuple[str, str]:
    own = (corpus.source, corpus.target)
    if {fold(tag) for tag in own} != {fold(source), fold(target)}:
        raise UserError(
            f"the corpus '{corpus.name}' holds {own[0]} and {own[1]}, not {source} and {target}",
            fix="Choose another name for the new corpus",
        )
    return own


@contextmanager
def _existing_corpus(corpus: CorpusInfo) -> Iterator[sqlite3.Connection]:
    with (
        explain_database_errors(corpus.path),
        closing(database.connect(corpus.path)) as connection,
        database.transaction(connection),
    ):
        yield connection


@contextmanager
def _new_corpus(
    workspace: Workspace, name: str, source: str, target: str
) -> Iterator[sqlite3.Connection]:
    _sweep(workspace.corpora)
    with explain_os_errors(workspace.corpora):
        handle, temporary = tempfile.mkstemp(
            dir=workspace.corpora, prefix=f".{files.slug(name)}.{os.getpid()}.", suffix=_PARTIAL
        )
        os.close(handle)
    partial = Path(temporary)
    meta = {"name": name, "source": source, "target": target, "created": _now()}
    try:
        with (
            explain_database_errors(workspace.corpora),
            closing(database.create(partial, meta)) as connection,
        ):
            with database.transaction(connection):
                yield connection
            database.settle(connection)
        with explain_os_errors(workspace.corpora):
            files.sync_file(partial)
            place = files.free_name(workspace.corpora, name, catalog.SUFFIX)
            os.replace(partial, workspace.corpora / f"{place}{catalog.SUFFIX}")
    except BaseException:
        for path in partial.parent.glob(f"{partial.name}*"):
            path.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    """Remove what killed imports left: unfinished files of processes that are gone."""
    import psutil

    for path in folder.glob(f".*{_PARTIAL}*"):
        owner = path.name.rpartition(_PARTIAL)[0].split(".")[-2]
        if not (owner.isdigit() and psutil.pid_exists(int(owner))):
            with suppress(OSError):
                path.unlink()


def _fill(
    ctx: JobContext, connection: sqlite3.Connection, sets: list[FileSet], intake: _Intake
) -> None:
    writer = CorpusWriter(connection)
    total = sum(found.size for found in sets)
    before = 0
    for found in sets:
        file = writer.add_file(found.name, found.reader.key, _now())
        for batch, done in _batches(intake.read(found)):
            ctx.check()
            writer.add(file, [(*unit[:2], split_of(unit.source), unit.where) for unit in batch])
            ctx.report(before + done, total, f"{found.name}: {intake.pairs:,} pairs")
        before += found.size
    ctx.check()
    ctx.report(total, total, f"{intake.pairs:,} pairs")


def _batches(units: Iterator[Unit | None]) -> Iterator[tuple[list[Unit], int]]:
    """Usable units and the bytes read after every thousand items, usable or not."""
    batch: list[Unit] = []
    done = 0
    for count, unit in enumerate(units, 1):
        if unit is not None:
            batch.append(unit)
            done = unit.done
        if count % _BATCH == 0:
            yield batch, done
            batch = []
    yield batch, done


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
