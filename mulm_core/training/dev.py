"""Scoring the dev segments: loss, BLEU, chrF, and a few translations to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from mulm_core import scoring
from mulm_core.models import Base
from mulm_core.training.batches import Batch, TokenPairs, collate, plan
from mulm_core.training.events import DirectionScores, SampleTranslation
from mulm_core.training.objective import summed_loss
from mulm_core.training.order import in_parts
from mulm_core.training.recipe import Recipe
from mulm_core.translation.decode import Decoder
from mulm_core.translation.options import DecodeOptions

_SAMPLES = 3

Check = Callable[[], None]


@dataclass(frozen=True)
class Segments:
    """Pairs of one direction, scored together.

    ``direction`` is told as the person does, source first. ``tokens`` are the pairs again, for
    their loss; None where only their translations are scored.
    """

    direction: tuple[str, str]
    pairs: Sequence[tuple[str, str]]
    tokens: TokenPairs | None = None

    @property
    def sources(self) -> list[str]:
        """What is translated."""
        return [source for source, _ in self.pairs]

    @property
    def references(self) -> list[str]:
        """What a person made of it."""
        return [reference for _, reference in self.pairs]


@dataclass(frozen=True)
class DevScores:
    """``loss`` in nats per target token without smoothing; BLEU and chrF from 0 to 100.

    Of several ``directions`` these are the means. The general scores are None where there is no
    general text.
    """

    loss: float
    bleu: float
    chrf: float
    hypotheses: tuple[str, ...]
    signatures: dict[str, str]
    directions: tuple[DirectionScores, ...]
    general_bleu: float | None
    general_chrf: float | None


class DevSet:
    """The dev segments of one run and how they are scored; the same for every checkpoint.

    ``general`` segments are translated beside them.
    """

    def __init__(
        self, base: Base, dev: Sequence[Segments], general: Sequence[Segments], recipe: Recipe
    ) -> None:
        self._base, self._dev, self._general, self._recipe = base, dev, general, recipe
        self.sources = [source for segments in dev for source in segments.sources]
        self.references = [reference for segments in dev for reference in segments.references]
        self._options = DecodeOptions(beams=recipe.dev_beams)

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def general_segments(self) -> int:
        """How many general segments are scored as well."""
        return sum(len(segments.pairs) for segments in self._general)

    def sample_rows(self) -> list[int]:
        """Rows of the segments to show: about a third, half and two thirds along by length."""
        by_length = sorted(range(len(self)), key=lambda row: (len(self.sources[row]), row))
        picks = [len(by_length) * (2 + share) // 6 for share in range(_SAMPLES)]
        return [by_length[pick] for pick in dict.fromkeys(picks)]

    def samples(
        self, zero_shot: Sequence[str], hypotheses: Sequence[str]
    ) -> tuple[SampleTranslation, ...]:
        """The segments to show: the base's translations of these, and all translations now."""
        return tuple(
            SampleTranslation(self.sources[at], self.references[at], before, hypotheses[at])
            for at, before in zip(self.sample_rows(), zero_shot, strict=True)
        )

    def score(self, check: Check, parts: int = 1) -> DevScores:
        """Score the base with whatever adapter is active; ``check`` may raise to end it.

        Where memory is short, batches are cut into ``parts``.
        """
        losses = [self._loss(segments, check, parts) for segments in self._dev]
        decoder = Decoder(self._base, self._options, check, parts)
        dev, general = (
            [self._translated(segments, decoder) for segments in part]
            for part in (self._dev, self._general)
        )
        return DevScores(
            loss=fmean(losses),
            bleu=fmean(part.bleu.score for part in dev),
            chrf=fmean(part.chrf.score for part in dev),
            hypotheses=tuple(text for part in dev for text in part.hypotheses),
            signatures=_signatures(dev),
            directions=_directions(dev, losses),
            general_bleu=fmean(part.bleu.score for part in general) if general else None,
            general_chrf=fmean(part.chrf.score for part in general) if general else None,
        )

    def _loss(self, segments: Segments, check: Check, parts: int) -> float:
        import torch

        assert segments.tokens is not None
        total, tokens = 0.0, 0
        with torch.inference_mode(), self._base.precision():
            for rows in in_parts(plan(segments.tokens, self._recipe.batch_tokens), parts):
                check()
                batch = batch_of(self._base, segments.tokens, rows)
                total += float(summed_loss(self._base, batch))
                tokens += batch.tokens
        return total / max(1, tokens)

    def _translated(self, segments: Segments, decoder: Decoder) -> _Translated:
        source, target = map(self._base.language, segments.direction)
        hypotheses = decoder.decode(segments.sources, source, target)
        scores = scoring.bleu_chrf(hypotheses, segments.references, segments.direction[1])
        return _Translated(segments.direction, hypotheses, *scores)


@dataclass(frozen=True)
class _Translated:
    """A direction's segments as the model translates them now, and how good that is."""

    direction: tuple[str, str]
    hypotheses: list[str]
    bleu: scoring.Score
    chrf: scoring.Score


def _directions(dev: Sequence[_Translated], losses: list[float]) -> tuple[DirectionScores, ...]:
    if len(dev) == 1:
        return ()
    return tuple(
        DirectionScores(*part.direction, loss, part.bleu.score, part.chrf.score)
        for part, loss in zip(dev, losses, strict=True)
    )


def _signatures(dev: Sequence[_Translated]) -> dict[str, str]:
    """BLEU into Chinese has a signature of its own."""
    kinds = {"bleu": [part.bleu for part in dev], "chrf": [part.chrf for part in dev]}
    return {
        name: ", ".join(dict.fromkeys(score.signature for score in scores))
        for name, scores in kinds.items()
    }


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
