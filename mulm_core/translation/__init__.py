"""Translation: one interface to base models and to fine-tuned runs on them."""

from mulm_core.translation.conversion import Conversion, ConvertRequest, conversions, convert
from mulm_core.translation.detailed import (
    Alternative,
    DetailedRequest,
    DetailedTranslation,
    Link,
    Word,
    translate_detailed,
)
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.parity import Parity, ParityError
from mulm_core.translation.systems import SystemRef
from mulm_core.translation.translator import (
    TranslateRequest,
    Translator,
    translate,
    translate_n_best,
)

__all__ = [
    "Alternative",
    "Conversion",
    "ConvertRequest",
    "DecodeOptions",
    "DetailedRequest",
    "DetailedTranslation",
    "Link",
    "Parity",
    "ParityError",
    "SystemRef",
    "TranslateRequest",
    "Translator",
    "Word",
    "conversions",
    "convert",
    "translate",
    "translate_detailed",
    "translate_n_best",
]
