"""From files to a corpus: detect what they are, read them once, keep all or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain, combinations, islice
from pathlib import Path

from mulm_core import languages
from mulm_core.corpus import catalog, intake, tags
from mulm_core.corpus.digests import Digests
from mulm_core.corpus.filling import Filling, ImportRequest, ImportResult
from mulm_core.corpus.formats import FileSet, Unit, file_sets
from mulm_core.corpus.intake import Bad, Batch, Reading
from mulm_core.corpus.landing import landing
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.survey import gather
from mulm_core.corpus.types import DEFAULTS, Detected, Problem, ReadOptions
from mulm_core.errors import MulmError, UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

_TRIED = 200  # units that tell which languages belong together


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
    result = ImportResult("")
    pairs: list[tuple[str, str]] = []
    sets = file_sets(paths)
    reading = Reading(sets, *_languages(source, target), [options] * len(sets))
    for event in intake.read_here(reading):
        if isinstance(event, Bad):
            raise event.error
        if isinstance(event, Batch):
            result = result.plus(event)
            pairs += zip(event.sources, event.targets, strict=True)
    return pairs, list(result.problems)


def already_imported(workspace: Workspace, name: str, paths: Sequence[Path]) -> tuple[str, ...]:
    """Which of the files the corpus ``name`` holds already, told by their content."""
    corpus = catalog.find_corpus(workspace, name.strip())
    if corpus is None:
        return ()
    sets, _ = _sets(paths, lenient=True)
    with CorpusStore.open(corpus.path) as store:
        known = {origin.digest: origin.name for origin in store.origins()[::-1]}
    repeats = Digests().repeats(sets, known)
    return tuple(found.name for found, name in repeats if name in known.values())


def find_direction(request: ImportRequest) -> tuple[str, str]:
    """Source and target of a request; what it does not say is what its files name.

    Raises :class:`UserError` where they name too few languages or too many to tell.
    """
    source, target = (
        languages.normalise(tag) if tag else "" for tag in (request.source, request.target)
    )
    if source and target:
        return source, target
    named = _named(request)
    missing = [tag for tag in dict.fromkeys(chain(*named)) if tag not in (source, target)]
    if source or target:
        known = source or target
        others = [tag for tag in missing if not languages.same_language(tag, known)]
        if len(others) == 1:
            return (source, others[0]) if source else (others[0], target)
        raise _unclear("the other language is not given", others)
    if len(missing) == 2:
        return next((tags for tags in named if len(tags) == 2), (missing[0], missing[1]))
    raise _unclear("the languages are not given", missing)


def _named(request: ImportRequest) -> list[tuple[str, ...]]:
    found = []
    for one in _wanted(request)[0]:
        with suppress(MulmError):  # the import says what is wrong with this file
            found.append(_languages_of(one, request))
    return found


def _languages_of(found: FileSet, request: ImportRequest) -> tuple[str, ...]:
    """The languages that a file set names, in its order."""
    named = found.reader.languages(found.files, request.options_of(found))
    return tuple(dict.fromkeys(tag for tag in map(tags.guess, named) if tag))


def _unclear(what: str, named: Sequence[str]) -> UserError:
    held = f"the files name {', '.join(named)}" if named else "the files name none"
    return UserError(f"{what}, and {held}", fix="Give --source and --target, or --all-pairs")


def import_corpus(ctx: JobContext, request: ImportRequest) -> ImportResult:
    """Read files into a new corpus, or append them to the one of this name and these languages.

    All or nothing: an error, a cancel, a kill or a full disk leaves the workspace as it was.
    Progress is in bytes. Raises :class:`UserError` for files that cannot be read, for files that
    the corpus holds already and for a corpus of other languages, :class:`EngineError` for the
    disk, ``Cancelled``.
    """
    source, target = _languages(request.source, request.target)
    sets, bad = _wanted(request)
    total = sum(found.size for found in sets)
    with landing(request.workspace, _name(request), source, target) as land:
        result = Filling(ctx, land, request, 0, total).run(sets, bad)
        if not result.pairs:
            raise _nothing_usable(sets, result, request)
        ctx.report(total, total, f"{result.pairs:,} pairs")
    return result


def import_all_pairs(ctx: JobContext, request: ImportRequest) -> tuple[ImportResult, ...]:
    """Import every two languages of the files that share units into ``NAME-source-target``.

    The request's own languages do not count. All or nothing, over all corpora; raises as
    :func:`import_corpus`, and :class:`UserError` where no file names two languages.
    """
    sets, bad = _wanted(request)
    work = _directions(sets, request)
    if not work:
        raise UserError(
            "the files do not name two languages",
            where=sets[0].name,
            fix="Choose source and target instead",
        )
    total = sum(found.size for chosen in work.values() for found in chosen)
    done = 0
    results = []
    with ExitStack() as landings:  # all corpora appear together, at its end
        for (source, target), chosen in work.items():
            name = f"{_name(request)}-{source}-{target}"
            with suppress(_NothingError), ExitStack() as opened:
                land = opened.enter_context(landing(request.workspace, name, source, target))
                result = Filling(ctx, land, request, done, total).run(chosen, bad)
                if not result.pairs:
                    raise _NothingError
                landings.push(opened.pop_all())
                results.append(result)
            done += sum(found.size for found in chosen)
        if not results:
            raise _nothing_usable(sets, ImportResult(""), request)
        ctx.report(total, total, f"{sum(result.pairs for result in results):,} pairs")
    return tuple(results)


class _NothingError(Exception):
    """Two languages share no unit: their corpus is not made."""


def _directions(
    sets: Sequence[FileSet], request: ImportRequest
) -> dict[tuple[str, str], list[FileSet]]:
    """Every two languages that a file set names, with the sets that name both."""
    work: dict[tuple[str, str], list[FileSet]] = {}
    for found in sets:
        for source, target in combinations(_languages_of(found, request), 2):
            direction = (target, source) if (target, source) in work else (source, target)
            work.setdefault(direction, []).append(found)
    return work


def _name(request: ImportRequest) -> str:
    if name := request.name.strip():
        return name
    raise UserError("the corpus has no name", fix="Give it a name")


def _languages(source: str, target: str) -> tuple[str, str]:
    source, target = languages.normalise(source), languages.normalise(target)
    if source == target:
        raise UserError(
            f"source and target are both {languages.name(source)}", fix="Choose two languages"
        )
    return source, target


def _wanted(request: ImportRequest) -> tuple[list[FileSet], list[Problem]]:
    sets, bad = _sets(request.files, lenient=request.skip_bad_files)
    chosen = request.chosen
    return [found for found in sets if chosen is None or found.key in chosen], bad


def _sets(paths: Sequence[Path], *, lenient: bool) -> tuple[list[FileSet], list[Problem]]:
    """The file sets, and the files that are none where ``lenient``."""
    if not lenient:
        return file_sets(paths), []
    sets, bad = gather(paths)
    if not sets:
        raise next(iter(bad.values()))
    return sets, [Problem(path.name, "", error.what) for path, error in bad.items()]


def _nothing_usable(
    sets: Sequence[FileSet], result: ImportResult, request: ImportRequest
) -> UserError:
    """What to say of files without one usable pair: they become no corpus."""
    fix = "Check that the file holds sentence pairs of these two languages"
    if held := [pair for found in sets for pair in _held(found, request)]:
        fix = f"It holds pairs of {', of '.join(dict.fromkeys(held))}"
    if not result.problems:
        return UserError("there are no sentence pairs in it", where=str(sets[0].files[0]), fix=fix)
    first = result.problems[0]
    more = f" (and {result.skipped - 1:,} more)" if result.skipped > 1 else ""
    what = f"none of its pairs can be used: {first.what}{more}"
    return UserError(what, where=f"{first.file}, {first.where}", fix=fix)


def _held(found: FileSet, request: ImportRequest) -> Iterator[str]:
    """The languages that have units in common at the beginning of a file set, two by two."""
    options = request.options_of(found)
    with suppress(MulmError):
        for source, target in combinations(_languages_of(found, request), 2):
            units = islice(found.reader.read(found.files, source, target, options), _TRIED)
            if any(
                isinstance(unit, Unit) and unit.source.strip() and unit.target.strip()
                for unit in units
            ):
                yield f"{source} and {target}"
