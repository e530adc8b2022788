"""Translation: one interface to base models and to fine-tuned runs on them."""

from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.systems import SystemRef
from mulm_core.translation.translator import TranslateRequest, Translator, translate

__all__ = ["DecodeOptions", "SystemRef", "TranslateRequest", "Translator", "translate"]
