"""Test sets: segments and their references, read whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mulm_core.errors import UserError


@dataclass(frozen=True)
class TestSet:
    """``sources`` and ``references`` are of one length; ``files`` name where they came from.

    ``further`` are more references of every segment, a stream of the same length each.
    """

    __test__ = False  # its name makes pytest think otherwise

    name: str
    sources: tuple[str, ...]
    references: tuple[str, ...]
    files: tuple[str, ...]
    further: tuple[tuple[str, ...], ...] = ()

    @property
    def streams(self) -> tuple[tuple[str, ...], ...]:
        """All references: one tuple for each stream."""
        return (self.references, *self.further)

    @property
    def hash(self) -> str:
        """SHA-256 over all segments in order: equal hashes mean comparable scores."""
        digest = hashlib.sha256()
        for texts in (self.sources, *self.streams):
            for text in texts:
                data = text.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


@dataclass(frozen=True)
class Outputs:
    """What another system, called ``name``, made of a test set; ``file`` is where it came from."""

    name: str
    hypotheses: tuple[str, ...]
    file: str = ""


def load_test_set(files: Sequence[Path | str], source: str, target: str) -> TestSet:
    """The pairs of any corpus format, as a test set from ``source`` to ``target``.

    Raises :class:`UserError` for a file that cannot be read and for the first unit that is broken:
    a test set with segments silently missing would give other scores than the file does.
    """
    from mulm_core.corpus import read_pairs

    paths = [Path(file) for file in files]
    pairs, problems = read_pairs(paths, source, target)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        first = problems[0]
        raise UserError(
            f"{first.what.rstrip('.')}{more}",
            where=f"{first.file}, {first.where}",
            fix="Mend the test file, so that no segment is left out",
        )
    return _checked(
        paths, tuple(source for source, _ in pairs), [tuple(target for _, target in pairs)]
    )


def load_parallel(source_file: Path | str, *reference_files: Path | str) -> TestSet:
    """A test set from text files, one segment a line: the sources and one or more references.

    Raises :class:`UserError` for files that cannot be read or differ in their number of lines.
    """
    from mulm_core.corpus import read_lines

    paths = [Path(source_file), *map(Path, reference_files)]
    sources, *streams = (tuple(read_lines(path)) for path in paths)
    for path, references in zip(paths[1:], streams, strict=True):
        if len(sources) != len(references):
            raise UserError(
                f"it has {len(sources):,} lines but {path.name} has {len(references):,}",
                where=paths[0],
                fix="Give files in which each line translates the same line of the other",
            )
    return _checked(paths, sources, streams)


def load_outputs(name: str, file: Path | str, test: TestSet) -> Outputs:
    """Another system's translations of ``test``, one a line.

    Raises :class:`UserError` for a file that cannot be read or has another number of lines.
    """
    from mulm_core.corpus import read_lines

    hypotheses = tuple(read_lines(Path(file)))
    if len(hypotheses) != len(test.sources):
        raise UserError(
            f"it has {len(hypotheses):,} lines but the test set has {len(test.sources):,}",
            where=file,
            fix="Give a file with one translation a line, in the order of the test set",
        )
    return Outputs(name.strip(), hypotheses, str(file))


def _checked(
    paths: list[Path], sources: tuple[str, ...], streams: Sequence[tuple[str, ...]]
) -> TestSet:
    if not any(text.strip() for text in sources):
        raise UserError(
            "the test set holds no segments", where=paths[0], fix="Choose a file with sentences"
        )
    for path, references in zip(paths[-len(streams) :], streams, strict=True):
        if not any(text.strip() for text in references):
            raise UserError(
                "every reference is empty", where=path, fix="Choose a file with translations"
            )
    first, *further = streams
    files = tuple(str(path) for path in paths)
    return TestSet(paths[0].stem, sources, first, files, tuple(further))
