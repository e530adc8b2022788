"""The fine-tuning job: corpus in, run folder out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mulm_core.jobs import JobContext
from mulm_core.runs import Run
from mulm_core.settings import load_settings
from mulm_core.training.recipe import Recipe
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class Task:
    """A corpus in one direction."""

    corpus: str
    source: str
    target: str

    @property
    def direction(self) -> tuple[str, str]:
        """The languages, source first."""
        return self.source, self.target


@dataclass(frozen=True)
class TrainRequest:
    """Fine-tune ``model`` (an id or a folder) on ``corpus`` from ``source`` to ``target``.

    ``name`` is what the run is called; empty: made from the corpus and the direction.
    ``from_run`` names a run of the same model whose adapter is the start; empty: a fresh one.
    ``further`` corpora and directions are learnt at the same time. ``general`` is a file or a
    corpus of another domain, on which forgetting is measured; empty: what comes with the program.
    ``language_as`` and ``add_language`` name, for a language that the model does not know, a known
    one: the former borrows its code, the latter learns a token that starts as a copy of its own.
    ``trackers`` hear of the run, too; None: those of the settings.
    """

    workspace: Workspace
    model: str
    corpus: str
    source: str
    target: str
    recipe: Recipe = field(default_factory=Recipe)
    name: str = ""
    from_run: str = ""
    further: tuple[Task, ...] = ()
    general: str = ""
    language_as: Mapping[str, str] = field(default_factory=dict, hash=False)
    add_language: Mapping[str, str] = field(default_factory=dict, hash=False)
    trackers: tuple[str, ...] | None = None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All that is learnt, each task once."""
        return tuple(dict.fromkeys((Task(self.corpus, self.source, self.target), *self.further)))


@dataclass(frozen=True)
class ResumeRequest:
    """Go on with ``run``, which was interrupted, failed or stopped, from its last checkpoint.

    ``trackers`` hear of it, too; None: those of the settings.
    """

    workspace: Workspace
    run: str
    trackers: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TrainResult:
    """What came of a run; ``best`` and ``zero_shot`` hold dev scores (bleu, chrf, loss, step).

    ``best`` are the scores of what the run keeps, which may be worse than those of the base;
    ``start`` those of the run that it goes on from, which are the best where nothing was better
    (empty where it goes on from none).
    They hold general_bleu and general_chrf as well where there was general text to score.
    ``seconds`` leaves out paused time; ``stopped`` tells that a person ended it before its last
    step, ``stopped_because`` is epochs, max_steps, max_minutes, patience or person. The rates count
    the training steps' time alone; ``peak_memory_mb`` is in MiB, a GPU's included. ``warnings``
    were told at the start, or at the end where the base or that start is no worse.
    """

    run: str
    steps: int
    seconds: float
    best: dict[str, Any]
    zero_shot: dict[str, Any]
    pairs: int
    stopped: bool
    stopped_because: str
    dev_loss: float
    pairs_per_second: float
    target_tokens_per_second: float
    peak_memory_mb: float
    warnings: tuple[str, ...] = ()
    start: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProbeResult:
    """What a run will cost here; times in seconds, memory and disk in MiB, a GPU's included.

    ``error`` is the share by which ``seconds`` may be wrong; a run that stops early takes less.
    ``fits`` tells whether memory suffices; if not, ``batch_tokens`` is a batch size with which it
    does, else the recipe's own. ``disk_mb`` is what the run's folder takes at the most.
    """

    seconds: float
    error: float
    steps: int
    step_seconds: float
    evaluation_seconds: float
    memory_mb: float
    free_memory_mb: float
    fits: bool
    batch_tokens: int
    trainable: int
    disk_mb: float
    free_disk_mb: float


def train(ctx: JobContext, request: TrainRequest | ResumeRequest) -> TrainResult:
    """Fine-tune by the recipe's method; ``ctx.stop()`` keeps the best.

    :class:`Cancelled` leaves no run, or one that was resumed with its last checkpoint. Raises
    :class:`UserError` for a model, corpus or language that does not fit, and for a run that
    cannot go on.
    """
    from mulm_core.training.loop import run_training
    from mulm_core.training.trackers import tracking

    names = request.trackers
    if names is None:
        names = load_settings(request.workspace).trackers
    with tracking(ctx, request.workspace, names):
        return run_training(ctx, request)


def probe(ctx: JobContext, request: TrainRequest) -> ProbeResult:
    """Prepare as training would, make a few steps, score the dev set once; nothing is kept.

    Raises :class:`UserError` for what does not fit together, :class:`EngineError` where memory
    does not even suffice for one pair.
    """
    from mulm_core.training.probing import run_probe

    return run_probe(ctx, request)


def training_pairs(workspace: Workspace, tasks: Sequence[Task]) -> int:
    """About how many pairs a run on these tasks learns from, for the recipe to be fitted to.

    A corpus that is missing counts nothing: the run itself will say so.
    """
    from mulm_core.corpus import find_corpus

    found = (find_corpus(workspace, task.corpus) for task in tasks)
    return sum(info.splits.get("train", 0) for info in found if info)


def result_of(run: Run) -> TrainResult:
    """What the manifest of a run that has ended tells."""
    manifest = run.manifest
    return TrainResult(
        run=run.id,
        steps=manifest.steps,
        seconds=manifest.seconds,
        best=dict(manifest.best),
        zero_shot=dict(manifest.zero_shot),
        pairs=manifest.pairs,
        stopped=manifest.status == "stopped",
        stopped_because=manifest.stopped_because,
        dev_loss=(manifest.best or manifest.zero_shot)["loss"],
        pairs_per_second=manifest.pairs_per_second,
        target_tokens_per_second=manifest.target_tokens_per_second,
        peak_memory_mb=manifest.peak_memory_mb,
        warnings=tuple(manifest.warnings),
        start=dict(manifest.start),
    )
