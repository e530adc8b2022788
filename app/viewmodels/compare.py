"""State and commands of the Compare page: one text, several systems, a reference where known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels.library import Library, RunRow
from app.viewmodels.test_files import TestFiles, TestSet
from mulm_core.jobs import Event, JobContext
from mulm_core.scoring import sentence_chrf
from mulm_core.translation import TranslateRequest, translate
from mulm_core.workspace import Workspace

__all__ = ["Column", "CompareModel", "CompareState"]


@dataclass(frozen=True)
class Column:
    """What one system made of the text; ``chrf`` is None without a reference."""

    system: str
    title: str
    text: str = ""
    chrf: float | None = None
    waiting: bool = False


@dataclass(frozen=True)
class CompareState:
    """The page at one moment; ``position`` counts from 0, -1 while the text is typed."""

    text: str = ""
    reference: str = ""
    run: str = ""
    model: str = ""
    source: str = ""
    target: str = ""
    columns: tuple[Column, ...] = ()
    test_name: str = ""
    position: int = -1
    count: int = 0

    @property
    def working(self) -> bool:
        """Whether a translation is awaited."""
        return any(column.waiting for column in self.columns)


@dataclass(frozen=True)
class _Ready(Event):
    """One system has translated the text."""

    system: str
    text: str
    chrf: float | None


@dataclass(frozen=True)
class _Request:
    workspace: Workspace
    systems: tuple[str, ...]
    text: str
    reference: str
    source: str
    target: str


@dataclass
class _Cache:
    """Translations made in this session, so that stepping back costs nothing."""

    made: dict[tuple[str, str, str, str], _Ready] = field(default_factory=dict)

    def key(self, system: str, request: _Request) -> tuple[str, str, str, str]:
        return system, request.source, request.target, f"{request.text}\0{request.reference}"


class CompareModel(QObject):
    """Two systems: the base of the chosen run, and the run."""

    changed = Signal()
    text_replaced = Signal(str)  # by the stepper, not by typing
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self._job: Job | None = None
        self._cache = _Cache()
        self._test: TestSet | None = None
        self._wanted_run = ""
        self.files = TestFiles(runner)
        self.files.loaded.connect(self._test_loaded)
        self.files.failed.connect(self.failed.emit)
        self.state = CompareState()
        library.changed.connect(self._fill_gaps)
        self._fill_gaps()

    # Choices -------------------------------------------------------------------------------

    @property
    def runs(self) -> tuple[RunRow, ...]:
        """The runs with an adapter, newest first."""
        return tuple(row for row in self.library.runs if row.usable)

    def choose_run(self, id: str) -> None:
        """Compare this run with its base, in the direction it was trained for."""
        row = self.library.run(id)
        if row is None or not row.usable:
            self._wanted_run = id  # it has just been made: the list is being read
            self.library.refresh()
            return
        self._wanted_run = ""
        if id == self.state.run:
            return
        same = (row.source, row.target) == (self.state.source, self.state.target)
        self._set(run=id, model=row.model, source=row.source, target=row.target, columns=())
        if not same and self._test is not None:
            self._forget_test()
        if self.state.text.strip():
            self.translate()

    def set_direction(self, source: str, target: str) -> None:
        """Translate in this direction; a test file of another one is closed."""
        if (source, target) == (self.state.source, self.state.target):
            return
        if self._test is not None:
            self._forget_test()
        self._set(source=source, target=target, columns=())

    def swap(self) -> None:
        """Translate the other way round."""
        self.set_direction(self.state.target, self.state.source)

    def languages(self) -> tuple[str, ...]:
        """The tags that the present model knows."""
        row = self.library.model(self.state.model)
        return row.languages if row is not None else ()

    def _set(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]
        self.changed.emit()

    def _fill_gaps(self) -> None:
        runs = self.runs
        if self._wanted_run in [row.id for row in runs]:
            self.choose_run(self._wanted_run)
        elif self.state.run in [row.id for row in runs]:
            self.changed.emit()
        elif runs:
            self.choose_run(runs[0].id)
        else:
            self._without_runs()

    def _without_runs(self) -> None:
        """Zero-shot only, in the direction of the first corpus or of the model's languages."""
        model = next((row for row in self.library.models if not row.problem), None)
        if model is None:
            self._set(run="", model="", columns=())
            return
        source, target = self.state.source, self.state.target
        if not (source and target):
            corpus = next(iter(self.library.corpora), None)
            first_two = model.languages[:2] if len(model.languages) > 1 else ("", "")
            source, target = (corpus.source, corpus.target) if corpus else first_two
        self._set(run="", model=model.id, source=source, target=target)

    # Text ----------------------------------------------------------------------------------

    def type_text(self, text: str) -> None:
        """Take what was typed; it has no reference unless it is the test file's segment."""
        if text != self.state.text:
            reference = ""
            if self._test is not None and self.state.position >= 0:
                at = self.state.position
                if text == self._test.sources[at]:
                    reference = self._test.references[at]
            self.state = replace(self.state, text=text, reference=reference)

    def translate(self) -> None:
        """Translate the text with both systems; columns fill as they are ready."""
        state = self.state
        if self._job is not None:
            self._job.cancel()
            self._job = None
        systems = self._systems()
        if not state.text.strip() or not systems or not state.source:
            self._set(columns=())
            return
        request = _Request(
            self._workspace,
            tuple(system for system, _ in systems),
            state.text,
            state.reference,
            state.source,
            state.target,
        )
        found = [self._cache.made.get(self._cache.key(system, request)) for system, _ in systems]
        columns = tuple(
            Column(system, title, ready.text, ready.chrf)
            if ready is not None
            else Column(system, title, waiting=True)
            for (system, title), ready in zip(systems, found, strict=True)
        )
        self._set(columns=columns)
        missing = tuple(column.system for column in columns if column.waiting)
        if missing:
            self._start(replace(request, systems=missing))

    def _systems(self) -> list[tuple[str, str]]:
        systems = []
        if self.state.model:
            systems.append((self.state.model, tr("Zero-shot")))
        if self.state.run:
            systems.append((f"run:{self.state.run}", tr("Fine-tuned")))
        return systems

    def _start(self, request: _Request) -> None:
        job = self._job = self._runner.start(
            _translate_all, request, title=tr("Translate"), quiet=True
        )
        job.told.connect(lambda event: self._ready(job, request, event))
        job.failed.connect(lambda failure: self._failed(job, failure))
        job.finished.connect(lambda: self._ended(job))

    def _ready(self, job: Job, request: _Request, event: Event) -> None:
        if not isinstance(event, _Ready):
            return
        self._cache.made[self._cache.key(event.system, request)] = event
        if job is self._job:
            self._set(
                columns=tuple(
                    replace(column, text=event.text, chrf=event.chrf, waiting=False)
                    if column.system == event.system
                    else column
                    for column in self.state.columns
                )
            )

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self._set(columns=tuple(replace(c, waiting=False) for c in self.state.columns))
            self.failed.emit(failure)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None

    # Test file -----------------------------------------------------------------------------

    def open_test(self, paths: Sequence[Path]) -> None:
        """Load a test file, or source and reference files, to step through."""
        self.files.load(paths, self.state.source, self.state.target)

    def show_test(self, test: TestSet, source: str, target: str, run: str, position: int) -> None:
        """Step through a test set that another page has; begin at ``position``."""
        if run:
            self.choose_run(run)
        self._set(source=source, target=target)
        self._test_loaded(test, position)

    def step(self, by: int) -> None:
        """Go ``by`` segments on, within the test file."""
        self.go_to(self.state.position + by)

    def go_to(self, position: int) -> None:
        """Show the segment at ``position`` and translate it."""
        if self._test is None:
            return
        position = max(0, min(len(self._test.sources) - 1, position))
        text, reference = self._test.sources[position], self._test.references[position]
        self._set(position=position, text=text, reference=reference, columns=())
        self.text_replaced.emit(text)
        self.translate()

    def close_test(self) -> None:
        """Go back to typing."""
        self._forget_test()

    def _test_loaded(self, test: TestSet, position: int = 0) -> None:
        self._test = test
        self._set(test_name=test.name, count=len(test.sources))
        self.go_to(position)

    def _forget_test(self) -> None:
        self._test = None
        self._set(test_name="", position=-1, count=0, reference="")


def _translate_all(ctx: JobContext, request: _Request) -> None:
    """Translate line by line with one system after the other, telling each as it is ready."""
    lines = tuple(request.text.split("\n"))
    for system in request.systems:
        ctx.check()
        made = translate(
            ctx,
            TranslateRequest(request.workspace, system, lines, request.source, request.target),
        )
        text = "\n".join(made)
        score = sentence_chrf(text, request.reference) if request.reference else None
        ctx.emit(_Ready(system, text, score))
