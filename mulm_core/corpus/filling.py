"""The part of an import that fills one corpus, file set by file set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from mulm_core.corpus import intake
from mulm_core.corpus.digests import Digests
from mulm_core.corpus.formats import FileSet, SetKey
from mulm_core.corpus.intake import Bad, Batch, Begin, Reading
from mulm_core.corpus.landing import Landing
from mulm_core.corpus.types import DEFAULTS, Problem, ReadOptions
from mulm_core.corpus.writer import CorpusWriter
from mulm_core.errors import MulmError, UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class ImportRequest:
    """Files or folders to take over as pairs of two languages into the corpus ``name``.

    ``chosen`` are the file sets to take, each with its options; without it all are taken, with
    ``options``. With ``again`` files are taken that the corpus holds already. With
    ``skip_bad_files`` a file that cannot be read becomes a problem; without, nothing of the
    request stays.
    """

    workspace: Workspace
    files: tuple[Path, ...]
    source: str
    target: str
    name: str
    options: ReadOptions = DEFAULTS
    chosen: Mapping[SetKey, ReadOptions] | None = None
    again: bool = False
    skip_bad_files: bool = False

    def options_of(self, found: FileSet) -> ReadOptions:
        """How a file set is to be read."""
        return self.options if self.chosen is None else self.chosen[found.key]


@dataclass(frozen=True)
class FileRead:
    """A file set that was taken over; ``guessed`` where nothing told its encoding."""

    name: str
    encoding: str
    guessed: bool


@dataclass(frozen=True)
class ImportResult:
    """What was added: ``skipped`` counts all problems, ``problems`` lists the first thousand.

    ``codes`` counts the native inline codes that were stripped or kept. ``files`` are those that
    were read.
    """

    corpus: str
    pairs: int = 0
    skipped: int = 0
    problems: tuple[Problem, ...] = ()
    codes: int = 0
    files: tuple[FileRead, ...] = ()

    def plus(self, batch: Batch) -> ImportResult:
        """This and what a batch holds."""
        room = intake.LISTED - len(self.problems)
        return replace(
            self,
            pairs=self.pairs + len(batch),
            skipped=self.skipped + batch.skipped,
            problems=(*self.problems, *batch.problems[:room]) if room else self.problems,
            codes=self.codes + batch.codes,
        )


class Filling:
    """Fills the corpus of one landing; ``before`` of ``total`` bytes were read earlier."""

    def __init__(
        self, ctx: JobContext, land: Landing, request: ImportRequest, before: int, total: int
    ) -> None:
        self._ctx = ctx
        self._land = land
        self._request = request
        self._before = before
        self._total = total
        self._writer = CorpusWriter(land.connection)
        self._digests = Digests(ctx.check)
        self._result = ImportResult(land.name)
        self._kept = self._result  # without the file set that is being read

    def run(self, sets: Sequence[FileSet], bad: Sequence[Problem]) -> ImportResult:
        """Store all file sets, and ``bad`` among the problems.

        Raises what reading raises, unless the request skips bad files.
        """
        for problem in bad:
            self._leave_out(problem)
        sets = self._new(sets)
        options = tuple(map(self._request.options_of, sets))
        reading = Reading(sets, self._land.source, self._land.target, options, self._writer.policy)
        present: FileSet | None = None
        with (
            ThreadPoolExecutor(1) as self._hashing,
            closing(intake.read(reading)) as events,
        ):
            for event in events:
                self._ctx.check()
                if isinstance(event, Batch):
                    self._add(event, present)
                elif isinstance(event, Bad):
                    self._drop(present, event.error)
                    present = None
                elif isinstance(event, Begin):
                    self._keep(present)
                    present = sets[event.place]
                    self._begin(present)
            self._keep(present)
        return self._result

    def _begin(self, found: FileSet) -> None:
        languages = (self._land.source, self._land.target)
        options = self._request.options_of(found)
        encoding = found.reader.encoding(found.files, options, languages)
        self._writer.begin(found, encoding.name)
        # It costs as much as storing a tenth of a large file, and leaves Python's lock alone.
        self._digest = self._hashing.submit(self._digests.of, found)
        read = FileRead(found.name, encoding.name, encoding.guessed)
        self._result = replace(self._result, files=(*self._result.files, read))

    def _add(self, batch: Batch, present: FileSet | None) -> None:
        self._writer.add(batch)
        self._result = self._result.plus(batch)
        name = present.name if present else ""
        done = self._before + batch.done
        self._ctx.report(done, self._total, f"{name}: {self._result.pairs:,} pairs")

    def _keep(self, found: FileSet | None) -> None:
        if found is not None:
            skipped = self._result.skipped - self._kept.skipped
            codes = self._result.codes - self._kept.codes
            self._writer.keep(self._digest.result(), skipped, codes)
            self._kept = self._result
            self._before += found.size

    def _drop(self, found: FileSet | None, error: MulmError) -> None:
        if found is None or not self._request.skip_bad_files:
            raise error
        self._writer.drop()
        self._before += found.size
        self._result = self._kept
        self._leave_out(Problem(found.name, "", f"it cannot be read: {error.what}"))

    def _leave_out(self, problem: Problem) -> None:
        self._writer.note(problem)
        self._result = self._kept = self._result.plus(Batch(problems=[problem], skipped=1))

    def _new(self, sets: Sequence[FileSet]) -> Sequence[FileSet]:
        """The file sets that the corpus does not hold yet, and none of them twice."""
        if self._request.again:
            return sets
        rows = self._land.connection.execute(
            "SELECT digest, name FROM files WHERE digest <> '' ORDER BY id DESC"
        )
        known = dict(rows.fetchall())  # the first of several names stays
        repeats = self._digests.repeats(sets, known)
        for found, name in repeats:
            what = f"it was imported into '{self._land.name}' already"
            what += f", as {name}" if name != found.name else ""
            if not self._request.skip_bad_files:
                fix = "Leave it out, or choose to import it again"
                raise UserError(what, where=str(found.files[0]), fix=fix)
            self._leave_out(Problem(found.name, "", what))
        left_out = [found for found, _ in repeats]
        return [found for found in sets if found not in left_out]
