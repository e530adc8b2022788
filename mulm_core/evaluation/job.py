"""The evaluation job: every system translates the test set, and everything is scored."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from mulm_core.errors import Cancelled, EngineError, MulmError, UserError
from mulm_core.evaluation import store
from mulm_core.evaluation.store import Evaluation, SystemResult
from mulm_core.evaluation.testset import TestSet
from mulm_core.jobs import JobContext
from mulm_core.scoring import score, sentence_chrf
from mulm_core.translation import DecodeOptions, SystemRef, Translator
from mulm_core.translation.pool import resolve
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class EvaluateRequest:
    """Score ``systems`` (``starter``, ``run:RUN`` …) on ``test`` from ``source`` to ``target``."""

    workspace: Workspace
    test: TestSet
    source: str
    target: str
    systems: tuple[str, ...]
    options: DecodeOptions = field(default_factory=DecodeOptions)


def evaluate(ctx: JobContext, request: EvaluateRequest) -> Evaluation:
    """Translate, score and save; the first system is what the others are compared with.

    Reports segments over all systems. :class:`Cancelled` and errors leave nothing behind; an error
    of a system, :class:`UserError` or :class:`EngineError`, names it.
    """
    systems = tuple(dict.fromkeys(request.systems))
    if not systems:
        raise UserError("there is no system to evaluate", fix="Choose a model or a run")
    titles = [_title(request.workspace, system) for system in systems]
    results = []
    for index, (system, title) in enumerate(zip(systems, titles, strict=True)):
        part = _Part(ctx, index, len(systems), len(request.test.sources))
        with _named(system):
            results.append(_evaluate_one(part, request, system, title))
    evaluation = Evaluation(
        id=store.free_id(
            request.workspace, f"{request.test.name}-{request.source}-{request.target}"
        ),
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        test_name=request.test.name,
        test_hash=request.test.hash,
        source=request.source,
        target=request.target,
        sources=request.test.sources,
        references=request.test.references,
        options=asdict(request.options),
        systems=tuple(results),
    )
    ctx.check()
    store.save(request.workspace, evaluation)
    return evaluation


def _evaluate_one(
    ctx: JobContext, request: EvaluateRequest, system: str, title: str
) -> SystemResult:
    references = request.test.references
    begin = time.monotonic()
    hypotheses = Translator(request.workspace).translate(
        request.test.sources,
        request.source,
        request.target,
        system=system,
        options=request.options,
        ctx=ctx,
    )
    seconds = time.monotonic() - begin
    if not any(text.strip() for text in hypotheses):
        raise EngineError("every translation came out empty", fix="Train it again, or leave it out")
    ctx.check()
    metrics = score(hypotheses, references, request.target)
    by_segment = tuple(map(sentence_chrf, hypotheses, references))
    return SystemResult(system, title, metrics, tuple(hypotheses), by_segment, seconds)


def _title(workspace: Workspace, system: str) -> str:
    """The system's name for people; raises :class:`UserError` where there is no such system."""
    with _named(system):
        info, run = resolve(workspace, SystemRef.parse(system))
    return info.title if run is None else run.manifest.name or run.id


@contextmanager
def _named(system: str) -> Iterator[None]:
    """Errors inside the block say which system they are about."""
    try:
        yield
    except Cancelled:
        raise
    except MulmError as error:
        where = f"{system}, {error.where}" if error.where else system
        raise type(error)(error.what, where=where, fix=error.fix) from error
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise EngineError(f"it failed ({reason})", where=system) from error


class _Part(JobContext):
    """One system's share of a job's progress; pausing and cancelling are the whole job's."""

    def __init__(self, whole: JobContext, index: int, parts: int, segments: int) -> None:
        super().__init__(whole.emit)
        self._whole, self._index, self._parts, self._segments = whole, index, parts, segments

    def report(
        self,
        done: float,
        total: float | None = None,
        message: str = "",
        *,
        eta_s: float | None = None,
    ) -> None:
        share = done / total if total else 0.0
        position = round((self._index + share) * self._segments)
        self._whole.report(position, self._parts * self._segments, message)

    def check(self) -> None:
        self._whole.check()
