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
from mulm_core.training.job import Task
from mulm_core.training.order import most_steps, shares
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
    further: tuple[Task, ...] = ()


def forecast_steps(ctx: JobContext, request: ForecastRequest) -> int:
    """About how many optimizer steps the whole run takes; 0 where the model tells no lengths.

    Plans real batches over the corpus, or over its first pairs where it is larger. Only looks:
    pairs that training keeps out because they overlap with dev or test count until it has done so.
    Raises :class:`UserError` for a model or corpus that is missing.
    """
    folder = get_model(request.workspace, request.model).path
    pieces = min(folder.glob("*.model"), default=None)
    if pieces is None:
        return 0
    tasks = (Task(request.corpus, request.source, request.target), *request.further)
    sizes = [_batches_and_pairs(ctx, request, pieces, task) for task in tasks]
    if not all(batches for batches, _ in sizes):
        return 0
    batches, pairs = zip(*sizes, strict=True)
    total = sum(shares(batches, pairs, request.recipe.temperature))
    return most_steps(math.ceil(total / request.recipe.accumulate), request.recipe)


def _batches_and_pairs(
    ctx: JobContext, request: ForecastRequest, pieces: Path, task: Task
) -> tuple[int, int]:
    """About how many batches one pass over a task has, and its number of training pairs."""
    with CorpusStore.open(get_corpus(request.workspace, task.corpus).path) as store:
        count = store.info().splits.get("train", 0)
        pairs = list(islice(store.pairs("train", *task.direction), _SAMPLE))
    ctx.check()
    if not pairs:
        return 0, 0
    tokens = _tokenised(pieces, pairs, request.recipe.max_length, ctx)
    batches = len(plan(tokens, request.recipe.batch_tokens)) * count / len(pairs)
    return math.ceil(batches), count


def _tokenised(
    pieces: Path, pairs: list[tuple[str, str]], max_length: int, ctx: JobContext
) -> TokenPairs:
    """The pairs as training will see them, but for the ids of their control tokens."""
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=str(pieces))

    def encode(texts: list[str]) -> list[list[int]]:
        return [[*_CONTROL_TOKENS, *ids] for ids in model.encode(texts)]

    return tokenise(pairs, encode, encode, max_length, ctx.check)
