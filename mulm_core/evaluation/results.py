"""What an evaluation found out: plain, immutable data that a file holds and a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from mulm_core.evaluation.testset import TestSet
from mulm_core.scoring import Metrics, Significance, drawn_signature

FORMAT = 2


@dataclass(frozen=True)
class Kept:
    """Of how many segments something is asked, and which (from 0) do not have it."""

    of: int
    broken: tuple[int, ...] = ()

    @property
    def kept(self) -> int:
        """How many segments have it."""
        return self.of - len(self.broken)

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where it is asked of no segment."""
        return self.kept / self.of if self.of else None


@dataclass(frozen=True)
class Figures:
    """What else can be counted of a system's translations, beside its scores.

    ``tokens`` are those of BLEU and ``length_ratio`` theirs to the reference's; ``exact`` counts
    the translations that are equal to a reference, ``empty`` those without a word. ``numbers``,
    ``placeholders`` and ``terms`` are to be kept, and the ``language`` to be the one asked for.
    """

    tokens: int
    length_ratio: float
    exact: int
    empty: int
    numbers: Kept
    placeholders: Kept
    language: Kept
    terms: Kept


@dataclass(frozen=True)
class SystemResult:
    """One system on the test set.

    ``sentence_chrf`` and ``sentence_bleu`` are 0 to 100 a segment, ``seconds`` the time of
    translating; 0 for another system's outputs, which were read from ``file``. ``significance``
    compares with the baseline, by metric: empty for itself. ``without_leaks`` and
    ``significance_without_leaks`` are both without the segments that a run's training data gives
    away; None and empty where there are none.
    """

    system: str
    title: str
    metrics: Metrics
    hypotheses: tuple[str, ...]
    sentence_chrf: tuple[float, ...]
    seconds: float
    sentence_bleu: tuple[float, ...] = ()
    file: str = ""
    figures: Figures | None = None
    significance: dict[str, Significance] = field(default_factory=dict)
    without_leaks: Metrics | None = None
    significance_without_leaks: dict[str, Significance] = field(default_factory=dict)

    @property
    def run(self) -> str:
        """The id of the run that translated; empty for models and other systems."""
        mine = self.system.startswith("run:") and not self.file
        return self.system.removeprefix("run:") if mine else ""

    @property
    def segments_per_second(self) -> float | None:
        """How fast it translated; None for outputs that were given."""
        return len(self.hypotheses) / self.seconds if self.seconds else None

    @property
    def tokens_per_second(self) -> float | None:
        """The same in tokens, as BLEU counts them."""
        return self.figures.tokens / self.seconds if self.seconds and self.figures else None


@dataclass(frozen=True)
class FailedSystem:
    """A system that ended in an error, in a sentence, while others went on."""

    system: str
    title: str
    failure: str


@dataclass(frozen=True)
class Leakage:
    """Segments (from 0) of the test set that are also in a run's training data.

    ``exact`` have the source or reference of a training pair but for case and spacing, ``near``
    almost (``likeness``, a share of their letter sequences, or more). ``problem`` says why nothing
    can be told, or only of a part.
    """

    run: str
    corpora: tuple[str, ...]
    pairs: int = 0
    exact: tuple[int, ...] = ()
    near: tuple[int, ...] = ()
    likeness: float = 0.0
    problem: str = ""

    @property
    def segments(self) -> tuple[int, ...]:
        """All leaked segments in order."""
        return tuple(sorted({*self.exact, *self.near}))


