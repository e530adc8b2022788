"""What a person chose for a run: all that Start needs, kept as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.viewmodels.library import RunRow
from mulm_core.fields import specs
from mulm_core.training import PRESETS, Recipe, Task, TrainRequest, recipe_from
from mulm_core.workspace import Workspace


@dataclass(frozen=True)
class NewLanguage:
    """A language that the model does not know is learnt after one that it knows.

    With its ``own_token`` it starts as a copy of the other; else it borrows the other's code.
    """

    like: str
    own_token: bool = False


@dataclass(frozen=True)
class Setup:
    """``changes`` are recipe fields that differ from the preset, as text.

    ``from_run`` is the run whose adapter is the start; empty: a fresh one. ``further`` corpora and
    directions are learnt at the same time; ``general`` is a file or corpus to measure forgetting
    on, empty: what comes with the program. ``new_languages`` are by their tags. ``pairs`` is how
    many there are to learn from, to which presets are fitted.
    """

    model: str = ""
    corpus: str = ""
    source: str = ""
    target: str = ""
    preset: str = "quick"
    changes: Mapping[str, str] = field(default_factory=dict)
    from_run: str = ""
    further: tuple[Task, ...] = ()
    general: str = ""
    new_languages: Mapping[str, NewLanguage] = field(default_factory=dict)
    pairs: int = 0

    @classmethod
    def of_run(cls, run: RunRow) -> Setup:
        """What the run was started with; raises :class:`UserError` for a recipe not ours."""
        setup = cls(
            run.model,
            run.corpus,
            run.source,
            run.target,
            further=tuple(Task(*task) for task in run.further),
            general=run.general,
            new_languages={
                **{tag: NewLanguage(like) for tag, like in run.language_as.items()},
                **{tag: NewLanguage(like, True) for tag, like in run.add_language.items()},
            },
        )
        return setup.with_recipe(Recipe.from_dict(run.recipe))

    @classmethod
    def of_request(cls, request: TrainRequest) -> Setup:
        """The choices that make this request of a fresh run."""
        setup = cls(
            request.model,
            request.corpus,
            request.source,
            request.target,
            further=request.further,
            general=request.general,
        )
        return setup.with_recipe(request.recipe)

    def with_recipe(self, recipe: Recipe) -> Setup:
        """The same choices with another recipe."""
        preset = recipe.preset if recipe.preset in PRESETS else "balanced"
        return replace(self, preset=preset, changes=_changes(recipe, PRESETS[preset]))

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All corpora and directions."""
        return Task(self.corpus, self.source, self.target), *self.further

    def recipe(self) -> Recipe:
        """The recipe as chosen; raises :class:`UserError` naming the field that is wrong."""
        return recipe_from(self.preset, self.changes, self.pairs or None)

    def request(self, workspace: Workspace) -> TrainRequest:
        """What the engine is asked; raises as :meth:`recipe`."""
        return TrainRequest(
            workspace,
            self.model,
            self.corpus,
            self.source,
            self.target,
            self.recipe(),
            from_run=self.from_run,
            further=self.further,
            general=self.general,
            language_as=self._learnt(own_token=False),
            add_language=self._learnt(own_token=True),
        )

    def _learnt(self, *, own_token: bool) -> dict[str, str]:
        """The new languages of the tasks that are learnt this way."""
        tags = {tag for task in self.tasks for tag in task.direction}
        return {
            tag: new.like
            for tag, new in self.new_languages.items()
            if tag in tags and new.own_token == own_token
        }


def _changes(recipe: Recipe, preset: Recipe) -> dict[str, str]:
    """What makes the preset this recipe, whatever the number of pairs."""
    values = {
        name: getattr(recipe, name)
        for name in specs(Recipe)
        if getattr(recipe, name) != getattr(preset, name)
    }
    values["epochs"] = recipe.epochs  # or the preset would be fitted to the pairs once more
    if "method" in values:  # or the rate would be fitted to the method
        values["learning_rate"] = recipe.learning_rate
    return {name: "" if value is None else str(value) for name, value in values.items()}
