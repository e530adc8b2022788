"""Translating many texts: order, blanks, duplicates, batching, progress, cancelling, adapters."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import Event, JobContext, Progress
from mulm_core.models import Base, load_base
from mulm_core.models.catalog import inspect
from mulm_core.runs import get_run
from mulm_core.training import TrainRequest, train
from mulm_core.translation import (
    DecodeOptions,
    SystemRef,
    TranslateRequest,
    Translator,
    translate,
)
from mulm_core.translation.decode import _batches, decode
from mulm_core.translation.pool import Pool
from mulm_core.workspace import Workspace

GREEDY = DecodeOptions(beams=1)
TEXTS = ["the row opens 3", "", "a cell shows 12", "  ", "the row opens 3", "the file closes 7"]


@pytest.fixture(scope="module")
def base(tiny_folder: Path) -> Base:
    return load_base(inspect(tiny_folder, "tiny"))


def test_order_is_kept_and_blank_texts_stay_empty(base: Base) -> None:
    whole = decode(base, TEXTS, "en", "fr", GREEDY)
    assert whole[1] == whole[3] == ""
    assert whole[0] == whole[4] != ""
    alone = [decode(base, [text], "en", "fr", GREEDY)[0] for text in TEXTS]
    assert whole == alone


def test_each_distinct_text_is_translated_once(base: Base) -> None:
    told: list[tuple[int, int]] = []
    decode(base, TEXTS * 5, "en", "fr", GREEDY, progress=lambda *done: told.append(done))
    assert told[0] == (0, 3) and told[-1] == (3, 3)


def test_the_same_as_transformers_own_generate(base: Base, tiny_folder: Path) -> None:
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_folder, src_lang="en")
    model = AutoModelForSeq2SeqLM.from_pretrained(tiny_folder)
    inputs = tokenizer(TEXTS[0], return_tensors="pt")
    with base.precision():
        output = model.generate(
            **inputs,
            forced_bos_token_id=tokenizer.get_lang_id("fr"),
            num_beams=4,
            max_length=32,  # with the start and the language token
            early_stopping=True,
        )
    wanted = base.family.decode(base.tokenizer, output.tolist())
    assert decode(base, TEXTS[:1], "en", "fr", DecodeOptions(max_length=30)) == wanted


def test_one_token_is_a_length(base: Base) -> None:
    (text,) = decode(base, TEXTS[:1], "en", "fr", DecodeOptions(max_length=1))
    assert len(base.tokenizer.sp_model.encode(text)) <= 1


def test_batches_hold_texts_of_like_length_within_the_budget() -> None:
    lengths = [5, 900, 7, 5, 300, 6] * 40
    batches = _batches(lengths, beams=4, most_tokens=4096)
    assert sorted(index for rows in batches for index in rows) == list(range(240))
    for rows in batches:
        assert len(rows) == 1 or max(lengths[row] for row in rows) * len(rows) * 4 <= 4096
    assert lengths[batches[0][0]] == 900


def test_no_texts_is_no_work(base: Base) -> None:
    assert decode(base, [], "en", "fr", GREEDY) == []
    assert decode(base, [" "], "en", "fr", GREEDY) == [""]


def test_the_job_reports_and_can_be_cancelled_between_tokens(
    workspace: Workspace, tiny_folder: Path
) -> None:
    events: list[Event] = []
    request = TranslateRequest(workspace, str(tiny_folder), tuple(TEXTS), "en", "fr", GREEDY)
    assert len(translate(JobContext(events.append), request)) == len(TEXTS)
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert last.done == last.total == 3

    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        translate(ctx, request)
    assert len(translate(JobContext(), request)) == len(TEXTS), "the pool is free again"


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(UserError, match="beams"):
        DecodeOptions(beams=0)


@pytest.mark.parametrize(("text", "ref"), [("starter", SystemRef("starter")), ("run:a", SystemRef(run="a"))])  # fmt: skip  # noqa: E501
def test_systems_as_text(text: str, ref: SystemRef) -> None:
    assert SystemRef.parse(f" {text} ") == ref
    assert str(ref) == text


@pytest.mark.parametrize("text", ["", "run:", "  "])
def test_no_system_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no system is named"):
        SystemRef.parse(text)


@pytest.mark.parametrize(
    ("system", "sentence"),
    [("nothing", "there is no model 'nothing'"), ("run:nothing", "there is no run 'nothing'")],
)
def test_unknown_systems_are_refused(workspace: Workspace, system: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        Translator(workspace).translate(["x"], "en", "fr", system=system)


def test_many_runs_share_one_base(
    request_for: Callable[..., TrainRequest], workspace: Workspace
) -> None:
    request = request_for(epochs=1)
    runs = [train(JobContext(), request_for(epochs=1, seed=seed)).run for seed in range(6)]
    pool = Pool()

    def outputs(system: str, translator: Translator) -> list[str]:
        return translator.translate(TEXTS, "en", "fr", system=system, options=GREEDY)

    systems = [request.model, *(f"run:{run}" for run in runs)]
    alone = [outputs(system, Translator(workspace, Pool())) for system in systems]
    shared = Translator(workspace, pool)
    assert [outputs(system, shared) for system in systems] == alone
    assert [outputs(system, shared) for system in reversed(systems)] == alone[::-1]
    assert len({tuple(texts) for texts in alone}) > 1


def test_a_run_on_other_weights_is_refused(
    request_for: Callable[..., TrainRequest], workspace: Workspace, tmp_path: Path
) -> None:
    import dataclasses

    folder = Path(shutil.copytree(request_for().model, tmp_path / "copy"))
    run = train(JobContext(), dataclasses.replace(request_for(), model=str(folder))).run
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    with pytest.raises(UserError, match="trained on other weights"):
        Translator(workspace).translate(["x"], "en", "fr", system=f"run:{run}")


def test_a_damaged_adapter_is_an_error_and_leaves_the_base_usable(
    request_for: Callable[..., TrainRequest], workspace: Workspace
) -> None:
    request = request_for()
    run = get_run(workspace, train(JobContext(), request).run)
    translator = Translator(workspace)
    before = translator.translate(TEXTS, "en", "fr", system=request.model)
    (run.adapter_folder / "adapter_model.safetensors").write_bytes(b"\x00" * 30)
    with pytest.raises(UserError, match="adapter cannot be loaded"):
        translator.translate(TEXTS, "en", "fr", system=f"run:{run.id}")
    assert translator.translate(TEXTS, "en", "fr", system=request.model) == before


def test_who_waits_for_the_pool_can_be_cancelled(workspace: Workspace, tiny_folder: Path) -> None:
    pool, waiting = Pool(), JobContext()
    failures: list[type] = []

    def wait() -> None:
        try:
            Translator(workspace, pool).translate(
                ["x"], "en", "fr", system=str(tiny_folder), ctx=waiting
            )
        except Cancelled:
            failures.append(Cancelled)

    with pool.use(workspace, SystemRef(str(tiny_folder)), lambda: None):
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.cancel()
        thread.join(10)
    assert failures == [Cancelled]
