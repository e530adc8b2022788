"""Opening a run: a new one, one that goes on from another's adapter, or its own resumed."""

from __future__ import annotations

from dataclasses import dataclass

from mulm_core import languages
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.models import get_model, weights_hash
from mulm_core.models.families import read_config
from mulm_core.runs import Run, create_run, get_run
from mulm_core.training.job import ResumeRequest, Task, TrainRequest
from mulm_core.training.methods import Tuned, tune
from mulm_core.training.recipe import Recipe
from mulm_core.training.setup import Setup, new_manifest, prepare
from mulm_core.translation.pool import resolve
from mulm_core.translation.systems import SystemRef
from mulm_core.workspace import Workspace

_OF_THE_ADAPTER = (
    "method",
    "lora_rank",
    "lora_alpha",
    "lora_targets",
    "side",
    "target_names",
    "prefix_length",
    "top_layers",
)
_RESUMABLE = ("interrupted", "failed", "stopped")


@dataclass
class Opened:
    """A run that is about to train. ``status`` is what it was before; empty for a new run.

    ``tuned`` is what a fresh run trains, until :meth:`load_start`.
    """

    request: TrainRequest
    setup: Setup
    tuned: Tuned
    run: Run
    status: str = ""

    def load_start(self) -> bool:
        """Put in what the run has learnt that this one goes on from; False where there is none.

        Raises :class:`UserError` where that run is gone.
        """
        if not self.request.from_run:
            return False
        folder = get_run(self.request.workspace, self.request.from_run).adapter_path
        if folder is None:
            raise UserError("there is no adapter to go on from", where=self.request.from_run)
        self.tuned.load(folder)
        return True


def open_run(ctx: JobContext, request: TrainRequest | ResumeRequest) -> Opened:
    """Prepare everything up to the run's folder, which other programs then see as running.

    Raises :class:`UserError` for what does not fit, before anything is written.
    """
    if isinstance(request, ResumeRequest):
        return _resumed(ctx, request)
    check_request(request)
    setup = prepare(ctx, request)
    tuned = tuned_for(request, setup)
    manifest = new_manifest(request, setup)
    manifest.trainable = sum(weights.numel() for weights in tuned.parameters)
    run = create_run(request.workspace, manifest)
    if run.manifest.name != manifest.name:
        ctx.log(f"The name '{manifest.name}' is taken; this run is '{run.id}'")
    return Opened(request, setup, tuned, run)


def tuned_for(request: TrainRequest, setup: Setup) -> Tuned:
    """What the request trains, as the seed makes it."""
    import torch

    torch.manual_seed(request.recipe.seed)  # fixes the first weights, and all chance after them
    return tune(setup.base, request.recipe)


def check_request(request: TrainRequest) -> None:
    """Raise :class:`UserError` for what a new run cannot have.

    That is a run to go on from that is of another model or adapter, or else a setting without any
    effect; a run that goes on has such settings from that one.
    """
    if request.from_run:
        _check_parent(request)
        return
    spoken = [tag for task in request.tasks for tag in task.direction]
    for tag in request.add_language:
        if tag in request.language_as:
            raise UserError(
                f"'{tag}' borrows a code already", where="--add-language", fix="Give one of the two"
            )
    flags = {"--language-as": request.language_as, "--add-language": request.add_language}
    for where, new in flags.items():
        for tag in new:
            if all(languages.match(known, (tag,)) is None for known in spoken):
                raise UserError(
                    f"no corpus is in '{tag}'", where=where, fix=f"Here are: {', '.join(spoken)}"
                )
    _check_layers(request)


def _check_layers(request: TrainRequest) -> None:
    recipe = request.recipe
    if recipe.method != "top-layers":
        return
    config = read_config(get_model(request.workspace, request.model).path)
    sides = ("encoder", "decoder") if recipe.side == "both" else (recipe.side,)
    most = max(config.get(f"{side}_layers", recipe.top_layers) for side in sides)
    if recipe.top_layers > most:
        raise UserError(f"the model has {most} layers", where="top_layers", fix=f"At most {most}")


def _check_parent(request: TrainRequest) -> None:
    info, parent = resolve(request.workspace, SystemRef(run=request.from_run))
    assert parent is not None
    if request.model not in (info.id, str(info.path), parent.manifest.model):
        raise UserError(
            f"the run '{parent.id}' is of another model, {info.id}",
            fix="Choose that model, or train without the run",
        )
    if parent.manifest.add_language != request.add_language:
        raise UserError(
            f"the run '{parent.id}' adds other languages to the model",
            where="--add-language",
            fix="Leave it as it is there, or train without the run",
        )
    before = Recipe.from_dict(parent.manifest.recipe)
    for name in _OF_THE_ADAPTER:
        if getattr(before, name) != getattr(request.recipe, name):
            raise UserError(
                f"the run '{parent.id}' has {name}={getattr(before, name)}, which cannot change",
                where=name,
                fix="Leave it as it is there, or train without the run",
            )


def request_of(workspace: Workspace, run: Run) -> TrainRequest:
    """What was asked for when the run began."""
    manifest = run.manifest
    tasks = [Task(task["corpus"], task["source"], task["target"]) for task in manifest.tasks]
    return TrainRequest(
        workspace,
        manifest.model,
        manifest.corpus,
        manifest.source,
        manifest.target,
        Recipe.from_dict(manifest.recipe),
        manifest.name,
        manifest.parent,
        tuple(tasks[1:]),
        manifest.general,
        manifest.language_as,
        manifest.add_language,
    )


def _resumed(ctx: JobContext, request: ResumeRequest) -> Opened:
    run = get_run(request.workspace, request.run)
    manifest = run.manifest
    if manifest.status not in _RESUMABLE:
        raise UserError(
            f"the run '{run.id}' is {manifest.status}",
            fix="Train on from it in a new run (--from-run) for more epochs or data",
        )
    again = request_of(request.workspace, run)
    setup = prepare(ctx, again)
    _unchanged(run, setup)
    opened = Opened(again, setup, tuned_for(again, setup), run, manifest.status)
    run.hold()
    manifest.status, manifest.error = "running", ""
    run.save()
    return opened


def _unchanged(run: Run, setup: Setup) -> None:
    """Raise :class:`UserError` where the run could not go on as it began."""
    changed = {
        "model": run.manifest.model_hash != weights_hash(setup.base.info.path),
        "corpus": _corpus_hashes(run) != [part.corpus_hash for part in setup.parts],
    }
    for what, differs in changed.items():
        if differs:
            raise UserError(
                f"the {what} has changed since the run '{run.id}' began",
                fix=f"Put the {what} back, or train on in a new run (--from-run)",
            )


def _corpus_hashes(run: Run) -> list[str]:
    """One for each task; runs of earlier versions have one, and list no tasks."""
    manifest = run.manifest
    return [task["corpus_hash"] for task in manifest.tasks] or [manifest.corpus_hash]
