"""Scores of one sentence: to compare translations of it, not systems."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.scoring.tokenizers import bleu_tokenizer

if TYPE_CHECKING:
    from sacrebleu.metrics import BLEU, CHRF


@dataclass(frozen=True)
class SentenceScores:
    """chrF2 and BLEU of one sentence, 0 to 100; BLEU leaves out orders that it is too short for."""

    chrf: float
    bleu: float


def sentence_scores(hypothesis: str, references: Sequence[str], target: str) -> SentenceScores:
    """The scores of a translation into the language ``target``, as sacrebleu scores sentences."""
    chrf, bleu = _metrics(bleu_tokenizer(target))
    texts = [text.rstrip() for text in references]
    hypothesis = hypothesis.rstrip()
    return SentenceScores(
        float(chrf.sentence_score(hypothesis, texts).score),
        float(bleu.sentence_score(hypothesis, texts).score),
    )


@functools.cache
def _metrics(tokenizer: str) -> tuple[CHRF, BLEU]:
    from sacrebleu.metrics import BLEU, CHRF

    return CHRF(), BLEU(tokenize=tokenizer, effective_order=True)
