"""How many steps a run will take, estimated from a sample before anything heavy is loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.jobs import JobContext
from mulm_core.models import get_model
from mulm_core.training.batches import TokenPairs, plan, tokenise
from mulm_core.training.order import most_steps
from mulm_core.training.recipe import Recipe
from mulm_core.workspace import Workspace

_SAMPLE = 4000  # pairs; tokenising them takes a fraction of a second
_CONTROL_TOKENS = (0, 0)  # the language's token in front, </s> at the end


@dataclass(frozen=True)
class ForecastRequest:
    """The run that is asked about; fields as in ``TrainRequest``."""

    workspace: Workspace
    model: str
    corpus: str
    source: str
    target: str
    recipe: Recipe


def forecast_steps(ctx: JobContext, request: ForecastRequest) -> int:
    """About how many optimizer steps the whole run takes; 0 where the model tells no lengths.

    Plans real batches over the corpus, or over its first pairs where it is larger. Only looks:
    pairs that training keeps out because they overlap with dev or test count until it has done so.
    Raises :class:`UserError` for a model or corpus that is missing.
    """
    folder = get_model(request.workspace, request.model).path
    pieces = min(folder.glob("*.model"), default=None)
    with CorpusStore.open(get_corpus(request.workspace, request.corpus).path) as store:
        count = store.info().splits.get("train", 0)
        pairs = list(islice(store.pairs("train", request.source, request.target), _SAMPLE))
    ctx.check()
    if pieces is None or not pairs:
        return 0
    tokens = _tokenised(pieces, pairs, request.recipe.max_length, ctx)
    batches = len(plan(tokens, request.recipe.batch_tokens)) * count / len(pairs)
    return most_steps(math.ceil(batches / request.recipe.accumulate), request.recipe)


def _tokenised(
    pieces: Path, pairs: list[tuple[str, str]], max_length: int, ctx: JobContext
) -> TokenPairs:
    """The pairs as training will see them, but for the ids of their control tokens."""
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))

    def encode(texts: list[str]) -> list[list[int]]:
        return [[*_CONTROL_TOKENS, *ids] for ids in model.encode(texts)]

    return tokenise(pairs, encode, encode, max_length, ctx.check)
