"""Where jobs run: one heavy lane, so that two trainings never share a device, and light ones."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from mulm_core.jobs.context import JobContext

Request = TypeVar("Request")
Result = TypeVar("Result")

_LIGHT_WORKERS = 3
_NICE = 5  # of 19: it still gets a quarter of a processor that another program wants whole
_QUICK_WORKERS = 2


class Lanes:
    """A queue for heavy jobs (training, bulk translation) and a small pool for light ones.

    Quick jobs are answers that somebody waits for, such as the rows of a table: they have a pool
    of their own, so that three imports do not keep them waiting.
    """

    def __init__(self) -> None:
        self._heavy = ThreadPoolExecutor(1, thread_name_prefix="mulm-heavy", initializer=_give_way)
        self._light = ThreadPoolExecutor(_LIGHT_WORKERS, thread_name_prefix="mulm-light")
        self._quick = ThreadPoolExecutor(_QUICK_WORKERS, thread_name_prefix="mulm-quick")

    def submit(
        self,
        job: Callable[[JobContext, Request], Result],
        request: Request,
        ctx: JobContext,
        *,
        heavy: bool = False,
        quick: bool = False,
    ) -> Future[Result]:
        """Run ``job(ctx, request)`` on a lane; a job cancelled while it waits never starts."""

        def run() -> Result:
            ctx.check()
            return job(ctx, request)

        lane = self._heavy if heavy else self._quick if quick else self._light
        return lane.submit(run)

    def close(self) -> None:
        """Wait for the running jobs (cancel them first through their contexts) and end."""
        for lane in (self._heavy, self._light, self._quick):
            lane.shutdown(wait=True, cancel_futures=True)


def _give_way() -> None:
    """Let the window (and the person's other programs) go first: this thread is always busy.

    Linux has a priority for each thread, which the threads it starts inherit, torch's among them.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
