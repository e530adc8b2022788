"""Test sets: segments and their references, read whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mulm_core.errors import UserError


@dataclass(frozen=True)
class TestSet:
    """``sources`` and ``references`` are of one length; ``files`` name where they came from."""

    __test__ = False  # its name makes pytest think otherwise

    name: str
    sources: tuple[str, ...]
    references: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def hash(self) -> str:
        """SHA-256 over all segments in order: equal hashes mean comparable scores."""
        digest = hashlib.sha256()
        for text in (*self.sources, *self.references):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()


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
        paths, tuple(source for source, _ in pairs), tuple(target for _, target in pairs)
    )


def load_parallel(source_file: Path | str, reference_file: Path | str) -> TestSet:
    """A test set from two text files, one segment a line.

    Raises :class:`UserError` for files that cannot be read or differ in their number of lines.
    """
    from mulm_core.corpus import read_lines

    paths = [Path(source_file), Path(reference_file)]
    sources, references = (tuple(read_lines(path)) for path in paths)
    if len(sources) != len(references):
        raise UserError(
            f"it has {len(sources):,} lines but {paths[1].name} has {len(references):,}",
            where=paths[0],
            fix="Give two files in which each line translates the same line of the other",
        )
    return _checked(paths, sources, references)


def _checked(paths: list[Path], sources: tuple[str, ...], references: tuple[str, ...]) -> TestSet:
    if not any(text.strip() for text in sources):
        raise UserError(
            "the test set holds no segments", where=paths[0], fix="Choose a file with sentences"
        )
    if not any(text.strip() for text in references):
        raise UserError(
            "every reference is empty", where=paths[-1], fix="Choose a file with translations"
        )
    return TestSet(paths[0].stem, sources, references, tuple(str(path) for path in paths))
