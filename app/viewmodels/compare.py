"""State and commands of the Compare page: one text, any systems, a reference where known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, Signal

from app.bridge import Failure, Job, JobRunner
from app.i18n import tr
from app.viewmodels import compare_systems
from app.viewmodels.compare_corrections import Corrections
from app.viewmodels.compare_glossary import Glossary
from app.viewmodels.compare_made import Made
from app.viewmodels.compare_state import Column, CompareState, Told
from app.viewmodels.compare_systems import FILE, Choice, SystemRow
from app.viewmodels.compare_test import OpenTest, Outputs
from app.viewmodels.compare_work import (
    SystemFailed,
    Wanted,
    WorkRequest,
    assembled,
    lines_of,
    work,
)
from app.viewmodels.library import Library
from app.viewmodels.test_files import TestSet
from mulm_core.jobs import Event
from mulm_core.workspace import Workspace

__all__ = ["CompareModel"]

_SYSTEMS = "compare/systems"
_DIRECTION = "compare/direction"
_PENDING = "\N{HORIZONTAL ELLIPSIS}"


class CompareModel(QObject):
    """Whatever is shown follows from what was asked and what was made so far."""

    changed = Signal()
    text_replaced = Signal(str)  # by the stepper, not by typing
    failed = Signal(object)  # Failure

    def __init__(
        self, workspace: Workspace, runner: JobRunner, library: Library, settings: QSettings
    ) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self._settings = settings
        self._job: Job | None = None
        self._made = Made()
        self._problems: dict[str, str] = {}
        self._back: frozenset[str] = frozenset()
        self._asked = CompareState()
        self._present_key: tuple[object, ...] = ()
        self._wanted_run = ""
        self._last_model = ""
        self.state = CompareState(systems=self._remembered())
        self._chosen = bool(self.state.systems)
        self.test = OpenTest(workspace, runner)
        self.glossary = Glossary(workspace)
        self.corrections = Corrections(workspace, runner, library, settings)
        self._connect()
        self._fill_gaps()

    def _connect(self) -> None:
        self.test.opened.connect(self._test_opened)
        self.test.turned.connect(self._turned)
        self.test.moved.connect(self._moved)
        self.test.outputs_added.connect(lambda name: self.add_system(FILE + name))
        for part in (self.test, self.glossary, self.corrections):
            part.failed.connect(self.failed.emit)
        self.glossary.changed.connect(self._show)
        self.library.changed.connect(self._fill_gaps)

    # Systems -------------------------------------------------------------------------------

    def offered(self) -> tuple[list[Choice], list[Choice]]:
        """The base models and the runs that can be added."""
        return compare_systems.offered(self.state.systems, self.library)

    def add_system(self, id: str) -> None:
        """Show one system more, as the last column."""
        self._set_systems((*self.state.systems, id))

    def close_system(self, id: str) -> None:
        """Show one system less."""
        self._set_systems(tuple(one for one in self.state.systems if one != id))

    def choose_run(self, id: str) -> None:
        """Compare this run with its base, in the direction it was trained for."""
        row = self.library.run(id)
        if row is None or not row.usable:
            self._wanted_run = id  # it has just been made: the list is being read
            self.library.refresh()
            return
        self._wanted_run = ""
        self.set_direction(row.source, row.target)
        self._set_systems(compare_systems.usual(self.library, id))

    def show_back(self, id: str, shown: bool) -> None:
        """Translate a system's translation back into the source language, or no longer."""
        self._back = self._back | {id} if shown else self._back - {id}
        self.translate()

    @property
    def back_title(self) -> str:
        """The model that translates back: a base, so that it is the same for all."""
        row = self.library.model(self._back_model())
        return row.title if row is not None else ""

    def _back_model(self) -> str:
        rows = compare_systems.rows(self.state.systems, self.library)
        return next((row.model for row in rows if row.model), "")

    def _set_systems(self, systems: tuple[str, ...]) -> None:
        systems = tuple(dict.fromkeys(systems))
        if systems == self.state.systems:
            return
        self.state = replace(self.state, systems=systems)
        self._chosen = True
        lasting = [id for id in systems if not id.startswith(FILE)]
        self._settings.setValue(_SYSTEMS, lasting)
        self.translate()

    def _fill_gaps(self) -> None:
        """Systems that are gone are left out; until a person chooses, they are the usual ones."""
        library = self.library
        if not library.loaded:
            return
        if self._wanted_run and compare_systems.usable(f"run:{self._wanted_run}", library):
            self.choose_run(self._wanted_run)
            return
        chosen = self.state.systems if self._chosen else ()
        present = tuple(id for id in chosen if compare_systems.usable(id, library))
        if not self._chosen or (chosen and not present):
            present = compare_systems.usual(library)
        changed = present != self.state.systems
        self.state = replace(self.state, systems=present)
        untouched = not (self._chosen or self.state.text)
        if not self.state.source or (changed and untouched):
            self._first_direction(present)
        if changed:
            self.translate()
        else:
            self._show()

    def _remembered(self) -> tuple[str, ...]:
        found = self._settings.value(_SYSTEMS)
        listed = [found] if isinstance(found, str) else found
        return tuple(str(id) for id in listed) if isinstance(listed, list) else ()

    def _first_direction(self, systems: Sequence[str]) -> None:
        """The last one, or that of the first run, of the first corpus, of the model's languages."""
        last = self._settings.value(_DIRECTION)
        if self._chosen and isinstance(last, list) and len(last) == 2:
            self.set_direction(str(last[0]), str(last[1]))
            return
        run = next((id[4:] for id in systems if id.startswith("run:")), "")
        row = self.library.run(run) or next(iter(self.library.corpora), None)
        if row is not None:
            self.set_direction(row.source, row.target)
        elif len(known := self.languages()) > 1:
            self.set_direction(known[0], known[1])

    # Direction -----------------------------------------------------------------------------

    def languages(self) -> tuple[str, ...]:
        """The tags that the present systems know, or any model where there are none."""
        models = [row.model for row in compare_systems.rows(self.state.systems, self.library)]
        rows = [self.library.model(model) for model in models if model] or self.library.models
        return tuple(dict.fromkeys(tag for row in rows if row for tag in row.languages))

    def set_direction(self, source: str, target: str) -> None:
        """Translate in this direction; a test file of another one is closed."""
        if (source, target) == (self.state.source, self.state.target):
            return
        self.close_test()
        self._turned(source, target)

    def swap(self) -> None:
        """Translate the other way round."""
        self.set_direction(self.state.target, self.state.source)

    def _turned(self, source: str, target: str) -> None:
        self.state = replace(self.state, source=source, target=target)
        self._settings.setValue(_DIRECTION, [source, target])
        self.glossary.load(source, target)
        self.translate()

    # Text ----------------------------------------------------------------------------------

    def type_text(self, text: str) -> None:
        """Take what was typed; it has no reference unless it is the test file's segment."""
        references = self.test.references if text == self.test.source else ()
        self.state = replace(self.state, text=text, references=references)

    def translate(self) -> None:
        """Translate the text with all systems; columns fill as they are ready."""
        state = self.state
        if self._job is not None:
            if self._request_key() == self._present_key:
                return
            self._job.cancel()
            self._job = None
        self._present_key = self._request_key()
        stale = (state.source, state.target) == (self._asked.source, self._asked.target)
        if not stale or not state.text.strip():
            self.state = replace(state, columns=())
        self._asked = self.state
        self._problems.clear()
        wanted = self._wanted()
        if wanted and state.source and state.target:
            self._start(self._request(wanted))
        self._show()

    def _request_key(self) -> tuple[object, ...]:
        """What a running job need not be begun again for."""
        state = self.state
        what = (state.text, state.references, state.source, state.target, state.systems)
        return (*what, self._back)

    def _request(self, wanted: Sequence[Wanted]) -> WorkRequest:
        asked = self._asked
        return WorkRequest(
            self._workspace,
            asked.text,
            asked.source,
            asked.target,
            tuple(wanted),
            asked.references,
            self._back_model(),
        )

    def _wanted(self) -> list[Wanted]:
        """What is missing, the systems of the model in memory first, then model by model."""
        if not self._asked.text.strip():
            return []
        rows = compare_systems.rows(self.state.systems, self.library)
        order = dict.fromkeys([self._last_model, *(row.model for row in rows)])
        place = {model: at for at, model in enumerate(order)}
        rows.sort(key=lambda row: place[row.model])
        wanted = [part for row in rows if (part := self._missing(row)) is not None]
        self._last_model = next((row.model for row in rows[::-1] if row.model), "")
        return wanted

    def _missing(self, row: SystemRow) -> Wanted | None:
        if row.id.startswith(FILE):
            text = self.test.output(row.id.removeprefix(FILE), self._asked.text)
            if text is None:
                return None
            part = Wanted(row.id, text=text, back=row.id in self._back)
        else:
            given = self.test.evaluated(row.id, self._asked.text)
            known = self._made.lines(row.id, given, self._asked)
            part = Wanted(row.id, known, back=row.id in self._back, given=given)
        column = self._column(row)
        untranslated = part.text is None and len(part.known) < len(lines_of(self._asked.text))
        unscored = self._asked.references and column.chrf is None
        unturned = part.back and column.back == _PENDING
        return part if untranslated or unscored or unturned else None

    # Background ----------------------------------------------------------------------------

    def _start(self, request: WorkRequest) -> None:
        job = self._job = self._runner.start(work, request, title=tr("Translate"), quiet=True)
        job.told.connect(lambda event: self._told(job, request, event))
        job.failed.connect(lambda failure: self._failed(job, failure))
        job.finished.connect(lambda: self._ended(job))

    def _told(self, job: Job, request: WorkRequest, event: Event) -> None:
        """Keep what was made, also by a job whose text is no longer the present one."""
        self._made.keep(request, event)
        if isinstance(event, SystemFailed) and job is self._job:
            self._problems[event.system] = event.failure.sentence
        if job is self._job:
            self._show()

    def _failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self._job = None
            self._back = frozenset()  # or it would fail again at the next word
            self.failed.emit(failure)

    def _ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
        self._show()

    # Showing -------------------------------------------------------------------------------

    def _show(self) -> None:
        rows = compare_systems.rows(self.state.systems, self.library)
        columns = tuple(self._column(row) for row in rows)
        position, count = self.test.position, self.test.count
        self.state = replace(
            self.state,
            columns=columns,
            test_name=self.test.name,
            position=position,
            count=count,
        )
        self.changed.emit()

    def _column(self, row: SystemRow) -> Column:
        asked = self._asked
        column = Column(row.id, row.title, row.note, row.token)
        if not asked.text.strip():
            return column
        problem = self._problems.get(row.id, "")
        if row.id.startswith(FILE):
            text = self.test.output(row.id.removeprefix(FILE), asked.text)
            told = Told(text or "")
            if text is None:
                problem = tr("This file has translations of the test file's segments only.")
        else:
            given = self.test.evaluated(row.id, asked.text)
            known = self._made.lines(row.id, given, asked)
            told = assembled(asked.text, known)
            if len(known) < len(lines_of(asked.text)):
                before = [c.told for c in self.state.columns if c.system == row.id and not known]
                waiting = self._job is not None and not problem
                return replace(column, told=(*before, told)[0], waiting=waiting, problem=problem)
        return self._judged(replace(column, told=told, problem=problem))

    def _judged(self, column: Column) -> Column:
        """The column with its scores, its terms and its translation back."""
        asked, text = self._asked, column.told.text
        scores = self._made.scores(text, asked)
        back = None
        if column.system in self._back:
            made = self._made.back(self._back_model(), text, asked)
            back = _PENDING if made is None else made
        return replace(
            column,
            chrf=scores.chrf if scores else None,
            bleu=scores.bleu if scores else None,
            back=back,
            terms=self.glossary.hits(asked.text, text),
        )

    # Test file -----------------------------------------------------------------------------

    def open_test(self, paths: Sequence[Path]) -> None:
        """Load a test file to step through, or other systems' translations of the open one."""
        self.test.load(paths, self.state.source, self.state.target)

    def show_test(
        self,
        test: TestSet,
        direction: tuple[str, str],
        position: int,
        *,
        run: str = "",
        evaluated: Mapping[str, Sequence[str]],
        outputs: Sequence[Outputs] = (),
    ) -> None:
        """Step through a test set that another page has, with a run and its base, or its systems.

        ``evaluated`` has what each of these made of the segments.
        """
        if evaluated:
            self._set_systems(
                tuple(id for id in evaluated if compare_systems.usable(id, self.library))
            )
        elif run:
            self.choose_run(run)
        self._turned(*direction)
        self.test.show(test, position, evaluated)
        self.test.add_outputs(outputs)

    def step(self, by: int) -> None:
        """Go ``by`` segments on, within the test file."""
        self.test.go_to(self.test.position + by)

    def close_test(self) -> None:
        """Go back to typing; columns of files go with it."""
        if self.test.count:
            self.test.close()
            self.state = replace(self.state, references=())
            self._without_files()

    def _test_opened(self) -> None:
        self._without_files()

    def _without_files(self) -> None:
        self._set_systems(tuple(id for id in self.state.systems if not id.startswith(FILE)))
        self._show()

    def _moved(self) -> None:
        text, references = self.test.source or "", self.test.references
        self.state = replace(self.state, text=text, references=references, columns=())
        self.text_replaced.emit(text)
        self.translate()
