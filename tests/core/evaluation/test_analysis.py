"""Plots and tables show what is in the segments: counted here by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mulm_core.errors import UserError
from mulm_core.evaluation import (
    AnalysisRequest,
    Evaluation,
    Leakage,
    SystemResult,
    WordCounts,
    analyse,
    segments,
)
from mulm_core.evaluation.analysis import BINS, frequencies, histograms, lengths, sentence_scores
from mulm_core.evaluation.words import NGram, ngrams_gained, words_of
from mulm_core.jobs import JobContext
from mulm_core.scoring import Metrics, Score

REFERENCES = ("der Hund sieht den Baum", "ein sehr langes Wort " * 4, "Hund")
METRICS = Metrics(*(Score(1.0, "s") for _ in range(4)))


def result(name: str, hypotheses: tuple[str, ...], chrf: tuple[float, ...]) -> SystemResult:
    bleu = tuple(value / 2 for value in chrf)
    return SystemResult(name, name, METRICS, hypotheses, chrf, 1.0, bleu)


@pytest.fixture
def evaluation() -> Evaluation:
    systems = (
        result("a", ("der Hund", "Wort", "Katze"), (40.0, 2.0, 0.0)),
        result("b", ("der Hund sieht den Baum", "ein Wort", "Hund Hund"), (100.0, 10.0, 60.0)),
    )
    sources = ("s0", "s1", "s2")
    return Evaluation(
        "e",
        "2026-01-01T00:00:00+00:00",
        "t",
        "0" * 64,
        "en",
        "de",
        sources,
        REFERENCES,
        {},
        systems,
    )


def test_a_bin_for_every_segment(evaluation: Evaluation) -> None:
    first, second = histograms(evaluation)
    assert {at: count for at, count in enumerate(first) if count} == {0: 2, 8: 1}
    assert {at: count for at, count in enumerate(second) if count} == {2: 1, 12: 1, BINS - 1: 1}


def test_lengths_are_those_of_the_reference(evaluation: Evaluation) -> None:
    short, long = lengths(evaluation)
    assert (short.title, short.count, short.scores) == ("0–9", 2, (20.0, 80.0))
    assert (long.title, long.count, long.scores) == ("10–19", 1, (2.0, 10.0))
    assert lengths(evaluation, "bleu")[0].scores == (10.0, 40.0)


def test_words_by_how_often_training_saw_them(evaluation: Evaluation) -> None:
    seen = {"hund": 120, "der": 500, "sieht": 3, "katze": 0}
    buckets = {b.title: b for b in frequencies(replace(evaluation, words=WordCounts("r", seen)))}
    assert set(buckets) == {"0", "1–9", "100+"}
    assert buckets["100+"].count == 3  # der, Hund, Hund
    # Of a's der and Hund both are right, of b's der and three times Hund one is too many.
    assert buckets["100+"].scores == (pytest.approx(200 * 2 / 5), pytest.approx(200 * 3 / 7))
    assert buckets["1–9"].scores == (0.0, 100.0)


def test_without_a_run_the_references_are_counted(evaluation: Evaluation) -> None:
    assert [bucket.title for bucket in frequencies(evaluation)] == ["1–9"]


def test_ngrams_that_one_gets_and_the_other_misses(evaluation: Evaluation) -> None:
    # sieht, den, Baum and what they are part of are right once: that may be chance.
    assert ngrams_gained(evaluation, 0, 1, 100) == (NGram("hund", 1, 2),)
    assert ngrams_gained(evaluation, 1, 0, 100) == ()


def test_ngrams_of_one_system_alone_come_before_frequent_words(evaluation: Evaluation) -> None:
    def said(*texts: str) -> SystemResult:
        return result("x", texts, (0.0, 0.0, 0.0))

    texts = ("de a de b de chat noir", "de c de d de chat noir", "e")
    pair = (said("de f de", "de", "e"), said("de f de g de chat noir", texts[1], "e"))
    changed = replace(evaluation, references=texts, systems=pair)
    gained = ngrams_gained(changed, 0, 1, 10)
    assert [gram.text for gram in gained[:3]] == ["de chat noir", "de chat", "chat noir"]
    assert {(gram.first, gram.second) for gram in gained[:-1]} == {(0, 2)}
    assert gained[-1] == NGram("de", 3, 6)  # the largest difference of counts


def test_segments_by_who_gains(evaluation: Evaluation) -> None:
    leaky = replace(evaluation, leakage=(Leakage("r", ("c",), exact=(1,)),))
    rows = segments(leaky)
    assert [(row.number, row.difference, row.leaked) for row in rows] == [
        (0, 60.0, False),
        (2, 60.0, False),
        (1, 8.0, True),
    ]
    assert rows[1].hypotheses == ("Katze", "Hund Hund")
    assert rows[1].bleu == (0.0, 30.0)
    assert [row.number for row in segments(evaluation, by_difference=False)] == [0, 1, 2]
    assert next(row.difference for row in segments(evaluation, 1, 0)) == -8.0


def test_all_at_once_and_a_single_system(evaluation: Evaluation) -> None:
    done = analyse(JobContext(), AnalysisRequest(evaluation))
    assert done.points == ((40.0, 100.0), (2.0, 10.0), (0.0, 60.0))
    assert done.gained and not done.lost
    alone = replace(evaluation, systems=evaluation.systems[:1])
    one = analyse(JobContext(), AnalysisRequest(alone))
    assert (one.points, one.gained, one.lost) == ((), (), ())
    assert [row.difference for row in segments(alone)] == [0.0, 0.0, 0.0]


def test_an_old_evaluation_has_no_sentence_bleu(evaluation: Evaluation) -> None:
    old = replace(evaluation.systems[0], sentence_bleu=())
    with pytest.raises(UserError, match="no sentence BLEU"):
        sentence_scores(old, "bleu")
    assert segments(replace(evaluation, systems=(old,)))[0].bleu == ()


def test_words_of_scripts_with_and_without_spaces() -> None:
    assert words_of("L'E-Mail, d’hier!", "fr") == ["l'e-mail", "d’hier"]
    assert words_of("打开 Calc 3.5。", "zh") == ["打", "开", "calc", "3", "5"]
    assert words_of("مرحبا بالعالم", "ar") == ["مرحبا", "بالعالم"]
