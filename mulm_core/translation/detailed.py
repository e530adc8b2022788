"""Texts translated and explained: alternatives, how sure the model is, which word is which."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mulm_core.jobs import JobContext
from mulm_core.models.families import Span
from mulm_core.translation.decode import Decoder, Sources
from mulm_core.translation.explain import Explained, explain
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.sentences import join
from mulm_core.translation.translator import using
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class DetailedRequest:
    """Translate ``texts`` with ``system``, each with ``options.n_best`` alternatives.

    ``given`` has, by text, what the system made of it before: rounding may let another search end
    elsewhere, so that is explained instead, and stands before the alternatives.
    """

    workspace: Workspace
    system: str
    texts: tuple[str, ...]
    source: str
    target: str
    options: DecodeOptions = field(default_factory=DecodeOptions)
    given: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Word:
    """A word or mark of the translation, from character ``start`` to before ``end``.

    ``probability`` (0 to 1) is the model's, given all that stands before the word.
    """

    start: int
    end: int
    probability: float


@dataclass(frozen=True)
class Link:
    """The ``word`` (an index) of the translation comes from the ``source_word`` (an index).

    ``weight`` is the share of the model's attention, 0 to 1.
    """

    source_word: int
    word: int
    weight: float


@dataclass(frozen=True)
class Alternative:
    """One of the translations; ``probability`` is the mean (geometric) of its tokens', 0 to 1."""

    text: str
    probability: float


@dataclass(frozen=True)
class DetailedTranslation:
    """What one system made of a text; all of it is empty for a blank one.

    ``alternatives`` begin with ``text``. ``links`` are all word pairs with a share of attention
    worth telling, ``best_links`` the strongest one of each word of the translation.
    """

    system: str
    text: str = ""
    alternatives: tuple[Alternative, ...] = ()
    source_words: tuple[Span, ...] = ()
    words: tuple[Word, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def best_links(self) -> tuple[Link, ...]:
        """The strongest link of each word of the translation, in its order."""
        best: dict[int, Link] = {}
        for link in self.links:
            if link.word not in best or link.weight > best[link.word].weight:
                best[link.word] = link
        return tuple(best.values())


_LEAST_WEIGHT = 0.05  # links below say nothing


def translate_detailed(
    ctx: JobContext, request: DetailedRequest
) -> tuple[DetailedTranslation, ...]:
    """The job: the same translation of each text as :func:`translate` gives, explained.

    Raises :class:`UserError` for an unknown system or a language its model lacks, and
    :class:`Cancelled` through ``ctx``.
    """
    options = request.options
    with using(ctx, request.workspace, request.system) as (base, choose):
        source, target = base.language(request.source), base.language(request.target)
        sources = Sources(base, request.texts, source, options)
        found = Decoder(base, options, ctx.check, choose=choose).pieces(sources, target)
        for text, known in request.given.items():
            if sources.pieces(text) == [text]:
                others = [one for one in found[text] if one != known]
                found[text] = [known, *others][: len(found[text])]
        explained: dict[str, list[Explained]] = {}
        for piece, made in found.items():
            ctx.check()
            explained[piece] = explain(base, piece, made, source, target)
    return tuple(
        _or_given(
            request, text, _assembled(request, sources.pieces(text), found, explained, target)
        )
        for text in request.texts
    )


def _or_given(
    request: DetailedRequest, text: str, made: DetailedTranslation
) -> DetailedTranslation:
    """What was given of a text in several pieces is all that is known of it."""
    known = request.given.get(text, made.text)
    return made if made.text == known else DetailedTranslation(made.system, known)


def _assembled(
    request: DetailedRequest,
    pieces: list[str],
    found: dict[str, list[str]],
    explained: dict[str, list[Explained]],
    target: str,
) -> DetailedTranslation:
    """The pieces of one text put together, their words counted through the whole of it."""
    ways = range(request.options.n_best if pieces else 0)
    made = [join(pieces, {p: best[way] for p, best in found.items()}, target) for way in ways]
    likely = [_mean([explained[p][way] for p in pieces if p in found]) for way in ways]
    texts = ["".join(parts) for parts in made]
    whole = DetailedTranslation(
        request.system,
        text=texts[0] if texts else "",
        alternatives=tuple(map(Alternative, texts, likely)),
    )
    at, begin = 0, 0
    for piece, part in zip(pieces, made[0] if made else (), strict=True):
        if piece in found:
            # What join() put in front of the translation is white space.
            place = begin + len(part) - len(found[piece][0])
            whole = _with_piece(whole, explained[piece][0], at, place)
        at, begin = at + len(piece), begin + len(part)
    return whole


def _with_piece(
    whole: DetailedTranslation, piece: Explained, at: int, place: int
) -> DetailedTranslation:
    """``whole`` and the piece whose source begins at ``at``, its translation at ``place``."""
    before_source, before = len(whole.source_words), len(whole.words)
    words = zip(piece.words, piece.probabilities, strict=True)
    return replace(
        whole,
        source_words=(*whole.source_words, *((at + a, at + b) for a, b in piece.source_words)),
        words=(*whole.words, *(Word(place + a, place + b, sure) for (a, b), sure in words)),
        links=(
            *whole.links,
            *(
                Link(before_source + column, before + row, weight)
                for row, shares in enumerate(piece.attention)
                for column, weight in enumerate(shares)
                if weight >= _LEAST_WEIGHT
            ),
        ),
    )


def _mean(pieces: list[Explained]) -> float:
    return math.exp(
        sum(piece.log_probability for piece in pieces) / max(1, sum(p.tokens for p in pieces))
    )
