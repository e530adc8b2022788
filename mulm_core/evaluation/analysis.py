"""What the scores are made of: segments, lengths, words and n-grams, for plots and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from mulm_core.errors import UserError
from mulm_core.evaluation.results import Evaluation, SystemResult
from mulm_core.evaluation.words import NGram, count_in_references, ngrams_gained, words_of
from mulm_core.jobs import JobContext

BINS = 20
_LENGTHS = (10, 20, 30, 40, 60)  # words of the reference, where a new bucket begins
_FREQUENCIES = (1, 10, 100)  # times seen
_NGRAMS = 30

Check = Callable[[], None]


@dataclass(frozen=True)
class Bucket:
    """Segments, or words, of one kind: how many, and how each system fares (0 to 100, or None)."""

    title: str
    count: int
    scores: tuple[float | None, ...]


@dataclass(frozen=True)
class Segment:
    """One segment in all systems' words; ``number`` is its place in the test set, from 0.

    ``bleu`` and ``chrf`` are each system's, empty where the evaluation is of a version that did
    not keep them; ``difference`` is the chrF of one system minus that of another.
    """

    number: int
    source: str
    references: tuple[str, ...]
    hypotheses: tuple[str, ...]
    bleu: tuple[float, ...]
    chrf: tuple[float, ...]
    difference: float
    leaked: bool


@dataclass(frozen=True)
class AnalysisRequest:
    """Analyse ``evaluation``; ``second`` is compared with ``first`` (places of the systems)."""

    evaluation: Evaluation
    first: int = 0
    second: int = 1
    metric: str = "chrf"


@dataclass(frozen=True)
class Analysis:
    """Everything at once: see the functions of this module.

    ``histograms`` have a count for each of :data:`BINS` bins, one tuple a system; ``points`` are
    (first, second) a segment. Both are 0 to 100. For a single system ``points``, ``gained`` and
    ``lost`` are empty.
    """

    histograms: tuple[tuple[int, ...], ...]
    points: tuple[tuple[float, float], ...]
    lengths: tuple[Bucket, ...]
    frequencies: tuple[Bucket, ...]
    gained: tuple[NGram, ...]
    lost: tuple[NGram, ...]


def analyse(ctx: JobContext, request: AnalysisRequest) -> Analysis:
    """The job: all of the analysis for one pair of systems."""
    evaluation, first, second = request.evaluation, request.first, request.second
    pair = max(first, second) < len(evaluation.systems) and first != second
    ctx.report(0, 4, "Analysing")
    parts = (histograms(evaluation, request.metric), lengths(evaluation, request.metric))
    ctx.report(1, 4, "Counting words")
    by_frequency = frequencies(evaluation, ctx.check)
    ctx.report(2, 4, "Comparing n-grams")
    gained = ngrams_gained(evaluation, first, second, _NGRAMS, ctx.check) if pair else ()
    ctx.report(3, 4, "Comparing n-grams")
    lost = ngrams_gained(evaluation, second, first, _NGRAMS, ctx.check) if pair else ()
    points = scatter(evaluation, first, second, request.metric) if pair else ()
    return Analysis(parts[0], points, parts[1], by_frequency, gained, lost)


def sentence_scores(result: SystemResult, metric: str = "chrf") -> tuple[float, ...]:
    """A system's score of each segment; raises :class:`UserError` where it was not kept."""
    scores = result.sentence_bleu if metric == "bleu" else result.sentence_chrf
    if len(scores) != len(result.hypotheses):
        raise UserError(
            "this evaluation keeps no sentence BLEU", fix="Evaluate again, or choose chrF"
        )
    return scores


def histograms(evaluation: Evaluation, metric: str = "chrf") -> tuple[tuple[int, ...], ...]:
    """How many segments of each system score in each of :data:`BINS` bins from 0 to 100."""
    found = []
    for result in evaluation.systems:
        counts = Counter(
            min(BINS - 1, int(score * BINS / 100)) for score in sentence_scores(result, metric)
        )
        found.append(tuple(counts[at] for at in range(BINS)))
    return tuple(found)


