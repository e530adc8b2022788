"""Rows that are too long for a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.base import Basis, Check, Flag, Rule, TableRule, skipped
from mulm_core.corpus.checks.columns import Columns
from mulm_core.fields import declared

if TYPE_CHECKING:
    from mulm_core.models.tokens import TextModel

_AT_ONCE = 500


@dataclass(frozen=True)
class TooLongSettings:
    """How long is too long."""

    tokens: int | None = declared(
        None,
        title="Longest side",
        help="Tokens that a side may have, as the model counts them. Empty: what the model can "
        "read. Training leaves out what is longer than its recipe says.",
        minimum=4,
        maximum=100_000,
        unit="tokens",
    )


class TooLong(Check):
    """A side that the model cannot read to its end."""

    key = "too_long"
    title = "Too long"
    help = "A side has more tokens than the chosen model can read."
    settings = TooLongSettings

    def rule(self, basis: Basis, settings: TooLongSettings) -> Rule:
        """The length that the model knows positions for."""
        model = basis.model
        if model is None:
            return skipped("choose a model: how long a text is depends on its vocabulary")
        limit = settings.tokens or model.positions
        if not limit:
            return skipped(f"{model.title} names no longest text; set one")
        why = "Set by hand." if settings.tokens else f"{model.title} reads no more than that."
        return TooLongRule(
            threshold=f"more than {limit:,} tokens on a side",
            why=why,
            columns=("source_bytes", "target_bytes"),
            limit=limit,
            model=model,
            languages=(basis.source, basis.target),
        )


@dataclass(frozen=True, kw_only=True)
class TooLongRule(TableRule):
    """Flags sides of more than ``limit`` tokens."""

    limit: int
    model: TextModel
    languages: tuple[str, str]

    def find(self, table: Columns) -> Iterator[Flag]:
        """See :class:`TableRule`. Only texts of so many bytes can have so many tokens."""
        import numpy as np

        longest = np.maximum(table["source_bytes"], table["target_bytes"])
        places = np.flatnonzero(longest + self.model.control_tokens > self.limit)
        for start in range(0, len(places), _AT_ONCE):
            table.check()
            rows = table.reader.rows((places[start : start + _AT_ONCE] + 1).tolist())
            left = self.model.lengths([row.source for row in rows], self.languages[0])
            right = self.model.lengths([row.target for row in rows], self.languages[1])
            for row, *sizes in zip(rows, left, right, strict=True):
                if max(sizes) > self.limit:
                    side = "source" if sizes[0] >= sizes[1] else "target"
                    yield row.id, f"the {side} has {max(sizes):,} tokens"
