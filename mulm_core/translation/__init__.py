"""Translation: one interface to base models and to fine-tuned runs on them."""

from mulm_core.translation.detailed import (
    Alternative,
    DetailedRequest,
    DetailedTranslation,
    Link,
    Word,
    translate_detailed,
)
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.systems import SystemRef
from mulm_core.translation.translator import (
    TranslateRequest,
    Translator,
    translate,
    translate_n_best,
)

__all__ = [
    "Alternative",
    "DecodeOptions",
    "DetailedRequest",
    "DetailedTranslation",
    "Link",
    "SystemRef",
    "TranslateRequest",
    "Translator",
    "Word",
    "translate",
    "translate_detailed",
    "translate_n_best",
]
