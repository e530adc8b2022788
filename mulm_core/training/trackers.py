"""Telling a run to TensorBoard, Weights & Biases or MLflow, too, through Accelerate's trackers.

They only watch: what goes wrong with one is a line in the log and never ends a run. What they
write lies in the workspace, and nothing leaves the computer unless their own environment
variables (``WANDB_MODE``, ``MLFLOW_TRACKING_URI``) say so.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mulm_core.errors import UserError
from mulm_core.jobs import Event, JobContext
from mulm_core.runs import Run, get_run
from mulm_core.settings import TRACKERS
from mulm_core.training.events import DevEvaluated, RunStarted, TrainStep
from mulm_core.workspace import Workspace

_PROJECT = "mulm"
_PACKAGES = {"tensorboard": "tensorboard", "wandb": "wandb", "mlflow": "mlflow-skinny"}
_OF_A_STEP = ("loss", "learning_rate", "grad_norm", "tokens_per_s", "memory_mb", "gpu_memory_mb")
_OF_DEV = ("loss", "bleu", "chrf", "general_bleu", "general_chrf")


@contextmanager
def tracking(ctx: JobContext, workspace: Workspace, names: Sequence[str]) -> Iterator[None]:
    """Let trackers watch the run that ``ctx`` tells of inside the block.

    Raises :class:`UserError` for a tracker that there is not, or whose package is missing.
    """
    if not names:
        yield
        return
    _check(names)
    trackers = _Trackers(ctx, workspace, names)
    try:
        with ctx.watched(trackers.see):
            yield
    finally:
        trackers.finish()


def installation(name: str) -> str:
    """The command that installs a tracker; empty where it is installed."""
    package = "" if find_spec(name) else _PACKAGES[name]
    return f"{sys.executable} -m pip install {package}" if package else ""


def _check(names: Sequence[str]) -> None:
    for name in names:
        if name not in TRACKERS:
            raise UserError(f"there is no tracker '{name}'", fix=f"Known: {', '.join(TRACKERS)}")
        if command := installation(name):
            raise UserError(
                f"the tracker {name} is not installed",
                fix=f"Install it with: {command}; or switch it off in the settings",
            )


class _Trackers:
    """The trackers that are still at work; they begin when the run's folder is there."""

    def __init__(self, ctx: JobContext, workspace: Workspace, names: Sequence[str]) -> None:
        self._ctx, self._workspace, self._names = ctx, workspace, names
        self._folder = workspace.root / "tracking"
        self._run: Run | None = None
        self._working: dict[str, Any] = {}

    def see(self, event: Event) -> None:
        """Pass on what belongs on a curve."""
        match event:
            case RunStarted():
                self._start(get_run(self._workspace, event.run))
            case TrainStep():
                self._log("train", event, _OF_A_STEP, event.step)
            case DevEvaluated():
                self._log("dev", event, _OF_DEV, event.step)

    def finish(self) -> None:
        """End all; of a run that was cancelled, TensorBoard's curves go with it."""
        self._each(lambda tracker: tracker.finish())
        if self._run is not None and not self._run.folder.exists():
            shutil.rmtree(self._folder / "tensorboard" / self._run.id, ignore_errors=True)

    def _start(self, run: Run) -> None:
        self._run = run
        for name in self._names:
            with self._surviving(name):
                tracker = _make(name, self._folder, run.id)
                tracker.start()
                self._working[name] = tracker
        manifest = run.manifest
        of_run = {name: getattr(manifest, name) for name in ("model", "corpus", "source", "target")}
        self._each(lambda tracker: tracker.store_init_configuration({**of_run, **manifest.recipe}))

    def _log(self, group: str, event: Event, names: Sequence[str], step: int) -> None:
        values = {f"{group}/{name}": getattr(event, name) for name in names}
        told = {name: value for name, value in values.items() if value is not None}
        self._each(lambda tracker: tracker.log(told, step=step))

    def _each(self, work: Callable[[Any], object]) -> None:
        for name, tracker in list(self._working.items()):
            with self._surviving(name):
                work(tracker)

    @contextmanager
    def _surviving(self, name: str) -> Iterator[None]:
        """Whatever a tracker raises, the run goes on without it."""
        try:
            yield
        except Exception as error:
            tracker = self._working.pop(name, None)
            self._ctx.log(f"The tracker {name} failed and is switched off: {error}", "warning")
            if tracker is not None:
                with suppress(Exception):
                    tracker.finish()


def _make(name: str, folder: Path, run: str) -> Any:
    """Accelerate's tracker of this name, which writes into ``folder``."""
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    kind = LOGGER_TYPE_TO_CLASS[name]
    folder.mkdir(exist_ok=True)
    if name == "tensorboard":
        return kind(run, logging_dir=folder / "tensorboard")
    if name == "wandb":
        os.environ.setdefault("WANDB_SILENT", "true")
        mode = os.environ.get("WANDB_MODE", "offline")
        return kind(_PROJECT, name=run, dir=str(folder), mode=mode)
    if "MLFLOW_TRACKING_URI" not in os.environ:
        place = f"sqlite:///{(folder / 'mlflow.db').as_posix()}"
        import_module("mlflow").set_tracking_uri(place)
    return kind(_PROJECT, logging_dir=(folder / "mlflow").as_uri(), run_name=run)
