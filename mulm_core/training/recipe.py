"""How to fine-tune: one object, declared once, that the form, ``--set`` and the docs share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mulm_core.errors import UserError
from mulm_core.fields import declared, specs, validate

METHODS = ("lora", "dora", "rslora", "ia3", "prefix", "top-layers", "full")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a run learns, besides its model and its corpus.

    Raises :class:`UserError` naming the first field that is out of range.
    """

    preset: str = "balanced"
    method: str = declared(
        "lora",
        title="Method",
        help="What is trained: small matrices beside the frozen weights (LoRA; DoRA learns their "
        "length apart, rsLoRA bears high ranks), a factor for each channel (IA3) or a prefix of "
        "the decoder (both tiny and weaker), the top layers, or all weights (the most memory and "
        "disk; for languages the model hardly knows).",
        choices=METHODS,
    )
    epochs: int = declared(
        8,
        title="Epochs",
        help="How often training goes through all training pairs. 3 to 10 suit most corpora; "
        "small ones bear more.",
        minimum=1,
        maximum=1000,
    )
    max_steps: int | None = declared(
        None,
        title="Most steps",
        help="Training ends after this many steps, if the epochs are not over before. Empty: no "
        "limit.",
        minimum=1,
        maximum=10_000_000,
        unit="steps",
        advanced=True,
    )
    max_minutes: float | None = declared(
        None,
        title="Most minutes",
        help="Training ends in time to be done after this many minutes, pauses not counted, and "
        "keeps its best checkpoint. Empty: no limit.",
        minimum=0.01,
        maximum=100_000.0,
        unit="minutes",
        advanced=True,
    )
    learning_rate: float = declared(
        1e-3,
        title="Learning rate",
        help="Size of each step, at the end of the warm-up. 0.0002 to 0.003 suit LoRA, ten times "
        "that IA3 and prefixes, a twentieth full training; too high and the loss jumps, too low "
        "and little is learnt.",
        minimum=1e-7,
        maximum=1.0,
    )
    batch_tokens: int = declared(
        2048,
        title="Batch size",
        help="Target tokens (word pieces) per step, padding included. Larger batches give "
        "smoother, fewer steps and need more memory; 1,000 to 8,000 are usual.",
        minimum=16,
        maximum=1_000_000,
        unit="tokens",
    )
    accumulate: int = declared(
        1,
        title="Gradient accumulation",
        help="Batches that one step learns from together: as good as a larger batch, without its "
        "memory. 1 to 16.",
        minimum=1,
        maximum=1024,
        unit="batches",
        advanced=True,
    )
    lora_rank: int = declared(
        32,
        title="LoRA rank",
        help="Width of the low-rank matrices that are trained beside the frozen weights. "
        "8 to 64; higher learns more, is larger and overfits sooner.",
        minimum=1,
        maximum=1024,
    )
    lora_alpha: int = declared(
        64,
        title="LoRA alpha",
        help="Strength of the adapter: its output is multiplied by alpha / rank. "
        "One to two times the rank is usual.",
        minimum=1,
        maximum=4096,
    )
    lora_dropout: float = declared(
        0.0,
        title="LoRA dropout",
        help="Share of the adapter's inputs set to zero while training, against overfitting. "
        "0 to 0.1; costs some speed.",
        minimum=0.0,
        maximum=0.9,
    )
    lora_targets: str = declared(
        "all-linear",
        title="Adapted layers",
        help="The layers that get an adapter: all linear ones, attention only (smaller), or the "
        "feed-forward ones only (ffn).",
        choices=("all-linear", "attention", "ffn"),
    )
    side: str = declared(
        "both",
        title="Adapted side",
        help="The half of the model that learns. The decoder alone trains faster and forgets "
        "less; both learn more.",
        choices=("both", "encoder", "decoder"),
        advanced=True,
    )
    target_names: str = declared(
        "",
        title="Adapted layers by name",
        help="Names of linear layers, with commas between, such as q_proj,v_proj; they take the "
        "place of the choice of layers. Empty: that choice.",
        advanced=True,
    )
    prefix_length: int = declared(
        16,
        title="Prefix length",
        help="Learnt positions in front of every translation, for the method prefix alone. 8 to "
        "64; more learn more and slow decoding down.",
        minimum=1,
        maximum=512,
        unit="tokens",
        advanced=True,
    )
    top_layers: int = declared(
        1,
        title="Top layers",
        help="How many of the last layers of the encoder and of the decoder learn, for the method "
        "top-layers alone. 1 to 4.",
        minimum=1,
        maximum=100,
        unit="layers",
        advanced=True,
    )
    dropout: float = declared(
        0.0,
        title="Dropout",
        help="Share of the model's own activations set to zero while training, for the methods "
        "top-layers and full alone. 0 to 0.3.",
        minimum=0.0,
        maximum=0.9,
        advanced=True,
    )
    optimizer: str = declared(
        "adamw",
        title="Optimizer",
        help="How a gradient becomes a step: AdamW suits nearly always, Adafactor needs far less "
        "memory for full training, SGD wants rates ten to a hundred times as high.",
        choices=("adamw", "adafactor", "sgd"),
        advanced=True,
    )
    schedule: str = declared(
        "linear",
        title="Schedule",
        help="What the learning rate does after the warm-up: falls linearly or as a cosine to "
        "zero, slowly as an inverse square root, or stays constant.",
        choices=("linear", "cosine", "inverse-sqrt", "constant"),
        advanced=True,
    )
    warmup: float = declared(
        0.1,
        title="Warm-up",
        help="Share of all steps in which the learning rate rises from zero; then the schedule "
        "takes over. 0.02 to 0.2 are usual.",
        minimum=0.0,
        maximum=0.9,
    )
    weight_decay: float = declared(
        0.01,
        title="Weight decay",
        help="Pull of the trained weights towards zero. 0 to 0.1.",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    label_smoothing: float = declared(
        0.1,
        title="Label smoothing",
        help="Share of the target's probability spread over all other tokens, which keeps the "
        "model from being too sure. 0 to 0.2.",
        minimum=0.0,
        maximum=0.9,
        advanced=True,
    )
    gradient_clip: float = declared(
        1.0,
        title="Gradient clipping",
        help="Largest norm of the gradient in one step; longer ones are shortened to it. "
        "0 switches it off.",
        minimum=0.0,
        maximum=1000.0,
        advanced=True,
    )
    best_by: str = declared(
        "bleu",
        title="Best checkpoint by",
        help="The dev score that decides which checkpoint is kept and when to stop early: BLEU, "
        "chrF (steadier on few segments) or loss (nats per token).",
        choices=("bleu", "chrf", "loss"),
        advanced=True,
    )
    patience: int = declared(
        4,
        title="Early-stopping patience",
        help="Training ends after this many evaluations in a row without a better dev score. "
        "0 switches it off; 2 to 6 are usual.",
        minimum=0,
        maximum=1000,
        unit="evaluations",
    )
    evals_per_epoch: int = declared(
        1,
        title="Evaluations per epoch",
        help="How often in an epoch the dev segments are translated and scored. Raise it for "
        "large corpora.",
        minimum=1,
        maximum=100,
    )
    dev_size: int = declared(
        200,
        title="Dev segments",
        help="At most this many dev segments are scored at each evaluation. 100 to 500; more are "
        "steadier and slower.",
        minimum=1,
        maximum=100_000,
        unit="segments",
    )
    dev_beams: int = declared(
        1,
        title="Dev beams",
        help="Beams of the search when dev segments are translated. 1 (greedy) is quick and "
        "ranks checkpoints as well as 4 do.",
        minimum=1,
        maximum=16,
        advanced=True,
    )
    general_size: int = declared(
        60,
        title="General segments",
        help="At most this many segments outside the corpus' domain are scored beside the dev "
        "segments: their score falls where the model forgets. 0 switches it off; 50 to 200.",
        minimum=0,
        maximum=100_000,
        unit="segments",
        advanced=True,
    )
    temperature: float = declared(
        1.0,
        title="Sampling temperature",
        help="How several corpora share the steps: at 1 each pair is learnt equally often; the "
        "higher, the more often small corpora's pairs. 1 to 5; without effect on one corpus.",
        minimum=1.0,
        maximum=100.0,
        advanced=True,
    )
    max_length: int = declared(
        128,
        title="Longest segment",
        help="Training pairs with more tokens than this on either side are left out. 64 to 256; "
        "long ones need more memory.",
        minimum=4,
        maximum=1024,
        unit="tokens",
        advanced=True,
    )
    seed: int = declared(
        1,
        title="Seed",
        help="Number that fixes all chance: the same seed, corpus and machine give the same run.",
        minimum=0,
        maximum=2**31 - 1,
    )

    def __post_init__(self) -> None:
        validate(self)
        for name, wrong, sentence in _contradictions(self):
            if wrong:
                raise UserError(sentence, where=name, fix=_FIX.format(self.method))

    @property
    def own_weights(self) -> bool:
        """Whether the model's own weights are trained, not an adapter beside them."""
        return self.method in ("top-layers", "full")

    def to_dict(self) -> dict[str, Any]:
        """The recipe as plain values, for a manifest."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """The recipe a manifest holds; fields of a later version are left out."""
        known = {"preset", *specs(cls)}
        own = {key: value for key, value in values.items() if key in known}
        if own.get("lora_targets") == "decoder":  # as 0.1 wrote it
            own.update(lora_targets="all-linear", side="decoder")
        return cls(**own)


_FIX = "Leave it as it is for the method {0}, or choose another method"


def _contradictions(recipe: Recipe) -> list[tuple[str, bool, str]]:
    """Fields that would be without effect: name, whether that is so, and why."""
    method = recipe.method
    layerless = recipe.own_weights or method == "prefix"
    return [
        (
            "lora_targets",
            layerless and recipe.lora_targets != "all-linear",
            f"the method {method} adapts no single layers",
        ),
        (
            "target_names",
            layerless and bool(recipe.target_names),
            f"the method {method} adapts no single layers",
        ),
        (
            "side",
            method == "prefix" and recipe.side != "both",
            "a prefix is always in the decoder",
        ),
        (
            "dropout",
            not recipe.own_weights and recipe.dropout > 0,
            f"with the method {method} the model's own layers do not learn",
        ),
    ]
