"""The search in torch: any model, any option, with whatever adapter is active on the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mulm_core.models import Base
from mulm_core.translation.engine import FORCED, MOST_TOKENS, Batch, Check, Found, Goal
from mulm_core.translation.options import DecodeOptions

if TYPE_CHECKING:
    import torch


class TorchSearch:
    """Translates with the base as it is now."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def batch_tokens(self, total: int) -> int:
        """As many as there may be: each step costs most for its calls."""
        return MOST_TOKENS

    def search(self, batches: Sequence[Batch], goal: Goal, check: Check) -> Iterator[list[Found]]:
        """See :class:`mulm_core.translation.engine.Engine`; ``check`` runs at every token."""
        for batch in batches:
            check()
            yield self._generate(batch, goal, check)

    def _generate(self, batch: Batch, goal: Goal, check: Check) -> list[Found]:
        import torch

        base, pad = self._base, self._base.tokenizer.pad_token_id
        ids = torch.full((len(batch.rows), max(map(len, batch.rows))), pad, device=base.device)
        for row, tokens in enumerate(batch.rows):
            ids[row, : len(tokens)] = torch.tensor(tokens, device=base.device)
        with torch.inference_mode(), base.precision(), _drawing(goal.options):
            output: torch.Tensor = (base.prompt or base.model).generate(
                input_ids=ids,
                attention_mask=(ids != pad).long(),
                generation_config=_config(base, goal, batch.limit + FORCED),
                stopping_criteria=[lambda ids, scores, **_: _never(check, ids)],
            )
        found = [tokens[FORCED:] for tokens in output.tolist()]
        each = goal.options.n_best
        return [found[at : at + each] for at in range(0, len(found), each)]


def _config(base: Base, goal: Goal, length: int) -> Any:
    from transformers import GenerationConfig

    own, options = base.model.generation_config, goal.options
    # The library warns where a way of searching is given another's settings.
    drawn = {"temperature": options.temperature, "top_k": options.top_k, "top_p": options.top_p}
    beams = 1 if options.sampling else options.beams
    return GenerationConfig(
        num_beams=beams,
        max_length=length,
        do_sample=options.sampling,
        num_return_sequences=options.n_best,
        no_repeat_ngram_size=options.no_repeat_ngram,
        repetition_penalty=options.repetition_penalty,
        forced_bos_token_id=goal.first,
        decoder_start_token_id=own.decoder_start_token_id
        or base.model.config.decoder_start_token_id,
        bos_token_id=own.bos_token_id,
        eos_token_id=own.eos_token_id,
        pad_token_id=own.pad_token_id,
        length_penalty=goal.penalty,
        early_stopping=beams > 1,  # as CTranslate2 does
        **(drawn if options.sampling else {}),
    )


@contextmanager
def _drawing(options: DecodeOptions) -> Iterator[None]:
    """Inside it, random numbers follow from the seed; afterwards they go on as before."""
    import torch

    if not options.sampling:
        yield
        return
    with torch.random.fork_rng():
        torch.manual_seed(options.seed)
        yield


def _never(check: Check, ids: torch.Tensor) -> torch.Tensor:
    """A stopping criterion that stops nothing: ``check`` runs between tokens and may raise."""
    import torch

    check()
    return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)
