"""Import as the window sees it: look into what was dropped, ask what is left, take it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr, tr_n
from mulm_core.corpus import (
    Detected,
    ImportRequest,
    ImportResult,
    Problem,
    ReadOptions,
    already_imported,
    import_all_pairs,
    import_corpus,
)
from mulm_core.corpus.survey import Finding, look, preview, survey
from mulm_core.errors import UserError, brief
from mulm_core.files import slug
from mulm_core.jobs import JobContext
from mulm_core.languages import match
from mulm_core.workspace import Workspace

__all__ = [
    "Finding",
    "ImportChoice",
    "ImportModel",
    "ImportOutcome",
    "Looked",
    "Problem",
    "SetChoice",
    "fits",
    "import_text",
    "suggest_direction",
    "suggest_name",
]

_GENERIC = {"train", "dev", "test", "data", "corpus", "text", "texts"}


@dataclass(frozen=True)
class SetChoice:
    """What the person chose for one file set; empty is what the engine finds by itself."""

    encoding: str = ""
    keep_codes: bool = False
    source_column: str = ""
    target_column: str = ""
    header: bool | None = None
    unfinished: bool = False

    @property
    def options(self) -> ReadOptions:
        """The same as the engine says it; half a choice of columns is none."""
        both = bool(self.source_column and self.target_column)
        return ReadOptions(
            encoding=self.encoding,
            codes="keep" if self.keep_codes else "strip",
            source_column=self.source_column if both else "",
            target_column=self.target_column if both else "",
            header=self.header,
            unfinished=self.unfinished,
        )


@dataclass(frozen=True)
class ImportChoice:
    """What the person confirmed in the import dialog."""

    sets: tuple[tuple[Finding, SetChoice], ...]
    source: str
    target: str
    name: str
    all_pairs: bool = False
    again: bool = False


@dataclass(frozen=True)
class ImportOutcome:
    """What came of an import; ``problems`` are at most as many as the engine keeps."""

    corpora: tuple[str, ...]
    pairs: int
    skipped: int
    problems: tuple[Problem, ...]
    codes: int = 0

    @property
    def files_left_out(self) -> tuple[str, ...]:
        """The files of which nothing was taken."""
        return tuple(dict.fromkeys(one.file for one in self.problems if not one.where))


@dataclass(frozen=True)
class _Look:
    finding: Finding
    choice: SetChoice
    source: str
    target: str


@dataclass(frozen=True)
class Looked:
    """A set looked at again: what it is with these options, and three pairs of these languages."""

    finding: Finding
    pairs: tuple[tuple[str, str], ...]
    source: str
    target: str


@dataclass
class _Running:
    """The latest job of each kind; an older one's answer is of no use any more."""

    jobs: dict[str, Job] = field(default_factory=dict)

    def replace(self, kind: str, job: Job) -> None:
        if kind in self.jobs:
            self.jobs[kind].cancel()
        self.jobs[kind] = job

    def is_latest(self, kind: str, job: Job) -> bool:
        return self.jobs.get(kind) is job


class ImportModel(QObject):
    """From dropped paths to pairs in a corpus."""

    surveyed = Signal(object)  # tuple[Finding, ...], at least one of which can be read
    looked = Signal(object)  # Looked
    repeats_found = Signal(str, object)  # name of a corpus, frozenset of names of sets it holds
    started = Signal(object)  # Job
    imported = Signal(object)  # ImportOutcome
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._running = _Running()

    def inspect(self, paths: Sequence[Path]) -> None:
        """Look into dropped files; ``surveyed`` or ``failed`` follows."""
        job = self._runner.start(
            _survey, tuple(paths), title=tr("Looking into the files"), patient=True
        )
        self._running.replace("survey", job)
        job.succeeded.connect(self.surveyed.emit)
        job.failed.connect(self.failed.emit)

    def look(self, finding: Finding, choice: SetChoice, source: str, target: str) -> None:
        """Look at a set again with other options or languages; ``looked`` follows."""
        request = _Look(finding, choice, source, target)
        job = self._runner.start(_look, request, title="", quiet=True, quick=True)
        kind = f"look {finding.name}"
        self._running.replace(kind, job)

        def take(looked: Looked) -> None:
            if self._running.is_latest(kind, job):
                self.looked.emit(looked)

        job.succeeded.connect(take)

    def find_repeats(self, name: str, findings: Sequence[Finding]) -> None:
        """Which of the sets the corpus ``name`` holds already; ``repeats_found`` follows.

        None of a corpus that cannot be read: the import says why.
        """
        request = (self._workspace, name, tuple(findings))
        job = self._runner.start(_repeats, request, title="", quiet=True)
        self._running.replace("repeats", job)

        def take(found: frozenset[str]) -> None:
            if self._running.is_latest("repeats", job):
                self.repeats_found.emit(name, found)

        job.succeeded.connect(take)
        job.failed.connect(lambda _: take(frozenset()))

    def start(self, choice: ImportChoice) -> Job:
        """Import in the background; ``imported`` or ``failed`` follows."""
        job = self._runner.start(
            _import,
            (self._workspace, choice),
            title=tr("Import {name}", name=choice.name),
            page="corpora",
            in_bytes=True,
        )
        job.succeeded.connect(self.imported.emit)
        job.failed.connect(self.failed.emit)
        self.started.emit(job)
        return job


