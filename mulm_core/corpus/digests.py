"""Which files were imported before: told by their content, whatever their names are now."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mulm_core.corpus.formats import FileSet
from mulm_core.errors import explain_os_errors

_CHUNK = 1 << 20


class Digests:
    """Digests of file sets, each file read once; ``check`` is called now and then meanwhile."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check
        self._hashes: dict[Path, str] = {}

    def of(self, found: FileSet) -> str:
        """The size of the files a set is read from, and a hash of their content."""
        parts = sorted((self._hash_of(file.path), file.member) for file in found.files)
        return f"{_size_of(found)}-{_hash(repr(parts).encode()).hexdigest()}"

    def repeats(
        self, sets: Iterable[FileSet], known: Mapping[str, str]
    ) -> list[tuple[FileSet, str]]:
        """The sets that are known, or equal to an earlier one of them, with that one's name.

        ``known`` has names by digest. Only files of a size that came before are read.
        """
        names = dict(known)
        waiting: dict[str, list[FileSet]] = {}  # of one size each, not read yet
        sizes = {digest.partition("-")[0] for digest in known}
        found = []
        for one in sets:
            size = str(_size_of(one))
            earlier = waiting.setdefault(size, [])
            if size in sizes or earlier:
                names.update({self.of(other): other.name for other in earlier})
                if (digest := self.of(one)) in names:
                    found.append((one, names[digest]))
                    continue
            earlier.append(one)
        return found

    def _hash_of(self, path: Path) -> str:
        if path not in self._hashes:
            digest = _hash()
            with explain_os_errors(path), path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    self._check()
            self._hashes[path] = digest.hexdigest()
        return self._hashes[path]


def _hash(data: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(data, digest_size=16)


def _size_of(found: FileSet) -> int:
    return sum(path.stat().st_size for path in {file.path for file in found.files})
