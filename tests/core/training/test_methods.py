"""Every method trains, is saved in a form that others read, and translates beside the base."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mulm_core.errors import UserError
from mulm_core.jobs import Event, JobContext
from mulm_core.models import Base, load_base
from mulm_core.models.catalog import inspect
from mulm_core.runs import get_run
from mulm_core.training import DevEvaluated, TrainRequest, recipe_from, train
from mulm_core.training.methods import tune
from mulm_core.training.recipe import METHODS, Recipe
from mulm_core.translation import DecodeOptions, SystemRef, Translator
from mulm_core.translation.decode import decode
from mulm_core.translation.pool import Pool
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]

TEXTS = ["the row opens 3", "", "a cell shows 12"]
MANY = [f"the row opens {number}" for number in range(20)]  # enough for CTranslate2
GREEDY = DecodeOptions(beams=1, max_length=20)
RATES = {"prefix": 0.5, "ia3": 0.5}  # what lets a tiny random model learn in seconds


def trained(request_for: Make, method: str, **changes: object) -> tuple[TrainRequest, str, list]:
    """Train by this method; the request, the run and the dev scores."""
    events: list[Event] = []
    settings = {"learning_rate": RATES.get(method, 0.02), **changes}
    request = request_for(method=method, epochs=2, **settings)
    run = train(JobContext(events.append), request).run
    return request, run, [event for event in events if isinstance(event, DevEvaluated)]


@pytest.mark.parametrize("method", METHODS)
def test_it_learns_is_switched_off_and_on_and_others_can_load_it(
    request_for: Make, workspace: Workspace, method: str
) -> None:
    request, run, scores = trained(request_for, method)
    assert scores[-1].loss < scores[0].loss - 0.05, "it has learnt"
    record = get_run(workspace, run)
    assert record.manifest.trainable > 0
    translator = Translator(workspace, Pool())

    def outputs(system: str, texts: list[str]) -> list[str]:
        return translator.translate(texts, "en", "fr", system=system, options=GREEDY)

    few = outputs(f"run:{run}", TEXTS)  # while there is no conversion, which rounds
    base = outputs(request.model, MANY)
    tuned = outputs(f"run:{run}", MANY)
    assert tuned != base
    assert outputs(request.model, MANY) == base
    assert outputs(f"run:{run}", MANY) == tuned
    theirs = loaded_by_others(request, method, record.adapter_folder)
    assert decode(theirs, TEXTS, "en", "fr", GREEDY) == few


def loaded_by_others(request: TrainRequest, method: str, folder: Path) -> Base:
    """The base with the run's weights, by nothing but PEFT, safetensors and torch."""
    from peft import PeftModel
    from safetensors.torch import load_file

    base = fresh(request)
    if method in ("top-layers", "full"):
        tensors = load_file(folder / "tuned_weights.safetensors")
        own = dict(base.model.named_parameters())
        assert any(not own[name].equal(tensor) for name, tensor in tensors.items())
        assert (len(tensors) == len(own)) == (method == "full")
        base.model.load_state_dict(tensors, strict=False)
        return base
    loaded = PeftModel.from_pretrained(base.model, str(folder))
    base.prompt = loaded if method == "prefix" else None
    return base


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_one_side_alone_learns(tiny_folder: Path, side: str) -> None:
    for method in ("full", "top-layers"):
        base = load_base(inspect(tiny_folder, "tiny"))
        tune(base, Recipe(method=method, side=side))
        learning = [n for n, weights in base.model.named_parameters() if weights.requires_grad]
        assert learning and all(name.startswith(f"model.{side}.") for name in learning)


def fresh(request: TrainRequest) -> Base:
    return load_base(inspect(Path(request.model), "tiny"))


def test_one_pool_serves_runs_of_every_method_in_any_order(
    request_for: Make, workspace: Workspace
) -> None:
    methods = ("lora", "prefix", "ia3", "full")
    runs = {method: trained(request_for, method)[1] for method in methods}
    pool = Pool()

    def outputs(method: str) -> list[str]:
        with pool.use(workspace, SystemRef(run=runs[method]), lambda: None) as base:
            return decode(base, TEXTS, "en", "fr", GREEDY)

    first = {method: outputs(method) for method in methods}
    with pool.use(workspace, SystemRef(request_for().model), lambda: None) as base:
        before = decode(base, TEXTS, "en", "fr", GREEDY)
        assert before == decode(fresh(request_for()), TEXTS, "en", "fr", GREEDY)
    for method in ("full", "lora", "full", "prefix", "lora", "ia3", "prefix", "full"):
        assert outputs(method) == first[method], method


def test_weights_of_another_model_are_refused(request_for: Make, workspace: Workspace) -> None:
    from safetensors.torch import load_file, save_file

    request, run, _ = trained(request_for, "top-layers")
    file = get_run(workspace, run).adapter_folder / "tuned_weights.safetensors"
    tensors = load_file(file)
    save_file({f"model.other.{at}": tensor for at, tensor in enumerate(tensors.values())}, file)
    translator = Translator(workspace, Pool())
    with pytest.raises(UserError, match=r"not of this model \(model\.other"):
        translator.translate(TEXTS, "en", "fr", system=f"run:{run}")
    assert translator.translate(TEXTS, "en", "fr", system=request.model)


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [("adafactor", "cosine"), ("sgd", "inverse-sqrt"), ("sgd", "constant")],
)
def test_every_optimizer_and_schedule_learns(
    request_for: Make, optimizer: str, schedule: str
) -> None:
    rate = {"adafactor": 0.05, "sgd": 0.5}[optimizer]
    *_, scores = trained(
        request_for, "lora", optimizer=optimizer, schedule=schedule, learning_rate=rate
    )
    assert scores[-1].loss < scores[0].loss - 0.05


def test_dropout_acts_while_training_alone(request_for: Make) -> None:
    def losses(**changes: object) -> list[float]:
        *_, scores = trained(request_for, "full", learning_rate=0.002, **changes)
        return [score.loss for score in scores]

    plain, dropped = losses(), losses(dropout=0.3)
    assert dropped[0] == plain[0], "the base is scored whole"
    assert dropped[1:] != plain[1:]
    assert dropped == losses(dropout=0.3)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"method": "full", "target_names": "q_proj"}, "target_names: the method full adapts no"),
        ({"method": "prefix", "lora_targets": "ffn"}, "lora_targets: the method prefix adapts no"),
        ({"method": "prefix", "side": "encoder"}, "side: a prefix is always in the decoder"),
        ({"dropout": "0.1"}, "dropout: with the method lora the model's own layers do not learn"),
        ({"method": "adalora"}, "method: 'adalora' is not one of the choices"),
    ],
)
def test_what_makes_no_sense_together_is_refused(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        recipe_from("quick", changes)


def test_a_preset_fits_its_rate_to_the_method_unless_told() -> None:
    rates = {method: recipe_from("quick", {"method": method}).learning_rate for method in METHODS}
    assert rates["full"] < rates["top-layers"] < rates["lora"] == rates["dora"] < rates["ia3"]
    assert recipe_from("quick", {"method": "full", "learning_rate": "0.5"}).learning_rate == 0.5
