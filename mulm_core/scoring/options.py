"""How to score: the tokenizer of BLEU, and how often the tests draw."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.fields import declared, validate
from mulm_core.scoring.tokenizers import TOKENIZERS


@dataclass(frozen=True)
class ScoreOptions:
    """Settings of the scores; raises :class:`UserError` naming a field that is out of range."""

    tokenizer: str = declared(
        "auto",
        title="BLEU tokenizer",
        help="How BLEU cuts text into words. auto: what the target language takes; scores with "
        "different tokenizers cannot be compared.",
        choices=TOKENIZERS,
    )
    lowercase: bool = declared(
        False,
        title="Ignore case",
        help="BLEU and chrF take capital letters for small ones; TER always does.",
    )
    bertscore: str = declared(
        "",
        title="BERTScore model",
        help="A folder with an encoder such as xlm-roberta-base, in safetensors: BERTScore (F1) "
        "is scored by it, too. Empty: without.",
    )
    resamples: int = declared(
        1000,
        title="Bootstrap resamples",
        help="Test sets drawn from this one for confidence intervals and the paired bootstrap. "
        "sacrebleu draws 1000; 0 leaves both out.",
        minimum=0,
        maximum=100_000,
        advanced=True,
    )
    trials: int = declared(
        10_000,
        title="Randomisation trials",
        help="How often the test of approximate randomisation swaps two systems' segments. "
        "sacrebleu swaps 10000 times; 0 leaves it out.",
        minimum=0,
        maximum=1_000_000,
        advanced=True,
    )

    def __post_init__(self) -> None:
        validate(self)
