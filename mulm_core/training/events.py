"""What a fine-tuning run tells while it works: the window's charts and the log live on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mulm_core.jobs import Event


@dataclass(frozen=True)
class RunStarted(Event):
    """The run's folder exists and training is about to begin.

    ``run`` is the run's id, ``pairs`` and ``dev_pairs`` count the segments used after filtering.
    ``warnings`` are sentences about what may disappoint, such as a script the model cannot spell.
    """

    run: str
    total_steps: int
    device: str
    pairs: int
    dev_pairs: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrainStep(Event):
    """One optimizer step.

    ``loss`` is nats per target token with label smoothing, ``tokens_per_s`` counts target tokens
    since the previous event, ``elapsed_s`` leaves out paused time, ``remaining_s`` includes the
    evaluations still to come (None until known). ``grad_norm`` is that before clipping;
    ``memory_mb`` is what the process holds and ``gpu_memory_mb`` what it has taken of the GPU, in
    MiB (None without one).
    """

    step: int
    total_steps: int
    epoch: float
    loss: float
    learning_rate: float
    grad_norm: float
    tokens_per_s: float
    elapsed_s: float
    remaining_s: float | None
    memory_mb: float = 0.0
    gpu_memory_mb: float | None = None


@dataclass(frozen=True)
class SampleTranslation:
    """One fixed dev segment as the base and the adapted model translate it."""

    source: str
    reference: str
    zero_shot: str
    now: str


@dataclass(frozen=True)
class DirectionScores:
    """One direction's share in the dev scores of a run with several."""

    source: str
    target: str
    loss: float
    bleu: float
    chrf: float


@dataclass(frozen=True)
class DevEvaluated(Event):
    """Scores on the dev segments after ``step`` steps; step 0 is the base model (zero-shot).

    A run that goes on from another scores what it starts from next, at step 0 as well: ``start`` is
    true there alone. ``is_best`` tells whether these scores are better than all before, the base's
    and the start's included.
    ``loss`` is nats per target token without label smoothing; BLEU and chrF go from 0 to 100.
    ``general_bleu`` and ``general_chrf`` are scores on text outside the corpus' domain (None where
    there is none): they fall where the model forgets. Of several ``directions``, whose own scores
    these are, the other scores are means; empty for one.
    """

    step: int
    loss: float
    bleu: float
    chrf: float
    samples: tuple[SampleTranslation, ...]
    is_best: bool
    general_bleu: float | None = None
    general_chrf: float | None = None
    directions: tuple[DirectionScores, ...] = ()
    start: bool = False


@dataclass(frozen=True)
class CheckpointSaved(Event):
    """A checkpoint folder is complete on disk: after a crash nothing before it is lost."""

    step: int
    path: Path
