"""What a report says, whatever it is written as: sections of sentences, tables, plots, examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mulm_core import languages
from mulm_core.evaluation import (
    Analysis,
    AnalysisRequest,
    Bucket,
    Evaluation,
    Segment,
    analyse,
    segments,
)
from mulm_core.evaluation.analysis import BINS
from mulm_core.evaluation.words import LEAST
from mulm_core.jobs import JobContext
from mulm_core.report import wording
from mulm_core.report.records import run_records
from mulm_core.scoring import METRICS
from mulm_core.workspace import Workspace

_EXAMPLES = 5
_MOST_POINTS = 2000


@dataclass(frozen=True)
class Table:
    """Cells as text; the first column is what the row is about."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bars:
    """A group of bars for each label, one bar a series; None leaves a gap."""

    title: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Points:
    """Points of 0 to 100 on both axes."""

    title: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Example:
    """One segment: what it is called, and its texts, each with what it is."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    """A part of the report; what is empty is left out."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Bars | Points, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole report on an evaluation."""

    title: str
    subtitle: str
    evaluation: Evaluation
    sections: tuple[Section, ...] = field(default=())


@dataclass(frozen=True)
class ReportRequest:
    """Report on ``evaluation``; its runs are looked up in the workspace."""

    workspace: Workspace
    evaluation: Evaluation


def make_report(ctx: JobContext, request: ReportRequest) -> Report:
    """The job: the report's content, which the writers turn into files."""
    evaluation = request.evaluation
    best = _best(evaluation)
    analysis = analyse(ctx, AnalysisRequest(evaluation, 0, best))
    pair = f"{languages.name(evaluation.source)} → {languages.name(evaluation.target)}"
    return Report(
        title=f"{evaluation.test_name}: {pair}",
        subtitle=f"{len(evaluation.sources):,} segments, {evaluation.created}",
        evaluation=evaluation,
        sections=(
            *_leakage(evaluation),
            _scores(evaluation),
            _figures(evaluation),
            *_plots(evaluation, analysis, best),
            *_ngrams(evaluation, analysis, best),
            _examples(evaluation, best),
            *run_sections(request),
            _facts(evaluation),
        ),
    )


def _best(evaluation: Evaluation) -> int:
    """The system other than the baseline with the highest BLEU; the baseline if it is alone."""
    others = range(1, len(evaluation.systems))
    return max(others, key=lambda at: evaluation.systems[at].metrics.bleu.score, default=0)


def _scores(evaluation: Evaluation) -> Section:
    keys = [key for key, _ in evaluation.baseline.metrics.items()]
    header = ("system", *(METRICS[key].title for key in keys))
    tests = [
        (result.title, *(wording.verdict(key, result) for key in keys))
        for result in evaluation.systems[1:]
    ]
    tables = [Table(header, tuple(map(wording.score_row, evaluation.systems)))]
    if tests:
        tables.append(Table((f"against {evaluation.baseline.title}", *header[1:]), tuple(tests)))
    signatures = tuple(
        f"{METRICS[key].title}: {signature}" for key, signature in evaluation.signatures.items()
    )
    sentences = (*wording.verdicts(evaluation), *wording.how_tested(evaluation), *signatures)
    return Section("Scores", sentences, tuple(tables))


def _leakage(evaluation: Evaluation) -> tuple[Section, ...]:
    if not evaluation.leakage:
        return ()
    sentences = tuple(map(wording.leakage, evaluation.leakage))
    scored = [result for result in evaluation.systems if result.without_leaks]
    rows = tuple(map(wording.row_without_leaks, scored))
    titles = (METRICS[key].title for key, _ in evaluation.baseline.metrics.items())
    header = ("without these segments", *titles)
    return (Section("Leakage", sentences, (Table(header, rows),) if rows else ()),)


def _figures(evaluation: Evaluation) -> Section:
    names = tuple(result.title for result in evaluation.systems)
    rows = tuple(
        (name, *values)
        for name, values in wording.figures(evaluation)
        if any(value != "–" for value in values)
    )
    failed = tuple(f"Failed: {failed.failure}" for failed in evaluation.failures)
    return Section("Translations", failed, (Table(("", *names), rows),))


