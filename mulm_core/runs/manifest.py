"""The record of one run: what went in, how it went, what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

FORMAT = 1
_SCORES = ("zero_shot", "start", "best", "history", "signatures", "steps")


@dataclass
class RunManifest:
    """All that is known of a run; written as ``manifest.json``, UTF-8, whole at every change.

    ``status``: running, finished, stopped (early, by the person), interrupted (its process is
    gone) or failed. ``created`` is ISO 8601 with offset; ``seconds`` leaves out paused time.
    ``zero_shot`` (the base's) and ``best`` hold dev bleu, chrf, loss and step, ``history`` all of
    them in order; ``best`` are those of what ``adapter/`` holds, which may be worse than the
    base's. ``start`` are those of the run that this one goes on from (``parent``), at step 0; where
    nothing was better, they are ``best``, too. Other runs have none. ``process`` is the pid and
    start time of the process that trains. ``leaked`` counts the pairs that were not trained on
    because they overlap with dev or test. ``tasks`` are all corpora
    and directions that are learnt (corpus, source, target, corpus_hash, pairs), of which
    ``corpus``, ``source`` and ``target`` tell the first; scores are means over the directions,
    whose own are in ``history`` where there are several. ``general`` is where the general text is
    from (empty: what comes with the program), whose scores stand beside the dev scores.
    ``language_as`` and ``add_language`` are languages that the model learns, each with the known
    one whose code it borrows, or whose token its own started from. ``warnings`` were told at the
    start, or at the end where the base or the run's start is no worse than what was learnt.
    ``parent`` is the run this one goes on from. ``incidents`` tell what went wrong and was mended:
    kind (not-a-number, out-of-memory, evaluation-out-of-memory), step and text.
    ``stopped_because`` is epochs, max_steps, max_minutes, patience or person; rates count the
    training steps' time alone.
    """

    id: str
    name: str
    created: str
    status: str
    model: str
    model_hash: str
    corpus: str
    corpus_hash: str
    source: str
    target: str
    recipe: dict[str, Any]
    seed: int
    versions: dict[str, str] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    pairs: int = 0
    dev_pairs: int = 0
    leaked: int = 0
    tasks: list[dict[str, Any]] = field(default_factory=list)
    language_as: dict[str, str] = field(default_factory=dict)
    add_language: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    general: str = ""
    general_segments: int = 0
    steps: int = 0
    total_steps: int = 0
    seconds: float = 0.0
    zero_shot: dict[str, Any] = field(default_factory=dict)
    start: dict[str, Any] = field(default_factory=dict)
    best: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    signatures: dict[str, str] = field(default_factory=dict)
    error: str = ""
    parent: str = ""
    note: str = ""
    trainable: int = 0
    incidents: list[dict[str, Any]] = field(default_factory=list)
    stopped_because: str = ""
    pairs_per_second: float = 0.0
    target_tokens_per_second: float = 0.0
    peak_memory_mb: float = 0.0
    process: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def count_incidents(self, kind: str) -> int:
        """How often something of this kind was mended."""
        return sum(incident["kind"] == kind for incident in self.incidents)

    def scores(self) -> dict[str, Any]:
        """The dev scores up to now, for a checkpoint."""
        return {name: getattr(self, name) for name in _SCORES}

    def set_scores(self, values: Mapping[str, Any]) -> None:
        """Put back what :meth:`scores` gave."""
        for name in _SCORES:
            if name in values:  # an earlier version's checkpoint lacks some
                setattr(self, name, values[name])

    def forget_scores(self) -> None:
        """Be as before the first evaluation."""
        self.zero_shot, self.start, self.best = {}, {}, {}
        self.history, self.signatures, self.steps = [], {}, 0

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunManifest:
        """The manifest in ``values``; keys of a later version are left out.

        Raises :class:`TypeError` where a key that every version has is missing.
        """
        known = {item.name for item in fields(cls)}
        return cls(**{key: value for key, value in values.items() if key in known})