def scatter(
    evaluation: Evaluation, first: int, second: int, metric: str = "chrf"
) -> tuple[tuple[float, float], ...]:
    """The scores of two systems on each segment."""
    one, other = (sentence_scores(evaluation.systems[at], metric) for at in (first, second))
    return tuple(zip(one, other, strict=True))


def lengths(evaluation: Evaluation, metric: str = "chrf") -> tuple[Bucket, ...]:
    """Mean sentence scores by the length of the reference, in words; without empty buckets."""
    scores = [sentence_scores(result, metric) for result in evaluation.systems]
    return tuple(
        Bucket(title, len(segments), tuple(fmean(one[at] for at in segments) for one in scores))
        for title, segments in by_length(evaluation)
    )


def by_length(evaluation: Evaluation) -> list[tuple[str, tuple[int, ...]]]:
    """The segments (from 0) of each bucket of :func:`lengths`, after its title."""
    places: dict[int, list[int]] = {}
    for at, reference in enumerate(evaluation.references):
        size = len(words_of(reference, evaluation.target))
        places.setdefault(_bucket(size, _LENGTHS), []).append(at)
    titles = _titles((0, *_LENGTHS))
    return [(titles[bucket], tuple(segments)) for bucket, segments in sorted(places.items())]


def frequencies(evaluation: Evaluation, check: Check = lambda: None) -> tuple[Bucket, ...]:
    """How well words are translated (F1, 0 to 100) by how often training has seen them.

    Without a run whose training data could be read, by how often the references have them.
    """
    known = evaluation.words.counts if evaluation.words else count_in_references(evaluation)
    wanted = [Counter(words_of(text, evaluation.target)) for text in evaluation.references]
    titles = _titles((0, *_FREQUENCIES))
    asked = _by_frequency(wanted, known)
    columns = []
    for result in evaluation.systems:
        check()
        given = [Counter(words_of(text, evaluation.target)) for text in result.hypotheses]
        both = [one & other for one, other in zip(wanted, given, strict=True)]
        said, right = _by_frequency(given, known), _by_frequency(both, known)
        columns.append({at: 200 * right[at] / (asked[at] + said[at]) for at in asked})
    return tuple(
        Bucket(titles[at], asked[at], tuple(column[at] for column in columns))
        for at in sorted(asked)
    )


def segments(
    evaluation: Evaluation, first: int = 0, second: int = 1, *, by_difference: bool = True
) -> list[Segment]:
    """All segments; those where system ``second`` gains most on ``first`` come first."""
    leaked = set(evaluation.leaked)
    last = len(evaluation.systems) - 1
    base, other = (evaluation.systems[min(at, last)].sentence_chrf for at in (first, second))
    has_bleu = all(result.sentence_bleu for result in evaluation.systems)
    rows = [
        Segment(
            number=at,
            source=source,
            references=tuple(stream[at] for stream in evaluation.streams),
            hypotheses=tuple(result.hypotheses[at] for result in evaluation.systems),
            bleu=tuple(result.sentence_bleu[at] for result in evaluation.systems if has_bleu),
            chrf=tuple(result.sentence_chrf[at] for result in evaluation.systems),
            difference=other[at] - base[at],
            leaked=at in leaked,
        )
        for at, source in enumerate(evaluation.sources)
    ]
    return sorted(rows, key=lambda row: (-row.difference, row.number)) if by_difference else rows


def _by_frequency(texts: Sequence[Counter[str]], known: dict[str, int]) -> Counter[int]:
    found = Counter[int]()
    for words in texts:
        for word, count in words.items():
            found[_bucket(known.get(word, 0), _FREQUENCIES)] += count
    return found


def _bucket(value: int, starts: Sequence[int]) -> int:
    return sum(value >= start for start in starts)


def _titles(starts: Sequence[int]) -> list[str]:
    """``0``, ``1–9`` … ``100+``."""
    ends = [start - 1 for start in starts[1:]]
    spans = [
        str(low) if low == high else f"{low}–{high}"
        for low, high in zip(starts, ends, strict=False)
    ]
    return [*spans, f"{starts[-1]}+"]
