"""The test file that is stepped through: where it stands, other systems' outputs, the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QObject, Signal

from app.bridge import JobRunner, failure_of
from app.i18n import tr
from app.viewmodels.test_files import TestFiles, TestSet
from mulm_core.errors import MulmError
from mulm_core.evaluation import (
    Note,
    Outputs,
    export_notes,
    load_notes,
    load_outputs,
    save_notes,
)
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

__all__ = ["Note", "OpenTest", "Outputs"]


@dataclass(frozen=True)
class _Export:
    """All that a person noted on a test set, and where to write it."""

    test: TestSet
    notes: dict[int, Note]
    path: Path


class OpenTest(QObject):
    """One test set or none; ``position`` counts from 0, -1 without one."""

    opened = Signal()
    turned = Signal(str, str)  # the test set is in this direction
    moved = Signal()  # to another segment
    outputs_added = Signal(str)  # the name of a file of another system
    noted = Signal()  # flags or comments are others now
    exported = Signal(object, int)  # Path, how many segments
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner) -> None:
        super().__init__()
        self._workspace = workspace
        self._runner = runner
        self._test: TestSet | None = None
        self._outputs: dict[str, Outputs] = {}
        self._evaluated: Mapping[str, Sequence[str]] = {}  # by system
        self._notes: dict[int, Note] = {}
        self._hash = ""  # of the test set, once its notes are read
        self.position = -1
        self._files = TestFiles(runner)
        self._files.loaded.connect(self.show)
        self._files.turned.connect(self.turned.emit)
        self._files.texts_found.connect(self._take_outputs)
        self._files.failed.connect(self.failed.emit)

    # Reading -------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The test set's name, or empty."""
        return self._test.name if self._test is not None else ""

    @property
    def count(self) -> int:
        """How many segments there are."""
        return len(self._test.sources) if self._test is not None else 0

    @property
    def source(self) -> str | None:
        """The present segment's source, or None."""
        return self._test.sources[self.position] if self._test is not None else None

    @property
    def references(self) -> tuple[str, ...]:
        """The present segment's references."""
        if self._test is None:
            return ()
        return tuple(stream[self.position] for stream in self._test.streams)

    def output(self, name: str, text: str) -> str | None:
        """What the system of a file made of ``text``; None where it is not the present segment."""
        found = self._outputs.get(name) if text == self.source else None
        return found.hypotheses[self.position] if found is not None else None

    def evaluated(self, system: str, text: str) -> str:
        """What ``system`` made of ``text`` in the evaluation; empty where that is not known."""
        found = self._evaluated.get(system) if text == self.source else None
        return found[self.position] if found is not None else ""

    # Moving --------------------------------------------------------------------------------

    def load(self, paths: Sequence[Path], source: str, target: str) -> None:
        """Open a test file, or other systems' translations of the present one."""
        self._files.load(paths, source, target, self._test)

    def show(
        self,
        test: TestSet,
        position: int = 0,
        evaluated: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        """Step through a test set, from ``position`` on.

        ``evaluated`` is what systems (ids) have made of its segments in an evaluation.
        """
        self._have(test)
        self._evaluated = evaluated
        self.position = 0
        self.opened.emit()
        self.go_to(position)
        job = self._runner.start(_read, (self._workspace, test), title="", quiet=True)
        job.succeeded.connect(lambda found: self._take_notes(test, *found))
        job.failed.connect(self.failed.emit)

    def go_to(self, position: int) -> None:
        """Show the segment at ``position``, or the nearest there is."""
        if self._test is not None:
            self.position = max(0, min(self.count - 1, position))
            self.moved.emit()

    def close(self) -> None:
        """Have no test set."""
        self._have(None)
        self.position = -1

    def _have(self, test: TestSet | None) -> None:
        self._test, self._outputs, self._notes, self._hash = test, {}, {}, ""
        self._evaluated = {}

    def _take_outputs(self, paths: Sequence[Path]) -> None:
        test = self._test
        if test is None:
            return
        job = self._runner.start(
            _read_outputs, (tuple(paths), test), title=tr("Reading translations"), quiet=True
        )
        job.succeeded.connect(lambda found: self._add_outputs(test, found))
        job.failed.connect(self.failed.emit)

    def _add_outputs(self, test: TestSet, found: Sequence[Outputs]) -> None:
        if test is not self._test:
            return
        for outputs in found:
            self._outputs[outputs.name] = outputs
            self.outputs_added.emit(outputs.name)

    def add_outputs(self, found: Sequence[Outputs]) -> None:
        """Take translations of the present test set that another page has read."""
        if self._test is not None:
            self._add_outputs(self._test, found)

    # Notes ---------------------------------------------------------------------------------

    @property
    def note(self) -> Note:
        """What is noted on the present segment."""
        return self._notes.get(self.position, Note())

    @property
    def can_note(self) -> bool:
        """Whether the notes that were made before are read: those to come are added to them."""
        return bool(self._hash)

    @property
    def noted_count(self) -> int:
        """How many segments are flagged or commented."""
        return sum(map(bool, self._notes.values()))

    def flag(self, flagged: bool) -> None:
        """Mark the present segment, or no longer."""
        self._write(replace(self.note, flagged=flagged))

    def comment(self, text: str) -> None:
        """Say something on the present segment."""
        self._write(replace(self.note, comment=text.strip()))

    def next_noted(self, by: int = 1) -> None:
        """Go to the next (``by`` 1) or previous (-1) noted segment, round the end."""
        noted = sorted((at for at, note in self._notes.items() if note), reverse=by < 0)
        beyond = [at for at in noted if (at - self.position) * by > 0]
        if noted:
            self.go_to((beyond or noted)[0])

    def export(self, path: Path) -> None:
        """Write the noted segments to a TSV or CSV file."""
        if self._test is None:
            return
        request = _Export(self._test, dict(self._notes), path)
        job = self._runner.start(_export, request, title=tr("Export"), patient=True)
        job.succeeded.connect(lambda count: self.exported.emit(path, count))
        job.failed.connect(self.failed.emit)

    def _write(self, note: Note) -> None:
        if not self._hash or note == self.note:
            return
        self._notes[self.position] = note
        try:
            save_notes(self._workspace, self._hash, self.name, self._notes)
        except MulmError as error:
            self.failed.emit(failure_of(error))
        self.noted.emit()

    def _take_notes(self, test: TestSet, test_hash: str, notes: dict[int, Note]) -> None:
        if test is self._test:
            self._hash, self._notes = test_hash, notes
            self.noted.emit()


def _read(ctx: JobContext, request: tuple[Workspace, TestSet]) -> tuple[str, dict[int, Note]]:
    workspace, test = request
    test_hash = test.hash
    return test_hash, load_notes(workspace, test_hash)


def _export(ctx: JobContext, request: _Export) -> int:
    return export_notes(request.path, request.test, request.notes)


def _read_outputs(
    ctx: JobContext, request: tuple[tuple[Path, ...], TestSet]
) -> tuple[Outputs, ...]:
    paths, test = request
    return tuple(load_outputs(path.name, path, test) for path in paths)