@dataclass(frozen=True)
class WordCounts:
    """How often the training data of ``run`` holds the words of the test set."""

    run: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Evaluation:
    """All that was measured on one test set; ``created`` is ISO 8601 with offset.

    ``options`` are those of the search, ``scoring`` those of the scores, with their seed. The first
    of ``systems`` is the baseline, which the others are compared with; ``failures`` are the systems
    that could not be scored. ``further`` are more references, ``terms`` the glossary's pairs;
    ``words`` are counted for the first run whose training data could be read, if any.
    """

    id: str
    created: str
    test_name: str
    test_hash: str
    source: str
    target: str
    sources: tuple[str, ...]
    references: tuple[str, ...]
    options: dict[str, Any]
    systems: tuple[SystemResult, ...]
    further: tuple[tuple[str, ...], ...] = ()
    failures: tuple[FailedSystem, ...] = ()
    scoring: dict[str, Any] = field(default_factory=dict)
    leakage: tuple[Leakage, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    words: WordCounts | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def baseline(self) -> SystemResult:
        """The system that the others are compared with."""
        return self.systems[0]

    @property
    def test(self) -> TestSet:
        """The test set again; it names no files."""
        return TestSet(self.test_name, self.sources, self.references, (), self.further)

    @property
    def streams(self) -> tuple[tuple[str, ...], ...]:
        """All references: one tuple for each stream."""
        return (self.references, *self.further)

    @property
    def leaked(self) -> tuple[int, ...]:
        """The segments that any run's training data gives away, in order."""
        return tuple(sorted({at for found in self.leakage for at in found.segments}))

    @property
    def signatures(self) -> dict[str, str]:
        """The signature of each score with what its interval and its test were drawn from."""
        paired = len(self.systems) > 1
        return {
            key: drawn_signature(score.signature, self.scoring, paired=paired)
            for key, score in self.baseline.metrics.items()
        }

    def difference(self, index: int) -> tuple[float, ...]:
        """Sentence chrF of system ``index`` minus that of the baseline, a segment each."""
        first = self.systems[0].sentence_chrf
        other = self.systems[index].sentence_chrf
        return tuple(b - a for a, b in zip(first, other, strict=True))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        told = {"baseline": self.baseline.system, "signatures": self.signatures}
        return {"format": FORMAT, **told, **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Evaluation:
        """The evaluation in ``values``, also of format 1.

        Raises :class:`KeyError` or :class:`TypeError` where there is none.
        """
        return cls(
            **{key: values[key] for key in _PLAIN},
            sources=tuple(values["sources"]),
            references=tuple(values["references"]),
            systems=tuple(map(_system, values["systems"])),
            further=tuple(map(tuple, values.get("further", ()))),
            failures=tuple(FailedSystem(**one) for one in values.get("failures", ())),
            scoring=values.get("scoring", {}),
            leakage=tuple(map(_leakage, values.get("leakage", ()))),
            terms=tuple((left, right) for left, right in values.get("terms", ())),
            words=WordCounts(**words) if (words := values.get("words")) else None,
            versions=values.get("versions", {}),
        )


_PLAIN = ("id", "created", "test_name", "test_hash", "source", "target", "options")


def _system(values: Mapping[str, Any]) -> SystemResult:
    figures, without = values.get("figures"), values.get("without_leaks")
    return SystemResult(
        system=values["system"],
        title=values["title"],
        metrics=Metrics.from_dict(values["metrics"]),
        hypotheses=tuple(values["hypotheses"]),
        sentence_chrf=tuple(values["sentence_chrf"]),
        seconds=values["seconds"],
        sentence_bleu=tuple(values.get("sentence_bleu", ())),
        file=values.get("file", ""),
        figures=_figures(figures) if figures else None,
        significance=_significance(values.get("significance", {})),
        without_leaks=Metrics.from_dict(without) if without else None,
        significance_without_leaks=_significance(values.get("significance_without_leaks", {})),
    )


def _significance(values: Mapping[str, Any]) -> dict[str, Significance]:
    return {key: Significance(**found) for key, found in values.items()}


def _figures(values: Mapping[str, Any]) -> Figures:
    read: dict[str, Any] = {
        key: Kept(value["of"], tuple(value["broken"])) if isinstance(value, dict) else value
        for key, value in values.items()
    }
    return Figures(**read)


def _leakage(values: Mapping[str, Any]) -> Leakage:
    lists = ("corpora", "exact", "near")
    return Leakage(**{**values, **{key: tuple(values[key]) for key in lists}})
