"""What searches for translations: one interface to torch and to CTranslate2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mulm_core.translation.options import DecodeOptions

MOST_TOKENS = 4096
"""Source tokens times beams in the largest batch, padding included."""

FORCED = 2
"""The start token and the language token, which every translation begins with."""

Check = Callable[[], None]
Found = list[list[int]]
"""The translations of one text, best first: token ids, without start and language token."""


@dataclass(frozen=True)
class Batch:
    """Texts of like length, as the encoder reads them; ``limit`` is the longest translation."""

    rows: Sequence[Sequence[int]]
    limit: int


@dataclass(frozen=True)
class Goal:
    """What is searched for: translations that begin with the token ``first``.

    ``penalty`` is the length penalty, the model's own where the options name none.
    """

    first: int
    penalty: float
    options: DecodeOptions


class Engine(Protocol):
    """Searches in batches."""

    def batch_tokens(self, total: int) -> int:
        """The best size of a batch where there are ``total`` to do: source tokens times beams."""

    def search(self, batches: Sequence[Batch], goal: Goal, check: Check) -> Iterator[list[Found]]:
        """What is found for each row, batch by batch in order.

        ``check`` is called before every batch at least and may raise to end the work.
        """
