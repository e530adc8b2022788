"""Our numbers are those of the ``sacrebleu`` command, to the last printed digit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mulm_core.errors import UserError
from mulm_core.scoring import (
    Metrics,
    ScoreOptions,
    Scorer,
    bleu_chrf,
    bleu_tokenizer,
)

FRENCH = (
    [
        "Le chat est assis sur le tapis .",
        "Ouvrez le fichier, puis cliquez sur « Enregistrer ».",
        "",
        "Il fait beau aujourd'hui.\u00a0 ",
    ],
    [
        "Le chat est assis sur le tapis.",
        "Ouvrez le fichier et cliquez sur « Enregistrer ».",
        "Rien à traduire.",
        "Il fait très beau aujourd'hui.",
    ],
)
CHINESE = (
    ["打开文件并单击“保存”。", "插入一个新的表格", "使用 Calc 函数 SUM()"],
    ["打开文件，然后点击“保存”。", "插入新表格", "请使用 Calc 的 SUM() 函数"],
)
CHINESE_FLAGS = ("-tok", "zh", "--ter-normalized", "--ter-asian-support")


def score(hypotheses: list[str], references: list[str], target: str) -> Metrics:
    scorer = Scorer(target, ScoreOptions())
    (counted,) = scorer.gather([hypotheses], [references])
    return scorer.scores(counted)


def command_line(
    folder: Path, hypotheses: list[str], references: list[str], *flags: str
) -> dict[str, tuple[str, str]]:
    """What ``sacrebleu`` prints: {metric: (score to eight digits, signature)}."""
    hyp, ref = folder / "hyp.txt", folder / "ref.txt"
    hyp.write_text("\n".join(hypotheses) + "\n", encoding="utf-8")
    ref.write_text("\n".join(references) + "\n", encoding="utf-8")
    metrics = ("-m", "bleu", "chrf", "ter", "-w", "8", "-f", "json")
    done = subprocess.run(
        [sys.executable, "-m", "sacrebleu", str(ref), "-i", str(hyp), *flags, *metrics],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    rows = json.loads(done.stdout)
    return {row["name"].lower(): (f"{row['score']:.8f}", row["signature"]) for row in rows}


@pytest.mark.parametrize(
    ("target", "texts", "flags"), [("fr", FRENCH, ()), ("zh-CN", CHINESE, CHINESE_FLAGS)]
)
def test_scores_and_signatures_equal_the_command(
    tmp_path: Path, target: str, texts: tuple[list[str], list[str]], flags: tuple[str, ...]
) -> None:
    printed = command_line(tmp_path, *texts, *flags)
    ours = score(*texts, target)
    for name, value in (("bleu", ours.bleu), ("chrf2", ours.chrf), ("ter", ours.ter)):
        number, signature = printed[name]
        assert f"{value.score:.8f}" == number, name
        assert value.signature == signature, name


def test_the_short_way_gives_the_same_bleu_and_chrf() -> None:
    full = score(*FRENCH, "fr")
    assert bleu_chrf(*FRENCH, "fr") == (full.bleu, full.chrf)


def test_a_perfect_and_an_empty_translation() -> None:
    references = FRENCH[1]
    perfect = score(references, references, "fr")
    assert (perfect.bleu.score, perfect.chrf.score, perfect.ter.score) == pytest.approx(
        (100.0, 100.0, 0.0)
    )
    nothing = score([""] * len(references), references, "fr")
    assert (nothing.bleu.score, nothing.chrf.score, nothing.ter.score) == (0.0, 0.0, 100.0)


@pytest.mark.parametrize("target", ["zh", "zh-CN", "zh_TW", "ZH-Hant"])
def test_chinese_has_its_own_tokenizer(target: str) -> None:
    assert bleu_tokenizer(target) == "zh"
    assert "tok:zh" in bleu_chrf(*CHINESE, target)[0].signature


@pytest.mark.parametrize("target", ["fr", "de", "fil", "zha"])
def test_other_languages_have_the_default_tokenizer(target: str) -> None:
    assert bleu_tokenizer(target) == "13a"


@pytest.mark.parametrize("target", ["ja", "ko"])
def test_languages_that_need_mecab_are_scored_with_or_without_it(target: str) -> None:
    signature = bleu_chrf(["日本語 한국어"], ["日本語 한국어"], target)[0].signature
    assert f"tok:{bleu_tokenizer(target)}" in signature


def test_different_counts_are_named() -> None:
    with pytest.raises(UserError, match="2 translations but 1 references"):
        score(["a", "b"], ["a"], "fr")


def test_nothing_to_score_is_an_error() -> None:
    with pytest.raises(UserError, match="nothing to score"):
        bleu_chrf([], [], "fr")
