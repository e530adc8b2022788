"""A search on disk: one folder with a record of its plan and of every trial that has ended."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.errors import UserError, explain_os_errors
from mulm_core.runs.holding import hold, is_held, release
from mulm_core.search.space import Range, Values
from mulm_core.training import Recipe, Task, TrainRequest
from mulm_core.workspace import Workspace

FORMAT = 1
_RECORD = "search.json"


@dataclass(frozen=True)
class Trial:
    """One recipe that was tried; ``number`` counts from 1, ``values`` are the searched fields.

    ``state``: running, complete, pruned (it fell behind), cut (the time was over) or failed.
    ``history`` holds its dev scores in order: step, bleu, chrf, loss and ``score``, the one that
    decides. ``score`` is the best of these, None before the first. ``seconds`` leave out pauses.
    """

    number: int
    values: Values
    state: str = "running"
    score: float | None = None
    history: tuple[dict[str, float], ...] = ()
    seconds: float = 0.0
    error: str = ""

    @property
    def counts(self) -> bool:
        """Whether it can be the best: it has a run that was trained to some end."""
        return self.state in ("complete", "cut") and self.score is not None


@dataclass(frozen=True)
class Plan:
    """What a search does: ``trials`` at most, in ``minutes`` (None: no limit), pauses left out.

    ``by`` is the dev score that decides: bleu, chrf or loss.
    """

    space: dict[str, Range]
    trials: int
    minutes: float | None
    by: str
    seed: int

    @property
    def minimise(self) -> bool:
        """Whether a lower score is better."""
        return self.by == "loss"

    def best_of(self, trials: Sequence[Trial]) -> Trial | None:
        """The best trial that came to an end, the earliest of equals."""
        counting = [trial for trial in trials if trial.counts]
        sign = 1 if self.minimise else -1
        return min(counting, key=lambda trial: sign * (trial.score or 0.0), default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Plan:
        """The plan in ``values``."""
        space = {
            name: Range(**{**found, "choices": tuple(found["choices"])})
            for name, found in values["space"].items()
        }
        return cls(**{**values, "space": space})


@dataclass
class SearchRecord:
    """All that is known of a search; written as ``search.json``, whole at every change.

    ``status``: running, finished, stopped (by the person), interrupted (its process is gone) or
    failed; ``stopped_because`` is trials, minutes, exhausted (nothing new to try) or person.
    ``training`` is the request of its trials but for recipe and trackers, ``trials`` have ended.
    ``run`` is the best trial's run, once it is among the runs, ``run_of`` that trial's number. The
    hashes are of what all trials learn from.
    """

    name: str
    created: str
    training: dict[str, Any]
    recipe: dict[str, Any]
    plan: Plan
    status: str = "running"
    trials: list[Trial] = field(default_factory=list)
    seconds: float = 0.0
    stopped_because: str = ""
    run: str = ""
    run_of: int = 0
    model_hash: str = ""
    corpus_hash: str = ""
    process: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def best(self) -> Trial | None:
        """The best trial that has ended."""
        return self.plan.best_of(self.trials)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SearchRecord:
        """The record in ``values``; keys of a later version are left out."""
        known = {item.name for item in fields(cls)}
        own = {key: value for key, value in values.items() if key in known}
        own["plan"] = Plan.from_dict(own["plan"])
        own["trials"] = [
            Trial(**{**trial, "history": tuple(trial["history"])}) for trial in own["trials"]
        ]
        return cls(**own)


class Search:
    """A search's folder: search.json, and in ``runs/`` those of its trials, while it works."""

    def __init__(self, workspace: Workspace, folder: Path, record: SearchRecord) -> None:
        self.workspace = workspace
        self.folder = folder
        self.record = record

    @property
    def id(self) -> str:
        """The folder's name, unique in the workspace."""
        return self.folder.name

    @property
    def trial_runs(self) -> Path:
        """Where the runs of trials lie: out of the person's sight until the best is chosen."""
        return self.folder / "runs"

    @property
    def recipe(self) -> Recipe:
        """The recipe that the search began from."""
        return Recipe.from_dict(self.record.recipe)

    def training(self, recipe: Recipe) -> TrainRequest:
        """The request to train with this recipe."""
        plain = dict(self.record.training)
        further = tuple(Task(**task) for task in plain.pop("further"))
        return TrainRequest(workspace=self.workspace, recipe=recipe, further=further, **plain)

    def save(self) -> None:
        """Write the record, atomically."""
        files.write_json(self.folder / _RECORD, self.record.to_dict())

    def hold(self) -> None:
        """Mark the search as this process's work."""
        self.record.process = hold(self.folder)

    def release(self) -> None:
        """The work has ended, however."""
        release(self.folder)

    def delete(self) -> None:
        """Remove the whole search; a run that it found stays."""
        with explain_os_errors(self.folder):
            shutil.rmtree(self.folder)


def create_search(workspace: Workspace, record: SearchRecord) -> Search:
    """Make the folder of a new search, which is this process's; its id is made from the name."""
    folder = workspace.searches / files.free_name(workspace.searches, record.name)
    search = Search(workspace, folder, record)
    search.hold()
    with files.new_folder(folder) as temporary:
        files.write_json(temporary / _RECORD, record.to_dict())
    return search


def list_searches(workspace: Workspace) -> list[Search]:
    """All searches that can be read, newest first."""
    folders = workspace.searches.glob("[!.]*") if workspace.searches.is_dir() else ()
    found = [search for search in (_read(workspace, folder) for folder in folders) if search]
    return sorted(found, key=lambda item: (item.record.created, item.id), reverse=True)


def get_search(workspace: Workspace, name: str) -> Search:
    """The search with this id; :class:`UserError` where there is none to read."""
    searches = list_searches(workspace)
    for search in searches:
        if search.id == name:
            return search
    known = ", ".join(search.id for search in searches[:10]) or "none yet"
    raise UserError(f"there is no search '{name}'", fix=f"Searches here: {known}")


def _read(workspace: Workspace, folder: Path) -> Search | None:
    try:
        record = SearchRecord.from_dict(files.read_json(folder / _RECORD))
    except (UserError, TypeError, KeyError, AttributeError):
        return None
    if record.status == "running" and not is_held(folder, record.process):
        record = replace(record, status="interrupted")
    return Search(workspace, folder, record)
