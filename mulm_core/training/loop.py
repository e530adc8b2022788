"""The training loop: from an adapter that changes nothing to one that has learnt the corpus.

Read it from :func:`run_training` down. What makes it quick: batches of equal length under a token
budget, the output layer at scored positions only, bfloat16 where the processor multiplies it
faster (the adapter itself stays float32), and dev decoding in large batches.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from typing import Any

from mulm_core.errors import Cancelled, EngineError, MulmError
from mulm_core.jobs import JobContext
from mulm_core.models import device_summary
from mulm_core.models.device import autocast_dtype
from mulm_core.models.memory import return_freed_memory
from mulm_core.runs import Run, create_run
from mulm_core.training.adapters import add_adapter, trainable, training_mode
from mulm_core.training.batches import plan
from mulm_core.training.checkpoint import keep_newest, save_adapter, save_checkpoint
from mulm_core.training.dev import DevScores, batch_of
from mulm_core.training.events import (
    CheckpointSaved,
    DevEvaluated,
    RunStarted,
    SampleTranslation,
    TrainStep,
)
from mulm_core.training.job import TrainRequest, TrainResult
from mulm_core.training.objective import summed_loss
from mulm_core.training.record import Recorder
from mulm_core.training.setup import Setup, new_manifest, prepare

_CHECKPOINT_EVERY_S = 120.0  # what a crash costs at most
_KEEP_CHECKPOINTS = 2


class _StopRequest(Exception):  # noqa: N818 - not an error
    """The person stopped the run during an evaluation; the best checkpoint is safe already."""


def run_training(ctx: JobContext, request: TrainRequest) -> TrainResult:
    """Prepare, create the run's folder, train; the folder always tells how it ended."""
    setup = prepare(ctx, request)
    generator = _seed(request.recipe.seed)
    epoch_steps = len(plan(setup.train, request.recipe.batch_tokens))
    manifest = new_manifest(request, setup, epoch_steps * request.recipe.epochs)
    run = create_run(request.workspace, manifest)
    try:
        result = _Training(ctx, request, setup, run, generator, epoch_steps).run()
    except Cancelled:
        run.delete()
        raise
    except BaseException as error:
        run.manifest.status, run.manifest.error = "failed", str(error)
        with suppress(MulmError):  # a full disk is told by the first error
            run.save()
        raise _explained(error) from error
    finally:
        return_freed_memory()
    return result


def _seed(seed: int) -> Any:
    """Fix torch's chance and return a generator for the order of the batches."""
    import numpy as np
    import torch

    torch.manual_seed(seed)
    return np.random.default_rng(seed)


def _explained(error: BaseException) -> BaseException:
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return EngineError(
            "there is not enough memory for this batch size", fix="Lower the recipe's batch size"
        )
    return error


