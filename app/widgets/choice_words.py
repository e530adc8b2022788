"""The words for the values that a choice of settings holds."""

from __future__ import annotations

from app.i18n import tr


def choice_words(value: str) -> str:
    """What people call a value, such as ``ia3``; the value itself where it is a name already."""
    return {
        "lora": "LoRA",
        "dora": "DoRA",
        "rslora": "rsLoRA",
        "ia3": "IA³",
        "prefix": tr("Prefix tuning"),
        "top-layers": tr("Top layers"),
        "full": tr("Full"),
        "all-linear": tr("All linear"),
        "attention": tr("Attention"),
        "ffn": tr("Feed-forward"),
        "both": tr("Both"),
        "encoder": tr("Encoder"),
        "decoder": tr("Decoder"),
        "adamw": "AdamW",
        "adafactor": "Adafactor",
        "sgd": "SGD",
        "linear": tr("Linear"),
        "cosine": tr("Cosine"),
        "inverse-sqrt": tr("Inverse root"),
        "constant": tr("Constant"),
        "bleu": "BLEU",
        "chrf": "chrF",
        "loss": tr("Loss"),
        "auto": tr("Automatic"),
        "long": tr("Long texts"),
        "always": tr("Always"),
        "never": tr("Never"),
    }.get(value, value)
