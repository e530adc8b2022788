"""Scores of translations against references, each with the signature that makes it comparable."""

from mulm_core.scoring.metrics import (
    METRICS,
    MetricInfo,
    Metrics,
    Score,
    bleu_chrf,
)
from mulm_core.scoring.options import ScoreOptions
from mulm_core.scoring.sentences import SentenceScores, sentence_scores
from mulm_core.scoring.significance import (
    Significance,
    drawn_signature,
    in_words,
    judge,
    p_text,
    seed,
    verdict,
)
from mulm_core.scoring.statistics import Scorer, Statistics
from mulm_core.scoring.tokenizers import TOKENIZERS, bleu_tokenizer, is_unspaced

__all__ = [
    "METRICS",
    "TOKENIZERS",
    "MetricInfo",
    "Metrics",
    "Score",
    "ScoreOptions",
    "Scorer",
    "SentenceScores",
    "Significance",
    "Statistics",
    "bleu_chrf",
    "bleu_tokenizer",
    "drawn_signature",
    "in_words",
    "is_unspaced",
    "judge",
    "p_text",
    "seed",
    "sentence_scores",
    "verdict",
]
