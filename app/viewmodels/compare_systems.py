"""Which systems there are to compare, and how their columns are called and coloured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.i18n import tr
from app.viewmodels.library import Library, RunRow

FILE = "file:"
"""What a system's id begins with whose translations come from a file."""
_RUN = "run:"


@dataclass(frozen=True)
class SystemRow:
    """A system as its column shows it; ``model`` is the base, empty for a file.

    ``token`` is a colour of the theme, ``note`` names what stands behind a general title.
    """

    id: str
    title: str
    note: str
    model: str
    token: str


@dataclass(frozen=True)
class Choice:
    """A system that can be added."""

    id: str
    title: str
    help: str = ""


def usable(id: str, library: Library) -> bool:
    """Whether the system is there; files are their owner's to know."""
    if id.startswith(_RUN):
        run = library.run(id.removeprefix(_RUN))
        return run is not None and run.usable
    model = library.model(id)
    return id.startswith(FILE) or (model is not None and not model.problem)


def rows(ids: Sequence[str], library: Library) -> list[SystemRow]:
    """The systems in their order; one of a kind is called by its kind, several by their names.

    The first base model is slate and the first run has the accent; all others take the next colours
    of the palette.
    """
    runs = [id for id in ids if id.startswith(_RUN)]
    models = [id for id in ids if not id.startswith((_RUN, FILE))]
    found: list[SystemRow] = []
    further = 0
    for id in ids:
        name, model = _name(id, library)
        token = {**dict.fromkeys(runs[:1], "fine_tuned"), **dict.fromkeys(models[:1], "zero_shot")}
        if id not in token:
            token[id] = f"series:{further}"
            further += 1
        title, note = name, tr("fine-tuned") if id in runs else ""
        if [id] == runs:
            title, note = tr("Fine-tuned"), name
        elif [id] == models:
            title, note = tr("Zero-shot"), name
        elif id in models:
            title, note = tr("Zero-shot: {model}", model=name), ""
        found.append(SystemRow(id, title, note, model, token[id]))
    return found


def _name(id: str, library: Library) -> tuple[str, str]:
    """What a system is called, and the model it is of."""
    if id.startswith(FILE):
        return id.removeprefix(FILE), ""
    if id.startswith(_RUN):
        run = library.run(id.removeprefix(_RUN))
        return (_run_name(run, library), run.model) if run is not None else (id, "")
    model = library.model(id)
    return (model.title if model is not None else id), id


def _run_name(run: RunRow, library: Library) -> str:
    """Its name, and its id where another run is called the same."""
    alone = sum(row.name == run.name for row in library.runs) == 1
    return run.name if alone else f"{run.name} ({run.id})"


def offered(ids: Sequence[str], library: Library) -> tuple[list[Choice], list[Choice]]:
    """The base models and the runs that are not among ``ids``, as they can be added."""
    models = [
        Choice(row.id, row.title, tr("As it is, without fine-tuning"))
        for row in library.models
        if not row.problem and row.id not in ids
    ]
    runs = [
        Choice(row.system, _run_name(row, library), row.direction)
        for row in library.runs
        if row.usable and row.system not in ids
    ]
    return models, runs


def usual(library: Library, run: str = "") -> tuple[str, ...]:
    """The base and the run that was asked for, or else the newest one; without runs, a model."""
    row = library.run(run) or next((row for row in library.runs if row.usable), None)
    if row is not None:
        return row.model, row.system
    return tuple(row.id for row in library.models if not row.problem)[:1]
