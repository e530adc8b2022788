"""Languages that the model does not know: a known one's code, or a token of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_model
from safetensors.torch import load_file

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.errors import UserError
from mulm_core.evaluation import EvaluateRequest, evaluate, load_test_set
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.models import Base, get_model, load_base
from mulm_core.models.catalog import inspect
from mulm_core.runs import get_run
from mulm_core.training import ResumeRequest, RunStarted, TrainRequest, TrainStep, train
from mulm_core.translation import Translator
from mulm_core.translation.decode import decode
from mulm_core.translation.options import DecodeOptions
from mulm_core.translation.pool import Pool
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]
GREEDY = DecodeOptions(beams=1)
TEXTS = ["the row opens 3", "a cell shows 12", "the file closes 7"]
MANY = [source for source, _ in tiny_model.PAIRS[:40]]  # enough for CTranslate2


@pytest.fixture
def occitan(request_for: Make, tmp_path: Path) -> Make:
    """Requests for a language that the tiny model does not know: English to Occitan."""
    file = tmp_path / "occitan.tsv"
    rows = [("en", "oc"), *tiny_model.PAIRS]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")

    def make(**changes: object) -> TrainRequest:
        request = request_for(**changes)
        return replace(request, corpus="occitan", target="oc")

    import_corpus(
        JobContext(), ImportRequest(request_for().workspace, (file,), "en", "oc", "occitan")
    )
    return make


def test_a_borrowed_code_learns_as_the_known_language_does(
    occitan: Make, request_for: Make, workspace: Workspace
) -> None:
    french = train(JobContext(), request_for(epochs=2))
    borrowed = train(JobContext(), replace(occitan(epochs=2), language_as={"oc": "fr"}))
    assert borrowed.best == {**french.best, "seconds": borrowed.best["seconds"]}
    translator = Translator(workspace)
    ours = translator.translate(TEXTS, "en", "oc", system=f"run:{borrowed.run}")
    assert ours == translator.translate(TEXTS, "en", "fr", system=f"run:{french.run}")
    with pytest.raises(UserError, match="does not know the language 'oc'"):
        translator.translate(TEXTS, "en", "oc", system=f"run:{french.run}")


@pytest.mark.parametrize("method", ["lora", "full"])
def test_an_added_language_learns_a_token_of_its_own(
    occitan: Make, workspace: Workspace, tiny_folder: Path, method: str
) -> None:
    request = replace(occitan(epochs=2, method=method), add_language={"oc": "fr"})
    result = train(JobContext(), request)
    run = get_run(workspace, result.run)
    assert run.manifest.add_language == {"oc": "fr"}
    translator = Translator(workspace)
    ours = translator.translate(MANY, "en", "oc", system=f"run:{run.id}", options=GREEDY)
    few = translator.translate(MANY[:3], "en", "oc", system=f"run:{run.id}", options=GREEDY)
    assert ours[:3] == few, "CTranslate2 and torch see the same token"
    test = load_test_set([_file(tiny_folder, workspace)], "en", "oc")
    scored = evaluate(
        JobContext(), EvaluateRequest(workspace, test, "en", "oc", (f"run:{run.id}",), GREEDY)
    )
    assert scored.systems[0].hypotheses
    # The base is as it was.
    known = translator.translate(TEXTS, "en", "fr", system=str(tiny_folder), options=GREEDY)
    fresh = load_base(inspect(tiny_folder, "tiny"))
    assert known == decode(fresh, TEXTS, "en", "fr", GREEDY)


def _file(tiny_folder: Path, workspace: Workspace) -> Path:
    file = workspace.root / "test.tsv"
    rows = [("en", "oc"), *tiny_model.PAIRS[:5]]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    return file


def test_plain_peft_loads_the_added_token(
    occitan: Make, workspace: Workspace, tiny_folder: Path
) -> None:
    from peft import PeftModel

    request = replace(occitan(epochs=3, learning_rate=0.05), add_language={"oc": "fr"})
    run = get_run(workspace, train(JobContext(), request).run)
    ours = Translator(workspace).translate(TEXTS, "en", "oc", system=f"run:{run.id}")
    base: Base = load_base(inspect(tiny_folder, "tiny"))
    base.new_languages = base.codes_for({}, {"oc": "fr"})
    own, french = (
        base.family.forced_token(base.tokenizer, base.language(tag)) for tag in ("oc", "fr")
    )
    assert own != french
    before = base.model.get_input_embeddings().weight[french].clone()
    model = PeftModel.from_pretrained(base.model, str(run.adapter_path))
    assert list(model.active_peft_config.trainable_token_indices) == [own]
    (row,) = [
        tensor
        for name, tensor in load_file(run.adapter_path / "adapter_model.safetensors").items()
        if "trainable_tokens" in name
    ]
    assert row.shape == (1, 32) and not row[0].equal(before), "it has learnt"
    assert decode(base, TEXTS, "en", "oc", DecodeOptions()) == ours


def test_runs_with_and_without_an_added_token_share_one_base(
    occitan: Make, request_for: Make, workspace: Workspace, tiny_folder: Path
) -> None:
    added = train(JobContext(), replace(occitan(epochs=2), add_language={"oc": "fr"})).run
    other = train(JobContext(), replace(occitan(epochs=1), add_language={"oc": "en"})).run
    plain = train(JobContext(), request_for(epochs=2)).run
    systems = [(f"run:{added}", "oc"), (f"run:{plain}", "fr"), (f"run:{other}", "oc"),
               (str(tiny_folder), "fr")]  # fmt: skip

    def translated(translator: Translator) -> list[list[str]]:
        return [translator.translate(TEXTS, "en", tag, system=name) for name, tag in systems]

    one_base = translated(Translator(workspace))
    assert translated(Translator(workspace)) == one_base
    alone = [
        Translator(workspace, Pool()).translate(TEXTS, "en", tag, system=name)
        for name, tag in systems
    ]
    assert alone == one_base


def test_the_starter_has_tokens_to_spare(workspace: Workspace) -> None:
    base = load_base(get_model(workspace, "starter"))
    codes = base.codes_for({"nds": "de"}, {"eo": "es", "fi": "en"})
    assert codes["nds"] == "de" and codes["fi"] == "fi"
    ids = {base.family.forced_token(base.tokenizer, code) for code in codes.values()}
    assert len(ids) == 3 and max(ids) < base.model.config.vocab_size
    base.learn_languages({}, {"eo": "es"})
    weights = base.model.get_input_embeddings().weight
    spanish = base.family.forced_token(base.tokenizer, "es")
    assert weights[base.new_tokens[0]].equal(weights[spanish])


def test_a_run_that_adds_a_language_resumes_and_goes_on(
    occitan: Make, workspace: Workspace
) -> None:
    request = replace(occitan(epochs=2), add_language={"oc": "fr"})
    whole = train(JobContext(), request)

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 3:
            ctx.stop()

    ctx = JobContext(sink)
    run = train(ctx, request).run
    resumed = train(JobContext(), ResumeRequest(workspace, run))
    assert resumed.dev_loss == pytest.approx(whole.dev_loss, abs=1e-4)
    further = train(JobContext(), replace(request, from_run=run))
    assert further.zero_shot["loss"] == pytest.approx(whole.zero_shot["loss"], abs=1e-4)
    with pytest.raises(UserError, match="adds other languages"):
        train(JobContext(), replace(request, from_run=run, add_language={}, target="fr"))


@pytest.mark.parametrize(
    ("changes", "recipe", "sentence"),
    [
        ({}, {}, "does not know the language 'oc'"),
        ({"language_as": {"oc": "de"}}, {}, "does not know the language 'de'"),
        ({"add_language": {"oc": "de"}}, {}, "does not know the language 'de'"),
        ({"language_as": {"en": "fr", "oc": "fr"}}, {}, "knows the language 'en' already"),
        ({"add_language": {"oc": "fr"}}, {"method": "ia3"}, "--language-as oc=fr"),
    ],
)
def test_what_cannot_be_learnt_is_refused(
    occitan: Make, changes: dict[str, object], recipe: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        train(JobContext(), replace(occitan(**recipe), **changes))


def test_letters_that_the_vocabulary_lacks_are_told(
    request_for: Make, tmp_path: Path, workspace: Workspace
) -> None:
    file = tmp_path / "runes.tsv"
    runes = [(source, f"ᚠᚢᚦ {target}") for source, target in tiny_model.PAIRS]
    rows = [("en", "fr"), *runes]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", "runes"))
    events: list[Event] = []
    result = train(JobContext(events.append), replace(request_for(epochs=1), corpus="runes"))
    (started,) = [event for event in events if isinstance(event, RunStarted)]
    (warning,) = started.warnings
    assert warning.startswith("Tiny cannot spell all of the French text: its vocabulary lacks ")
    assert warning in [event.text for event in events if isinstance(event, LogLine)]
    assert result.warnings == (warning,)
    assert warning in (get_run(workspace, result.run).folder / "log.txt").read_text()
