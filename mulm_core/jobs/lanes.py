"""Where jobs run: one heavy lane, so that two trainings never share a device, and light ones."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mulm_core.jobs.context import JobContext

Request = TypeVar("Request")
Result = TypeVar("Result")

_LIGHT_WORKERS = 3


class Lanes:
    """A queue for heavy jobs (training, bulk translation) and a small pool for light ones."""

    def __init__(self) -> None:
        self._heavy = ThreadPoolExecutor(1, thread_name_prefix="mulm-heavy")
        self._light = ThreadPoolExecutor(_LIGHT_WORKERS, thread_name_prefix="mulm-light")

    def submit(
        self,
        job: Callable[[JobContext, Request], Result],
        request: Request,
        ctx: JobContext,
        *,
        heavy: bool = False,
    ) -> Future[Result]:
        """Run ``job(ctx, request)`` on a lane; a job cancelled while it waits never starts."""

        def run() -> Result:
            ctx.check()
            return job(ctx, request)

        return (self._heavy if heavy else self._light).submit(run)

    def close(self) -> None:
        """Wait for the running jobs (cancel them first through their contexts) and end."""
        self._heavy.shutdown(wait=True, cancel_futures=True)
        self._light.shutdown(wait=True, cancel_futures=True)