class _Training:
    """The state of one run between its steps."""

    def __init__(
        self,
        ctx: JobContext,
        request: TrainRequest,
        setup: Setup,
        run: Run,
        generator: Any,
        epoch_steps: int,
    ) -> None:
        from accelerate import Accelerator

        self.ctx, self.setup, self.run_record = ctx, setup, run
        self.recipe = request.recipe
        self.generator = generator
        self.recorder = Recorder(ctx, run)
        self.epoch_steps = epoch_steps
        self.total_steps = epoch_steps * self.recipe.epochs
        device = setup.base.device.type
        self.accelerator = Accelerator(
            cpu=device == "cpu", mixed_precision="bf16" if autocast_dtype(device) else "no"
        )
        self.peft_model = add_adapter(setup.base, self.recipe)
        self.parameters = trainable(self.peft_model)
        self.optimizer, self.schedule = self._optimizer()
        self.step = 0
        self.evaluations_without_gain = 0
        self.zero_shot: tuple[str, ...] = ()
        self.evaluation_s = 0.0
        self.last_checkpoint_at = ctx.elapsed_s()
        self.started_at = ctx.elapsed_s()

    def run(self) -> TrainResult:
        """All steps; ends early when stopped or when the dev score no longer rises."""
        self.recorder.emit(
            RunStarted(
                self.run_record.id,
                self.total_steps,
                device_summary(),
                len(self.setup.train),
                len(self.setup.dev),
            )
        )
        self._evaluate()
        self.started_at = self.ctx.elapsed_s()
        with suppress(_StopRequest):
            for epoch in range(self.recipe.epochs):
                if self._finished_early() or not self._epoch(epoch):
                    break
            if self._best_step() is None:  # stopped before the first evaluation
                self._evaluate()
        return self._finish()

    def _epoch(self, epoch: int) -> bool:
        """One pass over the data; False when the run should end."""
        batches = plan(self.setup.train, self.recipe.batch_tokens, self.generator)
        for rows in batches:
            self.ctx.check()
            if self.ctx.stop_requested:
                return False
            self._train_on(rows)
            if self._evaluation_due():
                self._evaluate()
                if self._finished_early():
                    return False
            elif self.ctx.elapsed_s() - self.last_checkpoint_at > _CHECKPOINT_EVERY_S:
                self._checkpoint()
        return True

    def _train_on(self, rows: list[int]) -> None:
        """One optimizer step on one batch."""
        began = time.monotonic()
        batch = batch_of(self.setup.base, self.setup.train, rows)
        with self.accelerator.autocast():
            total = summed_loss(self.setup.base.model, batch, self.recipe.label_smoothing)
        loss = total / batch.tokens
        self.accelerator.backward(loss)
        limit = self.recipe.gradient_clip or math.inf
        norm = float(self.accelerator.clip_grad_norm_(self.parameters, limit))
        value = float(loss.detach())
        if not (math.isfinite(value) and math.isfinite(norm)):
            raise EngineError(
                f"the training loss is no longer a number (step {self.step + 1})",
                fix="Lower the learning rate; the best checkpoint so far is kept",
            )
        rate = self.schedule.get_last_lr()[0]
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self._tell(value, rate, norm, batch.tokens / (time.monotonic() - began))

    def _tell(self, loss: float, rate: float, norm: float, tokens_per_s: float) -> None:
        epoch = self.step / self.epoch_steps
        elapsed, remaining = self.ctx.elapsed_s(), self._remaining_s()
        self.recorder.emit(
            TrainStep(
                self.step, self.total_steps, epoch, loss, rate, norm, tokens_per_s, elapsed,
                remaining,
            )
        )  # fmt: skip
        message = f"Training, epoch {math.ceil(epoch)}"
        self.ctx.report(self.step, self.total_steps, message, eta_s=remaining)

    def _remaining_s(self) -> float:
        """Seconds for the steps still to come, at the pace so far, evaluations included."""
        pace = (self.ctx.elapsed_s() - self.started_at) / self.step
        return pace * (self.total_steps - self.step)

    def _evaluation_due(self) -> bool:
        """After every 1/evals_per_epoch of an epoch, to the nearest step."""
        per_epoch = min(self.recipe.evals_per_epoch, self.epoch_steps)
        before = (self.step - 1) * per_epoch // self.epoch_steps
        return self.step * per_epoch // self.epoch_steps > before

    def _evaluate(self) -> None:
        """Score the dev set, keep the adapter if it is the best yet, save a checkpoint."""
        self.ctx.report(self.step, self.total_steps, "Scoring the dev segments")
        training_mode(self.peft_model, False)
        scores = self.setup.dev.score(self._check_evaluation)
        training_mode(self.peft_model, True)
        if self.step == 0:
            self.zero_shot = scores.hypotheses
        gain, best = self._compare(scores)
        self.evaluations_without_gain = 0 if gain else self.evaluations_without_gain + 1
        self._remember(scores, best)
        if best:
            save_adapter(self.peft_model, self.run_record.adapter_folder)
        if self.step:
            self._checkpoint()
        self.run_record.save()
        self.recorder.emit(
            DevEvaluated(
                self.step, scores.loss, scores.bleu, scores.chrf, self._samples(scores), best
            )
        )

    def _check_evaluation(self) -> None:
        self.ctx.check()
        if self.ctx.stop_requested and self._best_step() is not None:
            raise _StopRequest

    def _compare(self, scores: DevScores) -> tuple[bool, bool]:
        """Whether the chosen score rose above every earlier one, and whether this is the best.

        At an equal score the lower loss is the better checkpoint, but no reason to go on.
        """
        best = self.run_record.manifest.best
        if self.step == 0 or not best:  # the base itself is no checkpoint
            return True, self.step > 0
        sign = -1 if self.recipe.best_by == "loss" else 1
        now, before = sign * getattr(scores, self.recipe.best_by), sign * best[self.recipe.best_by]
        gain = now > before
        return gain, gain or (now == before and scores.loss < best["loss"])

    def _remember(self, scores: DevScores, best: bool) -> None:
        manifest = self.run_record.manifest
        entry = {
            "step": self.step,
            "loss": scores.loss,
            "bleu": scores.bleu,
            "chrf": scores.chrf,
            "seconds": self.ctx.elapsed_s(),
        }
        manifest.history.append(entry)
        manifest.signatures = scores.signatures
        manifest.steps, manifest.seconds = self.step, self.ctx.elapsed_s()
        if self.step == 0:
            manifest.zero_shot = entry
        elif best:
            manifest.best = entry

    def _best_step(self) -> int | None:
        return self.run_record.manifest.best.get("step")

    def _samples(self, scores: DevScores) -> tuple[SampleTranslation, ...]:
        dev = self.setup.dev
        return tuple(
            SampleTranslation(
                dev.sources[row], dev.references[row], self.zero_shot[row], scores.hypotheses[row]
            )
            for row in dev.sample_rows()
        )

    def _checkpoint(self) -> None:
        folder = self.run_record.checkpoint_folder(self.step)
        state = {"step": self.step, "order": self.generator.bit_generator.state}
        save_checkpoint(self.peft_model, self.optimizer, state, folder)
        keep_newest(self.run_record.checkpoints(), _KEEP_CHECKPOINTS)
        self.last_checkpoint_at = self.ctx.elapsed_s()
        self.recorder.emit(CheckpointSaved(self.step, folder))

    def _finished_early(self) -> bool:
        patience = self.recipe.patience
        return self.ctx.stop_requested or 0 < patience <= self.evaluations_without_gain

    def _finish(self) -> TrainResult:
        manifest = self.run_record.manifest
        stopped = self.ctx.stop_requested and self.step < self.total_steps
        manifest.status = "stopped" if stopped else "finished"
        manifest.steps, manifest.seconds = self.step, self.ctx.elapsed_s()
        self.run_record.save()
        keep_newest(self.run_record.checkpoints(), 1)
        self.ctx.report(self.total_steps, self.total_steps, "Finished")
        return TrainResult(
            run=self.run_record.id,
            steps=self.step,
            seconds=manifest.seconds,
            best=dict(manifest.best),
            zero_shot=dict(manifest.zero_shot),
            pairs=len(self.setup.train),
            stopped=stopped,
        )

    def _optimizer(self) -> tuple[Any, Any]:
        """AdamW; the rate rises over the warm-up and falls linearly to zero."""
        import torch

        optimizer = torch.optim.AdamW(
            self.parameters,
            lr=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
            fused=True,
        )
        warmup = round(self.recipe.warmup * self.total_steps)
        return optimizer, torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: rate_factor(step + 1, self.total_steps, warmup)
        )


def rate_factor(step: int, total: int, warmup: int) -> float:
    """What step ``step`` (from 1) multiplies the learning rate by; above zero for every step."""
    peak = max(1, warmup)
    return step / peak if step <= peak else (total + 1 - step) / (total + 1 - peak)
