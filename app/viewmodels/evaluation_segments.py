"""The segments of an evaluation: found, filtered and sorted beside the GUI thread, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.i18n import number, tr
from app.viewmodels.evaluation_scores import CLEAR, system_titles
from mulm_core.evaluation import Evaluation, SystemResult, by_length


@dataclass(frozen=True)
class SegmentRow:
    """One segment; ``difference`` is sentence chrF of the second system minus the first."""

    number: int  # position in the test set, from 0
    source: str
    reference: str
    first: str
    second: str
    first_chrf: float
    second_chrf: float

    @property
    def difference(self) -> float:
        """Above zero: the second system won."""
        return self.second_chrf - self.first_chrf


@dataclass(frozen=True)
class Filter:
    """Segments that have something in common; ``segments`` are their numbers in order."""

    key: str
    title: str
    segments: tuple[int, ...]


@dataclass(frozen=True)
class SegmentQuery:
    """Which segments of two systems (places in the evaluation) to list, and in which order.

    ``text`` is looked for in sources, references and translations, whatever its case; ``only`` are
    the segments to choose from. ``key`` is ``difference``, ``number`` or ``score``.
    """

    first: int = 0
    second: int = 0
    text: str = ""
    only: tuple[int, ...] | None = None
    key: str = "difference"
    descending: bool = True


def found_segments(evaluation: Evaluation, query: SegmentQuery) -> list[int]:
    """The numbers of the segments in the order asked for."""
    import numpy as np

    chosen = np.arange(len(evaluation.sources))
    if query.only is not None:
        chosen = chosen[list(query.only)]
    if query.text:
        texts = _texts(evaluation, query)
        wanted = query.text.casefold()
        holds = (any(wanted in text[at].casefold() for text in texts) for at in chosen.tolist())
        chosen = chosen[np.fromiter(holds, bool, len(chosen))]
    if query.key != "number":
        values = np.array(evaluation.systems[query.second].sentence_chrf)
        if query.key == "difference":
            values = values - np.array(evaluation.systems[query.first].sentence_chrf)
        # Of equal segments the first of the test set comes first, whatever the direction.
        chosen = chosen[np.argsort(-values[chosen] if query.descending else values[chosen],
                                   kind="stable")]  # fmt: skip
    elif query.descending:
        chosen = chosen[::-1]
    found: list[int] = chosen.tolist()
    return found


def _texts(evaluation: Evaluation, query: SegmentQuery) -> list[Sequence[str]]:
    systems = (evaluation.systems[at] for at in {query.first, query.second})
    return [evaluation.sources, *evaluation.streams, *(one.hypotheses for one in systems)]


def segment_row(evaluation: Evaluation, query: SegmentQuery, at: int) -> SegmentRow:
    """One segment with what the two systems of the query made of it."""
    first, second = evaluation.systems[query.first], evaluation.systems[query.second]
    return SegmentRow(
        at,
        evaluation.sources[at],
        evaluation.references[at],
        first.hypotheses[at],
        second.hypotheses[at],
        first.sentence_chrf[at],
        second.sentence_chrf[at],
    )


def segment_filters(evaluation: Evaluation, first: int, second: int) -> tuple[Filter, ...]:
    """What the segments can be narrowed to: who won, leaked ones, and what is wrong with some."""
    titles = system_titles(evaluation.systems)
    found = []
    if first != second:
        gains = list(
            zip(
                evaluation.systems[first].sentence_chrf,
                evaluation.systems[second].sentence_chrf,
                strict=True,
            )
        )
        title = titles[second]
        better = tuple(at for at, (a, b) in enumerate(gains) if b - a > CLEAR)
        worse = tuple(at for at, (a, b) in enumerate(gains) if a - b > CLEAR)
        found.append(Filter("better", tr("{system} is better", system=title), better))
        found.append(Filter("worse", tr("{system} is worse", system=title), worse))
    found.append(Filter("leaked", tr("In the training data"), evaluation.leaked))
    for at in dict.fromkeys((first, second)):
        found += _flaws(evaluation.systems[at], titles[at], at)
    found += [
        Filter(f"length:{title}", tr("References of {words} words", words=title), segments)
        for title, segments in by_length(evaluation)
    ]
    return tuple(
        Filter(one.key, f"{one.title} ({number(len(one.segments))})", one.segments)
        for one in found
        if one.segments
    )


def _flaws(result: SystemResult, title: str, at: int) -> list[Filter]:
    figures = result.figures
    if figures is None:
        return []
    kinds = (
        ("numbers", tr("{system}: other numbers"), figures.numbers),
        ("placeholders", tr("{system}: other placeholders"), figures.placeholders),
        ("language", tr("{system}: another language"), figures.language),
        ("terms", tr("{system}: terms missed"), figures.terms),
    )
    return [
        Filter(f"{key}:{at}", template.format(system=title), kept.broken)
        for key, template, kept in kinds
    ]
