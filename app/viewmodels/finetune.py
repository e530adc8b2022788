"""State and commands of the Fine-tune page: the recipe, what it will do, the run it started."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from app.bridge import JobRunner
from app.i18n import tr
from app.viewmodels.forecast import Estimate, Forecast, Forecaster, Question
from app.viewmodels.library import CorpusRow, Library, ModelRow, RunRow
from app.viewmodels.live_run import LiveRun
from app.viewmodels.names import language_name
from app.viewmodels.run_comparison import RunComparison
from app.viewmodels.setup import NewLanguage, Setup
from mulm_core.errors import UserError
from mulm_core.fields import FieldSpec, specs
from mulm_core.jobs import JobContext
from mulm_core.languages import match
from mulm_core.models import device_summary
from mulm_core.training import (
    PRESETS,
    Recipe,
    ResumeRequest,
    Task,
    TrainRequest,
    TrainResult,
    train,
)
from mulm_core.translation import ConvertRequest, convert
from mulm_core.workspace import Workspace

__all__ = ["Estimate", "FineTuneModel", "Forecast", "Setup"]


_SETTLED_MS = 2000  # the result is on the screen


class FineTuneModel(QObject):
    """Choices on the left, the run on the right."""

    setup_changed = Signal()
    recipe_replaced = Signal(dict)  # values that the form shows now
    charts_importable = Signal()  # what draws charts is in memory
    run_changed = Signal()  # another LiveRun shows
    conversion_failed = Signal(object)  # Failure

    def __init__(
        self, workspace: Workspace, runner: JobRunner, library: Library, preset: str = "quick"
    ) -> None:
        super().__init__()
        self.library = library
        self._workspace = workspace
        self._runner = runner
        self.setup = Setup(preset=preset if preset in PRESETS else "quick")
        self.run = LiveRun(workspace, runner)
        self.comparison = RunComparison(workspace, runner)
        self.forecaster = Forecaster(runner)
        self._prepared = False
        library.changed.connect(self._fill_gaps)
        self._fill_gaps()

    def prepare(self) -> None:
        """Import what draws charts in the background, once, before there is anything to draw."""
        if not self._prepared:
            self._prepared = True
            job = self._runner.start(_import_charts, None, title="", quiet=True)
            job.succeeded.connect(lambda _: self.charts_importable.emit())

    # Choices -------------------------------------------------------------------------------

    @property
    def models(self) -> tuple[ModelRow, ...]:
        """The models that can be chosen."""
        return tuple(row for row in self.library.models if not row.problem)

    @property
    def corpora(self) -> tuple[CorpusRow, ...]:
        """The corpora that can be chosen."""
        return self.library.corpora

    def choose_model(self, id: str) -> None:
        """Fine-tune this base model."""
        if id != self.setup.model:
            self._set(replace(self.setup, model=id, from_run="", new_languages={}))

    def choose_corpus(self, name: str) -> None:
        """Learn from this corpus, in the direction it was imported in."""
        row = self.library.corpus(name)
        if row is not None:
            self._set(replace(self.setup, corpus=name, source=row.source, target=row.target))

    def swap(self) -> None:
        """Learn the other direction."""
        self._set(replace(self.setup, source=self.setup.target, target=self.setup.source))

    def choose_preset(self, preset: str) -> None:
        """Take a preset's recipe; fields that were changed go back to it."""
        self._set(replace(self.setup, preset=preset, changes={}))
        self.recipe_replaced.emit(self.values())  # also what was no sound value

    def change_fields(self, changes: Mapping[str, str]) -> None:
        """Change recipe fields, given as text."""
        self._set(replace(self.setup, changes={**self.setup.changes, **changes}), but=changes)

    def add_corpus(self, name: str) -> None:
        """Learn from another corpus at the same time, in the direction it was imported in."""
        row = self.library.corpus(name)
        if row is not None:
            task = Task(name, row.source, row.target)
            if task in self.setup.tasks:  # then its other direction
                task = Task(name, row.target, row.source)
            self._set(replace(self.setup, further=(*self.setup.further, task)))

    def swap_further(self, place: int) -> None:
        """Learn the other direction of a further corpus."""
        further = list(self.setup.further)
        task = further[place]
        further[place] = replace(task, source=task.target, target=task.source)
        self._set(replace(self.setup, further=tuple(further)))

    def remove_further(self, place: int) -> None:
        """Learn without a further corpus after all."""
        further = self.setup.further
        self._set(replace(self.setup, further=further[:place] + further[place + 1 :]))

    def choose_general(self, choice: str) -> None:
        """Measure forgetting on this file or corpus; empty: on what comes with the program."""
        self._set(replace(self.setup, general=choice))

    def unknown_languages(self) -> tuple[str, ...]:
        """The tags in the chosen directions that the chosen model does not know."""
        known = self.known_languages()
        tags = dict.fromkeys(tag for task in self.setup.tasks for tag in task.direction if tag)
        return tuple(tag for tag in tags if known and match(tag, known) is None)

    def known_languages(self) -> tuple[str, ...]:
        """The tags of the languages that the chosen model knows."""
        model = self.library.model(self.setup.model)
        return model.languages if model is not None else ()

    def teach(self, tag: str, like: str, own_token: bool) -> None:
        """Learn a language that the model does not know after one that it knows."""
        new = {**self.setup.new_languages, tag: NewLanguage(like, own_token)}
        self._set(replace(self.setup, new_languages=new))

    def _set(self, setup: Setup, but: Collection[str] = ()) -> None:
        """Take over choices; the form follows, *but* for the fields that are being edited in it."""
        setup = replace(setup, pairs=self._pairs(setup.tasks))
        if setup == self.setup:
            return
        before = self._values()
        self.setup = setup
        self.forecaster.cancel()
        self.setup_changed.emit()
        now = self._values()
        followed = {k: v for k, v in now.items() if k not in but and v != before.get(k)}
        if followed:
            self.recipe_replaced.emit(followed)

    def _pairs(self, tasks: Iterable[Task], split: str = "train") -> int:
        rows = (self.library.corpus(task.corpus) for task in tasks)
        return sum(row.splits.get(split, 0) for row in rows if row is not None)

    def _fill_gaps(self) -> None:
        """Choose what is the only sensible choice; drop what is gone."""
        setup = self.setup
        if setup.model not in [row.id for row in self.models]:
            setup = replace(setup, model=self.models[0].id if self.models else "", from_run="")
        if self.library.run(setup.from_run) is None:
            setup = replace(setup, from_run="")
        if self.library.corpus(setup.corpus) is None:
            newest = max(
                self.corpora, key=lambda row: row.created, default=CorpusRow("", "", "", 0)
            )
            setup = replace(setup, corpus=newest.name, source=newest.source, target=newest.target)
        known = [task for task in setup.further if self.library.corpus(task.corpus) is not None]
        self._set(replace(setup, further=tuple(known)))
        self.setup_changed.emit()  # the lists to choose from are others

    # The recipe ----------------------------------------------------------------------------

    @staticmethod
    def fields() -> list[FieldSpec]:
        """The declared fields of a recipe, for the form."""
        return list(specs(Recipe).values())

    def preset_length(self, preset: str) -> tuple[int, int | None]:
        """A preset's epochs over the corpora that are chosen, and its most steps if it has any."""
        recipe = replace(self.setup, preset=preset, changes={}).recipe()
        return recipe.epochs, recipe.max_steps

    def values(self) -> dict[str, object]:
        """The values of the recipe's fields as chosen; raises as :meth:`recipe`."""
        recipe = self.recipe()
        return {name: getattr(recipe, name) for name in specs(Recipe)}

    def _values(self) -> dict[str, object]:
        """The same; nothing where a field is wrong, which the form shows itself."""
        try:
            return self.values()
        except UserError:
            return {}

    def recipe(self) -> Recipe:
        """The recipe as chosen; raises :class:`UserError` naming the field that is wrong."""
        return self.setup.recipe()

    # What Start will do --------------------------------------------------------------------

    def obstacle(self) -> str:
        """Why Start cannot work yet, in one sentence; empty when it can."""
        model = self.library.model(self.setup.model)
        if model is None:
            return tr("Choose a base model; the Models page lists them.")
        for task in self.setup.tasks:
            if problem := self._problem(model, task):
                return problem
        try:
            self.recipe()
        except UserError as error:
            return error.sentence()
        return ""

    def _problem(self, model: ModelRow, task: Task) -> str:
        """Why the model cannot learn this corpus in this direction; empty when it can."""
        corpus = self.library.corpus(task.corpus)
        if corpus is None:
            return tr("Choose a corpus; the Corpora page imports one from your files.")
        for tag in task.direction:
            if match(tag, model.languages) is None and tag not in self.setup.new_languages:
                return tr(
                    "{model} does not know {language}. Choose a related language that it is "
                    "learnt after, or another model or corpus.",
                    model=model.title,
                    language=language_name(tag),
                )
        if not corpus.splits.get("train"):
            return tr("{corpus} has no training pairs. Import more text.", corpus=corpus.name)
        if not corpus.splits.get("dev"):
            return tr(
                "{corpus} has no dev pairs to score against. Import more text.", corpus=corpus.name
            )
        return ""

    def forecast(self) -> Forecast | None:
        """What Start will do with the present choices; None where it cannot start."""
        if self.obstacle():
            return None
        recipe = self.recipe()
        dev = min(self._pairs(self.setup.tasks, "dev"), recipe.dev_size)
        steps = self.forecaster.steps(self._question())
        return Forecast(self.setup.pairs, dev, recipe.epochs, device_summary(), steps)

    def estimate(self, preset: str = "") -> Estimate | None:
        """What the run will take, where it has been measured; of a preset, as it came."""
        if self.obstacle():
            return None
        setup = replace(self.setup, preset=preset, changes={}) if preset else self.setup
        return self.forecaster.estimate(self._question(setup))

    def measure(self) -> None:
        """Try a few steps of the run, to know what it will take."""
        if not self.obstacle() and not self.run.busy:
            self.forecaster.measure(self._question())

    def use_batch(self, tokens: int) -> None:
        """Take another batch size into the recipe."""
        self._set(replace(self.setup, changes={**self.setup.changes, "batch_tokens": str(tokens)}))

    def _question(self, setup: Setup | None = None) -> Question:
        setup = setup or self.setup
        return setup.request(self._workspace), setup.pairs

    # Runs ----------------------------------------------------------------------------------

    def earlier_runs(self) -> tuple[RunRow, ...]:
        """The runs on the chosen corpus, newest first."""
        return tuple(row for row in self.library.runs if row.corpus == self.setup.corpus)

    def elsewhere(self) -> RunRow | None:
        """A run that another program trains now."""
        if self.run.busy:
            return None
        return next((row for row in self.library.runs if row.status == "running"), None)

    def start(self) -> None:
        """Start the run; the obstacle, if any, shows as its error."""
        if self.run.busy:
            return
        self._show(LiveRun(self._workspace, self._runner))
        obstacle = self.obstacle()
        if obstacle:
            self.run.refuse(obstacle)
            return
        self._train(self.setup.request(self._workspace), self.setup)

    def resume(self, id: str) -> None:
        """Go on with a run from its last checkpoint."""
        row = self.library.run(id)
        if self.run.busy or row is None:
            return
        self.show_run(id)
        setup = Setup(row.model, row.corpus, row.source, row.target)
        self._train(ResumeRequest(self._workspace, id), setup)

    def _train(self, request: TrainRequest | ResumeRequest, setup: Setup) -> None:
        self.forecaster.cancel()
        job = self._runner.start(
            _train,
            request,
            title=tr("Fine-tune on {corpus}", corpus=setup.corpus),
            page="finetune",
            heavy=True,
            stoppable=True,
        )
        job.finished.connect(self.library.refresh)
        job.succeeded.connect(
            lambda result: QTimer.singleShot(_SETTLED_MS, self, lambda: self._convert(result))
        )
        self.run.follow(job, setup.source, setup.target)

    def _convert(self, result: TrainResult) -> None:
        """Make what translates quickly, of the run and its base, before somebody waits for it."""
        row = self.library.run(result.run)
        for system in (f"run:{result.run}", *([row.model] if row else [])):
            request = ConvertRequest(self._workspace, system)
            job = self._runner.start(_convert, request, title="", heavy=True, quiet=True)
            job.failed.connect(self.conversion_failed.emit)

    def follow_on(self, id: str) -> None:
        """Choose a run as the start: its model and adapter, with more epochs or other texts."""
        row = self.library.run(id)
        if row is not None:
            self._take_over(replace(Setup.of_run(row), from_run=id))

    def duplicate(self, id: str) -> None:
        """Choose what a run was started with, to change it."""
        row = self.library.run(id)
        if row is not None:
            self._take_over(Setup.of_run(row))

    def take_over(self, request: TrainRequest) -> None:
        """Choose all that this request asks for, such as the best of a search."""
        self._take_over(Setup.of_request(request))

    def start_afresh(self) -> None:
        """Start from the base model alone after all."""
        self._set(replace(self.setup, from_run=""))

    def _take_over(self, setup: Setup) -> None:
        self.clear_run()
        self._set(setup)
        self._fill_gaps()

    def show_run(self, id: str, beside: str = "") -> None:
        """Show an earlier run, with another beside it, unless one is running here."""
        if self.run.busy:
            return
        if self.run.state.run != id:
            self._show(LiveRun(self._workspace, self._runner))
            self.run.recall(id)
        if beside:
            self.comparison.choose(beside)

    def clear_run(self) -> None:
        """Go back to the recipe alone."""
        if not self.run.busy:
            self._show(LiveRun(self._workspace, self._runner))

    def _show(self, run: LiveRun) -> None:
        self.run.leave()
        self.run = run
        run.settled.connect(self.library.refresh)
        self.comparison.show("")
        self.run_changed.emit()


def _import_charts(ctx: JobContext, request: None) -> None:
    """Take half a second off the first Start: pyqtgraph and numpy load on this thread."""
    import pyqtgraph  # noqa: F401


def _train(ctx: JobContext, request: TrainRequest | ResumeRequest) -> object:
    return train(ctx, request)


def _convert(ctx: JobContext, request: ConvertRequest) -> None:
    with suppress(UserError):  # what cannot be converted translates without
        convert(ctx, request)
