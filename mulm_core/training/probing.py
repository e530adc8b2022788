"""A few real steps before a run: how long it will take, and whether memory and disk suffice."""

from __future__ import annotations

import math
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from mulm_core.errors import EngineError
from mulm_core.jobs import JobContext
from mulm_core.models.memory import (
    PeakMemory,
    held_and_free_mb,
    in_fewer_at_once,
    is_out_of_memory,
    return_freed_memory,
)
from mulm_core.training.batches import plan
from mulm_core.training.checkpoint import save_checkpoint
from mulm_core.training.job import ProbeResult, TrainRequest
from mulm_core.training.methods import Tuned
from mulm_core.training.opening import check_request, tuned_for
from mulm_core.training.order import Rows, in_parts
from mulm_core.training.recipe import Recipe
from mulm_core.training.setup import Setup, prepare
from mulm_core.training.stepper import Stepper

T = TypeVar("T")

_SAMPLES = 8  # steps that are timed
_ENOUGH_S = 30.0  # of timing; three steps are always made
_FLOOR = 0.1  # no machine is steadier than this from one minute to the next
_SAFE = 0.9  # share of the free memory that may be used
_KEPT = 3  # checkpoints on disk at the most, the one being written included


def run_probe(ctx: JobContext, request: TrainRequest) -> ProbeResult:
    """See :func:`mulm_core.training.probe`."""
    began = time.monotonic()
    check_request(request)
    setup = prepare(ctx, request)
    for note in setup.notes:
        ctx.log(note.text, note.level)
    tuned = tuned_for(request, setup)
    try:
        return _Probe(ctx, request, setup, tuned).run(time.monotonic() - began)
    except (RuntimeError, MemoryError) as error:
        raise (_too_little() if is_out_of_memory(error) else error) from error
    finally:
        return_freed_memory()


