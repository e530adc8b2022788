"""The pairs that a run learns from and is scored on, before the model cuts them into tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mulm_core.corpus import SPLITS, CorpusStore, get_corpus
from mulm_core.corpus.checks import keep_out_leakage
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.training.dev import Segments
from mulm_core.training.general import Pairs, general_pairs, spread
from mulm_core.training.job import Task, TrainRequest


@dataclass(frozen=True)
class TaskPairs:
    """What a corpus holds for a task.

    ``leaked`` counts the training pairs kept out because they overlap with dev or test.
    """

    task: Task
    train: Pairs
    dev: Pairs
    test: Pairs
    leaked: int
    corpus_hash: str


def read_tasks(ctx: JobContext, request: TrainRequest) -> list[TaskPairs]:
    """The pairs of each task of the request, none of them in another's dev or test.

    Raises :class:`UserError` for a corpus that is missing, or has no training or dev pairs.
    """
    read = [_read(ctx, request, task) for task in request.tasks]
    return _apart(read) if len(read) > 1 else read


def dev_segments(read: list[TaskPairs], most: int) -> list[Segments]:
    """At most ``most`` dev pairs, as many of each direction and, in it, of each corpus."""
    by_direction: dict[tuple[str, str], list[TaskPairs]] = {}
    for part in read:
        by_direction.setdefault(part.task.direction, []).append(part)
    found = []
    for direction, parts in by_direction.items():
        share = max(1, most // len(by_direction) // len(parts))
        pairs = [pair for part in parts for pair in spread(part.dev, share)]
        found.append(Segments(direction, pairs))
    return found


def general_segments(request: TrainRequest, dev: list[Segments]) -> list[Segments]:
    """General pairs in the directions of the dev segments; none in those that have none.

    Raises :class:`UserError` where the person's own general text has no pairs in any of them.
    """
    if not request.recipe.general_size:
        return []
    share = max(1, request.recipe.general_size // len(dev))
    found, problems = [], []
    for direction in (segments.direction for segments in dev):
        try:
            pairs = general_pairs(request.workspace, request.general, *direction)
        except UserError as error:
            problems.append(error)
            continue
        if pairs:
            found.append(Segments(direction, spread(pairs, share)))
    if problems and not found:
        raise problems[0]
    return found


def _read(ctx: JobContext, request: TrainRequest, task: Task) -> TaskPairs:
    corpus = get_corpus(request.workspace, task.corpus)
    leaked = keep_out_leakage(ctx, request.workspace, task.corpus)
    ctx.report(0, None, f"Reading {corpus.name}")
    with CorpusStore.open(corpus.path) as store:
        train, dev, test = (list(store.pairs(split, *task.direction)) for split in SPLITS)
        digest = store.content_hash()
    for pairs, split in ((train, "training"), (dev, "dev")):
        if not pairs:
            raise UserError(
                f"the corpus has no {split} pairs",
                where=corpus.name,
                fix="Import more pairs",
            )
    return TaskPairs(task, train, dev, test, leaked, digest)


def _apart(read: list[TaskPairs]) -> list[TaskPairs]:
    """The same without training pairs that share a text with another corpus' dev or test."""
    held_out = {text for part in read for text in _texts([*part.dev, *part.test])}
    apart = []
    for part in read:
        train = [pair for pair in part.train if held_out.isdisjoint(_texts([pair]))]
        more = len(part.train) - len(train)
        apart.append(replace(part, train=train, leaked=part.leaked + more))
    return apart


def _texts(pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Both sides of the pairs, without case and spacing."""
    return (" ".join(text.casefold().split()) for pair in pairs for text in pair)
