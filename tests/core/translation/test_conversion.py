"""Conversions: made once, kept whole, checked against the run, refused where they are worse."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import pytest
import tiny_model
import torch
from safetensors.torch import load_file, save_file

from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.models import load_base
from mulm_core.models.catalog import inspect
from mulm_core.runs import get_run
from mulm_core.training import TrainRequest, train
from mulm_core.translation import (
    ConvertRequest,
    DecodeOptions,
    ParityError,
    TranslateRequest,
    conversion,
    conversions,
    convert,
    ct2,
    translate,
)
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]

MANY = tuple(f"the row opens {number}" for number in range(20))
GREEDY = DecodeOptions(beams=1)


def _convert(workspace: Workspace, system: str, precision: str = "auto") -> conversion.Conversion:
    return convert(JobContext(), ConvertRequest(workspace, system, precision))


def _translated(workspace: Workspace, system: str) -> tuple[tuple[str, ...], list[str]]:
    """The translations of many texts, and what the log said."""
    events: list[Event] = []
    request = TranslateRequest(workspace, system, MANY, "en", "fr", GREEDY)
    made = translate(JobContext(events.append), request)
    return made, [event.text for event in events if isinstance(event, LogLine)]


def _one_by_one(workspace: Workspace, system: str) -> tuple[str, ...]:
    """The same by torch, which translates what is little while there is no conversion."""
    return tuple(
        text
        for at in range(0, len(MANY), 10)
        for text in translate(
            JobContext(),
            TranslateRequest(workspace, system, MANY[at : at + 10], "en", "fr", GREEDY),
        )
    )


def test_a_model_is_converted_once(workspace: Workspace, tiny_folder: Path) -> None:
    first = _convert(workspace, str(tiny_folder), "int8")
    state = (first.folder / "model.bin").stat()
    assert first.precision == "int8" and first.size_bytes > state.st_size and first.parity is None
    assert _convert(workspace, str(tiny_folder), "int8") == first
    assert (first.folder / "model.bin").stat().st_mtime_ns == state.st_mtime_ns
    assert conversions(workspace, str(tiny_folder)) == [first]


def test_a_conversion_that_is_there_translates_what_is_little_as_well(
    workspace: Workspace, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a segment alone becomes what it becomes among many."""
    system = str(tiny_folder)
    searched: list[int] = []
    search = ct2.Ct2Search.search

    def counted(self: ct2.Ct2Search, *args: object) -> object:
        searched.append(1)
        return search(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(ct2.Ct2Search, "search", counted)
    alone = TranslateRequest(workspace, system, MANY[:1], "en", "fr", GREEDY)
    translate(JobContext(), alone)
    assert not searched and not conversions(workspace, system)
    many, _ = _translated(workspace, system)
    assert translate(JobContext(), alone) == many[:1]
    assert len(searched) > 1


@pytest.mark.parametrize("damaged", ["model.bin", "conversion.json", "shared_vocabulary.json"])
def test_a_damaged_conversion_is_made_again(
    workspace: Workspace, tiny_folder: Path, damaged: str
) -> None:
    folder = _convert(workspace, str(tiny_folder), "int8").folder
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / damaged).write_bytes(whole[damaged][:-3] + b"xyz")
    assert conversions(workspace, str(tiny_folder)) == []
    assert _convert(workspace, str(tiny_folder), "int8").folder == folder
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == whole


def test_converting_leaves_the_weights_of_the_base_alone(tiny_folder: Path, tmp_path: Path) -> None:
    base = load_base(inspect(tiny_folder, "tiny"))
    before = {name: weights.clone() for name, weights in base.model.state_dict().items()}
    ct2.write_converted(base, tmp_path, "int8")
    after = base.model.state_dict()
    assert all(torch.equal(weights, after[name]) for name, weights in before.items())


def test_cancelling_leaves_nothing(workspace: Workspace, request_for: Make) -> None:
    run = train(JobContext(), request_for(epochs=1)).run
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        convert(ctx, ConvertRequest(workspace, f"run:{run}"))
    assert not list(workspace.conversions.iterdir())


