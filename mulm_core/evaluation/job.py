"""The evaluation job: every system translates the test set, and everything is scored."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib import metadata

from mulm_core import __version__
from mulm_core.errors import Cancelled, EngineError, MulmError, UserError
from mulm_core.evaluation import store
from mulm_core.evaluation.glossary import Term, stored_terms
from mulm_core.evaluation.judging import Translated, judged
from mulm_core.evaluation.results import (
    Evaluation,
    FailedSystem,
    Leakage,
    SystemResult,
    WordCounts,
)
from mulm_core.evaluation.testset import Outputs, TestSet
from mulm_core.evaluation.words import count_in_training, vocabulary
from mulm_core.jobs import JobContext
from mulm_core.scoring import ScoreOptions, Scorer, seed
from mulm_core.translation import DecodeOptions, SystemRef, Translator
from mulm_core.translation.pool import resolve
from mulm_core.workspace import Workspace

_PACKAGES = ("sacrebleu", "torch", "transformers", "peft", "ctranslate2")


@dataclass(frozen=True)
class EvaluateRequest:
    """Score ``systems`` (``starter``, ``run:RUN`` …) on ``test`` from ``source`` to ``target``.

    ``outputs`` are what other systems made of it; ``baseline`` names the system that the others
    are compared with, else it is the first. ``terms`` are to be kept; without any, those of the
    workspace's own glossary of this direction.
    """

    workspace: Workspace
    test: TestSet
    source: str
    target: str
    systems: tuple[str, ...] = ()
    options: DecodeOptions = field(default_factory=DecodeOptions)
    outputs: tuple[Outputs, ...] = ()
    baseline: str = ""
    scoring: ScoreOptions = field(default_factory=ScoreOptions)
    terms: tuple[Term, ...] = ()


def evaluate(ctx: JobContext, request: EvaluateRequest) -> Evaluation:
    """Translate, score, test and save; the baseline comes first.

    Reports segments over all systems, scoring being as much as one more. A system that fails is
    kept as a failure while others are left; if none is, its error is raised, naming it. Raises
    :class:`UserError` for a choice that cannot be; then, and when :class:`Cancelled`, nothing is
    left behind.
    """
    systems = _in_order(request)
    terms = request.terms or stored_terms(request.workspace, request.source, request.target)
    request = replace(request, terms=terms)
    scorer = Scorer(request.target, request.scoring, len(request.test.streams))
    done, failures = _all_translated(ctx, request, systems)
    part = _Part(ctx, len(systems), len(systems) + 1, len(request.test.sources))
    results, leakage = judged(part, request, scorer, done)
    evaluation = _record(request, results, failures, leakage)
    evaluation = replace(evaluation, words=_words(ctx, request, evaluation))
    ctx.check()
    store.save(request.workspace, evaluation)
    ctx.report(1, 1, "Done")
    return evaluation


def _record(
    request: EvaluateRequest,
    systems: tuple[SystemResult, ...],
    failures: list[FailedSystem],
    leakage: tuple[Leakage, ...],
) -> Evaluation:
    test, source, target = request.test, request.source, request.target
    return Evaluation(
        id=store.free_id(request.workspace, f"{test.name}-{source}-{target}"),
        created=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        test_name=test.name,
        test_hash=test.hash,
        source=source,
        target=target,
        sources=test.sources,
        references=test.references,
        options=asdict(request.options),
        systems=systems,
        further=test.further,
        failures=tuple(failures),
        scoring=asdict(request.scoring) | {"seed": seed()},
        leakage=leakage,
        terms=tuple((term.source, term.target) for term in request.terms),
        versions=_versions(),
    )


def _words(ctx: JobContext, request: EvaluateRequest, evaluation: Evaluation) -> WordCounts | None:
    """How often training has seen the words, of the first run whose data can be read."""
    runs = [result.run for result in evaluation.systems if result.run]
    wanted = vocabulary(evaluation) if runs else set()
    counts = (
        count_in_training(request.workspace, run, request.target, wanted, ctx.check) for run in runs
    )
    return next((found for found in counts if found), None)


def _all_translated(
    ctx: JobContext, request: EvaluateRequest, systems: list[str]
) -> tuple[list[Translated], list[FailedSystem]]:
    """What the systems made of the test set, and those that failed; the error if all did."""
    titles = {system: _title(request.workspace, system) for system in _models(request)}
    done: list[Translated] = []
    errors: dict[str, MulmError] = {}
    for index, system in enumerate(systems):
        part = _Part(ctx, index, len(systems) + 1, len(request.test.sources))
        try:
            with _named(system):
                done.append(_translated(part, request, system, titles.get(system, system)))
        except MulmError as error:
            errors[system] = error
    raised = None if done else next(iter(errors.values()))
    for failure in errors.values():
        if failure is not raised:
            ctx.log(failure.sentence(), "warning")
    if raised:
        raise raised
    failed = (
        FailedSystem(system, titles.get(system, system), error.sentence())
        for system, error in errors.items()
    )
    return done, list(failed)


def _models(request: EvaluateRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.systems))


def _in_order(request: EvaluateRequest) -> list[str]:
    """The names of all systems, the baseline first."""
    names = [*_models(request), *(outputs.name for outputs in request.outputs)]
    if not names:
        raise UserError("there is no system to evaluate", fix="Choose a model or a run")
    if double := next((name for name in names if names.count(name) > 1), ""):
        raise UserError(f"two systems are called '{double}'", fix="Give one another name")
    if empty := next((one for one in request.outputs if not one.name), None):
        raise UserError("it has no name", where=empty.file, fix="Write NAME=FILE")
    baseline = request.baseline or names[0]
    if baseline not in names:
        raise UserError(
            f"the baseline '{baseline}' is none of the systems", fix=f"Known: {', '.join(names)}"
        )
    return sorted(names, key=lambda name: name != baseline)


def _translated(ctx: JobContext, request: EvaluateRequest, system: str, title: str) -> Translated:
    given = next((one for one in request.outputs if one.name == system), None)
    begin = time.monotonic()
    hypotheses = (
        given.hypotheses
        if given
        else Translator(request.workspace).translate(
            request.test.sources,
            request.source,
            request.target,
            system=system,
            options=request.options,
            ctx=ctx,
        )
    )
    seconds = 0.0 if given else time.monotonic() - begin
    if not any(text.strip() for text in hypotheses):
        what = "every translation is empty" if given else "every translation came out empty"
        raise EngineError(what, fix="Train it again, or leave it out")
    if len(hypotheses) != len(request.test.sources):
        raise UserError(
            f"it has {len(hypotheses):,} translations of {len(request.test.sources):,} segments",
            fix="Give one translation for every segment",
        )
    run = "" if given else SystemRef.parse(system).run
    file = given.file if given else ""
    return Translated(system, title, tuple(hypotheses), seconds, run, file)


def _title(workspace: Workspace, system: str) -> str:
    """The system's name for people; raises :class:`UserError` where there is no such system."""
    with _named(system):
        info, run = resolve(workspace, SystemRef.parse(system))
        return info.title if run is None else run.manifest.name or run.id


def _versions() -> dict[str, str]:
    own = {"mulm": __version__, "python": platform.python_version()}
    return own | {package: metadata.version(package) for package in _PACKAGES}


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