def suggest_name(found: Sequence[Finding]) -> str:
    """A corpus name from the files: ``train.de-fr.tmx`` in ``help`` gives ``help``-like names."""
    if not found:
        return ""
    first = found[0].files[0]
    stem = first.name
    while "." in stem:
        stem = stem.rpartition(".")[0]
    if stem.casefold() in _GENERIC:
        stem = first.parent.name or stem
    return slug(stem)


def suggest_direction(found: Sequence[Detected]) -> tuple[str, str]:
    """Source and target that the files agree on; '' where a question is left to ask."""
    for one in found:
        if len(one.languages) >= 2:
            return one.languages[0], one.languages[1]
    single = [one.languages[0] for one in found if one.languages]
    return (single[0], "") if single else ("", "")


def fits(languages: tuple[str, ...], source: str, target: str) -> bool:
    """Whether a set can hold the direction: it names both languages, or too few to tell."""
    if len(languages) < 2 or not (source and target):
        return True
    return bool(match(source, languages) and match(target, languages))


def import_text(outcome: ImportOutcome) -> str:
    """The import's result in a sentence."""
    if len(outcome.corpora) > 1:
        words = tr_n(
            "{n} pair imported into {corpora}.",
            "{n} pairs imported into {corpora}.",
            outcome.pairs,
            corpora=", ".join(outcome.corpora),
        )
    else:
        words = tr_n("{n} pair imported.", "{n} pairs imported.", outcome.pairs)
    if files := outcome.files_left_out:
        words += " " + tr_n(
            "This file was left out: {names}.",
            "{n} files were left out: {names}.",
            len(files),
            names=brief(", ".join(files)),
        )
    return words


def _survey(ctx: JobContext, paths: tuple[Path, ...]) -> tuple[Finding, ...]:
    ctx.report(0, None, ", ".join(path.name for path in paths[:3]))
    found = survey(paths)
    if not any(one.detected for one in found):
        raise UserError(" ".join(f"{one.name}: {one.error}" for one in found[:3]))
    return found


def _look(ctx: JobContext, request: _Look) -> Looked:
    options = request.choice.options
    known = bool(request.source and request.target)
    languages = (request.source, request.target) if known else ()
    finding = look(request.finding, options, languages)
    pairs = finding.detected.preview if finding.detected is not None else ()
    if known:
        pairs = preview(finding, request.source, request.target, options)
    return Looked(finding, pairs, request.source, request.target)


def _repeats(
    ctx: JobContext, request: tuple[Workspace, str, tuple[Finding, ...]]
) -> frozenset[str]:
    workspace, name, findings = request
    found = set()
    for finding in findings:
        ctx.check()
        if finding.name in already_imported(workspace, name, finding.files):
            found.add(finding.name)
    return frozenset(found)


def _import(ctx: JobContext, request: tuple[Workspace, ImportChoice]) -> ImportOutcome:
    workspace, choice = request
    files = tuple(dict.fromkeys(path for found, _ in choice.sets for path in found.files))
    work = ImportRequest(
        workspace,
        files,
        choice.source,
        choice.target,
        choice.name,
        chosen={found.key: chosen.options for found, chosen in choice.sets},
        again=choice.again,
        # One bad file among many is listed; alone it is the answer.
        skip_bad_files=len(choice.sets) > 1,
    )
    if choice.all_pairs:
        return _outcome(import_all_pairs(ctx, work))
    return _outcome((import_corpus(ctx, work),))


def _outcome(results: Sequence[ImportResult]) -> ImportOutcome:
    return ImportOutcome(
        tuple(result.corpus for result in results),
        sum(result.pairs for result in results),
        sum(result.skipped for result in results),
        tuple(problem for result in results for problem in result.problems),
        sum(result.codes for result in results),
    )
