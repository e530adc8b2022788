"""State and commands of the Evaluate page: a test set, systems, their scores and segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr
from app.viewmodels.library import Library
from app.viewmodels.names import date_text, direction_name, language_name
from app.viewmodels.segments import SegmentRow, TableRow, scores_text, segment_rows, table_rows
from app.viewmodels.test_files import Offer, TestFiles, TestSet, offers
from mulm_core.evaluation import (
    EvaluateRequest,
    Evaluation,
    evaluate,
    get_evaluation,
    list_evaluations,
)
from mulm_core.jobs import JobContext
from mulm_core.languages import match
from mulm_core.report import write_csv, write_json
from mulm_core.workspace import Workspace

__all__ = [
    "Earlier",
    "EvaluateModel",
    "Evaluation",
    "Offer",
    "SegmentRow",
    "SystemChoice",
    "TableRow",
]


@dataclass(frozen=True)
class SystemChoice:
    """One system that can be scored; ``chosen`` when its box is ticked."""

    system: str
    title: str
    note: str
    chosen: bool


@dataclass(frozen=True)
class Earlier:
    """A saved evaluation in the list of earlier ones."""

    id: str
    title: str


@dataclass(frozen=True)
class EvaluateState:
    """The page at one moment; ``fraction`` is None while the length is not known."""

    source: str = ""
    target: str = ""
    test: TestSet | None = None
    chosen: frozenset[str] = frozenset()
    evaluation: Evaluation | None = None
    busy: bool = False
    fraction: float | None = None
    message: str = ""
    eta_s: float | None = None


class EvaluateModel(QObject):
    """Choices above, the latest result below."""

    changed = Signal()
    evaluated = Signal()
    earlier_changed = Signal()
    failed = Signal(object)  # Failure
    exported = Signal(object)  # Path

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self._job: Job | None = None
        self._wanted_run = ""
        self._untouched = True  # until a box is ticked by hand, the newest run is chosen
        self.state = EvaluateState()
        self.earlier: tuple[Earlier, ...] = ()
        self.files = TestFiles(runner)
        self.files.loaded.connect(lambda test: self._set(test=test))
        self.files.failed.connect(self.failed.emit)
        library.changed.connect(self._fill_gaps)
        self._fill_gaps()

    def _set(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]
        self.changed.emit()

    # Test set and direction ----------------------------------------------------------------

    def open_test(self, paths: Sequence[Path]) -> None:
        """Load a test file, or a source and a reference file."""
        self.files.load(paths, self.state.source, self.state.target)

    def offers(self) -> tuple[Offer, ...]:
        """Test sets that one click loads; the one that is loaded is left out."""
        loaded = self.state.test.name if self.state.test else ""
        return tuple(offer for offer in offers(self.library.corpora) if offer.name != loaded)

    def take_offer(self, offer: Offer) -> None:
        """Load one of the :meth:`offers`."""
        self._turn_to(offer.source, offer.target)
        source, target = self.state.source, self.state.target
        if offer.corpus:
            self.files.load_split(self._workspace, offer.corpus, source, target)
        else:
            self.files.load(offer.files, source, target)

    def _turn_to(self, source: str, target: str) -> None:
        """Take this direction or its reverse, whichever is chosen already."""
        if {self.state.source, self.state.target} != {source, target}:
            self.set_direction(source, target)

    def set_direction(self, source: str, target: str) -> None:
        """Score this direction; a loaded test set is read again in it."""
        if (source, target) == (self.state.source, self.state.target):
            return
        test = self.state.test
        self._untouched = True
        chosen = self._default_choice(source, target)
        self._set(source=source, target=target, test=None, chosen=chosen)
        if test is not None and test.files:
            self.open_test([Path(file) for file in test.files])

    def languages(self) -> tuple[str, ...]:
        """The tags that the models know."""
        tags = [tag for row in self.library.models if not row.problem for tag in row.languages]
        return tuple(dict.fromkeys(tags))

    # Systems -------------------------------------------------------------------------------

    def systems(self) -> tuple[SystemChoice, ...]:
        """Base models that know the direction, then the runs trained for it."""
        source, target, chosen = self.state.source, self.state.target, self.state.chosen
        found = [
            SystemChoice(row.id, row.title, tr("zero-shot"), row.id in chosen)
            for row in self.library.models
            if not row.problem and _knows(row.languages, source, target)
        ]
        found += [
            SystemChoice(row.system, row.name, date_text(row.created), row.system in chosen)
            for row in self.library.runs
            if row.usable and _knows((row.source,), source) and _knows((row.target,), target)
        ]
        return tuple(found)

    def choose(self, system: str, chosen: bool) -> None:
        """Tick or untick a system."""
        self._untouched = False
        self._set(chosen=self.state.chosen | {system} if chosen else self.state.chosen - {system})

    def choose_run(self, id: str) -> None:
        """Score this run and its base, in the direction it was trained for."""
        row = self.library.run(id)
        if row is None or not row.usable:
            self._wanted_run = id  # it has just been made: the list is being read
            self.library.refresh()
            return
        self._wanted_run = ""
        self.set_direction(row.source, row.target)
        self._untouched = False
        self._set(chosen=frozenset({row.model, row.system}))

    def _fill_gaps(self) -> None:
        state = self.state
        if not state.source:
            newest = next((row for row in self.library.runs if row.usable), None)
            first = newest or next(iter(self.library.corpora), None)
            if first is not None:
                state = replace(state, source=first.source, target=first.target)
        self.state = state
        chosen = (
            self._default_choice(state.source, state.target)
            if self._untouched
            else state.chosen & {choice.system for choice in self.systems()}
        )
        self._set(chosen=chosen)
        wanted = self.library.run(self._wanted_run)
        if wanted is not None and wanted.usable:
            self.choose_run(wanted.id)

    def _default_choice(self, source: str, target: str) -> frozenset[str]:
        """The newest run of this direction and the base it came from; else the first base."""
        for row in self.library.runs:
            if row.usable and _knows((row.source,), source) and _knows((row.target,), target):
                return frozenset({row.model, row.system})
        for model in self.library.models:
            if not model.problem and _knows(model.languages, source, target):
                return frozenset({model.id})
        return frozenset()

    # Evaluation ----------------------------------------------------------------------------

    def obstacle(self) -> str:
        """Why Evaluate cannot start yet, in one sentence; empty when it can."""
        state = self.state
        if state.test is None:
            return tr("Choose a test file first.")
        if not state.source or not state.target:
            return tr("Choose the direction first.")
        systems = self.systems()
        if not systems:
            return tr(
                "No model knows both {source} and {target}.",
                source=language_name(state.source),
                target=language_name(state.target),
            )
        if not any(choice.chosen for choice in systems):
            return tr("Tick at least one system.")
        return ""

    def start(self) -> None:
        """Translate and score in the background; ``evaluated`` or ``failed`` follows."""
        state = self.state
        if state.busy or self.obstacle() or state.test is None:
            return
        request = EvaluateRequest(
            self._workspace,
            state.test,
            state.source,
            state.target,
            tuple(choice.system for choice in self.systems() if choice.chosen),
        )
        job = self._job = self._runner.start(
            evaluate,
            request,
            title=tr("Evaluate on {test}", test=state.test.name),
            page="evaluate",
            heavy=True,
        )
        self._set(busy=True, fraction=None, message=tr("Preparing"), eta_s=None)
        job.progressed.connect(
            lambda p: self._set(fraction=p.fraction, message=p.message, eta_s=p.eta_s)
        )
        job.succeeded.connect(self._take)
        job.failed.connect(self.failed.emit)
        job.finished.connect(self._ended)

    def cancel(self) -> None:
        """End the evaluation; nothing of it stays."""
        if self._job is not None:
            self._job.cancel()

    def _ended(self) -> None:
        self._job = None
        self._set(busy=False, fraction=None, message="", eta_s=None)

    def _take(self, evaluation: Evaluation) -> None:
        self._set(evaluation=evaluation)
        self.evaluated.emit()
        self.refresh_earlier()

    # Earlier evaluations -------------------------------------------------------------------

    def refresh_earlier(self) -> None:
        """List the saved evaluations in the background."""
        job = self._runner.start(_list_earlier, self._workspace, title="", quiet=True)
        job.succeeded.connect(self._listed)

    def _listed(self, found: tuple[Earlier, ...]) -> None:
        self.earlier = found
        self.earlier_changed.emit()

    def open_earlier(self, id: str) -> None:
        """Show a saved evaluation again."""
        job = self._runner.start(_get, (self._workspace, id), title="", quiet=True)
        job.succeeded.connect(self._show_earlier)
        job.failed.connect(self.failed.emit)

    def _show_earlier(self, evaluation: Evaluation) -> None:
        test = _test_of(evaluation)
        self._untouched = False
        self._set(
            evaluation=evaluation,
            source=evaluation.source,
            target=evaluation.target,
            test=test,
            chosen=frozenset(one.system for one in evaluation.systems),
        )
        self.evaluated.emit()

    def as_test(self) -> TestSet | None:
        """The test set of the present evaluation."""
        return _test_of(self.state.evaluation) if self.state.evaluation else None

    def compared_run(self) -> str:
        """The id of the first run that was scored; empty where there is none."""
        systems = self.state.evaluation.systems if self.state.evaluation else ()
        runs = [one.system for one in systems if one.system.startswith("run:")]
        return runs[0].removeprefix("run:") if runs else ""

    # Result --------------------------------------------------------------------------------

    def table(self) -> list[TableRow]:
        """The scores, one row a system."""
        return table_rows(self.state.evaluation) if self.state.evaluation else []

    def segments(self, first: int, second: int) -> list[SegmentRow]:
        """The segments with what two systems made of them, the second's gains first."""
        evaluation = self.state.evaluation
        return segment_rows(evaluation, first, second) if evaluation else []

    def scores_as_text(self) -> str:
        """The scores with their signatures, to paste into a report."""
        return scores_text(self.state.evaluation) if self.state.evaluation else ""

    def export(self, path: Path) -> None:
        """Write the result as CSV or JSON, by the name's ending, in the background."""
        if self.state.evaluation is None:
            return
        job = self._runner.start(_export, (self.state.evaluation, path), title="", quiet=True)
        job.succeeded.connect(lambda _: self.exported.emit(path))
        job.failed.connect(self.failed.emit)


def _test_of(evaluation: Evaluation) -> TestSet:
    return TestSet(evaluation.test_name, evaluation.sources, evaluation.references, ())


def _knows(tags: Sequence[str], *wanted: str) -> bool:
    return all(tag and match(tag, tuple(tags)) for tag in wanted)


def _list_earlier(ctx: JobContext, workspace: Workspace) -> tuple[Earlier, ...]:
    return tuple(
        Earlier(
            item.id,
            f"{item.test_name} \N{MIDDLE DOT} {direction_name(item.source, item.target)}"
            f" \N{MIDDLE DOT} {date_text(item.created)}",
        )
        for item in list_evaluations(workspace)
    )


def _get(ctx: JobContext, request: tuple[Workspace, str]) -> Evaluation:
    return get_evaluation(*request)


def _export(ctx: JobContext, request: tuple[Evaluation, Path]) -> None:
    evaluation, path = request
    (write_json if path.suffix.lower() == ".json" else write_csv)(evaluation, path)
