"""Scores of translations against references, each with the signature that makes it comparable."""

from mulm_core.scoring.metrics import (
    Metrics,
    Score,
    bleu_chrf,
    bleu_tokenizer,
    score,
    sentence_chrf,
)

__all__ = ["Metrics", "Score", "bleu_chrf", "bleu_tokenizer", "score", "sentence_chrf"]
