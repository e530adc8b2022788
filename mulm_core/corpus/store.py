"""A corpus on disk, as the rest of the engine uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from mulm_core import languages
from mulm_core.corpus.database import explain_database_errors
from mulm_core.corpus.editing import Editing
from mulm_core.corpus.tags import fold
from mulm_core.corpus.types import SPLITS
from mulm_core.errors import UserError


class CorpusStore(Editing):
    """One open corpus; each thread opens its own.

    Every method raises :class:`MulmError` where the file is damaged or the disk fails.
    """

    def pairs(self, split: str, source: str, target: str) -> Iterator[tuple[str, str]]:
        """The rows in use of a split as (source, target), in the order they were imported.

        Swaps the sides for the reverse direction; raises :class:`UserError` for other languages.
        """
        first, second = (
            ("target", "source") if self._reversed(source, target) else ("source", "target")
        )
        with explain_database_errors(self.path):
            yield from self._connection.execute(
                f"SELECT {first}, {second} FROM pairs WHERE split = ? AND excluded = 0 ORDER BY id",
                [SPLITS.index(split)],
            )

    def _reversed(self, source: str, target: str) -> bool:
        meta = self._meta()
        own = (meta["source"], meta["target"])
        for same in (_same_tag, languages.same_language):
            if same(own[0], source) and same(own[1], target):
                return False
            if same(own[0], target) and same(own[1], source):
                return True
        raise UserError(
            f"the corpus holds {own[0]} and {own[1]}, not {source} and {target}",
            where=meta["name"],
            fix=f"Choose {own[0]}->{own[1]} or {own[1]}->{own[0]}",
        )

    def content_hash(self) -> str:
        """SHA-256 over the rows in use with their splits, whatever their order, as hex."""
        total = 0
        with explain_database_errors(self.path):
            rows = self._connection.execute(
                "SELECT source, target, split FROM pairs WHERE excluded = 0"
            )
            for row in rows:
                # Added, not chained: a sum knows no order and, unlike XOR, counts duplicates.
                digest = hashlib.sha256("\0".join(map(str, row)).encode()).digest()
                total += int.from_bytes(digest, "big")
        return hashlib.sha256(str(total).encode()).hexdigest()


def _same_tag(first: str, second: str) -> bool:
    return fold(first) == fold(second)
