"""The training loop: from a model as it came to one that has learnt the corpus.

Read it from :func:`run_training` down. What makes it quick: batches of equal length under a token
budget, LoRA as one function (``quick_lora.py``), the output layer at scored positions only,
bfloat16 where the processor multiplies it faster (what is trained stays float32), and dev decoding
in large batches. What makes it safe: all that decides the next step is in a checkpoint (weights,
optimizer, chance, :class:`State`) or follows from the recipe and the number of the step.
"""

from __future__ import annotations

import math
import time
from contextlib import suppress
from dataclasses import asdict

from mulm_core.errors import Cancelled, EngineError, MulmError, UserError
from mulm_core.jobs import JobContext
from mulm_core.models import device_summary
from mulm_core.models.memory import (
    PeakMemory,
    gpu_memory_mb,
    in_fewer_at_once,
    is_out_of_memory,
    return_freed_memory,
)
from mulm_core.training.checkpoint import keep_newest, load_checkpoint, save_checkpoint, save_tuned
from mulm_core.training.dev import DevScores
from mulm_core.training.events import (
    CheckpointSaved,
    DevEvaluated,
    RunStarted,
    TrainStep,
)
from mulm_core.training.job import ResumeRequest, TrainRequest, TrainResult, result_of
from mulm_core.training.judge import disappointments, judge
from mulm_core.training.opening import Opened, open_run
from mulm_core.training.optimizer import rate_factor
from mulm_core.training.order import Rows, in_parts
from mulm_core.training.record import Recorder
from mulm_core.training.state import State
from mulm_core.training.stepper import Stepper

_CHECKPOINT_EVERY_S = 120.0  # what a crash costs at most
_KEEP_CHECKPOINTS = 2
_MOST_SETBACKS = 2


class _StopRequest(Exception):  # noqa: N818 - not an error
    """The person stopped the run during an evaluation; the best checkpoint is safe already."""


class _NotANumber(Exception):  # noqa: N818 - mended, or told as an EngineError
    """The loss, its gradient or a weight is infinite or no number."""


def run_training(ctx: JobContext, request: TrainRequest | ResumeRequest) -> TrainResult:
    """Prepare, open the run's folder, train; the folder always tells how it ended."""
    opened = open_run(ctx, request)
    run = opened.run
    try:
        return _Training(ctx, opened).run()
    except Cancelled:
        if not opened.status:
            run.delete()
        else:  # what was there before stays
            run.manifest.status = opened.status
            run.save()
        raise
    except BaseException as error:
        run.manifest.status, run.manifest.error = "failed", str(error)
        with suppress(MulmError):  # a full disk is told by the first error
            run.save()
        raise _explained(error) from error
    finally:
        run.release()
        return_freed_memory()


def _explained(error: BaseException) -> BaseException:
    if is_out_of_memory(error):
        return EngineError(
            "there is not enough memory, even for single pairs",
            fix="Close other programs, or lower the recipe's longest segment",
        )
    return error


