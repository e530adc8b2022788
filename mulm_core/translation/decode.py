"""Beam search over many texts: each distinct text once, batched by length, back in order.

Dev evaluation during training and the Translator both decode through here, so that a score means
the same in both places. Many texts on a CPU go through CTranslate2, the others through torch; the
search is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mulm_core.models import Base
from mulm_core.translation.ct2 import Ct2Search, worth_it
from mulm_core.translation.options import DecodeOptions

if TYPE_CHECKING:
    import torch

_BATCH_TOKENS = 4096  # source tokens times beams in one batch, padding included
_BATCH_ROWS = 256
_FORCED = 2  # the start token and the language token that every translation begins with

Check = Callable[[], None]
Progress = Callable[[int, int], None]


def decode(
    base: Base,
    texts: Sequence[str],
    source: str,
    target: str,
    options: DecodeOptions,
    *,
    check: Check = lambda: None,
    progress: Progress = lambda done, total: None,
) -> list[str]:
    """Translate ``texts`` with whatever adapter is active on ``base``; blank ones stay empty.

    ``source`` and ``target`` are the model's own tags. ``check`` is called at least before every
    batch and may raise to end the work; ``progress`` gets the number of texts done and their total.
    """
    return Decoder(base, options, check).decode(texts, source, target, progress)


class Decoder:
    """Translates with the weights as they are now: a copy of them serves every call.

    ``check`` as for :func:`decode`; ``parts`` divides the size of the batches where memory is
    short.
    """

    def __init__(
        self, base: Base, options: DecodeOptions, check: Check = lambda: None, parts: int = 1
    ) -> None:
        self._base, self._options, self._check, self._parts = base, options, check, parts
        self._copy: Ct2Search | None = None

    def decode(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        progress: Progress = lambda done, total: None,
    ) -> list[str]:
        """The translation of each text, as :func:`decode` gives it."""
        base = self._base
        distinct = list(dict.fromkeys(text for text in texts if text.strip()))
        encoded = base.family.encode(base.tokenizer, distinct, source)
        translations: dict[str, str] = {}
        progress(0, len(distinct))
        fast = self._fast() if worth_it(base, len(distinct)) else None
        lengths = [len(ids) for ids in encoded]
        for rows in _batches(lengths, self._options.beams, self._parts):
            self._check()
            sources = [encoded[row] for row in rows]
            outputs = _search(base, fast, sources, target, self._options, self._check)
            decoded = base.family.decode(base.tokenizer, outputs)
            translations.update(zip((distinct[row] for row in rows), decoded, strict=True))
            progress(len(translations), len(distinct))
        return [translations.get(text, "") for text in texts]

    def _fast(self) -> Ct2Search:
        self._copy = self._copy or Ct2Search(self._base)
        return self._copy


def _batches(lengths: Sequence[int], beams: int, parts: int = 1) -> list[list[int]]:
    """Indices of texts of like length, longest first: a lack of memory shows at once."""
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    most = min(_BATCH_ROWS, len(lengths))
    batches: list[list[int]] = []
    for index in order:
        longest = lengths[batches[-1][0]] if batches else 0
        rows = len(batches[-1]) + 1 if batches else 0
        too_many = parts * rows > most or parts * rows * longest * beams > _BATCH_TOKENS
        if not batches or too_many:
            batches.append([])
        batches[-1].append(index)
    return batches


def _search(
    base: Base,
    fast: Ct2Search | None,
    rows: Sequence[Sequence[int]],
    target: str,
    options: DecodeOptions,
    check: Check,
) -> list[list[int]]:
    """Token ids of the best translation of each row, without start and language token."""
    first = base.family.forced_token(base.tokenizer, target)
    limits = [_most_tokens(len(row), options) for row in rows]
    penalty = _length_penalty(base, options)
    if fast:
        found = fast.search(rows, first, options, penalty, max(limits))
    else:
        found = _generate(base, rows, first, options, penalty, max(limits), check)
    # Cut to each row's own limit: what a text becomes must not hang on its batch.
    return [ids[:limit] for ids, limit in zip(found, limits, strict=True)]


def _generate(
    base: Base,
    rows: Sequence[Sequence[int]],
    first: int,
    options: DecodeOptions,
    penalty: float,
    limit: int,
    check: Check,
) -> list[list[int]]:
    import torch

    longest = max(map(len, rows))
    ids = torch.full((len(rows), longest), base.tokenizer.pad_token_id, device=base.device)
    for row, tokens in enumerate(rows):
        ids[row, : len(tokens)] = torch.tensor(tokens, device=base.device)
    with torch.inference_mode(), base.precision():
        output: torch.Tensor = (base.prompt or base.model).generate(
            input_ids=ids,
            attention_mask=(ids != base.tokenizer.pad_token_id).long(),
            generation_config=_generation(base, first, options, penalty, limit + _FORCED),
            stopping_criteria=[lambda ids, scores, **_: _never(check, ids)],
        )
    return [ids[_FORCED:] for ids in output.tolist()]


def _most_tokens(source_length: int, options: DecodeOptions) -> int:
    """A weak model may repeat itself without end; no translation is this much longer."""
    return min(options.max_length, 3 * source_length + 20)


def _length_penalty(base: Base, options: DecodeOptions) -> float:
    if options.beams == 1:
        return 1.0
    if options.length_penalty is not None:
        return options.length_penalty
    return float(base.model.generation_config.length_penalty or 1.0)


def _generation(base: Base, first: int, options: DecodeOptions, penalty: float, length: int) -> Any:
    from transformers import GenerationConfig

    own = base.model.generation_config
    config = base.model.config
    # The library warns where greedy search is given anything but these settings' defaults.
    return GenerationConfig(
        num_beams=options.beams,
        max_length=length,
        do_sample=False,
        forced_bos_token_id=first,
        decoder_start_token_id=own.decoder_start_token_id or config.decoder_start_token_id,
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        length_penalty=penalty,
        early_stopping=options.beams > 1,  # as CTranslate2 does
    )


def _never(check: Check, ids: torch.Tensor) -> torch.Tensor:
    """A stopping criterion that stops nothing: ``check`` runs between tokens and may raise."""
    import torch

    check()
    return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)
