"""What a search tells while it works."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.jobs import Event
from mulm_core.search.record import Plan, Trial


@dataclass(frozen=True)
class SearchStarted(Event):
    """The search's folder exists; ``trials`` ended in earlier sittings, if there were any."""

    search: str
    plan: Plan
    trials: tuple[Trial, ...]


@dataclass(frozen=True)
class TrialChanged(Event):
    """A trial began, was scored or ended; ``best`` is the number of the best one that ended."""

    trial: Trial
    best: int | None
