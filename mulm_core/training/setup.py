"""Everything a run needs before its first step: model, tokenised corpus, dev set, record."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import mulm_core
from mulm_core.corpus import CorpusStore, get_corpus
from mulm_core.corpus.checks import keep_out_leakage
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.models import Base, device_summary, get_model, load_base, weights_hash
from mulm_core.models.device import core_count
from mulm_core.models.families import pick_language
from mulm_core.runs import RunManifest
from mulm_core.training.batches import TokenPairs, tokenise
from mulm_core.training.dev import DevSet
from mulm_core.training.job import TrainRequest

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "sacrebleu", "sentencepiece")

Pairs = list[tuple[str, str]]


@dataclass
class Setup:
    """A base of the run's own, the training pairs as tokens, and the dev set.

    ``leaked`` counts the training pairs kept out because they overlap with dev or test.
    """

    base: Base
    train: TokenPairs
    dev: DevSet
    corpus_hash: str
    leaked: int


def prepare(ctx: JobContext, request: TrainRequest) -> Setup:
    """Read and check everything; nothing is written yet.

    Raises :class:`UserError` for a model, a corpus or languages that do not fit together.
    """
    info = get_model(request.workspace, request.model)
    source = pick_language(request.source, info.languages, info.id)
    target = pick_language(request.target, info.languages, info.id)
    train_pairs, dev_pairs, corpus_hash, leaked = _read_corpus(ctx, request)
    ctx.report(0, None, f"Loading {info.title}")
    base = load_base(info)
    ctx.check()
    recipe = request.recipe
    train = _tokens(ctx, base, train_pairs, (source, target), recipe.max_length)
    dev_tokens = _tokens(ctx, base, dev_pairs, (source, target), max(recipe.max_length, 512))
    if not len(train) or not len(dev_tokens):
        raise UserError(
            f"no pair of the corpus is shorter than {recipe.max_length} tokens",
            where=request.corpus,
            fix="Raise the longest segment of the recipe",
        )
    if train.left_out:
        ctx.log(f"{train.left_out} empty or too long training pairs were left out", "warning")
    dev = DevSet(base, dev_pairs, dev_tokens, (source, target), recipe)
    return Setup(base, train, dev, corpus_hash, leaked)


def _read_corpus(ctx: JobContext, request: TrainRequest) -> tuple[Pairs, Pairs, str, int]:
    corpus = get_corpus(request.workspace, request.corpus)
    leaked = keep_out_leakage(ctx, request.workspace, request.corpus)
    if leaked:
        ctx.log(f"{leaked:,} training pairs that overlap with dev or test are kept out")
    ctx.report(0, None, f"Reading {corpus.name}")
    with CorpusStore.open(corpus.path) as store:
        train = list(store.pairs("train", request.source, request.target))
        dev = list(store.pairs("dev", request.source, request.target))
        digest = store.content_hash()
    for pairs, split in ((train, "training"), (dev, "dev")):
        if not pairs:
            raise UserError(
                f"the corpus has no {split} pairs",
                where=corpus.name,
                fix="Import more pairs",
            )
    return train, spread(dev, request.recipe.dev_size), digest, leaked


def spread(pairs: Sequence[tuple[str, str]], most: int) -> Pairs:
    """At most ``most`` of the pairs, evenly spread: the same ones for every seed."""
    if len(pairs) <= most:
        return list(pairs)
    return [pairs[index * len(pairs) // most] for index in range(most)]


def _tokens(
    ctx: JobContext, base: Base, pairs: Pairs, languages: tuple[str, str], max_length: int
) -> TokenPairs:
    source, target = languages
    return tokenise(
        pairs,
        lambda texts: base.family.encode(base.tokenizer, texts, source),
        lambda texts: base.family.encode_target(base.tokenizer, texts, target),
        max_length,
        ctx.check,
    )


def new_manifest(request: TrainRequest, setup: Setup, total_steps: int) -> RunManifest:
    """What is known of a run before its first step."""
    name = request.name.strip() or f"{request.corpus}-{request.source}-{request.target}"
    return RunManifest(
        id="",
        name=name,
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        status="running",
        model=setup.base.info.id,
        model_hash=weights_hash(setup.base.info.path),
        corpus=request.corpus,
        corpus_hash=setup.corpus_hash,
        source=request.source,
        target=request.target,
        recipe=request.recipe.to_dict(),
        seed=request.recipe.seed,
        versions=_versions(),
        machine=_machine(setup.base),
        pairs=len(setup.train),
        dev_pairs=len(setup.dev),
        leaked=setup.leaked,
        parent=request.from_run,
        total_steps=total_steps,
    )


def _versions() -> dict[str, str]:
    own = {"mulm": mulm_core.__version__, "python": platform.python_version()}
    return own | {package: metadata.version(package) for package in _PACKAGES}


def _machine(base: Base) -> dict[str, Any]:
    import psutil

    return {
        "device": str(base.device),
        "processor": device_summary(),
        "cores": core_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
    }
