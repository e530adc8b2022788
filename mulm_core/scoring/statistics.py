"""Sentence statistics, counted once: corpus scores, intervals and tests are sums of their rows.

The counting is sacrebleu's, and so is the score of a sum: whatever is computed from them equals
what the ``sacrebleu`` command prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from mulm_core.jobs.processes import spread
from mulm_core.scoring.metrics import Metrics, Score, check_lengths, make_metrics
from mulm_core.scoring.neural import BertScore
from mulm_core.scoring.options import ScoreOptions

if TYPE_CHECKING:
    import numpy as np

_BATCH = 100  # segments: less than a second of work, the time that a cancel may take
_WORTH_PROCESSES = 400_000  # characters to score; starting helpers takes as long
_CHRF_COLUMNS = 18  # three counts for each of six orders


@dataclass(frozen=True)
class Statistics:
    """What one system's segments count, by metric: float64 of shape (segments, columns)."""

    rows: dict[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.rows["bleu"])

    def of(self, segments: Sequence[int]) -> Statistics:
        """The statistics of some segments only."""
        chosen = list(segments)
        return Statistics({key: rows[chosen] for key, rows in self.rows.items()})


class Scorer:
    """Scores for one target language and number of references; see :func:`make_metrics`."""

    def __init__(self, target: str, options: ScoreOptions, references: int = 1) -> None:
        self.options = options
        self.metrics = make_metrics(target, options, references)
        self._make = partial(make_metrics, target, options, references)
        self._neural = BertScore(options.bertscore) if options.bertscore else None
        if self._neural is not None:
            self._neural.num_refs = references
            self.metrics["bertscore"] = self._neural

    def gather(
        self,
        systems: Sequence[Sequence[str]],
        streams: Sequence[Sequence[str]],
        check: Callable[[], None] = lambda: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> list[Statistics]:
        """The statistics of each system's hypotheses; ``streams`` are the references.

        Work is spread over all cores where there is much. Raises :class:`UserError` where the
        lengths differ or nothing is there; ``check`` may raise.
        """
        for hypotheses in systems:
            check_lengths(hypotheses, streams)
        total = len(streams[0])
        size = sum(len(text) for texts in (*systems, *streams) for text in texts)
        work = partial(_count, self._make)
        parts: list[list[dict[str, np.ndarray]]] = []
        with closing(
            spread(work, _batches(systems, streams), check, worth_helpers=size >= _WORTH_PROCESSES)
        ) as results:
            for part in results:
                parts.append(part)
                progress(min(total, len(parts) * _BATCH), total)
        found = [_joined([part[at] for part in parts]) for at in range(len(systems))]
        if self._neural is not None:
            for one, rows in zip(found, self._neural.rows(systems, streams, check), strict=True):
                one["bertscore"] = rows
        return [Statistics(rows) for rows in found]

    def scores(self, statistics: Statistics) -> Metrics:
        """The corpus scores, without intervals."""
        return Metrics(
            **{
                key: Score(
                    float(metric._compute_score_from_stats(_sum(statistics.rows[key])).score),
                    str(metric.get_signature()),
                )
                for key, metric in self.metrics.items()
            }
        )

    def sentence_chrf(self, statistics: Statistics) -> tuple[float, ...]:
        """The chrF2 of each segment, 0 to 100."""
        return _each(self.metrics["chrf"], statistics.rows["chrf"])

    def sentence_bleu(self, statistics: Statistics) -> tuple[float, ...]:
        """The BLEU of each segment, 0 to 100, as sacrebleu scores single sentences."""
        from sacrebleu.metrics import BLEU

        # The orders that a short sentence cannot have do not count; the tokens are counted already.
        return _each(BLEU(effective_order=True, force=True), statistics.rows["bleu"])


def _batches(
    systems: Sequence[Sequence[str]], streams: Sequence[Sequence[str]]
) -> Iterator[tuple[list[list[str]], list[list[str]]]]:
    for start in range(0, len(streams[0]), _BATCH):
        # The command strips the end of every line it reads; so the same text gives the same number.
        yield tuple(  # type: ignore[misc]
            [[text.rstrip() for text in texts[start : start + _BATCH]] for texts in side]
            for side in (systems, streams)
        )


def _count(
    make: Callable[[], dict[str, Any]], batch: tuple[list[list[str]], list[list[str]]]
) -> list[dict[str, np.ndarray]]:
    """The statistics of some segments, for each system; runs in a helper process or here."""
    import numpy as np

    systems, streams = batch
    found: list[dict[str, np.ndarray]] = [{} for _ in systems]
    for key, metric in make().items():
        if key == "chrf" and len(streams) == 1:
            continue  # its counts are the first of chrF2++'s
        references = metric._cache_references(streams)
        metric._ref_cache = references
        for hypotheses, rows in zip(systems, found, strict=True):
            counts = metric._extract_corpus_statistics(hypotheses, None)
            rows[key] = np.array(counts, np.float64)
    if len(streams) == 1:
        for rows in found:
            rows["chrf"] = rows["chrfpp"][:, :_CHRF_COLUMNS]
    return found


def _joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    import numpy as np

    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def _sum(rows: np.ndarray) -> list[float]:
    total: list[float] = rows.sum(0).tolist()
    return total


def _each(metric: Any, rows: np.ndarray) -> tuple[float, ...]:
    return tuple(float(metric._compute_score_from_stats(row).score) for row in rows.tolist())
