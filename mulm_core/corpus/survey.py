"""What was dropped: every file set that can be read, and a reason for every file that cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mulm_core.corpus.formats import FileSet, SetKey, file_sets
from mulm_core.corpus.types import DEFAULTS, Detected, Problem, ReadOptions
from mulm_core.errors import MulmError

_PREVIEW = 3
_TRIED = 200  # units that are read for it


@dataclass(frozen=True)
class Finding:
    """A file set, or a file that cannot be read: ``detected`` is None then.

    ``error`` says why, without the file's name. ``key`` tells it from any other.
    """

    name: str
    key: SetKey
    detected: Detected | None
    error: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files on the disk."""
        return tuple(dict.fromkeys(path for path, _ in self.key))


def gather(paths: Sequence[Path]) -> tuple[list[FileSet], dict[Path, MulmError]]:
    """The file sets among ``paths``, and the files that are none, with the reason.

    Raises :class:`MulmError` where a reason names no file.
    """
    bad: dict[Path, MulmError] = {}
    while True:
        try:
            return file_sets([path for path in paths if path not in bad], bad), bad
        except MulmError as error:
            culprit = _culprit(error.where, paths)
            if culprit is None or culprit in bad:
                if bad:  # nothing is left but these
                    return [], bad
                raise
            bad[culprit] = error


def survey(paths: Sequence[Path], options: ReadOptions = DEFAULTS) -> tuple[Finding, ...]:
    """What is in ``paths``, set by set; one that cannot be read does not hide the others.

    Raises :class:`MulmError` where there is nothing to look at.
    """
    sets, bad = gather(paths)
    broken = (Finding(path.name, ((path, ""),), None, _why(error)) for path, error in bad.items())
    return (*(_looked_at(found, options) for found in sets), *broken)


def look(finding: Finding, options: ReadOptions, languages: tuple[str, ...] = ()) -> Finding:
    """The same set looked at with other options, such as another encoding.

    ``languages`` are the two that are to be read, where they are known.
    """
    found = _set_of(finding)
    return finding if found is None else _looked_at(found, options, languages)


def preview(
    finding: Finding, source: str, target: str, options: ReadOptions
) -> tuple[tuple[str, str], ...]:
    """The first three pairs of these two languages; none where the set lacks them."""
    found = _set_of(finding)
    if found is None:
        return ()
    pairs = []
    try:
        for unit in islice(found.reader.read(found.files, source, target, options), _TRIED):
            if isinstance(unit, Problem) or not (unit.source.strip() and unit.target.strip()):
                continue
            pairs.append((unit.source.strip(), unit.target.strip()))
            if len(pairs) == _PREVIEW:
                break
    except MulmError:
        return ()
    return tuple(pairs)


def _looked_at(found: FileSet, options: ReadOptions, languages: tuple[str, ...] = ()) -> Finding:
    try:
        detected = found.reader.detect(found.files, options, languages)
        return Finding(found.name, found.key, detected)
    except MulmError as error:
        return Finding(found.name, found.key, None, _why(error))


def _why(error: MulmError) -> str:
    words = MulmError(error.what, fix=error.fix).sentence()
    return words[:1].upper() + words[1:]


def _set_of(finding: Finding) -> FileSet | None:
    sets, _ = gather(finding.files)
    return next((found for found in sets if found.key == finding.key), None)


def _culprit(where: str, paths: Sequence[Path]) -> Path | None:
    """The file that an error is about: given, or inside a given folder."""
    if not where:
        return None
    place = Path(where)
    named = next((path for path in (place, *place.parents) if path.is_file()), None)
    return named or next((path for path in paths if str(path) == where and path.is_file()), None)
