"""Every event of a run goes two ways: to whoever watches, and into the run's folder."""

from __future__ import annotations

from dataclasses import asdict

from mulm_core.jobs import JobContext, LogLine
from mulm_core.jobs.context import Event
from mulm_core.runs import Run
from mulm_core.training.events import CheckpointSaved, DevEvaluated, RunStarted, TrainStep


class Recorder:
    """Sends events to the job's context and keeps metrics.jsonl and log.txt up to date."""

    def __init__(self, ctx: JobContext, run: Run) -> None:
        self._ctx = ctx
        self._run = run

    def emit(self, event: Event) -> None:
        """Pass ``event`` on and write it down."""
        match event:
            case TrainStep():
                self._run.add_metrics({"kind": "train", **asdict(event)})
            case DevEvaluated():
                self._run.add_metrics({"kind": "dev", **asdict(event)})
                self._note(
                    f"step {event.step}: dev loss {event.loss:.3f}, BLEU {event.bleu:.2f}, "
                    f"chrF {event.chrf:.2f}{' (best)' if event.is_best else ''}{_general(event)}"
                )
            case RunStarted():
                self._note(
                    f"{event.pairs} training and {event.dev_pairs} dev pairs, "
                    f"{event.total_steps} steps on {event.device}"
                )
            case CheckpointSaved():
                self._note(f"step {event.step}: checkpoint saved")
        self._ctx.emit(event)

    def log(self, text: str, level: str = "info") -> None:
        """Write a line to the log of the run and of the job."""
        self._note(text, level)
        self._ctx.emit(LogLine(text, level))

    def _note(self, text: str, level: str = "info") -> None:
        self._run.add_log(f"{self._ctx.elapsed_s():9.1f} s  {level:<7}  {text}")


def _general(event: DevEvaluated) -> str:
    if event.general_bleu is None or event.general_chrf is None:
        return ""
    return f"; general BLEU {event.general_bleu:.2f}, chrF {event.general_chrf:.2f}"
