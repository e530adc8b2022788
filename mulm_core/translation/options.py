"""How to search for the best translation."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core.errors import UserError
from mulm_core.fields import declared, validate

PRECISIONS = ("auto", "int8", "bfloat16", "float32")


@dataclass(frozen=True)
class DecodeOptions:
    """Settings of the search; raises :class:`UserError` naming a field that is out of range."""

    beams: int = declared(
        4,
        title="Beams",
        help="How many partial translations are followed at once. 1 (greedy) is quickest; "
        "4 or 5 are usual for final scores.",
        minimum=1,
        maximum=64,
    )
    max_length: int = declared(
        200,
        title="Longest translation",
        help="A translation ends at this many tokens at the latest.",
        minimum=1,
        maximum=1024,
        unit="tokens",
    )
    length_penalty: float | None = declared(
        None,
        title="Length penalty",
        help="Above 1 favours longer translations, below 1 shorter ones; empty: the model's own.",
        minimum=-10.0,
        maximum=10.0,
        advanced=True,
    )
    n_best: int = declared(
        1,
        title="Alternatives",
        help="How many different translations of each text, best first; at most as many as beams, "
        "unless they are sampled.",
        minimum=1,
        maximum=64,
        advanced=True,
    )
    no_repeat_ngram: int = declared(
        0,
        title="No repeated n-grams",
        help="No sequence of this many tokens comes twice in a translation; 0 allows all.",
        minimum=0,
        maximum=20,
        unit="tokens",
        advanced=True,
    )
    repetition_penalty: float = declared(
        1.0,
        title="Repetition penalty",
        help="Above 1 makes tokens that are there already less likely; 1 leaves them alone.",
        minimum=0.1,
        maximum=10.0,
        advanced=True,
    )
    sampling: bool = declared(
        False,
        title="Sampling",
        help="Draws translations at random by their probability instead of searching for the most "
        "probable one; beams and length penalty then mean nothing.",
        advanced=True,
    )
    temperature: float = declared(
        1.0,
        title="Temperature",
        help="While sampling: below 1 keeps to what is probable, above 1 is more adventurous.",
        minimum=0.01,
        maximum=10.0,
        advanced=True,
    )
    top_k: int = declared(
        0,
        title="Most probable tokens",
        help="While sampling: only this many tokens may come next; 0 allows all.",
        minimum=0,
        maximum=1000,
        unit="tokens",
        advanced=True,
    )
    top_p: float = declared(
        1.0,
        title="Share of probability",
        help="While sampling: only the most probable tokens that make up this share may come next.",
        minimum=0.01,
        maximum=1.0,
        advanced=True,
    )
    seed: int = declared(
        1,
        title="Seed",
        help="While sampling: the same seed draws the same translations.",
        minimum=0,
        maximum=2**31 - 1,
        advanced=True,
    )
    split: str = declared(
        "long",
        title="Split into sentences",
        help="Translates sentence by sentence what is long (over 100 tokens) or has several lines; "
        "always or never do it whatever the length. White space stays as it was.",
        choices=("long", "always", "never"),
        advanced=True,
    )
    precision: str = declared(
        "auto",
        title="Precision for many texts",
        help="Many texts are translated with a converted model: int8 is quickest on a CPU, float32 "
        "exact; auto takes what suits the processor.",
        choices=PRECISIONS,
        advanced=True,
    )

    def __post_init__(self) -> None:
        validate(self)
        if self.n_best > self.beams and not self.sampling:
            raise UserError(
                f"{self.beams} beams find no {self.n_best} translations",
                where="n_best",
                fix="Take more beams or fewer alternatives",
            )
