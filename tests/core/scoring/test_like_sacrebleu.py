"""Scores, intervals and p-values are those of the ``sacrebleu`` command, to the last digit."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sacrebleu.metrics.lib_ter import translation_edit_rate

from mulm_core.errors import Cancelled
from mulm_core.scoring import (
    Metrics,
    Score,
    ScoreOptions,
    Scorer,
    Significance,
    drawn_signature,
    edit_rate,
    in_words,
    judge,
    seed,
    significance,
    statistics,
)

SEGMENTS = 40
DRAWS = 200
WIDTH = 6
GERMAN = [
    *("der", "die", "das", "Haus", "Hund", "Baum", "Tisch", "sieht", "kauft", "öffnet", "schnell"),
    *("nicht", "und", "aber", "große", "Straße", "(z.", "B.)", "3,5", "100%", "„Datei“", "E-Mail"),
]
CHINESE = [
    *"打开文件并单击保存插入一个新的表格使用函数请在此处输入您名字，。“”",
    "Calc",
    "SUM()",
    "3.5",
]
FLAGS: dict[str, Sequence[str]] = {
    "de": (),
    "zh": ("-tok", "zh", "--ter-normalized", "--ter-asian-support"),
}


def texts(language: str) -> tuple[list[list[str]], list[list[str]]]:
    """Three systems and two references, each further from the first reference than the last."""
    words, space = (GERMAN, " ") if language == "de" else (CHINESE, "")
    rng = random.Random(7)
    first = [[rng.choice(words) for _ in range(rng.randint(4, 16))] for _ in range(SEGMENTS)]

    def changed(rate: float) -> list[str]:
        rows = []
        for row in first:
            kept = [rng.choice(words) if rng.random() < rate else word for word in row]
            if rng.random() < 0.3:
                kept = kept[3:] + kept[:3]
            rows.append(space.join(kept) + rng.choice(["", " ", "\u3000"]))
        return rows

    systems = [changed(rate) for rate in (0.35, 0.3, 0.6)]
    systems[1][3] = ""
    return systems, [[space.join(row) for row in first], changed(0.2)]


def ours(language: str, **options: int) -> tuple[list[Metrics], list[dict[str, Significance]]]:
    systems, references = texts(language)
    scorer = Scorer(language, ScoreOptions(**options), len(references))
    return judge(scorer, scorer.gather(systems, references))


def command_line(folder: Path, language: str, *flags: str) -> str:
    """What ``sacrebleu`` prints."""
    systems, references = texts(language)
    for name, columns in {"ref": references, "sys": systems}.items():
        for at, lines in enumerate(columns):
            text = "".join(f"{line}\n" for line in lines)
            (folder / f"{name}{at}").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "sacrebleu", *(str(folder / f"ref{at}") for at in range(2)),
            "-i", *(str(folder / f"sys{at}") for at in range(3)),
            *FLAGS[language], "-w", str(WIDTH), "-f", "text", *flags,
        ],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )  # fmt: skip
    return done.stdout


def cells(told: str) -> list[list[str]]:
    """The cells of the table in it: two rows a system but the first."""
    rows = [line.split("│")[2:-1] for line in told.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def signatures(told: str) -> list[str]:
    """The signatures below the table."""
    return [line.split()[-1] for line in told.splitlines() if "version:" in line]


def printed(scores: Metrics, key: str) -> str:
    """A score as the command prints it."""
    one: Score = getattr(scores, key)
    if one.mean is None:
        return f"{one.score:.{WIDTH}f}"
    return f"{one.score:.{WIDTH}f} ({one.mean:.{WIDTH}f} ± {one.margin:.{WIDTH}f})"


def drawn(scores: Metrics, **scoring: object) -> list[str]:
    """Our signatures of the metrics that the command prints."""
    told = {**scoring, "seed": seed()}
    return [
        drawn_signature(getattr(scores, key).signature, told, paired=True)
        for key in ("bleu", "chrf", "ter")
    ]


def p_cell(p: float | None) -> str:
    assert p is not None
    return f"(p = {p:.4f}){'*' if p < 0.05 else ''}"


@pytest.mark.parametrize("language", ["de", "zh"])
def test_intervals_and_the_paired_bootstrap(tmp_path: Path, language: str) -> None:
    output = command_line(
        tmp_path, language, "--paired-bs", "--paired-bs-n", str(DRAWS), "-m", "bleu", "chrf", "ter"
    )
    told = cells(output)
    scores, tests = ours(language, resamples=DRAWS, trials=0)
    keys = ("bleu", "chrf", "ter")
    assert drawn(scores[0], resamples=DRAWS, trials=0) == signatures(output)
    assert told[0] == [printed(scores[0], key) for key in keys]
    for at in (1, 2):
        assert told[2 * at - 1] == [printed(scores[at], key) for key in keys]
        assert told[2 * at] == [p_cell(tests[at][key].bootstrap) for key in keys]


@pytest.mark.parametrize("language", ["de", "zh"])
def test_approximate_randomisation(tmp_path: Path, language: str) -> None:
    output = command_line(
        tmp_path, language, "--paired-ar", "--paired-ar-n", str(DRAWS), "-m", "bleu", "chrf", "ter"
    )
    told = cells(output)
    scores, tests = ours(language, resamples=0, trials=DRAWS)
    keys = ("bleu", "chrf", "ter")
    assert drawn(scores[0], resamples=0, trials=DRAWS) == signatures(output)
    assert told[0] == [printed(scores[0], key) for key in keys]
    for at in (1, 2):
        assert told[2 * at - 1] == [printed(scores[at], key) for key in keys]
        assert told[2 * at] == [p_cell(tests[at][key].randomisation) for key in keys]


def test_chrf_with_words(tmp_path: Path) -> None:
    flags = ("--paired-bs", "--paired-bs-n", str(DRAWS), "-m", "chrf", "--chrf-word-order", "2")
    told = cells(command_line(tmp_path, "de", *flags))
    scores, tests = ours("de", resamples=DRAWS, trials=0)
    assert [row[0] for row in told[::2]] == [
        printed(scores[0], "chrfpp"),
        *(p_cell(tests[at]["chrfpp"].bootstrap) for at in (1, 2)),
    ]


def test_pieces_are_drawn_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ours("de", resamples=100, trials=100)
    monkeypatch.setattr(significance, "_PIECE", SEGMENTS)
    assert ours("de", resamples=100, trials=100) == whole


def test_several_systems_are_corrected_for() -> None:
    _, (_, second, third) = ours("de", resamples=0, trials=DRAWS)
    assert set(second) == {"bleu", "chrf", "chrfpp", "ter"}
    for key in second:
        small, large = sorted((second[key], third[key]), key=lambda one: one.p or 0)
        assert small.corrected == min(1.0, 2 * (small.p or 0))
        assert large.corrected == max(small.corrected, large.p or 0)


def test_few_segments_show_nothing() -> None:
    scorer = Scorer("de", ScoreOptions(resamples=0, trials=1000))
    references = ["Das ist ein Haus .", "Dort steht ein Baum .", "Wir sehen den Hund ."]
    systems = [["Haus", "Baum", "Hund"], references]
    _, (_, perfect) = judge(scorer, scorer.gather(systems, [references]))
    assert (perfect["bleu"].randomisation or 0) < 0.002  # sacrebleu's
    assert perfect["bleu"].corrected == 0.25
    assert in_words("bleu", perfect["bleu"]) == "no significant difference, p = 0.25"


@pytest.mark.parametrize(
    ("key", "difference", "p", "words"),
    [
        ("bleu", 1.5, 0.0021, "better, p = 0.002"),
        ("bleu", -1.5, 0.0002, "worse, p < 0.001"),
        ("ter", -1.5, 0.031, "better, p = 0.031"),
        ("bleu", 0.1, 0.31, "no significant difference, p = 0.31"),
        ("bleu", 0.1, None, ""),
    ],
)
def test_the_verdict_is_in_plain_words(
    key: str, difference: float, p: float | None, words: str
) -> None:
    assert in_words(key, Significance(difference, p, p, p)) == words


@pytest.mark.parametrize("cells", [300, 10_000_000])
def test_edits_are_counted_like_sacrebleu_does(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    monkeypatch.setattr(edit_rate, "_CELLS", cells)
    rng = random.Random(3)
    for _ in range(80):
        words = [str(number) for number in range(rng.choice([2, 3, 8, 40]))]
        reference = rng.choices(words, k=rng.choice([0, 1, 3, 9, 18]))
        hypothesis = rng.choices(words, k=rng.choice([0, 1, 3, 9, 18]))
        if rng.random() < 0.3:
            hypothesis = [*reference[5:], *reference[:5]]
        assert edit_rate.edit_rate(hypothesis, reference) == translation_edit_rate(
            hypothesis, reference
        )


def test_helper_processes_count_the_same_and_can_be_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    systems, references = texts("de")
    scorer = Scorer("de", ScoreOptions(), 2)
    alone = scorer.gather(systems, references)
    monkeypatch.setattr(statistics, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(statistics, "_BATCH", 7)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    told: list[tuple[int, int]] = []
    helped = scorer.gather(systems, references, progress=lambda *done: told.append(done))
    for one, other in zip(alone, helped, strict=True):
        assert all((one.rows[key] == other.rows[key]).all() for key in scorer.metrics)
    assert told[-1] == (SEGMENTS, SEGMENTS)

    def check() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        scorer.gather(systems, references, check)
