"""How quickly the window opens, and whether it keeps answering while a model is fine-tuned.

    python benchmarks/window_latency.py

Opens the real window without a screen, imports the sample project, fine-tunes the bundled model
with the quick recipe and measures how late a 10 ms timer of the GUI thread is: while the heavy
libraries are imported and the model is loaded for the first time, and while it trains.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# Runs in a process of its own: prints the moment the first window has been drawn.
_FIRST_WINDOW = """
import sys, time
from pathlib import Path
from app.launch import make_application, make_context, make_window
app = make_application()
ctx = make_context(Path(sys.argv[1]))
window = make_window(ctx)
window.show()
window.repaint()
app.processEvents()
print(time.time(), flush=True)
heavy = {"torch", "transformers", "peft", "pyqtgraph", "numpy"} & set(sys.modules)
assert not heavy, heavy
ctx.runner.close()
"""


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="starter", help="an id or a folder")
    parser.add_argument("--starts", type=int, default=5, help="how often the start is timed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mulm-latency-") as folder:
        times = [first_window(Path(folder) / "start") for _ in range(options.starts)]
        print(
            f"first window after {statistics.median(times):.2f} s "
            f"(median of {len(times)}; {min(times):.2f} to {max(times):.2f})",
            flush=True,
        )
        measure_training(Path(folder) / "training", options.model)
    return 0


def first_window(place: Path) -> float:
    """Seconds from starting a process to its first drawn window."""
    begin = time.time()
    done = subprocess.run(
        [sys.executable, "-c", _FIRST_WINDOW, str(place)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[0]) - begin


def measure_training(place: Path, model: str) -> None:
    """Train in the real window and print how late its timer was."""
    from app.heartbeat import Heartbeat
    from app.launch import make_application, make_context, make_window
    from mulm_core.corpus import ImportRequest, import_corpus
    from mulm_core.jobs import JobContext
    from mulm_core.models import add_model
    from mulm_core.samples import get_sample

    make_application()
    ctx = make_context(place)
    sample = get_sample()
    request = ImportRequest(ctx.workspace, sample.train, sample.source, sample.target, "help")
    import_corpus(JobContext(), request)
    if Path(model).is_dir():
        model = add_model(ctx.workspace, Path(model)).id
    window = make_window(ctx)
    window.show()
    window.show_page("finetune")
    page: Any = window.page("finetune")
    wait_until(lambda: bool(ctx.library.corpora and ctx.library.models))
    page._model.choose_model(model)
    wait_until(lambda: page._run.details.prepared)  # sooner than a person finds the button
    heartbeat = Heartbeat()
    heartbeat.start()
    page.start()
    run = page._model.run
    wait_until(lambda: run.state.total_steps > 0 or not run.busy)
    heartbeat.stop()
    print(
        f"first import and loading: {heartbeat.worst():.0f} ms late at worst "
        f"({heartbeat.percentile(0.99):.0f} ms at the 99th percentile)",
        flush=True,
    )
    heartbeat.start()
    wait_until(lambda: not run.busy)
    heartbeat.stop()
    if run.state.error:
        raise SystemExit(run.state.error)
    print(
        f"training: {heartbeat.percentile(0.99):.0f} ms late at the 99th percentile of "
        f"{heartbeat.beats} beats, {heartbeat.worst():.0f} ms at worst "
        f"({run.state.step} steps in {run.state.elapsed_s:.0f} s on {run.state.device})"
    )
    window.close()


def wait_until(condition: Callable[[], bool]) -> None:
    """Run the event loop until *condition* holds, as the program itself would."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    timer = QTimer()
    timer.setInterval(50)
    timer.timeout.connect(lambda: condition() and loop.quit())
    timer.start()
    if not condition():
        loop.exec()


if __name__ == "__main__":
    raise SystemExit(main())