class _Probe:
    def __init__(self, ctx: JobContext, request: TrainRequest, setup: Setup, tuned: Tuned) -> None:
        self._ctx, self._request, self._setup, self._tuned = ctx, request, setup, tuned
        self._recipe: Recipe = request.recipe
        self._stepper = Stepper(setup, tuned, request.recipe)
        self._batches = plan(setup.train, request.recipe.batch_tokens)  # by length
        self._peak = PeakMemory()

    def run(self, setup_s: float) -> ProbeResult:
        """Memory first: what does not fit is not tried."""
        free = held_and_free_mb()[1]
        needed, batch_tokens = self._memory()
        fits = batch_tokens == self._recipe.batch_tokens
        self._ctx.report(0, _SAMPLES + 1, "Scoring the dev segments")
        evaluation_s, _ = self._timed(self._evaluate)
        times = self._step_times(batch_tokens)
        checkpoint_s, size_mb = self._timed(self._save)
        steps = self._setup.order.total_steps()
        evaluations = self._evaluations(steps)
        scored_first = 2 if self._request.from_run else 1  # the base, and what it goes on from
        step_s = statistics.fmean(times)
        seconds = (
            setup_s
            + steps * step_s
            + (scored_first + evaluations) * evaluation_s
            + (scored_first + 2 * evaluations) * checkpoint_s  # the best is saved apart
        )
        return ProbeResult(
            seconds=min(seconds, 60 * (self._recipe.max_minutes or math.inf)),
            error=_error(times, steps * step_s / seconds),
            steps=steps,
            step_seconds=step_s,
            evaluation_seconds=evaluation_s,
            memory_mb=max(needed, self._peak.mb()),
            free_memory_mb=free,
            fits=fits,
            batch_tokens=batch_tokens,
            trainable=sum(weights.numel() for weights in self._tuned.parameters),
            disk_mb=(_KEPT + 1) * size_mb,
            free_disk_mb=shutil.disk_usage(self._request.workspace.root).free / 2**20,
        )

    def _memory(self) -> tuple[float, int]:
        """MiB that the largest batch needs, and a batch size that fits.

        A single pair shows what weights and optimizer take, a quarter of a batch what each token
        adds.
        """
        largest = max(self._batches, key=self._padded)
        self._step([largest[:1]])
        held, free = held_and_free_mb()
        room = held + _SAFE * free
        quarter = in_parts([largest], 4)[0]
        try:
            self._step([quarter])
            grown = held_and_free_mb()[0] - held
            needed = held + max(0.0, grown) * len(largest) / len(quarter)
            if needed <= room:
                self._step([largest])
                return needed, self._recipe.batch_tokens
            parts = math.ceil((needed - held) / (room - held))
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            needed, parts = held + free, 2
        parts = self._parts_that_fit(largest, parts)
        # Of what the batch has, not of what it could have: a small corpus does not fill it.
        tokens = min(self._padded(largest), self._recipe.batch_tokens)
        return needed, max(16, tokens // parts)

    def _parts_that_fit(self, rows: Rows, parts: int) -> int:
        """In how many parts the batch can be computed: ``parts`` or more."""
        while parts <= len(rows):
            self._stepper.drop()
            try:
                self._step(in_parts([rows], parts)[:1])
                return parts
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
            parts *= 2
        raise _too_little()

    def _padded(self, rows: Rows) -> int:
        source, target = self._setup.train.source, self._setup.train.target
        return len(rows) * max(max(len(source[row]), len(target[row])) for row in rows)

    def _step_times(self, batch_tokens: int) -> list[float]:
        """Seconds of steps on batches from the shortest texts to the longest."""
        parts = -(-self._recipe.batch_tokens // batch_tokens)
        count, times = len(self._batches), []
        began = time.monotonic()
        for sample in range(_SAMPLES):
            self._ctx.report(sample + 1, _SAMPLES + 1, "Trying a few steps")
            middle = int((sample + 0.5) * count / _SAMPLES)
            group = [self._batches[middle]] * min(self._recipe.accumulate, count)
            times.append(self._timed(partial(self._step, in_parts(group, parts)))[0])
            if len(times) >= 3 and time.monotonic() - began > _ENOUGH_S:
                break
        return times

    def _step(self, batches: list[Rows]) -> None:
        self._ctx.check()
        self._stepper.gradient(batches)
        self._stepper.clip()
        self._stepper.step(0.0)  # the weights stay: every step is like the first
        self._peak.look()

    def _evaluate(self) -> float:
        dev = self._setup.dev
        with self._tuned.without():
            return in_fewer_at_once(
                lambda parts: dev.score(self._ctx.check, parts).loss,
                1,
                len(dev),
                lambda parts: None,
            )

    def _save(self) -> float:
        """Write a checkpoint as the run would; MiB."""
        with tempfile.TemporaryDirectory(
            prefix=".probe-", dir=self._request.workspace.root
        ) as folder:
            path = Path(folder) / "step-000000"
            save_checkpoint(self._tuned, self._stepper.optimizer, {}, path)
            return sum(file.stat().st_size for file in path.iterdir()) / 2**20

    def _evaluations(self, steps: int) -> int:
        epoch_steps = self._setup.order.epoch_steps
        per_epoch = min(self._recipe.evals_per_epoch, epoch_steps)
        return math.ceil(steps * per_epoch / epoch_steps)

    def _timed(self, work: Callable[[], T]) -> tuple[float, T]:
        began = time.monotonic()
        result = work()
        return time.monotonic() - began, result


def _too_little() -> EngineError:
    return EngineError(
        "there is not enough memory for a single pair of this length",
        fix="Close other programs, or lower the recipe's longest segment",
    )


def _error(times: list[float], share: float) -> float:
    """Two standard errors of the mean step, as a share of the whole, on top of the floor."""
    spread = statistics.stdev(times) / math.sqrt(len(times)) / statistics.fmean(times)
    return math.hypot(_FLOOR, 2 * spread * share)