def test_what_was_used_longest_ago_makes_room(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = [str(tiny_model.build(tmp_path / f"m{seed}", seed=seed)) for seed in range(3)]
    first, second = (_convert(workspace, system, "float32") for system in systems[:2])
    _convert(workspace, systems[0], "float32")
    monkeypatch.setattr(conversion, "_MOST_BYTES", 5 * first.size_bytes // 2)
    third = _convert(workspace, systems[2], "float32")
    assert {*workspace.conversions.iterdir()} == {first.folder, third.folder} != {second.folder}


def test_many_texts_go_the_same_way_with_a_conversion_and_without(
    workspace: Workspace, request_for: Make
) -> None:
    run = train(JobContext(), request_for()).run
    made, _ = _translated(workspace, f"run:{run}")
    (kept,) = [found for found in conversions(workspace, f"run:{run}") if not found.refused]
    state = (kept.folder / "model.bin").stat()
    assert _translated(workspace, f"run:{run}")[0] == made
    assert (kept.folder / "model.bin").stat().st_mtime_ns == state.st_mtime_ns


def test_a_new_adapter_needs_a_new_conversion(workspace: Workspace, request_for: Make) -> None:
    run = get_run(workspace, train(JobContext(), request_for(epochs=1)).run)
    before = _convert(workspace, f"run:{run.id}", "float32")
    _change(run.adapter_folder / "adapter_model.safetensors", lambda weights: weights.neg_())
    assert conversions(workspace, f"run:{run.id}") == []
    assert _convert(workspace, f"run:{run.id}", "float32").folder != before.folder


def test_without_its_corpus_a_run_is_converted_unchecked(
    workspace: Workspace, request_for: Make
) -> None:
    run = train(JobContext(), request_for(epochs=1)).run
    for file in workspace.corpora.iterdir():
        file.unlink()
    events: list[Event] = []
    made = convert(JobContext(events.append), ConvertRequest(workspace, f"run:{run}"))
    assert made.parity is None
    assert any("not checked" in event.text for event in events if isinstance(event, LogLine))


def test_what_the_processor_lacks_is_told(workspace: Workspace, tiny_folder: Path) -> None:
    if "bfloat16" in ctranslate2.get_supported_compute_types("cpu"):
        pytest.skip("this processor has bfloat16")
    with pytest.raises(UserError, match=r"does not compute in bfloat16.*int8, float32"):
        _convert(workspace, str(tiny_folder), "bfloat16")


def _change(file: Path, change: Callable[[torch.Tensor], object]) -> None:
    tensors = load_file(file)
    for weights in tensors.values():
        change(weights)
    save_file(tensors, file, metadata={"format": "pt"})


def _with_outliers(folder: Path) -> str:
    """A model whose rows no 8 bits can hold: a huge weight each, of a neuron that never fires."""
    tiny_model.build(folder)
    file = folder / "model.safetensors"
    tensors = load_file(file)
    for name, weights in tensors.items():
        if name.endswith(("fc1.weight", "fc1.bias")):
            weights[0] = 0 if weights.dim() > 1 else -1
        if name.endswith("fc2.weight"):
            weights[:, 0] = 1e4
    save_file(tensors, file, metadata={"format": "pt"})
    return str(folder)


def test_a_conversion_that_loses_bleu_is_refused_and_a_more_exact_one_taken(
    workspace: Workspace, request_for: Make, tmp_path: Path
) -> None:
    model = _with_outliers(tmp_path / "outliers")
    request = dataclasses.replace(request_for(epochs=8, lora_targets="ffn"), model=model)
    system = f"run:{train(JobContext(), request).run}"
    by_torch = _one_by_one(workspace, system)
    with pytest.raises(ParityError, match=r"int8 model translates worse.*converting lost") as told:
        _convert(workspace, system, "int8")
    parity = told.value.parity
    assert parity.adapter == parity.merged > parity.converted + 0.5
    with pytest.raises(ParityError):  # by what is remembered
        _convert(workspace, system, "int8")
    made = _convert(workspace, system)
    assert made.precision == "float32" and made.parity.converted == parity.adapter
    assert [(c.precision, c.refused) for c in conversions(workspace, system)] == [
        ("float32", False),
        ("int8", True),
    ]
    translated, log = _translated(workspace, system)
    assert translated == by_torch
    assert "int8 model translates worse" in log[0]
    assert log[0].endswith("float32 is used instead.")


@pytest.mark.filterwarnings("ignore:Model has `tie_word_embeddings:UserWarning")
def test_merging_that_loses_bleu_is_blamed_and_torch_translates(
    workspace: Workspace, request_for: Make
) -> None:
    request = request_for(epochs=8)
    system = f"run:{train(JobContext(), request).run}"
    _adapt_tied_weights(get_run(workspace, system.removeprefix("run:")).adapter_folder)
    with pytest.raises(ParityError, match="merging lost") as told:
        _convert(workspace, system)
    assert told.value.parity.adapter > told.value.parity.merged + 0.5
    translated, log = _translated(workspace, system)
    assert translated == _one_by_one(workspace, system)
    assert "without conversion" in log[-1] and "merging lost" in log[-1]


def _adapt_tied_weights(folder: Path) -> None:
    """Let the adapter change the output layer, which is the embedding, too, once it is merged.

    All tokens' scores are changed alike: beside the base, the adapter translates as before.
    """
    path, file = folder / "adapter_config.json", folder / "adapter_model.safetensors"
    config = json.loads(path.read_text(encoding="utf-8"))
    model = Path(config["base_model_name_or_path"])
    places = json.loads((model / "config.json").read_text(encoding="utf-8"))["vocab_size"]
    config["target_modules"] += "|lm_head"
    path.write_text(json.dumps(config), encoding="utf-8")
    tensors = load_file(file)
    first = next(weights for name, weights in tensors.items() if "fc1.lora_A" in name)
    tensors["base_model.model.lm_head.lora_A.weight"] = 9 * first
    tensors["base_model.model.lm_head.lora_B.weight"] = torch.ones(places, len(first))
    save_file(tensors, file, metadata={"format": "pt"})
