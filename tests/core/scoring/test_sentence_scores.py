"""Scores of single sentences are sacrebleu's."""

from __future__ import annotations

import pytest
import sacrebleu

from mulm_core.scoring import sentence_scores

REFERENCES = ["Ouvrez le fichier.", "Ouvre donc le fichier."]


@pytest.mark.parametrize("text", ["Ouvrez un fichier.", "Bonjour", "", REFERENCES[1] + " \n"])
def test_they_are_what_sacrebleu_computes(text: str) -> None:
    scores = sentence_scores(text, REFERENCES, "fr")
    assert scores.chrf == sacrebleu.sentence_chrf(text.rstrip(), REFERENCES).score
    assert scores.bleu == sacrebleu.sentence_bleu(text.rstrip(), REFERENCES).score


def test_chinese_is_scored_by_character() -> None:
    assert sentence_scores("打开文件", ["打开文件夹"], "zh").bleu > 50
    assert sentence_scores("打开文件", ["打开文件夹"], "fr").bleu < 1
