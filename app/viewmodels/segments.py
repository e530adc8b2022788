"""What an evaluation shows: rows of the scores table and rows of the segment list."""

from __future__ import annotations

from dataclasses import dataclass

from app.i18n import score, signed, tr
from mulm_core.evaluation import Evaluation, SystemResult


@dataclass(frozen=True)
class ScoreCell:
    """One score as shown; ``best`` marks the winner of its column."""

    text: str
    difference: str
    better: bool | None  # than the first system; None for the first system itself
    best: bool
    signature: str


@dataclass(frozen=True)
class TableRow:
    """One system: BLEU, chrF and TER, in this order, and its decoding time in seconds."""

    system: str
    title: str
    role: str  # zero_shot, fine_tuned, or series:N for further systems
    cells: tuple[ScoreCell, ScoreCell, ScoreCell]
    seconds: float


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


_METRICS = ("bleu", "chrf", "ter")


def system_role(results: tuple[SystemResult, ...], index: int) -> str:
    """The colour token: slate for zero-shot, accent for the first run, then the palette."""
    roles = []
    extra = 0
    for result in results:
        wanted = "fine_tuned" if result.system.startswith("run:") else "zero_shot"
        if wanted in roles:
            wanted = f"series:{extra}"
            extra += 1
        roles.append(wanted)
    return roles[index]


def table_rows(evaluation: Evaluation) -> list[TableRow]:
    """One row a system, with the winner of each score marked and the difference to the first."""
    systems = evaluation.systems
    values = {
        name: [getattr(result.metrics, name).score for result in systems] for name in _METRICS
    }
    # TER counts edits: the lowest wins.
    best = {name: (min if name == "ter" else max)(values[name]) for name in _METRICS}
    rows = []
    for index, result in enumerate(systems):
        cells = tuple(_cell(name, index, values[name], best[name], result) for name in _METRICS)
        assert len(cells) == 3
        role = system_role(systems, index)
        rows.append(TableRow(result.system, result.title, role, cells, result.seconds))
    return rows


def _cell(
    name: str, index: int, values: list[float], best: float, result: SystemResult
) -> ScoreCell:
    value = values[index]
    gain = value - values[0]
    shown = round(gain, 1)
    better = None if index == 0 or not shown else (gain < 0 if name == "ter" else gain > 0)
    return ScoreCell(
        text=score(value),
        difference="" if index == 0 else signed(shown),
        better=better,
        best=len(values) > 1 and value == best,
        signature=getattr(result.metrics, name).signature,
    )


def segment_rows(evaluation: Evaluation, first: int, second: int) -> list[SegmentRow]:
    """Every segment with two systems' translations, the second's largest gain first."""
    a, b = evaluation.systems[first], evaluation.systems[second]
    rows = [
        SegmentRow(number, *texts)
        for number, texts in enumerate(
            zip(
                evaluation.sources,
                evaluation.references,
                a.hypotheses,
                b.hypotheses,
                a.sentence_chrf,
                b.sentence_chrf,
                strict=True,
            )
        )
    ]
    return sorted(rows, key=lambda row: (-row.difference, row.number))


def scores_text(evaluation: Evaluation) -> str:
    """All scores with their signatures as tab-separated text."""
    lines = ["\t".join((tr("System"), "BLEU", "chrF", "TER"))]
    for result in evaluation.systems:
        metrics = result.metrics
        values = [score(getattr(metrics, name).score) for name in _METRICS]
        lines.append("\t".join((result.title, *values)))
    lines.append("")
    first = evaluation.systems[0].metrics
    for title, name in (("BLEU", "bleu"), ("chrF", "chrf"), ("TER", "ter")):
        lines.append(f"{title}: {getattr(first, name).signature}")
    return "\n".join(lines)


def verdict(evaluation: Evaluation) -> str:
    """The comparison of the first two systems in a sentence; empty for a single system."""
    if len(evaluation.systems) < 2:
        return ""
    base = evaluation.systems[0]
    best = max(evaluation.systems, key=lambda result: result.metrics.bleu.score)
    if best is base:
        return tr("{system} is ahead: nothing beats it on this test.", system=base.title)
    gain = best.metrics.bleu.score - base.metrics.bleu.score
    index = evaluation.systems.index(best)
    differences = evaluation.difference(index)
    won = sum(1 for value in differences if value > 0.05)
    lost = sum(1 for value in differences if value < -0.05)
    return tr(
        "{system} wins by {gain} BLEU; better on {won} of {total} segments, worse on {lost}.",
        system=best.title,
        gain=score(gain),
        won=won,
        total=len(differences),
        lost=lost,
    )
