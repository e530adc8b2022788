"""Everything a run needs before its first step: model, tokenised corpus, dev set, record."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import mulm_core
from mulm_core import languages
from mulm_core.corpus.checks.base import percent
from mulm_core.corpus.checks.unknown import TOO_MANY_UNKNOWN
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext, LogLine
from mulm_core.models import Base, ModelInfo, device_summary, get_model, load_base, weights_hash
from mulm_core.models.device import core_count
from mulm_core.models.families import pick_language
from mulm_core.models.libraries import import_libraries
from mulm_core.runs import RunManifest
from mulm_core.training.batches import TokenPairs, TokenTable, tokenise
from mulm_core.training.dev import DevSet, Segments
from mulm_core.training.job import Task, TrainRequest
from mulm_core.training.order import Order
from mulm_core.training.reading import TaskPairs, dev_segments, general_segments, read_tasks
from mulm_core.training.recipe import Recipe

_PACKAGES = ("torch", "transformers", "peft", "accelerate", "sacrebleu", "sentencepiece")


@dataclass(frozen=True)
class Part:
    """What one task brings: ``pairs`` rows of the training pairs; the rest as in its corpus."""

    task: Task
    pairs: int
    leaked: int
    corpus_hash: str


@dataclass
class Setup:
    """A base of the run's own, the training pairs as tokens, task after task, and the dev set.

    ``notes`` are what the person should know before it begins.
    """

    base: Base
    train: TokenPairs
    parts: tuple[Part, ...]
    order: Order
    dev: DevSet
    notes: tuple[LogLine, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The notes that tell of what may disappoint."""
        return tuple(note.text for note in self.notes if note.level == "warning")


def prepare(ctx: JobContext, request: TrainRequest) -> Setup:
    """Read and check everything; nothing is written yet.

    Raises :class:`UserError` for a model, a corpus or languages that do not fit together.
    """
    info, recipe = get_model(request.workspace, request.model), request.recipe
    _check_languages(request, info)
    read = read_tasks(ctx, request)
    segments = dev_segments(read, recipe.dev_size)
    general = general_segments(request, segments)
    ctx.report(0, None, f"Loading {info.title}")
    import_libraries("peft", "accelerate")
    base = load_base(info)
    base.learn_languages(request.language_as, request.add_language)
    ctx.check()
    tokens = [
        _tokens(ctx, base, part.train, part.task.direction, recipe.max_length) for part in read
    ]
    longest = max(recipe.max_length, 512)
    dev = [
        replace(part, tokens=_tokens(ctx, base, part.pairs, part.direction, longest))
        for part in segments
    ]
    _check_lengths(read, tokens, dev, recipe)
    train = _joined(tokens)
    parts = tuple(
        Part(part.task, len(own), part.leaked, part.corpus_hash)
        for part, own in zip(read, tokens, strict=True)
    )
    order = Order(train, tuple(part.pairs for part in parts), recipe)
    notes = (*_notes(parts, train, dev, general, recipe), *_unspelt(base, read, tokens))
    return Setup(base, train, parts, order, DevSet(base, dev, general, recipe), notes)


def _check_languages(request: TrainRequest, info: ModelInfo) -> None:
    """Raise :class:`UserError` for a language that the model neither knows nor is to learn."""
    new = {**request.language_as, **request.add_language}
    for tag in dict.fromkeys(tag for task in request.tasks for tag in task.direction):
        if languages.match(tag, tuple(new)) is None:
            pick_language(tag, info.languages, info.id)
    method, side = request.recipe.method, request.recipe.side
    learns = method in ("lora", "dora", "rslora") or (method == "full" and side == "both")
    if request.add_language and not learns:
        tag, like = next(iter(request.add_language.items()))
        raise UserError(
            "a language's token is learnt by lora, dora and rslora, and by full of both sides",
            where=method,
            fix=f"Choose one of these, or borrow a code: --language-as {tag}={like}",
        )


def _tokens(
    ctx: JobContext,
    base: Base,
    pairs: Sequence[tuple[str, str]],
    direction: tuple[str, str],
    max_length: int,
) -> TokenPairs:
    source, target = map(base.language, direction)
    return tokenise(
        pairs,
        lambda texts: base.family.encode(base.tokenizer, texts, source),
        lambda texts: base.family.encode_target(base.tokenizer, texts, target),
        max_length,
        ctx.check,
    )


