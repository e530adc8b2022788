"""A model's vocabulary without its weights: how it cuts text, and what it cannot spell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mulm_core.errors import UserError
from mulm_core.models.catalog import ModelInfo
from mulm_core.models.families import FAMILIES, Family, pick_language, read_config
from mulm_core.quiet import quiet_libraries


@dataclass(frozen=True)
class TextModel:
    """The tokenizer of a model; ``positions`` is the longest text it reads (0: not told).

    ``control_tokens`` is how many tokens an empty text has.
    """

    info: ModelInfo
    tokenizer: Any
    family: Family
    positions: int
    control_tokens: int

    @property
    def title(self) -> str:
        """The model's name for people."""
        return self.info.title

    def encode(self, texts: Sequence[str], language: str) -> list[list[int]]:
        """Token ids of each text; raises :class:`UserError` for a language it does not know."""
        tag = pick_language(language, self.info.languages, self.info.id)
        return self.family.encode(self.tokenizer, texts, tag)

    def lengths(self, texts: Sequence[str], language: str) -> list[int]:
        """Tokens of each text. A language that the model does not know is counted as its first."""
        try:
            return [len(ids) for ids in self.encode(texts, language)]
        except UserError:
            return [len(ids) for ids in self.encode(texts, self.info.languages[0])]


def load_text_model(info: ModelInfo) -> TextModel:
    """Load a model's vocabulary; raises :class:`UserError` for a folder that cannot be used."""
    if info.problem:
        raise UserError(info.problem, where=info.path)
    from transformers import AutoTokenizer

    quiet_libraries()
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            info.path, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError) as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(
            f"the model's vocabulary cannot be loaded ({reason})",
            where=info.path,
            fix="Download the model again",
        ) from error
    config = read_config(info.path)
    family = FAMILIES[config["model_type"]]
    family.prepare(tokenizer)
    empty = family.encode(tokenizer, [""], info.languages[0])[0]
    positions = int(config.get("max_position_embeddings") or 0)
    return TextModel(info, tokenizer, family, positions, len(empty))
