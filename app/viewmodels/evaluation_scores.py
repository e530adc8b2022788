"""What an evaluation says as a whole: the scores table, the verdict and the leakage, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.i18n import duration, number, percent, score, signed, tr, tr_n
from app.viewmodels.names import direction_name
from mulm_core.evaluation import Evaluation, Kept, Leakage, SystemResult
from mulm_core.scoring import METRICS, Significance
from mulm_core.scoring import verdict as outcome_of

_DASH = "\N{EN DASH}"
TestRow = tuple[tuple[str, ...], str]
CLEAR = 0.05  # chrF; what is less is no difference between two segments


@dataclass(frozen=True)
class ScoreCell:
    """One score as shown; ``best`` marks the winner of its column.

    ``margin`` is half the 95 % confidence interval, ``verdict`` what the test against the baseline
    says; both are empty where nothing was tested.
    """

    text: str
    margin: str
    difference: str
    better: bool | None  # than the baseline; None for the baseline itself
    best: bool
    verdict: str
    signature: str


@dataclass(frozen=True)
class FigureCell:
    """A figure beside the scores under its heading, and what it means."""

    heading: str
    text: str
    help: str


@dataclass(frozen=True)
class TableRow:
    """One system: its scores in the order of :attr:`Shown.metrics`, and what else was counted."""

    system: str
    title: str
    role: str  # zero_shot, fine_tuned, or series:N for further systems
    cells: tuple[ScoreCell, ...]
    figures: tuple[FigureCell, ...]


@dataclass(frozen=True)
class LeakNote:
    """What is to be said of leakage: nothing (no ``text``), a quiet line, or a warning."""

    text: str
    found: bool = False  # there are scores without the leaked segments


@dataclass(frozen=True)
class Shown:
    """An evaluation as a page shows it.

    ``tests`` are all numbers of the tests: the texts of a row, and the score's signature. ``clean``
    and ``clean_tests`` are the same without the leaked segments; empty where nothing leaked.
    """

    title: str
    verdict: str
    metrics: tuple[str, ...]
    rows: tuple[TableRow, ...]
    clean: tuple[TableRow, ...]
    failures: tuple[tuple[str, str], ...]
    tests: tuple[TestRow, ...]
    clean_tests: tuple[TestRow, ...]
    leaks: LeakNote
    as_text: str


def shown(evaluation: Evaluation) -> Shown:
    """Everything that is said of an evaluation; takes a while for a large one."""
    keys = metric_keys(evaluation)
    direction = direction_name(evaluation.source, evaluation.target)
    clean = _without_leaks(evaluation)
    return Shown(
        title=f"{evaluation.test_name} \N{MIDDLE DOT} {direction}",
        verdict=verdict(evaluation),
        metrics=tuple(METRICS[key].title for key in keys),
        rows=table_rows(evaluation),
        clean=table_rows(clean) if clean else (),
        failures=tuple((one.title, one.failure) for one in evaluation.failures),
        tests=_tests(evaluation, keys),
        clean_tests=_tests(clean, keys) if clean else (),
        leaks=leak_note(evaluation),
        as_text=scores_text(evaluation),
    )


def _without_leaks(evaluation: Evaluation) -> Evaluation | None:
    """The evaluation with the scores and tests without leaked segments; None without any."""
    systems = [
        replace(one, metrics=one.without_leaks, significance=one.significance_without_leaks)
        for one in evaluation.systems
        if one.without_leaks
    ]
    return replace(evaluation, systems=tuple(systems)) if systems else None


def metric_keys(evaluation: Evaluation) -> tuple[str, ...]:
    """The metrics of the table; evaluations of long ago have chrF2 for chrF2++."""
    metrics = [result.metrics for result in evaluation.systems]
    chrf = "chrfpp" if all(one.chrfpp is not None for one in metrics) else "chrf"
    neural = ("bertscore",) if all(one.bertscore is not None for one in metrics) else ()
    return ("bleu", chrf, "ter", *neural)


def system_roles(results: Sequence[SystemResult]) -> list[str]:
    """The colours: slate for the first model, accent for the first run, then the palette."""
    roles: list[str] = []
    for result in results:
        wanted = "" if result.file else "fine_tuned" if result.run else "zero_shot"
        if not wanted or wanted in roles:
            wanted = f"series:{sum(role.startswith('series') for role in roles)}"
        roles.append(wanted)
    return roles


def system_titles(results: Sequence[SystemResult]) -> list[str]:
    """The names of the systems; those that share one are told apart by their ids."""
    titles = [result.title for result in results]
    return [
        (result.run or result.system) if titles.count(result.title) > 1 else result.title
        for result in results
    ]


# The table -----------------------------------------------------------------------------------


def table_rows(evaluation: Evaluation) -> tuple[TableRow, ...]:
    """One row a system, the winner of each score marked."""
    systems = evaluation.systems
    columns = [_column(key, evaluation) for key in metric_keys(evaluation)]
    roles, titles = system_roles(systems), system_titles(systems)
    return _told(
        [
            TableRow(
                result.system,
                titles[at],
                roles[at],
                tuple(column[at] for column in columns),
                tuple(_figures(result)),
            )
            for at, result in enumerate(systems)
        ]
    )


def _column(key: str, evaluation: Evaluation) -> list[ScoreCell]:
    systems, signature = evaluation.systems, evaluation.signatures[key]
    scores = [getattr(one.metrics, key) for one in systems]
    lower = METRICS[key].lower_is_better
    best = (min if lower else max)(one.score for one in scores)
    cells = []
    for at, one in enumerate(scores):
        gain = round(one.score - scores[0].score, 1)
        test = systems[at].significance.get(key)
        cells.append(
            ScoreCell(
                text=score(one.score),
                margin=f"\N{PLUS-MINUS SIGN}{score(one.margin)}" if one.margin is not None else "",
                difference=signed(gain) if at else "",
                better=(gain < 0) == lower if at and gain else None,
                best=len(scores) > 1 and one.score == best,
                verdict=outcome_words(key, test) if test else "",
                signature=signature,
            )
        )
    return cells


def outcome_words(key: str, test: Significance) -> str:
    """A test's outcome in words, such as ``better, p = 0.002``; empty where none was made."""
    words = {
        "better": tr("better, {p}", p=p_words(test.corrected)),
        "worse": tr("worse, {p}", p=p_words(test.corrected)),
        "same": tr("no significant difference, {p}", p=p_words(test.corrected)),
    }
    return words.get(outcome_of(key, test), "")


