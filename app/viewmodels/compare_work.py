"""The background part of the Compare page: makes what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.bridge import Failure, failure_of
from app.viewmodels.compare_state import Alternative, Sure, Told
from mulm_core.errors import MulmError
from mulm_core.jobs import Event, JobContext
from mulm_core.scoring import SentenceScores, sentence_scores
from mulm_core.translation import (
    DecodeOptions,
    DetailedRequest,
    DetailedTranslation,
    TranslateRequest,
    translate,
    translate_detailed,
)
from mulm_core.workspace import Workspace

_ALTERNATIVES = 4  # as many as there are beams
_TOGETHER = 8  # lines translated in one go
_STRONG = 0.3  # attention beside the strongest that makes words counterparts, too


@dataclass(frozen=True)
class Wanted:
    """One system's part: ``known`` lines are not made again; ``text`` is all of a file's.

    ``given`` is what an evaluation has of the system, where the text is a segment of it.
    """

    system: str
    known: Mapping[str, DetailedTranslation] = field(default_factory=dict)
    text: str | None = None
    back: bool = False
    given: str = ""


@dataclass(frozen=True)
class WorkRequest:
    """Translate ``text`` with every system; with ``references`` there are scores.

    ``back_model`` translates back those that want it.
    """

    workspace: Workspace
    text: str
    source: str
    target: str
    wanted: tuple[Wanted, ...]
    references: tuple[str, ...] = ()
    back_model: str = ""


@dataclass(frozen=True)
class LineMade(Event):
    """A system has translated a line of the text."""

    system: str
    line: str
    made: DetailedTranslation
    given: str = ""


@dataclass(frozen=True)
class Scored(Event):
    """The scores of a translation."""

    text: str
    scores: SentenceScores


@dataclass(frozen=True)
class Returned(Event):
    """A translation, translated back."""

    text: str
    back: str


@dataclass(frozen=True)
class SystemFailed(Event):
    """A system cannot translate this."""

    system: str
    failure: Failure


def work(ctx: JobContext, request: WorkRequest) -> None:
    """One system after the other; what fails does not keep the others from their turn."""
    texts: list[tuple[Wanted, str]] = []
    for wanted in request.wanted:
        try:
            text = _translated(ctx, request, wanted)
        except MulmError as error:
            ctx.emit(SystemFailed(wanted.system, failure_of(error)))
            continue
        texts.append((wanted, text))
        if request.references:
            ctx.emit(Scored(text, sentence_scores(text, request.references, request.target)))
    for text in dict.fromkeys(text for wanted, text in texts if wanted.back and text.strip()):
        ctx.emit(Returned(text, _back(ctx, request, text)))


def _translated(ctx: JobContext, request: WorkRequest, wanted: Wanted) -> str:
    if wanted.text is not None:
        return wanted.text
    known = dict(wanted.known)
    missing = [line for line in lines_of(request.text) if line not in known]
    while missing:
        ctx.check()
        # The first one is there at once; the others go together, which takes far less time.
        count = 1 if len(known) == len(wanted.known) else _TOGETHER
        lines, missing = missing[:count], missing[count:]
        made = translate_detailed(
            ctx,
            DetailedRequest(
                request.workspace,
                wanted.system,
                tuple(lines),
                request.source,
                request.target,
                DecodeOptions(n_best=_ALTERNATIVES),
                {request.text: wanted.given} if wanted.given else {},
            ),
        )
        for line, one in zip(lines, made, strict=True):
            known[line] = one
            ctx.emit(LineMade(wanted.system, line, one, wanted.given))
    return assembled(request.text, known).text


def _back(ctx: JobContext, request: WorkRequest, text: str) -> str:
    lines = tuple(text.split("\n"))
    made = translate(
        ctx,
        TranslateRequest(
            request.workspace, request.back_model, lines, request.target, request.source
        ),
    )
    return "\n".join(made)


def lines_of(text: str) -> list[str]:
    """The lines that are to be translated, each once."""
    return [line for line in dict.fromkeys(text.split("\n")) if line.strip()]


def assembled(text: str, made: Mapping[str, DetailedTranslation]) -> Told:
    """The lines of ``text`` put together again, with all spans counted through the whole."""
    words: list[Sure] = []
    links: list[tuple[tuple[int, int], tuple[int, int]]] = []
    parts: list[str] = []
    at = place = 0
    for line in text.split("\n"):
        one = made.get(line, DetailedTranslation(""))
        words += [Sure(place + w.start, place + w.end, w.probability) for w in one.words]
        strong = [link for link in one.links if link.weight >= _STRONG]
        for link in dict.fromkeys((*one.best_links, *strong)):
            start, end = one.source_words[link.source_word]
            word = one.words[link.word]
            links.append(((at + start, at + end), (place + word.start, place + word.end)))
        parts.append(one.text)
        at, place = at + len(line) + 1, place + len(one.text) + 1
    return Told("\n".join(parts), tuple(words), tuple(links), _alternatives(text, made))


def _alternatives(text: str, made: Mapping[str, DetailedTranslation]) -> tuple[Alternative, ...]:
    """Those of a single line; several lines have no alternatives as a whole."""
    if "\n" in text.strip() or text.strip() not in (lines := {key.strip(): key for key in made}):
        return ()
    found = made[lines[text.strip()]].alternatives
    return tuple(Alternative(one.text, one.probability) for one in found)
