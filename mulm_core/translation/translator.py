"""Translating with any system, through one interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mulm_core.jobs import JobContext
from mulm_core.translation.decode import decode
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.pool import POOL, Pool
from mulm_core.translation.systems import SystemRef
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
        ctx = ctx or JobContext()
        with self._pool.use(self._workspace, SystemRef.parse(system), ctx.check) as base:
            return decode(
                base,
                texts,
                base.language(source),
                base.language(target),
                options or DecodeOptions(),
                check=ctx.check,
                progress=lambda done, total: ctx.report(done, total, f"Translating with {system}"),
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
