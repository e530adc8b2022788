"""What differs between model families: their languages, and how text becomes tokens and back.

Text goes straight through the family's SentencePiece model instead of the tokenizer's
``__call__``: many times faster, and free of its traps. (With transformers 5 an M2M100 tokenizer
does not count its language tokens as special, so ``skip_special_tokens`` leaves ``__fr__`` in the
text; and text that contains ``</s>`` or ``__fr__`` would be read as control tokens.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from mulm_core import languages
from mulm_core.errors import UserError

# fmt: off
_M2M100_CODES = (
    "af", "am", "ar", "ast", "az", "ba", "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy",
    "da", "de", "el", "en", "es", "et", "fa", "ff", "fi", "fr", "fy", "ga", "gd", "gl", "gu",
    "ha", "he", "hi", "hr", "ht", "hu", "hy", "id", "ig", "ilo", "is", "it", "ja", "jv", "ka",
    "kk", "km", "kn", "ko", "lb", "lg", "ln", "lo", "lt", "lv", "mg", "mk", "ml", "mn", "mr",
    "ms", "my", "ne", "nl", "no", "ns", "oc", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sd",
    "si", "sk", "sl", "so", "sq", "sr", "ss", "su", "sv", "sw", "ta", "th", "tl", "tn", "tr",
    "uk", "ur", "uz", "vi", "wo", "xh", "yi", "yo", "zh", "zu",
)
# fmt: on
_TO_BCP47 = {"ns": "nso", "tl": "fil"}  # M2M100's own names of two languages
_SPARE = "madeupword"  # as the vocabulary calls its places without a word

Span = tuple[int, int]
"""Start and end in a text, in characters."""


class Family(Protocol):
    """One kind of model; all text of the program goes through these methods."""

    name: str
    required_files: tuple[str, ...]

    def languages(self, folder: Path) -> tuple[str, ...]:
        """The BCP 47 tags of the languages that the model in ``folder`` knows."""

    def prepare(self, tokenizer: Any) -> None:
        """Mend what a tokenizer just loaded gets wrong."""

    def encode(self, tokenizer: Any, texts: Sequence[str], language: str) -> list[list[int]]:
        """Token ids of each text as the encoder reads it, control tokens included."""

    def encode_target(self, tokenizer: Any, texts: Sequence[str], language: str) -> list[list[int]]:
        """Token ids of each text as the decoder must produce it, from the forced first token on."""

    def decode(self, tokenizer: Any, sequences: Sequence[Sequence[int]]) -> list[str]:
        """The text of each sequence of token ids, without control tokens."""

    def encode_spans(self, tokenizer: Any, text: str) -> list[Span]:
        """Where in ``text`` each token of :meth:`encode` is, without the first and the last."""

    def forced_token(self, tokenizer: Any, language: str) -> int:
        """The token id that every translation into ``language`` begins with."""

    def spare_codes(self, tokenizer: Any, known: Sequence[str]) -> list[str]:
        """Codes whose tokens mean nothing to a model of the ``known`` languages."""


class M2M100:
    """M2M-100 (Fan et al. 2020) and models of its architecture: ``[lang] pieces </s>``."""

    name = "m2m100"
    required_files: tuple[str, ...] = ("vocab.json", "sentencepiece.bpe.model")

    def languages(self, folder: Path) -> tuple[str, ...]:
        """Those that config.json or else the model card lists, else all of the family."""
        listed = read_config(folder).get("languages") or read_card(folder).get("language") or []
        codes = _known([listed] if isinstance(listed, str) else listed) or _M2M100_CODES
        return tuple(_TO_BCP47.get(code, code) for code in codes)

    def prepare(self, tokenizer: Any) -> None:
        """Make the language tokens special, as other programs' ``skip_special_tokens`` expects."""
        tokens = list(tokenizer.lang_code_to_token.values())
        tokenizer.add_special_tokens({"additional_special_tokens": tokens})

    def encode(self, tokenizer: Any, texts: Sequence[str], language: str) -> list[list[int]]:
        """``[language] pieces </s>`` for each text."""
        start = self.forced_token(tokenizer, language)
        vocabulary, unknown = tokenizer.encoder, tokenizer.unk_token_id
        end = tokenizer.eos_token_id
        return [
            [start, *(vocabulary.get(piece, unknown) for piece in pieces), end]
            for pieces in tokenizer.sp_model.encode(list(texts), out_type=str)
        ]

    def encode_target(self, tokenizer: Any, texts: Sequence[str], language: str) -> list[list[int]]:
        """The same as the source's form: the decoder starts with the language token, too."""
        return self.encode(tokenizer, texts, language)

    def decode(self, tokenizer: Any, sequences: Sequence[Sequence[int]]) -> list[str]:
        """The text of each sequence; control tokens and ids outside the vocabulary are left out."""
        vocabulary = tokenizer.decoder
        control = {*tokenizer.all_special_ids}
        pieces = [
            [vocabulary[index] for index in ids if index not in control and index in vocabulary]
            for ids in sequences
        ]
        return [tokenizer.sp_model.decode(sequence).strip() for sequence in pieces]

    def encode_spans(self, tokenizer: Any, text: str) -> list[Span]:
        """One for each of SentencePiece's pieces, with the white space before it."""
        return list(tokenizer.sp_model.encode(text, return_type="offset_mapping")["offsets"])

    def forced_token(self, tokenizer: Any, language: str) -> int:
        """The id of the language's own token, such as ``__fr__``."""
        if language.startswith(_SPARE):
            codes = len(tokenizer.lang_code_to_id)
            return int(tokenizer.encoder_size + codes + int(language.removeprefix(_SPARE)))
        code = next((own for own, tag in _TO_BCP47.items() if tag == language), language)
        return int(tokenizer.get_lang_id(code))

    def spare_codes(self, tokenizer: Any, known: Sequence[str]) -> list[str]:
        """The vocabulary's places without a word, then codes of languages it never learnt."""
        made_up = [f"{_SPARE}{index}" for index in range(tokenizer.num_madeup_words)]
        codes = (_TO_BCP47.get(code, code) for code in _M2M100_CODES)
        return [*made_up, *(code for code in codes if code not in known)]