def _plots(evaluation: Evaluation, analysis: Analysis, best: int) -> tuple[Section, ...]:
    names = tuple(result.title for result in evaluation.systems)
    step = 100 // BINS
    bins = tuple(str(at * step) for at in range(BINS))
    plots: list[Bars | Points] = [
        Bars("Segments by their chrF", bins, names, analysis.histograms),
        _bars("chrF by the words of the reference", names, analysis.lengths),
        _bars(_frequency_title(evaluation), names, analysis.frequencies),
    ]
    if analysis.points:
        points = analysis.points[:: max(1, len(analysis.points) // _MOST_POINTS)]
        plots.append(Points(f"chrF of each segment: {names[0]} →, {names[best]} ↑", points))
    return (Section("Plots", plots=tuple(plots)),)


def _frequency_title(evaluation: Evaluation) -> str:
    where = "in training" if evaluation.words else "in the references"
    return f"Words right (F1) by how often they are {where}"


def _bars(title: str, names: tuple[str, ...], buckets: Sequence[Bucket]) -> Bars:
    labels = tuple(f"{bucket.title} ({bucket.count:,})" for bucket in buckets)
    values = tuple(tuple(bucket.scores[at] for bucket in buckets) for at in range(len(names)))
    return Bars(title, labels, names, values)


def _ngrams(evaluation: Evaluation, analysis: Analysis, best: int) -> tuple[Section, ...]:
    first, second = evaluation.systems[0].title, evaluation.systems[best].title
    tables = tuple(
        Table(
            (f"{winner} gets, {loser} misses", loser, winner),
            tuple(
                (gram.text, str(gram.first), str(gram.second)) for gram in found[: _EXAMPLES * 2]
            ),
        )
        for winner, loser, found in (
            (second, first, analysis.gained),
            (first, second, analysis.lost),
        )
        if found
    )
    how = (
        f"Counted where the reference has them, {LEAST} times or more; those that one of the "
        "systems has nearly to itself come first: by (more + 1) / (more + fewer + 2)."
    )
    return (Section("Words and phrases", (how,), tables),) if tables else ()


def _examples(evaluation: Evaluation, best: int) -> Section:
    rows = segments(evaluation, 0, best)
    if best == 0:
        rows = sorted(rows, key=lambda row: -row.chrf[0])
    chosen = rows if len(rows) <= 2 * _EXAMPLES else [*rows[:_EXAMPLES], *rows[-_EXAMPLES:]]
    sentence = (
        f"The segments on which {evaluation.systems[best].title} gains and loses most."
        if best
        else "The best and the worst segments."
    )
    return Section(
        "Examples", (sentence,), examples=tuple(_example(row, evaluation) for row in chosen)
    )


def _example(row: Segment, evaluation: Evaluation) -> Example:
    lines = [("source", row.source), *(("reference", text) for text in row.references)]
    lines += [
        (f"{result.title} ({chrf:.1f})", text)
        for result, text, chrf in zip(evaluation.systems, row.hypotheses, row.chrf, strict=True)
    ]
    leaked = ", leaked" if row.leaked else ""
    return Example(f"Segment {row.number + 1}{leaked}", tuple(lines))


def run_sections(request: ReportRequest) -> tuple[Section, ...]:
    """The recipe and the data of each run."""
    runs = [result.run for result in request.evaluation.systems if result.run]
    return tuple(
        Section(f"Run {run}", tables=(Table(("", ""), rows),))
        for run, rows in run_records(request.workspace, runs)
    )


def _facts(evaluation: Evaluation) -> Section:
    rows = (
        ("evaluation", evaluation.id),
        ("test set", f"{evaluation.test_name}, SHA-256 {evaluation.test_hash}"),
        *((f"outputs of {one.title}", one.file) for one in evaluation.systems if one.file),
        *((f"search: {key}", str(value)) for key, value in evaluation.options.items()),
        *((f"scoring: {key}", str(value)) for key, value in evaluation.scoring.items()),
        *evaluation.versions.items(),
    )
    return Section("How this came about", tables=(Table(("", ""), tuple(rows)),))