class _Training:
    """One run at work."""

    def __init__(self, ctx: JobContext, opened: Opened) -> None:
        self.ctx, self.setup, self.tuned, self.run_record = (
            ctx, opened.setup, opened.tuned, opened.run,
        )  # fmt: skip
        self.opened, self.recipe = opened, opened.request.recipe
        self.recorder = Recorder(ctx, opened.run)
        self.epoch_steps = self.setup.order.epoch_steps
        self.total_steps = opened.run.manifest.total_steps
        self.stepper = Stepper(self.setup, self.tuned, self.recipe)
        self.state = State()
        self.epoch: tuple[int, list[list[Rows]]] = (-1, [])  # the one planned last
        self.peak = PeakMemory()
        self.because = ""  # why it ended
        self.evaluation_s = 0.0  # what the last one took
        self.worked_before_s = 0.0  # in earlier sittings
        self.last_checkpoint_at = ctx.elapsed_s()

    def run(self) -> TrainResult:
        """All steps; ends early when stopped, out of time or when the dev score stands still."""
        self._tell_start()
        if self._restore():
            self.worked_before_s = self.state.seconds - self.ctx.elapsed_s()
            self.recorder.log(f"Going on from step {self.state.step}")
        else:
            self._begin()
        self.began_at, self.began_step = self.ctx.elapsed_s(), self.state.step
        with suppress(_StopRequest):
            while not self._over():
                try:
                    self._next_step()
                except _NotANumber:
                    self._go_back()
            if self.state.step and (not self._judged() or self.because == "max_minutes"):
                self._evaluate()
        return self._finish()

    def _begin(self) -> None:
        """Score the model as it came, and make a checkpoint of the very start."""
        self.run_record.manifest.forget_scores()  # of a sitting that ended before its checkpoint
        self.run_record.rewind(-1)
        with self.tuned.without():
            self._evaluate()
        if self.opened.load_start():
            self._evaluate()
        self._checkpoint()

    def _over(self) -> bool:
        """Whether no step should follow, and because of what."""
        self.ctx.check()
        limit_s = 60 * (self.recipe.max_minutes or math.inf)
        ends = {
            "epochs": self.state.step >= self.epoch_steps * self.recipe.epochs,
            "max_steps": self.state.step >= self.total_steps,
            "person": self.ctx.stop_requested,
            "patience": 0 < self.recipe.patience <= self.state.without_gain,
            "max_minutes": self.state.step and self._worked_s() + self.evaluation_s >= limit_s,
        }
        self.because = next((reason for reason, true in ends.items() if true), "")
        return bool(self.because)

    def _next_step(self) -> None:
        """Learn from the next batches; evaluate or save where that is due."""
        epoch, place = divmod(self.state.step, self.epoch_steps)
        if self.epoch[0] != epoch:
            self.epoch = epoch, self.setup.order.steps_of_epoch(epoch)
        self._train_on(self.epoch[1][place])
        if self._evaluation_due():
            self._evaluate()
        elif self.ctx.elapsed_s() - self.last_checkpoint_at > _CHECKPOINT_EVERY_S:
            self._checkpoint()

    def _train_on(self, batches: list[Rows]) -> None:
        """One optimizer step on the pairs of ``batches``."""
        began = time.monotonic()
        loss, tokens = self._gradient_in_parts(batches)
        norm = self.stepper.clip()
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise _NotANumber
        rate = self._rate()
        self.stepper.step(rate)
        seconds = time.monotonic() - began
        self.state.count_step(sum(map(len, batches)), tokens, seconds)
        self._tell_step(loss, rate, norm, tokens / seconds)

    def _rate(self) -> float:
        """The learning rate of the step to come; half for each time the loss was no number."""
        recipe, total = self.recipe, self.total_steps
        factor = rate_factor(
            self.state.step + 1, total, round(recipe.warmup * total), recipe.schedule
        )
        setbacks = self.run_record.manifest.count_incidents("not-a-number")
        return recipe.learning_rate * factor * 0.5**setbacks

    def _gradient_in_parts(self, batches: list[Rows]) -> tuple[float, int]:
        """The gradient of all batches; where memory is short, of halves one after the other."""

        def halved(parts: int) -> None:
            self.stepper.drop()
            self._incident(
                "out-of-memory",
                f"out of memory: each batch is now computed in {parts} parts, which learns as much",
            )

        return in_fewer_at_once(
            lambda parts: self.stepper.gradient(in_parts(batches, parts)),
            self._parts("out-of-memory"),
            max(map(len, batches)),
            halved,
        )

    def _parts(self, kind: str) -> int:
        """In how many parts batches are computed: each lack of memory so far has doubled them."""
        return int(2 ** self.run_record.manifest.count_incidents(kind))

    def _go_back(self) -> None:
        """Return to the last checkpoint with half the rate; a third time is an error."""
        if self.run_record.manifest.count_incidents("not-a-number") >= _MOST_SETBACKS:
            raise EngineError(
                f"the training loss is no longer a number (step {self.state.step + 1})",
                fix="Lower the learning rate; the best checkpoint so far is kept",
            )
        failed_at = self.state.step + 1
        self.stepper.drop()
        self._restore()
        self._incident(
            "not-a-number",
            f"the loss of step {failed_at} is no number: back to step {self.state.step} with half "
            "the learning rate",
        )

    def _incident(self, kind: str, text: str) -> None:
        manifest = self.run_record.manifest
        manifest.incidents.append({"kind": kind, "step": self.state.step, "text": text})
        self.run_record.save()
        self.recorder.log(text[0].upper() + text[1:], "warning")

    # Evaluations ---------------------------------------------------------------------------

    def _evaluation_due(self) -> bool:
        """After every 1/evals_per_epoch of an epoch, to the nearest step, and after the last."""
        per_epoch = min(self.recipe.evals_per_epoch, self.epoch_steps)
        before = (self.state.step - 1) * per_epoch // self.epoch_steps
        due = self.state.step * per_epoch // self.epoch_steps > before
        return due or self.state.step == self.total_steps

    def _evaluate(self) -> None:
        """Score the dev set, keep what has been learnt if it is the best yet, checkpoint."""
        state, manifest, began = self.state, self.run_record.manifest, self.ctx.elapsed_s()
        base = not manifest.history
        self.ctx.report(state.step, self.total_steps, "Scoring the dev segments")
        self.tuned.train(False)
        scores = self._scores()
        self.tuned.train(True)
        if base:
            state.zero_shot_samples = [scores.hypotheses[at] for at in self.setup.dev.sample_rows()]
        elif state.step and not math.isfinite(scores.loss):
            raise _NotANumber
        verdict = judge(manifest, scores, state.step, self._worked_s())
        state.without_gain = 0 if verdict.gain else state.without_gain + 1
        samples = self.setup.dev.samples(state.zero_shot_samples, scores.hypotheses)
        self.recorder.emit(
            DevEvaluated(
                state.step, scores.loss, scores.bleu, scores.chrf, samples, verdict.best,
                scores.general_bleu, scores.general_chrf, scores.directions,
                start=state.step == 0 and not base,
            )
        )  # fmt: skip
        if verdict.kept:
            save_tuned(self.tuned, self.run_record.adapter_folder)
        if state.step:
            self._checkpoint()
        self.run_record.save()
        self.peak.look()
        self.evaluation_s = self.ctx.elapsed_s() - began

    def _scores(self) -> DevScores:
        """The dev scores; where memory is short, with smaller batches."""
        kind, dev = "evaluation-out-of-memory", self.setup.dev
        return in_fewer_at_once(
            lambda parts: dev.score(self._check_evaluation, parts),
            self._parts(kind),
            len(dev) + dev.general_segments,
            lambda parts: self._incident(
                kind, f"out of memory: dev segments are now translated in {parts} times the batches"
            ),
        )

    def _check_evaluation(self) -> None:
        self.ctx.check()
        if self.ctx.stop_requested and self._judged():
            self.because = "person"
            raise _StopRequest

    def _judged(self) -> bool:
        """Whether something that this run has learnt has been scored."""
        return any(point["step"] for point in self.run_record.manifest.history)

    # Checkpoints ---------------------------------------------------------------------------

    def _checkpoint(self) -> None:
        """Save all that the next step depends on; weights that are no numbers are not kept."""
        import torch

        if not all(bool(torch.isfinite(weights).all()) for weights in self.tuned.parameters):
            raise _NotANumber
        folder = self.run_record.checkpoint_folder(self.state.step)
        self.state.seconds = self._worked_s()
        state = {**asdict(self.state), **self.run_record.manifest.scores()}
        save_checkpoint(self.tuned, self.stepper.optimizer, state, folder)
        keep_newest(self.run_record.checkpoints(), _KEEP_CHECKPOINTS)
        self.last_checkpoint_at = self.ctx.elapsed_s()
        self.recorder.emit(CheckpointSaved(self.state.step, folder))

    def _restore(self) -> bool:
        """Go back to the newest checkpoint that can be read; False where there is none."""
        for folder in reversed(self.run_record.checkpoints()):
            try:
                values = load_checkpoint(self.tuned, self.stepper.optimizer, folder)
            except UserError as error:
                self.recorder.log(f"A checkpoint is left out: {error.sentence()}", "warning")
                continue
            self.state = State.from_dict(values)
            self.run_record.manifest.set_scores(values)
            self.run_record.rewind(self.state.step)
            self.last_checkpoint_at = self.ctx.elapsed_s()
            return True
        return False

    # What the world is told ----------------------------------------------------------------

    def _worked_s(self) -> float:
        return self.worked_before_s + self.ctx.elapsed_s()

    def _remaining_s(self) -> float:
        """Seconds for the steps still to come, at the pace so far, evaluations included."""
        done = max(1, self.state.step - self.began_step)
        pace = (self.ctx.elapsed_s() - self.began_at) / done
        return pace * (self.total_steps - self.state.step)

    def _tell_start(self) -> None:
        self.recorder.emit(
            RunStarted(
                self.run_record.id,
                self.total_steps,
                device_summary(),
                len(self.setup.train),
                len(self.setup.dev),
                self.setup.warnings,
            )
        )
        for note in self.setup.notes:
            self.recorder.log(note.text, note.level)

    def _tell_step(self, loss: float, rate: float, norm: float, tokens_per_s: float) -> None:
        step, total, remaining = self.state.step, self.total_steps, self._remaining_s()
        epoch = step / self.epoch_steps
        self.recorder.emit(
            TrainStep(
                step, total, epoch, loss, rate, norm, tokens_per_s, self._worked_s(), remaining,
                self.peak.look(), gpu_memory_mb(),
            )
        )  # fmt: skip
        self.ctx.report(step, total, f"Training, epoch {math.ceil(epoch)}", eta_s=remaining)

    def _finish(self) -> TrainResult:
        manifest, state = self.run_record.manifest, self.state
        stopped = self.because == "person"
        if stopped and self.run_record.checkpoint_folder(state.step) not in (
            self.run_record.checkpoints()
        ):
            self._checkpoint()
        manifest.status = "stopped" if stopped else "finished"
        manifest.stopped_because = self.because
        manifest.steps, manifest.seconds = state.step, self._worked_s()
        manifest.pairs_per_second, manifest.target_tokens_per_second = state.rates()
        manifest.peak_memory_mb = self.peak.mb()
        told = [*disappointments(manifest)]
        manifest.warnings = [*self.setup.warnings, *told]
        for text in told:
            self.recorder.log(text, "warning")
        self.run_record.save()
        keep_newest(self.run_record.checkpoints(), 1)
        self.ctx.report(self.total_steps, self.total_steps, "Finished")
        return result_of(self.run_record)
