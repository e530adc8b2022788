"""Translating with any system, through one interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from mulm_core.jobs import JobContext
from mulm_core.models import Base
from mulm_core.translation.conversion import Converter, load, precisions
from mulm_core.translation.ct2 import possible, worth_it
from mulm_core.translation.decode import Choose, Decoder
from mulm_core.translation.engine import Engine
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.parity import Unfit
from mulm_core.translation.pool import POOL, Pool, resolve
from mulm_core.translation.systems import SystemRef
from mulm_core.translation.torch_search import TorchSearch
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class TranslateRequest:
    """Translate ``texts`` (segments, one each) with ``system``: ``starter`` or ``run:RUN``."""

    workspace: Workspace
    system: str
    texts: tuple[str, ...]
    source: str
    target: str
    options: DecodeOptions = field(default_factory=DecodeOptions)


@contextmanager
def using(
    ctx: JobContext, workspace: Workspace, system: str, pool: Pool = POOL
) -> Iterator[tuple[Base, Choose]]:
    """The base as ``system`` has it, and what gives the engine for a number of texts."""
    ref = SystemRef.parse(system)
    with pool.use(workspace, ref, ctx.check) as base:
        info, run = resolve(workspace, ref)
        converter = Converter(ctx, workspace, info, run, lambda: nullcontext(base))

        def choose(texts: int, options: DecodeOptions) -> Engine:
            if not possible(base, options):
                return TorchSearch(base)
            device = base.device.type
            wanted = precisions(options.precision, device)
            try:
                made = converter.best(wanted) if worth_it(texts) else converter.ready(wanted)
                if made is None:
                    return TorchSearch(base)
                folder, precision = made.folder, made.precision
                return pool.engine(folder, lambda: load(folder, precision, device))
            except Unfit as error:
                ctx.log(f"Translating without conversion: {error.sentence()}", "warning")
                return TorchSearch(base)

        yield base, choose


class Translator:
    """Translates with the systems of one workspace; the base stays in memory between calls."""

    def __init__(self, workspace: Workspace, pool: Pool = POOL) -> None:
        self._workspace = workspace
        self._pool = pool

    def translate(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        *,
        system: str,
        options: DecodeOptions | None = None,
        ctx: JobContext | None = None,
    ) -> list[str]:
        """One translation for each text, in order; blank texts give empty ones.

        Raises :class:`UserError` for an unknown system or a language its model lacks, and
        :class:`Cancelled` through ``ctx``.
        """
        found = self.alternatives(texts, source, target, system=system, options=options, ctx=ctx)
        return [best for best, *_ in found]

    def alternatives(
        self,
        texts: Sequence[str],
        source: str,
        target: str,
        *,
        system: str,
        options: DecodeOptions | None = None,
        ctx: JobContext | None = None,
    ) -> list[list[str]]:
        """``options.n_best`` translations of each text, best first; else as :meth:`translate`."""
        ctx, options = ctx or JobContext(), options or DecodeOptions()
        with using(ctx, self._workspace, system, self._pool) as (base, choose):
            return Decoder(base, options, ctx.check, choose=choose).alternatives(
                texts,
                base.language(source),
                base.language(target),
                lambda done, total: ctx.report(done, total, f"Translating with {system}"),
            )


def translate(ctx: JobContext, request: TranslateRequest) -> tuple[str, ...]:
    """The job: what :meth:`Translator.translate` gives for the request."""
    return tuple(
        Translator(request.workspace).translate(
            request.texts,
            request.source,
            request.target,
            system=request.system,
            options=request.options,
            ctx=ctx,
        )
    )


def translate_n_best(ctx: JobContext, request: TranslateRequest) -> tuple[tuple[str, ...], ...]:
    """The job: what :meth:`Translator.alternatives` gives for the request."""
    found = Translator(request.workspace).alternatives(
        request.texts,
        request.source,
        request.target,
        system=request.system,
        options=request.options,
        ctx=ctx,
    )
    return tuple(map(tuple, found))
