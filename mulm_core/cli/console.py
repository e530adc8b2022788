"""Progress on stderr: one line redrawn in a terminal, a line now and then anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from mulm_core.cli.output import display_width, duration
from mulm_core.jobs import Event, LogLine, Progress
from mulm_core.search import Trial, TrialChanged
from mulm_core.training import DevEvaluated, RunStarted, TrainStep

_SPARSE_S = 10.0  # where no bar can be drawn: long enough that a log stays readable
_BAR_CELLS = 24
_START = {False: "Zero-shot", True: "The run it goes on from"}


def trial_state(trial: Trial) -> str:
    """How a trial is, in the words of the window."""
    return "finished" if trial.state == "complete" else trial.state


class Console:
    """Shows a job's events; give :meth:`show` to its context as the sink, and :meth:`close` it."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._terminal = self._stream.isatty()
        self._drawn = 0
        self._next_line = clock() + _SPARSE_S

    def show(self, event: Event) -> None:
        """Draw one event; those that people need not see are left out."""
        match event:
            case Progress():
                self._progress(event.message or "Working", event.fraction, event.eta_s)
            case LogLine():
                self.line(event.text)
            case RunStarted():
                self.line(
                    f"Run {event.run}: {event.pairs:,} pairs, {event.dev_pairs:,} dev segments, "
                    f"{event.total_steps:,} steps on {event.device}"
                )
            case TrainStep():
                share = event.step / event.total_steps if event.total_steps else None
                self._progress(f"Training, loss {event.loss:.2f}", share, event.remaining_s)
            case DevEvaluated():
                label = f"Step {event.step}" if event.step else _START[event.start]
                best = ", the best so far" if event.is_best and event.step else ""
                known = event.general_chrf is not None
                general = f"; general chrF {event.general_chrf:.1f}" if known else ""
                self.line(
                    f"{label}: dev BLEU {event.bleu:.1f}, chrF {event.chrf:.1f}, "
                    f"loss {event.loss:.3f}{best}{general}"
                )
            case TrialChanged() if event.trial.state != "running":
                trial = event.trial
                score = "no score" if trial.score is None else f"{trial.score:.3f}"
                best = ", the best so far" if event.best == trial.number else ""
                values = ", ".join(f"{name}={value}" for name, value in trial.values.items())
                self.line(f"Trial {trial.number} {trial_state(trial)}: {score}{best} ({values})")

    def line(self, text: str) -> None:
        """Write a line that stays."""
        self._clear()
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def close(self) -> None:
        """Take the bar off the screen."""
        self._clear()
        self._stream.flush()

    def _progress(self, message: str, fraction: float | None, left_s: float | None) -> None:
        left = f"  {duration(left_s)} left" if left_s is not None else ""
        percent = f"  {fraction:4.0%}" if fraction is not None else ""
        if self._terminal:
            self._draw(f"{message}  {self._bar(fraction)}{percent}{left}")
        elif self._clock() >= self._next_line and fraction != 1:
            self._next_line = self._clock() + _SPARSE_S
            self.line(f"{message}{percent}{left}")

    def _bar(self, fraction: float | None) -> str:
        filled = round((fraction or 0.0) * _BAR_CELLS)
        return "[" + "#" * filled + "-" * (_BAR_CELLS - filled) + "]"

    def _draw(self, text: str) -> None:
        # One column is kept free: a full last column makes some terminals wrap.
        text = text[: shutil.get_terminal_size().columns - 1]
        width = display_width(text)
        self._stream.write("\r" + text + " " * (self._drawn - width))
        self._stream.flush()
        self._drawn = width

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write("\r" + " " * self._drawn + "\r")
            self._drawn = 0
