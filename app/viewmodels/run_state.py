"""One run at a moment, and its curves: made from what a job tells, or from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.i18n import duration, score, signed, tr
from mulm_core.training import SampleTranslation

__all__ = ["CURVES", "Curves", "RunState", "SampleTranslation", "Scores", "points", "summary"]

_OF_STEPS = {
    name: name
    for name in (
        "loss",
        "learning_rate",
        "grad_norm",
        "tokens_per_s",
        "memory_mb",
        "gpu_memory_mb",
    )
}
_OF_SCORES = {
    "dev_loss": "loss",
    "bleu": "bleu",
    "chrf": "chrf",
    "general_bleu": "general_bleu",
    "general_chrf": "general_chrf",
}
_FIELDS = {"train": _OF_STEPS, "dev": _OF_SCORES}

CURVES = ("smooth_loss", *_OF_STEPS, *_OF_SCORES)
"""The curves of a run; x is the step."""

_MIB = 2**20
_BUSY = ("starting", "running", "paused", "stopping")
_MEMORY = 0.9  # share of the smoothed loss that stays at each step: about twenty steps' mean


@dataclass(frozen=True)
class Scores:
    """Dev scores at one step: BLEU and chrF from 0 to 100, loss in nats per token."""

    step: int
    bleu: float
    chrf: float
    loss: float

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Scores | None:
        """The scores of a manifest or of a line of metrics.jsonl; None where there are none."""
        try:
            figures = (float(values[name]) for name in ("bleu", "chrf", "loss"))
            return cls(int(values.get("step", 0)), *figures)
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True)
class RunState:
    """A run at one moment.

    ``phase`` is idle, starting, running, paused, stopping, finished, stopped, interrupted,
    cancelled, failed or elsewhere (another process trains it). Times are in seconds; ``message``
    says what it does before its first step, ``incidents`` what a person should know: what may
    disappoint, what went wrong and was mended.
    """

    phase: str = "idle"
    run: str = ""
    name: str = ""
    note: str = ""
    source: str = ""
    target: str = ""
    message: str = ""
    device: str = ""
    pairs: int = 0
    dev_pairs: int = 0
    step: int = 0
    total_steps: int = 0
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    zero_shot: Scores | None = None
    latest: Scores | None = None
    best: Scores | None = None
    samples: tuple[SampleTranslation, ...] = ()
    incidents: tuple[str, ...] = ()
    error: str = ""
    details: str = ""

    @property
    def busy(self) -> bool:
        """Whether its job has not ended."""
        return self.phase in _BUSY

    @property
    def usable(self) -> bool:
        """Whether there is an adapter to translate with."""
        return self.phase in ("finished", "stopped", "interrupted") and bool(self.run)

    @property
    def gain(self) -> float | None:
        """BLEU on dev that the best checkpoint has above the base model; None before it is known.

        It is 0 where nothing that was learnt is better than what the run started from.
        """
        if self.best is None or self.zero_shot is None:
            return None
        return self.best.bleu - self.zero_shot.bleu if self.best.step else 0.0

    @property
    def resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.phase in ("interrupted", "stopped", "failed") and bool(self.run)


def points(kind: str, values: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """What an event or a line of metrics.jsonl adds to the curves; *kind* is train or dev."""
    for curve, name in _FIELDS.get(kind, {}).items():
        value = values.get(name)
        if name.endswith("_mb"):
            value = value * _MIB / 1e6 if value else None  # as memory is told everywhere here
        if isinstance(value, int | float):
            yield curve, value


@dataclass
class Curves:
    """The points of every curve, and the training loss smoothed as it grows."""

    points: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {name: [] for name in CURVES}
    )
    _mean: float = 0.0
    _weight: float = 0.0

    def add(self, curve: str, x: float, y: float) -> list[tuple[str, float, float]]:
        """Append a point; returns it, with the point of the smoothed loss where it is one."""
        added = [(curve, x, y)]
        if curve == "loss":
            # The mean starts at the first value, not at zero, by dividing by the weights' sum.
            self._mean = _MEMORY * self._mean + (1 - _MEMORY) * y
            self._weight = _MEMORY * self._weight + (1 - _MEMORY)
            added.append(("smooth_loss", x, self._mean / self._weight))
        for name, at, value in added:
            self.points[name].append((at, value))
        return added

    def cut(self, step: float) -> bool:
        """Forget points from *step* on, which are trained again; False where there are none."""
        late = False
        for of_curve in self.points.values():
            while of_curve and of_curve[-1][0] >= step:
                of_curve.pop()
                late = True
        return late

    def extend(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Append what lines of metrics.jsonl tell."""
        for line in lines:
            for curve, value in points(str(line.get("kind")), line):
                self.add(curve, line["step"], value)


def summary(state: RunState) -> str:
    """A finished run in one sentence: what was gained, in what time, and where the best lies."""
    time = duration(state.elapsed_s)
    best, base, gain = state.best, state.zero_shot, state.gain
    if best is None or base is None or gain is None:
        return tr("Trained for {time}.", time=time)
    if gain > 0:
        return tr(
            "{gain} BLEU on dev in {time}; best at step {step}.",
            gain=signed(gain),
            time=time,
            step=best.step,
        )
    if best.bleu > base.bleu:
        return tr("No gain on dev in {time}: what this run went on from stays ahead.", time=time)
    return tr(
        "No gain on dev in {time}: {best} BLEU at best, and the base model alone has {base}.",
        time=time,
        best=score(best.bleu),
        base=score(base.bleu),
    )
