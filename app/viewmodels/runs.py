"""What a person does with runs, wherever they are listed: rename, note, delete, restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner
from app.viewmodels.library import Library, RunRow
from mulm_core.jobs import JobContext
from mulm_core.runs import Run, delete_run, note_run, rename_run, restore_run
from mulm_core.workspace import Workspace

__all__ = ["RunCommands", "RunRow"]


class RunCommands(QObject):
    """Each command is a short job, after which the library is read again."""

    deleted = Signal(str, str)  # its id in the trash, its name
    restored = Signal(str)  # its id
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner

    def rename(self, id: str, name: str) -> None:
        """Call a run by another name."""
        self._start(rename_run, id, name)

    def note(self, id: str, text: str) -> None:
        """Keep a note with a run."""
        self._start(note_run, id, text)

    def delete(self, id: str) -> None:
        """Move a run to the trash; ``deleted`` follows."""
        self._start(delete_run, id, then=lambda run: self.deleted.emit(run.id, run.manifest.name))

    def restore(self, id: str) -> None:
        """Take a run out of the trash; ``restored`` follows."""
        self._start(restore_run, id, then=lambda run: self.restored.emit(run.id))

    def _start(
        self,
        command: Callable[..., Run],
        *arguments: str,
        then: Callable[[Run], object] = lambda run: None,
    ) -> None:
        def work(ctx: JobContext, request: Any) -> Run:
            return command(self._workspace, *arguments)

        job = self._runner.start(work, None, title="", quiet=True, quick=True)
        job.succeeded.connect(then)
        job.succeeded.connect(lambda _: self.library.refresh())
        job.failed.connect(self.failed.emit)
