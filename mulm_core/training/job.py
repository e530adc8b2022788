"""The fine-tuning job: corpus in, run folder out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mulm_core.jobs import JobContext
from mulm_core.training.recipe import Recipe
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class TrainRequest:
    """Fine-tune ``model`` (an id or a folder) on ``corpus`` from ``source`` to ``target``.

    ``name`` is what the run is called; empty: made from the corpus and the direction.
    """

    workspace: Workspace
    model: str
    corpus: str
    source: str
    target: str
    recipe: Recipe = field(default_factory=Recipe)
    name: str = ""


@dataclass(frozen=True)
class TrainResult:
    """What came of a run; ``best`` and ``zero_shot`` hold dev scores (bleu, chrf, loss, step).

    ``seconds`` leaves out paused time; ``stopped`` tells that it ended before its last step.
    """

    run: str
    steps: int
    seconds: float
    best: dict[str, Any]
    zero_shot: dict[str, Any]
    pairs: int
    stopped: bool


def train(ctx: JobContext, request: TrainRequest) -> TrainResult:
    """Fine-tune an adapter; :class:`Cancelled` leaves no run, ``ctx.stop()`` keeps the best.

    Raises :class:`UserError` for a model, corpus or language that does not fit.
    """
    from mulm_core.training.loop import run_training

    return run_training(ctx, request)