def p_words(p: float | None) -> str:
    """A p-value as people write it; a dash where there is none."""
    if p is None:
        return _DASH
    if p < 0.001:
        return tr("p\N{NO-BREAK SPACE}<\N{NO-BREAK SPACE}{value}", value=number(0.001, 3))
    return tr("p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{value}", value=number(p, 3 if p < 0.1 else 2))


def _figures(result: SystemResult) -> list[FigureCell]:
    figures = result.figures
    cells = []
    if figures is not None:
        cells += [
            FigureCell(
                tr("Length"),
                number(figures.length_ratio, 2),
                tr("Length of the translations against the reference, in BLEU's tokens; 1 is as "
                   "long"),
            ),
            FigureCell(
                tr("Exact"),
                percent(figures.exact / len(result.hypotheses), 1),
                tr_n("{n} translation is equal to a reference",
                     "{n} translations are equal to a reference", figures.exact),
            ),
            FigureCell(tr("Empty"), number(figures.empty), tr("Translations without a word")),
            _kept(tr("Numbers"), figures.numbers, tr("numbers"),
                  tr("each as often as in the source, or as a reference has it")),
            _kept(tr("Placeholders"), figures.placeholders, tr("placeholders, tags or links")),
            _kept(tr("Language"), figures.language, tr("enough letters to tell the language")),
            _kept(tr("Terms"), figures.terms, tr("terms of the glossary")),
        ]  # fmt: skip
    return [*cells, _speed(result)]


def _speed(result: SystemResult) -> FigureCell:
    speed, tokens = result.segments_per_second, result.tokens_per_second
    if speed is None:
        return FigureCell(tr("Sentences/s"), _DASH, tr("Its translations were given"))
    words = [tr("It took {time} to translate the test set", time=duration(result.seconds))]
    if tokens is not None:
        words.append(tr("{n} tokens/s, as BLEU counts them", n=number(tokens, 1)))
    return FigureCell(tr("Sentences/s"), number(speed, 1), " \N{MIDDLE DOT} ".join(words))


def _kept(heading: str, kept: Kept, asked: str, rule: str = "") -> FigureCell:
    if kept.share is None:
        return FigureCell(heading, _DASH, tr("No segment has {asked}", asked=asked))
    told = tr("Right in {kept} of the {of} segments with {asked}",
              kept=number(kept.kept), of=number(kept.of), asked=asked)  # fmt: skip
    share = percent(kept.share, 0 if kept.share in (0, 1) else 1)
    return FigureCell(heading, share, ": ".join(filter(None, (told, rule))))


