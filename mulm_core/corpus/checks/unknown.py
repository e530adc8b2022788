"""Unknown pieces: what of a corpus a model's vocabulary cannot spell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mulm_core import languages
from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.checks.base import percent
from mulm_core.corpus.checks.reader import Reader
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

if TYPE_CHECKING:
    from mulm_core.models.tokens import TextModel

_SAMPLE = 20_000  # rows
_AT_ONCE = 500
_SHOWN = 12
TOO_MANY_UNKNOWN = 0.01  # of the tokens; a sentence has some 30, so one in three would have a hole


@dataclass(frozen=True)
class UnknownRequest:
    """The corpus and the model that are to fit together."""

    workspace: Workspace
    corpus: str
    model: str


@dataclass(frozen=True)
class SideUnknown:
    """What the model cannot spell of one side; shares from 0 to 1.

    ``characters`` are the missing ones, the most frequent first; ``supported`` tells whether the
    model knows the language at all. ``warning`` is empty where the model can spell the side.
    """

    side: str
    language: str
    rows: int
    tokens: float
    missing: float
    characters: tuple[str, ...]
    supported: bool
    warning: str


@dataclass(frozen=True)
class UnknownResult:
    """Both sides of a corpus before a model's vocabulary."""

    corpus: str
    model: str
    sides: tuple[SideUnknown, SideUnknown]


def unknown_pieces(ctx: JobContext, request: UnknownRequest) -> UnknownResult:
    """Tokenise rows from all over the corpus and count what becomes the unknown token.

    Progress is in rows. Raises :class:`UserError` for a corpus or model that is not there,
    ``Cancelled``.
    """
    from mulm_core.models import get_model
    from mulm_core.models.tokens import load_text_model

    info = get_corpus(request.workspace, request.corpus)
    ctx.report(0, None, "Loading the vocabulary")
    model = load_text_model(get_model(request.workspace, request.model))
    with Reader.open(info.path) as reader:
        rows = reader.sample(_SAMPLE)
    sides = tuple(
        _side(ctx, model, side, tag, [getattr(row, side) for row in rows])
        for side, tag in (("source", info.source), ("target", info.target))
    )
    ctx.report(1, 1, "Done")
    return UnknownResult(info.name, request.model, (sides[0], sides[1]))


def _side(
    ctx: JobContext, model: TextModel, side: str, tag: str, texts: Sequence[str]
) -> SideUnknown:
    supported = _supported(model, tag)
    language = tag if supported else model.info.languages[0]
    tokens = unknown = 0
    characters: Counter[str] = Counter()
    for start in range(0, len(texts), _AT_ONCE):
        ctx.check()
        ctx.report(start, len(texts), f"{side.capitalize()} side")
        chunk = texts[start : start + _AT_ONCE]
        for ids in model.encode(chunk, language):
            tokens += len(ids) - model.control_tokens
            unknown += ids.count(model.tokenizer.unk_token_id)
        for text in chunk:
            characters.update(text)
    missing = _missing(model, language, characters)
    lost = sum(characters[char] for char in missing)
    share = unknown / max(1, tokens)
    return SideUnknown(
        side=side,
        language=tag,
        rows=len(texts),
        tokens=share,
        missing=lost / max(1, sum(characters.values())),
        characters=tuple(missing[:_SHOWN]),
        supported=supported,
        warning=_warning(model, side, tag, share, missing, supported),
    )


def _supported(model: TextModel, tag: str) -> bool:
    try:
        model.encode(["a"], tag)
    except UserError:
        return False
    return True


def _missing(model: TextModel, language: str, characters: Counter[str]) -> list[str]:
    """The characters that cannot be spelt even alone, the most frequent first."""
    visible = [char for char, _ in characters.most_common() if not char.isspace()]
    unknown = model.tokenizer.unk_token_id
    encoded = model.encode(visible, language)
    return [char for char, ids in zip(visible, encoded, strict=True) if unknown in ids]


def _warning(
    model: TextModel, side: str, tag: str, share: float, missing: list[str], supported: bool
) -> str:
    name = languages.name(tag)
    if share > TOO_MANY_UNKNOWN:
        work = "write" if side == "target" else "read"
        shown = " ".join(missing[:_SHOWN])
        return (
            f"{model.title} cannot {work} {name}: its vocabulary lacks {percent(share)} of the "
            f"tokens{f' (such as {shown})' if shown else ''}. Choose another model"
        )
    if not supported:
        return f"{model.title} was not trained on {name}; it will have to learn it from this corpus"
    return ""
