"""State and commands of the Evaluate page: a test set, systems, and the run over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.bridge import Job, JobRunner
from app.i18n import tr
from app.viewmodels import evaluate_fields
from app.viewmodels.evaluate_state import EvaluateState, SystemChoice
from app.viewmodels.evaluate_texts import Given, GivenTexts, free_name
from app.viewmodels.evaluation_history import HistoryModel
from app.viewmodels.evaluation_plots import PlotsModel
from app.viewmodels.evaluation_result import Opened, ResultModel, opened
from app.viewmodels.library import Library
from app.viewmodels.names import date_text, language_name
from app.viewmodels.test_files import Offer, TestFiles, TestSet, offers
from mulm_core.evaluation import EvaluateRequest, Outputs, SystemResult, Term, evaluate
from mulm_core.jobs import JobContext
from mulm_core.languages import match
from mulm_core.workspace import Workspace

__all__ = ["EvaluateModel", "Offer", "SystemChoice"]


class EvaluateModel(QObject):
    """Choices at the left, the result that is open at the right."""

    changed = Signal()
    evaluated = Signal()
    failed = Signal(object)  # Failure

    def __init__(self, workspace: Workspace, runner: JobRunner, library: Library) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self._job: Job | None = None
        self._wanted_run = ""
        self._untouched = True  # until a box is ticked by hand, the newest run is chosen
        self.state = EvaluateState()
        self.files = TestFiles(runner)
        self.files.turned.connect(self._turn)
        self.files.loaded.connect(self._take_test)
        self.files.texts_found.connect(lambda paths: self._set(texts=paths))
        self.texts = GivenTexts(runner)
        self.texts.outputs_read.connect(self._add_outputs)
        self.texts.references_read.connect(lambda test: self._set(test=test, texts=()))
        self.texts.terms_read.connect(lambda name, terms: self._set(glossary=name, terms=terms))
        self.result = ResultModel(workspace, runner)
        self.plots = PlotsModel(runner, self.result)
        self.history = HistoryModel(workspace, runner)
        self.history.found.connect(self._show_earlier)
        for part in (self.files, self.texts, self.result, self.plots, self.history):
            part.failed.connect(self.failed.emit)
        library.changed.connect(self._fill_gaps)
        self._fill_gaps()

    def _set(self, **values: object) -> None:
        self.state = replace(self.state, **values)  # type: ignore[arg-type]
        self.changed.emit()

    # Test set and direction ----------------------------------------------------------------

    def open_test(self, paths: Sequence[Path]) -> None:
        """Load a test set, or texts that go with the one that is loaded."""
        state = self.state
        self.files.load(paths, state.source, state.target, state.test)

    def open_new_test(self, paths: Sequence[Path]) -> None:
        """Load a test set, whatever is loaded now."""
        self._set(texts=())
        self.files.load(paths, self.state.source, self.state.target)

    def _take_test(self, test: TestSet) -> None:
        self._set(test=test, given=(), texts=())

    def offers(self) -> tuple[Offer, ...]:
        """Test sets that one click loads; the one that is loaded is left out."""
        test = self.state.test
        loaded = (test.name, test.files) if test else ("", ())
        return tuple(
            offer
            for offer in offers(self.library.corpora)
            if (offer.name, tuple(map(str, offer.files))) != loaded
        )

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
        """Score this direction; a loaded test set is turned round, or read again in it."""
        before = self.state
        if (source, target) == (before.source, before.target):
            return
        test = before.test
        turned = None
        if test is not None and (source, target) == (before.target, before.source):
            turned = TestSet(test.name, test.references, test.sources, test.files[1::-1])
        self._turn(source, target)
        self._set(test=turned, given=(), texts=())
        if test is not None and turned is None and test.files:
            self.open_new_test([Path(file) for file in test.files])

    def _turn(self, source: str, target: str) -> None:
        self._untouched = True
        chosen = self._default_choice(source, target)
        # The terms of an earlier evaluation are of its direction alone.
        terms = self.state.terms if self.state.glossary else ()
        self._set(source=source, target=target, chosen=chosen, baseline="", terms=terms)

    def languages(self) -> tuple[str, ...]:
        """The tags that the models know."""
        tags = [tag for row in self.library.models if not row.problem for tag in row.languages]
        return tuple(dict.fromkeys(tags))

    # Texts beside the test set -------------------------------------------------------------

    def take_as_outputs(self) -> None:
        """The waiting texts are what other systems made of the test set."""
        if self.state.test is not None:
            self.texts.read_outputs(self.state.texts, self.state.test)

    def take_as_references(self) -> None:
        """The waiting texts are further references."""
        if self.state.test is not None:
            self.texts.read_references(self.state.texts, self.state.test)

    def leave_texts(self) -> None:
        """Do nothing with the waiting texts."""
        self._set(texts=())

    def _add_outputs(self, found: tuple[Outputs, ...]) -> None:
        given = self.state.given
        for outputs in found:
            name = free_name(outputs.name, [choice.title for choice in self.systems()])
            given = (*given, Given(f"given:{len(given)}:{outputs.file}", name, outputs))
            self.state = replace(self.state, given=given)
        chosen = self.state.chosen | {one.key for one in given}
        self._set(texts=(), chosen=chosen)

    def rename_given(self, key: str, name: str) -> None:
        """Call another system's outputs so; a name that is taken gets a number."""
        taken = [choice.title for choice in self.systems() if choice.system != key]
        self._set(
            given=tuple(
                replace(one, name=free_name(name.strip() or one.name, taken))
                if one.key == key
                else one
                for one in self.state.given
            )
        )

    def remove_given(self, key: str) -> None:
        """Leave another system's outputs out for good."""
        given = tuple(one for one in self.state.given if one.key != key)
        self._set(given=given, chosen=self.state.chosen - {key})

    def read_glossary(self, path: Path) -> None:
        """Take the terms of a file; which of them are kept is counted."""
        self.texts.read_terms(path)

    def clear_glossary(self) -> None:
        """Ask for no terms."""
        self._set(terms=(), glossary="")

    # Systems -------------------------------------------------------------------------------

    def systems(self) -> tuple[SystemChoice, ...]:
        """Base models that know the direction, the runs trained for it, others' outputs."""
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
        found += [
            SystemChoice(
                one.key, one.name, Path(one.outputs.file).name, one.key in chosen, given=True
            )
            for one in self.state.given
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

    @property
    def baseline(self) -> str:
        """The system that the others are compared with: the one chosen, else the first."""
        ticked = [choice.system for choice in self.systems() if choice.chosen]
        return self.state.baseline if self.state.baseline in ticked else next(iter(ticked), "")

    def choose_baseline(self, system: str) -> None:
        """Compare the others with this one."""
        self._set(baseline=system)

    def _fill_gaps(self) -> None:
        state = self.state
        if not state.source:
            newest = next((row for row in self.library.runs if row.usable), None)
            first = newest or next(iter(self.library.corpora), None)
            if first is not None:
                state = replace(state, source=first.source, target=first.target)
        self.state = state
        chosen = state.chosen & {choice.system for choice in self.systems()}
        if self._untouched:
            given = frozenset(one.key for one in state.given)
            chosen = self._default_choice(state.source, state.target) | (chosen & given)
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

    def change_field(self, name: str, value: Any) -> None:
        """Change an option of the search or the scores."""
        self._set(fields=tuple((dict(self.state.fields) | {name: value}).items()))

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
        job = self._job = self._runner.start(
            _evaluate,
            self._request(state.test, dict(state.fields)),
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

    def _request(self, test: TestSet, fields: Mapping[str, Any]) -> EvaluateRequest:
        state = self.state
        ticked = [choice for choice in self.systems() if choice.chosen]
        names = {one.key: one.name for one in state.given}
        return EvaluateRequest(
            self._workspace,
            test,
            state.source,
            state.target,
            tuple(choice.system for choice in ticked if not choice.given),
            evaluate_fields.search_options(fields),
            tuple(
                replace(one.outputs, name=one.name)
                for one in state.given
                if one.key in state.chosen
            ),
            names.get(self.baseline, self.baseline),
            evaluate_fields.score_options(fields),
            state.terms,
        )

    def cancel(self) -> None:
        """End the evaluation; nothing of it stays."""
        if self._job is not None:
            self._job.cancel()

    def _ended(self) -> None:
        self._job = None
        self._set(busy=False, fraction=None, message="", eta_s=None)

    def _take(self, found: Opened) -> None:
        self.result.show(found)
        self._set(evaluation=found.evaluation)
        self.evaluated.emit()
        self.history.refresh()

    def _show_earlier(self, found: Opened) -> None:
        evaluation = found.evaluation
        self._untouched = False
        given = tuple(
            Given(one.system, one.title, _outputs(one)) for one in evaluation.systems if one.file
        )
        self.result.show(found)
        self._set(
            evaluation=evaluation,
            source=evaluation.source,
            target=evaluation.target,
            test=evaluation.test,
            given=given,
            texts=(),
            chosen=frozenset(one.system for one in evaluation.systems),
            baseline=evaluation.baseline.system,
            fields=evaluate_fields.told(evaluation),
            terms=tuple(Term(*pair) for pair in evaluation.terms),
            glossary="",
        )
        self.evaluated.emit()

    def compared(self) -> tuple[dict[str, tuple[str, ...]], list[Outputs]]:
        """What was scored: what models and runs made, by their ids, and other systems' outputs."""
        systems = self.state.evaluation.systems if self.state.evaluation else ()
        outputs = [_outputs(one) for one in systems if one.file]
        return {one.system: one.hypotheses for one in systems if not one.file}, outputs


def _outputs(result: SystemResult) -> Outputs:
    return Outputs(result.title, result.hypotheses, result.file)


def _knows(tags: Sequence[str], *wanted: str) -> bool:
    return all(tag and match(tag, tuple(tags)) for tag in wanted)


def _evaluate(ctx: JobContext, request: EvaluateRequest) -> Opened:
    return opened(evaluate(ctx, request))