def _told(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """The rows without the figures that say nothing: asked of no segment, or zero for all."""
    columns = list(zip(*(row.figures for row in rows), strict=False))
    silent = {_DASH, number(0)}
    kept = [at for at, cells in enumerate(columns) if {cell.text for cell in cells} - silent]
    return tuple(replace(row, figures=tuple(row.figures[at] for at in kept)) for row in rows)


def _tests(evaluation: Evaluation, keys: Sequence[str]) -> tuple[TestRow, ...]:
    if evaluation.baseline.metrics.bleu.margin is None:
        return ()
    found = []
    titles = system_titles(evaluation.systems)
    for key in keys:
        for title, result in zip(titles, evaluation.systems, strict=True):
            value = getattr(result.metrics, key)
            test = result.significance.get(key)
            texts = [METRICS[key].title, title, number(value.score, 2),
                     _interval(value.mean, value.margin)]  # fmt: skip
            if test is not None:
                texts += [signed(test.difference, 2)]
                texts += map(_p, (test.bootstrap, test.randomisation, test.corrected))
            found.append((tuple(texts), evaluation.signatures[key]))
    return tuple(found)


def _interval(mean: float | None, margin: float | None) -> str:
    if mean is None or margin is None:
        return ""
    low, high = number(mean - margin, 2), number(mean + margin, 2)
    return f"{low} \N{EN DASH} {high}"


def _p(p: float | None) -> str:
    return _DASH if p is None else number(p, 4)


def scores_text(evaluation: Evaluation) -> str:
    """All scores with their intervals and signatures as tab-separated text."""
    keys = metric_keys(evaluation)
    titles = [METRICS[key].title for key in keys]
    lines = ["\t".join((tr("System"), *titles))]
    for row in table_rows(evaluation):
        figures = (" ".join(filter(None, (cell.text, cell.margin))) for cell in row.cells)
        lines.append("\t".join((row.title, *figures)))
    lines.append("")
    lines += [f"{METRICS[key].title}: {evaluation.signatures[key]}" for key in keys]
    return "\n".join(lines)


# In words ------------------------------------------------------------------------------------


def verdict(evaluation: Evaluation) -> str:
    """The comparison with the baseline in a sentence; empty for a single system."""
    systems = evaluation.systems
    if len(systems) < 2:
        return ""
    titles = system_titles(systems)
    at = max(range(len(systems)), key=lambda at: systems[at].metrics.bleu.score)
    if at == 0:
        return tr("{system} is ahead: nothing beats it on this test.", system=titles[0])
    best = systems[at]
    gain = score(best.metrics.bleu.score - evaluation.baseline.metrics.bleu.score)
    test = best.significance.get("bleu")
    p = p_words(test.corrected) if test and test.corrected is not None else ""
    if test and outcome_of("bleu", test) == "same":
        return tr(
            "No significant difference: {system} is {gain} BLEU ahead, which may be chance ({p}).",
            system=titles[at],
            gain=gain,
            p=p,
        )
    differences = evaluation.difference(at)
    return tr(
        "{system} wins by {gain}; better on {won} of {total} segments, worse on {lost}.",
        system=titles[at],
        gain=tr("{gain} BLEU ({p})", gain=gain, p=p) if p else tr("{gain} BLEU", gain=gain),
        won=number(sum(value > CLEAR for value in differences)),
        total=number(len(differences)),
        lost=number(sum(value < -CLEAR for value in differences)),
    )


def leak_note(evaluation: Evaluation) -> LeakNote:
    """What the training data gives away of the test set."""
    titles = dict(zip((one.run for one in evaluation.systems),
                      system_titles(evaluation.systems), strict=True))  # fmt: skip
    if not any(titles):
        return LeakNote("")
    if not evaluation.leakage:
        return LeakNote(tr("This evaluation did not look for the test set in the training data."))
    # Runs on the same data leak the same: they are told of in one sentence.
    runs: dict[Leakage, list[str]] = {}
    for one in evaluation.leakage:
        runs.setdefault(replace(one, run=""), []).append(titles.get(one.run, one.run))
    words = [_leak_words(one, " / ".join(names), len(evaluation.sources)) for one, names in
             runs.items()]  # fmt: skip
    if not evaluation.leaked:
        return LeakNote(" ".join(words))
    scores = ", ".join(
        f"{title} {score(one.without_leaks.bleu.score)}"
        for title, one in zip(system_titles(evaluation.systems), evaluation.systems, strict=True)
        if one.without_leaks
    )
    words.append(
        tr("Without them: BLEU {scores}.", scores=scores)
        if scores
        else tr("Nothing is left without them.")
    )
    return LeakNote(" ".join(words), found=bool(scores))


def _leak_words(found: Leakage, run: str, total: int) -> str:
    words = []
    count, near = len(found.segments), len(found.near)
    facts = {"total": number(total), "share": percent(count / total, 1), "run": run}
    if count and count == near:
        words.append(
            tr_n(
                "{n} of {total} test segments ({share}) is nearly in the training data of {run}.",
                "{n} of {total} test segments ({share}) are nearly in the training data of {run}.",
                count,
                **facts,
            )
        )
    elif count:
        also = tr_n(", {n} of them nearly so", ", {n} of them nearly so", near) if near else ""
        words.append(
            tr_n(
                "{n} of {total} test segments ({share}) is in the training data of {run}{near}.",
                "{n} of {total} test segments ({share}) are in the training data of {run}{near}.",
                count,
                near=also,
                **facts,
            )
        )
    elif not found.problem:
        words.append(tr("None of the test segments is in the training data of {run}.", run=run))
    if found.problem:
        words.append(
            tr("The training data of {run} could not be looked at: {problem}",
               run=run, problem=found.problem)
        )  # fmt: skip
    return " ".join(words)
