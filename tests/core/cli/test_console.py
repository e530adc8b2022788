"""Progress: one line redrawn in a terminal, few lines in a log."""

from __future__ import annotations

import io
import os
import signal

import pytest

from mulm_core.cli.console import Console
from mulm_core.cli.output import display_width, duration, size, table
from mulm_core.cli.running import run_job
from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext, LogLine, Progress
from mulm_core.training import DevEvaluated, TrainStep


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def progress(done: int, message: str = "Reading") -> Progress:
    return Progress(done, 100, message, float(done), 100.0 - done)


def visible(written: str) -> list[str]:
    """The lines a terminal shows after all carriage returns."""
    lines = []
    for line in written.split("\n"):
        cells: list[str] = []
        for part in line.split("\r"):
            cells[: len(part)] = part
        lines.append("".join(cells).rstrip())
    return lines


def test_a_terminal_shows_one_line_redrawn() -> None:
    stream = Terminal()
    console = Console(stream, Clock())
    console.show(progress(10, "A long message first"))
    console.show(progress(50))
    assert visible(stream.getvalue()) == ["Reading  [############------------]   50%  50 s left"]
    console.show(LogLine("kept"))
    console.close()
    assert visible(stream.getvalue()) == ["kept", ""]


def test_a_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((20, 24)))
    stream = Terminal()
    Console(stream, Clock()).show(progress(10, "A message that is far too long"))
    assert len(visible(stream.getvalue())[0]) == 19


def test_a_log_gets_a_line_now_and_then() -> None:
    stream, clock = io.StringIO(), Clock()
    console = Console(stream, clock)
    for second in range(100):
        clock.now = float(second)
        console.show(progress(second))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 9
    assert lines[0] == "Reading   10%  1 min 30 s left"


def test_training_is_told_in_numbers() -> None:
    stream = Terminal()
    console = Console(stream, Clock())
    console.show(TrainStep(5, 10, 0.5, 2.345, 1e-3, 1.0, 900.0, 8.0, 8.0))
    assert "loss 2.35" in stream.getvalue() or "loss 2.34" in stream.getvalue()
    console.show(DevEvaluated(0, 3.0, 5.24, 20.0, (), True))
    console.show(DevEvaluated(10, 2.0, 14.8, 30.0, (), True))
    told = visible(stream.getvalue())
    assert told[0] == "Zero-shot: dev BLEU 5.2, chrF 20.0, loss 3.000"
    assert told[1] == "Step 10: dev BLEU 14.8, chrF 30.0, loss 2.000, the best so far"


def test_the_first_interrupt_stops_a_training_and_the_second_cancels(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = []

    def job(ctx: JobContext, request: None) -> str:
        signal.raise_signal(signal.SIGINT)
        seen.append((ctx.stop_requested, ctx.cancelled))
        ctx.check()
        ctx.log("one more step")
        signal.raise_signal(signal.SIGINT)
        seen.append((ctx.stop_requested, ctx.cancelled))
        ctx.check()
        return "never"

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(Cancelled):
        run_job(job, None, stoppable=True)
    assert seen == [(True, False), (True, True)]
    assert capsys.readouterr().err.splitlines() == [
        "Stopping; the best checkpoint is kept. Ctrl+C again cancels the run.",
        "one more step",
    ]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_cancels_any_other_job() -> None:
    def job(ctx: JobContext, request: None) -> None:
        signal.raise_signal(signal.SIGINT)
        ctx.check()

    with pytest.raises(Cancelled):
        run_job(job, None)


def test_tables_line_up_with_wide_characters() -> None:
    lines = table(["name", "n"], [["中文", "1"], ["de", "22"]], numbers_from=1).splitlines()
    assert lines == ["name   n", "中文   1", "de    22"]
    assert display_width("e\u0301中") == 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 00 s"), (104, "1 min 44 s"), (7500, "2 h 05 min"), (-1, "0 s")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (36_200_000, "36.2 MB"), (5e9, "5.0 GB")]
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text
