"""Languages that a model was not trained on: under another's code, or with a token of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mulm_core import languages
from mulm_core.errors import UserError
from mulm_core.models.catalog import ModelInfo
from mulm_core.models.families import Family, pick_language


def codes_for(
    info: ModelInfo,
    tokenizer: Any,
    family: Family,
    places: int,
    borrowed: Mapping[str, str],
    added: Mapping[str, str],
) -> dict[str, str]:
    """The model's own code for each new language; both mappings name a known one for a new one.

    ``places`` is how many tokens the model has. A borrowed code is the known language's; an added
    one is a token that means nothing to the model so far. The same mappings always give the same
    codes. Raises :class:`UserError` for a new language that the model knows, a known one that it
    does not, and where no token is left.
    """
    for tag in (*borrowed, *added):
        if languages.match(tag, info.languages):
            raise UserError(f"the model '{info.id}' knows the language '{tag}' already")
    found = {tag: pick_language(like, info.languages, info.id) for tag, like in borrowed.items()}
    spare = [
        code
        for code in family.spare_codes(tokenizer, info.languages)
        if family.forced_token(tokenizer, code) < places
    ]
    for tag, like in added.items():
        pick_language(like, info.languages, info.id)
        code = tag if tag in spare else next(iter(spare), None)
        if code is None:
            raise UserError(
                f"the model '{info.id}' has no token left for a new language",
                fix=f"Borrow a known language's code: --language-as {tag}={like}",
            )
        spare.remove(code)
        found[tag] = code
    return found


def start_like(
    model: Any, tokenizer: Any, family: Family, codes: Mapping[str, str], added: Mapping[str, str]
) -> tuple[int, ...]:
    """Give the added languages' tokens the embedding of the known ones; returns their ids."""
    import torch

    ids = []
    embedding = model.get_input_embeddings().weight
    with torch.no_grad():
        for tag, like in added.items():
            ids.append(family.forced_token(tokenizer, codes[tag]))
            embedding[ids[-1]] = embedding[family.forced_token(tokenizer, like)]
    return tuple(ids)