FAMILIES: dict[str, Family] = {"m2m_100": M2M100()}
"""By ``model_type`` of a model's ``config.json``."""


def pick_language(tag: str, available: Sequence[str], model: str) -> str:
    """The one of ``available`` that means ``tag``; raises :class:`UserError` naming them all."""
    found = languages.match(languages.normalise(tag), tuple(available))
    if found is None:
        raise UserError(
            f"the model '{model}' does not know the language '{tag}'",
            fix=f"It knows {_listing(available)}; choose one of these or another model",
        )
    return found


def _listing(codes: Sequence[str]) -> str:
    return ", ".join(codes)


def _known(codes: Sequence[str]) -> tuple[str, ...]:
    return tuple(code for code in map(str, codes) if code in _M2M100_CODES)


def read_card(folder: Path) -> dict[str, Any]:
    """The front matter (YAML between ``---`` lines) of the model card; empty without one."""
    import yaml  # type: ignore[import-untyped]

    try:
        text = (folder / "README.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    found = re.match(r"---\r?\n(.*?)\r?\n---", text, re.DOTALL)
    if found is None:
        return {}
    try:
        # BaseLoader keeps every scalar as text: YAML would read Norwegian's 'no' as false.
        card = yaml.load(found.group(1), Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return {}
    return card if isinstance(card, dict) else {}


def read_config(folder: Path) -> dict[str, Any]:
    """``config.json`` of a model folder; raises ``OSError`` or ``ValueError``."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if not isinstance(config, dict):
        raise ValueError("not a JSON object")
    return config