def _check_lengths(
    read: list[TaskPairs], tokens: list[TokenPairs], dev: list[Segments], recipe: Recipe
) -> None:
    """Raise :class:`UserError` for a corpus without a pair that is short enough."""
    if all(map(len, tokens)) and all(part.tokens and len(part.tokens) for part in dev):
        return
    empty = next((part for part, own in zip(read, tokens, strict=True) if not len(own)), read[0])
    raise UserError(
        f"no pair of the corpus is shorter than {recipe.max_length} tokens",
        where=empty.task.corpus,
        fix="Raise the longest segment of the recipe",
    )


def _joined(tokens: list[TokenPairs]) -> TokenPairs:
    """The pairs of all tasks, one task after the other."""
    if len(tokens) == 1:
        return tokens[0]
    source, target = TokenTable(), TokenTable()
    for part in tokens:
        for row in range(len(part)):
            source.append(part.source[row])
            target.append(part.target[row])
    return TokenPairs(source, target, sum(part.left_out for part in tokens))


def _notes(
    parts: Sequence[Part],
    train: TokenPairs,
    dev: list[Segments],
    general: list[Segments],
    recipe: Recipe,
) -> Iterator[LogLine]:
    leaked = sum(part.leaked for part in parts)
    if leaked:
        yield LogLine(f"{leaked:,} training pairs that overlap with dev or test are kept out")
    if train.left_out:
        yield LogLine(f"{train.left_out} empty or too long training pairs were left out", "warning")
    silent = {part.direction for part in dev} - {part.direction for part in general}
    if recipe.general_size and silent:
        pairs = ", ".join(f"{source} to {target}" for source, target in sorted(silent))
        yield LogLine(f"No general text from {pairs}: forgetting is not measured there")


def _unspelt(base: Base, read: list[TaskPairs], tokens: list[TokenPairs]) -> Iterator[LogLine]:
    """A warning for each language of whose training text the vocabulary lacks too much."""
    unknown, total = Counter[str](), Counter[str]()
    for part, own in zip(read, tokens, strict=True):
        for tag, table in zip(part.task.direction, (own.source, own.target), strict=True):
            unknown[tag] += sum(
                table[row].count(base.tokenizer.unk_token_id) for row in range(len(table))
            )
            total[tag] += int(table.lengths().sum())
    for tag, count in unknown.items():
        if count > TOO_MANY_UNKNOWN * total[tag]:
            yield LogLine(
                f"{base.info.title} cannot spell all of the {languages.name(tag)} text: its "
                f"vocabulary lacks {percent(count / total[tag])} of the tokens. Choose another "
                "model, or expect holes",
                "warning",
            )


def new_manifest(request: TrainRequest, setup: Setup) -> RunManifest:
    """What is known of a run before its first step."""
    direction = f"-{request.source}-{request.target}"  # which the corpus may be named after
    name = request.name.strip() or request.corpus.removesuffix(direction) + direction
    return RunManifest(
        id="",
        name=name,
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        status="running",
        model=setup.base.info.id,
        model_hash=weights_hash(setup.base.info.path),
        corpus=request.corpus,
        corpus_hash=setup.parts[0].corpus_hash,
        source=request.source,
        target=request.target,
        recipe=request.recipe.to_dict(),
        seed=request.recipe.seed,
        versions=_versions(),
        machine=_machine(setup.base),
        pairs=len(setup.train),
        dev_pairs=len(setup.dev),
        leaked=sum(part.leaked for part in setup.parts),
        tasks=[
            {**asdict(part.task), "corpus_hash": part.corpus_hash, "pairs": part.pairs}
            for part in setup.parts
        ],
        language_as=dict(request.language_as),
        add_language=dict(request.add_language),
        warnings=list(setup.warnings),
        general=_general_name(request),
        general_segments=setup.dev.general_segments,
        parent=request.from_run,
        total_steps=setup.order.total_steps(),
    )


def _general_name(request: TrainRequest) -> str:
    """The general text as another working directory finds it, too."""
    file = Path(request.general).expanduser()
    return str(file.absolute()) if request.general and file.is_file() else request.general


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
