"""Scoring the dev segments: loss, BLEU, chrF, and a few translations to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mulm_core import scoring
from mulm_core.models import Base
from mulm_core.training.batches import Batch, TokenPairs, collate, plan
from mulm_core.training.objective import summed_loss
from mulm_core.training.recipe import Recipe
from mulm_core.translation.decode import decode
from mulm_core.translation.options import DecodeOptions

_SAMPLES = 3


@dataclass(frozen=True)
class DevScores:
    """``loss`` in nats per target token without smoothing; BLEU and chrF from 0 to 100."""

    loss: float
    bleu: float
    chrf: float
    hypotheses: tuple[str, ...]
    signatures: dict[str, str]


class DevSet:
    """The dev segments of one run and how they are scored; the same for every checkpoint."""

    def __init__(
        self,
        base: Base,
        pairs: Sequence[tuple[str, str]],
        tokens: TokenPairs,
        languages: tuple[str, str],
        recipe: Recipe,
    ) -> None:
        self._base = base
        self.sources = [source for source, _ in pairs]
        self.references = [reference for _, reference in pairs]
        self._source, self._target = languages
        self._options = DecodeOptions(beams=recipe.dev_beams)
        self._batches = [batch_of(base, tokens, rows) for rows in plan(tokens, recipe.batch_tokens)]

    def __len__(self) -> int:
        return len(self.sources)

    def sample_rows(self) -> list[int]:
        """Rows of the segments to show: about a third, half and two thirds along by length."""
        by_length = sorted(range(len(self)), key=lambda row: (len(self.sources[row]), row))
        picks = [len(by_length) * (2 + share) // 6 for share in range(_SAMPLES)]
        return [by_length[pick] for pick in dict.fromkeys(picks)]

    def score(self, check: Callable[[], None]) -> DevScores:
        """Score the base with whatever adapter is active; ``check`` may raise to end it."""
        loss = self._loss(check)
        hypotheses = decode(
            self._base, self.sources, self._source, self._target, self._options, check=check
        )
        bleu, chrf = scoring.bleu_chrf(hypotheses, self.references, self._target)
        signatures = {"bleu": bleu.signature, "chrf": chrf.signature}
        return DevScores(loss, bleu.score, chrf.score, tuple(hypotheses), signatures)

    def _loss(self, check: Callable[[], None]) -> float:
        import torch

        total, tokens = 0.0, 0
        with torch.inference_mode(), self._base.precision():
            for batch in self._batches:
                check()
                total += float(summed_loss(self._base, batch))
                tokens += batch.tokens
        return total / max(1, tokens)


def batch_of(base: Base, tokens: TokenPairs, rows: Sequence[int]) -> Batch:
    """The padded tensors of ``rows`` on the base's device."""
    config = base.model.config
    return collate(
        tokens,
        rows,
        pad=base.tokenizer.pad_token_id,
        start=config.decoder_start_token_id,
        device=base.device,
    )
