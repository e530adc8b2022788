"""Why a model translates as it does: how sure it is of each word, and where it looks.

One pass through the model with the translation given, so that it tells the same of whatever engine
found the translation. Where the model looks is its attention to the source, averaged over the
heads of one layer: the last but one, as Garg et al. 2019 found for deep decoders, or the second of
two (measured on words that both sides share, better than the first or the sum: 0.69, 0.51, 0.66).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core.models import Base
from mulm_core.models.families import Span
from mulm_core.translation.engine import FORCED
from mulm_core.translation.words import words

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Explained:
    """A translation word by word; spans are in characters of the two texts.

    ``probabilities`` (0 to 1) are of the translation's words, each given all before it.
    ``attention`` has a row for each of them, of the shares (adding up to 1) that fall to each
    source word. ``log_probability`` (natural logarithm) is of all ``tokens``, the end included.
    """

    source_words: tuple[Span, ...]
    words: tuple[Span, ...]
    probabilities: tuple[float, ...]
    attention: tuple[tuple[float, ...], ...]
    log_probability: float
    tokens: int


def explain(
    base: Base, text: str, translations: Sequence[str], source: str, target: str
) -> list[Explained]:
    """Each of ``translations`` of ``text``; ``source`` and ``target`` are the model's own tags."""
    family, tokenizer = base.family, base.tokenizer
    (read,) = family.encode(tokenizer, [text], source)
    written = [
        ids[: base.positions] for ids in family.encode_target(tokenizer, translations, target)
    ]
    chosen, attention = _forced(base, read, written)
    source_spans = family.encode_spans(tokenizer, text)
    return [
        _explained(
            (text, source_spans),
            (made, family.encode_spans(tokenizer, made)),
            chosen[row, : len(ids) - 1].tolist(),
            attention[row, : len(ids) - 1].tolist(),
        )
        for row, (made, ids) in enumerate(zip(translations, written, strict=True))
    ]


def _forced(
    base: Base, read: Sequence[int], written: Sequence[Sequence[int]]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log probabilities [rows, tokens] of what is written, and attention [rows, tokens, pieces].

    Tokens start behind the language's own; the source's control tokens are left out.
    """
    import torch

    config, device = base.model.config, base.device
    longest = max(map(len, written))
    start, pad = config.decoder_start_token_id, base.tokenizer.pad_token_id
    rows = [[start, *ids, *[pad] * (longest - len(ids))] for ids in written]
    given = torch.tensor(rows, device=device)
    with torch.inference_mode(), base.precision(), _attention_told(base):
        output = (base.prompt or base.model)(
            input_ids=torch.tensor([list(read)] * len(rows), device=device),
            attention_mask=torch.ones(len(rows), len(read), dtype=torch.long, device=device),
            decoder_input_ids=given[:, :-1],
            output_attentions=True,
        )
    logits = output.logits[:, FORCED - 1 :].float().log_softmax(-1)
    chosen = logits.gather(-1, given[:, FORCED:, None])[..., 0]
    layer = output.cross_attentions[_layer(len(output.cross_attentions))]
    attention = layer.float().mean(1)[:, FORCED - 1 :, -len(read) :]  # behind a learnt prefix
    return chosen, attention[..., 1:-1]


def _layer(count: int) -> int:
    return count - 2 if count > 2 else count - 1


@contextmanager
def _attention_told(base: Base) -> Iterator[None]:
    """Inside it, the model tells its attention, which fused kernels do not."""
    kind = base.model.config._attn_implementation
    if kind == "eager":
        yield
        return
    base.model.set_attn_implementation("eager")
    try:
        yield
    finally:
        base.model.set_attn_implementation(kind)


def _explained(
    source: tuple[str, Sequence[Span]],
    made: tuple[str, Sequence[Span]],
    chosen: Sequence[float],
    attention: Sequence[Sequence[float]],
) -> Explained:
    """Tokens gathered to words."""
    source_words, made_words = words(source[0]), words(made[0])
    columns = [_touching(word, source[1]) for word in source_words]
    rows = [_touching(word, made[1]) for word in made_words]
    tokens = [[row for row in touching if row < len(chosen)] for touching in rows]
    return Explained(
        source_words=tuple(source_words),
        words=tuple(made_words),
        probabilities=tuple(math.exp(sum(chosen[row] for row in found)) for found in tokens),
        attention=tuple(_shares(attention, found, columns) for found in tokens),
        log_probability=sum(chosen),
        tokens=len(chosen),
    )


def _touching(word: Span, spans: Sequence[Span]) -> list[int]:
    """The tokens that share a character with the word."""
    return [at for at, (start, end) in enumerate(spans) if start < word[1] and word[0] < end]


def _shares(
    attention: Sequence[Sequence[float]], rows: Sequence[int], columns: Sequence[Sequence[int]]
) -> tuple[float, ...]:
    # A token of two words counts for both, by halves.
    counts: dict[int, int] = {}
    for column in (column for found in columns for column in found):
        counts[column] = counts.get(column, 0) + 1
    sums = [
        sum(attention[row][column] / counts[column] for row in rows for column in found)
        for found in columns
    ]
    total = sum(sums)
    return tuple(share / total if total else 0.0 for share in sums)
