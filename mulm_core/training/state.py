"""What a checkpoint remembers besides tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class State:
    """Where a run is.

    ``without_gain`` counts evaluations in a row without a better score, ``seconds`` the work so
    far, pauses left out; ``train_seconds`` is the part of it spent in steps, which took ``pairs``
    and ``tokens`` (target tokens that count). ``zero_shot_samples`` are the base's translations of
    the segments to show.
    """

    step: int = 0
    without_gain: int = 0
    seconds: float = 0.0
    train_seconds: float = 0.0
    pairs: int = 0
    tokens: int = 0
    zero_shot_samples: list[str] = field(default_factory=list)

    def count_step(self, pairs: int, tokens: int, seconds: float) -> None:
        """One step more."""
        self.step += 1
        self.pairs += pairs
        self.tokens += tokens
        self.train_seconds += seconds

    def rates(self) -> tuple[float, float]:
        """Pairs and target tokens per second of training steps."""
        seconds = self.train_seconds or 1.0
        return self.pairs / seconds, self.tokens / seconds

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> State:
        """The state in ``values``; what other classes keep there is left out."""
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})
