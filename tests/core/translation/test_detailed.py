"""A translation in detail: the same text, alternatives, probabilities, and which word is which."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext
from mulm_core.models import load_base
from mulm_core.models.catalog import inspect
from mulm_core.training import TrainRequest, train
from mulm_core.translation import (
    DecodeOptions,
    DetailedRequest,
    DetailedTranslation,
    TranslateRequest,
    translate,
    translate_detailed,
)
from mulm_core.translation.explain import explain
from mulm_core.translation.words import words
from mulm_core.workspace import Workspace


def _detailed(
    workspace: Workspace, system: str, text: str, source: str, target: str, n_best: int = 1
) -> DetailedTranslation:
    options = DecodeOptions(n_best=n_best)
    (made,) = translate_detailed(
        JobContext(), DetailedRequest(workspace, system, (text,), source, target, options)
    )
    same = TranslateRequest(workspace, system, (text,), source, target, options)
    assert translate(JobContext(), same) == (made.text,)
    return made


def _linked(made: DetailedTranslation, text: str) -> dict[str, str]:
    """Each word of the translation with the source word that it comes from."""
    return {
        made.text[made.words[link.word].start : made.words[link.word].end]: text[
            slice(*made.source_words[link.source_word])
        ]
        for link in made.best_links
    }


def test_words_come_from_their_counterparts(workspace: Workspace) -> None:
    text = "Click the button to delete 3 files."
    made = _detailed(workspace, "starter", text, "en", "de", n_best=3)
    linked = _linked(made, text)
    assert linked["Klicken"] == "Click" and linked["Schaltfläche"] == "button"
    assert linked["3"] == "3" and linked["löschen"] == "delete" and linked["."] == "."
    assert len(made.best_links) == len(made.words)
    assert all(0 < word.probability <= 1 for word in made.words)
    assert made.alternatives[0].text == made.text
    assert len({other.text for other in made.alternatives}) == 3
    assert all(0 < other.probability < 1 for other in made.alternatives)


def test_words_are_counted_through_lines_and_sentences(workspace: Workspace) -> None:
    text = " Delete the file.\n\nOpen the window!\n"
    made = _detailed(workspace, "starter", text, "en", "de")
    lines = made.text.split("\n")
    assert lines[0].startswith(" ") and lines[1] == lines[3] == ""
    shown = [made.text[word.start : word.end] for word in made.words]
    assert shown == [made.text[slice(*span)] for span in words(made.text)]
    assert [text[slice(*span)] for span in made.source_words] == [
        "Delete", "the", "file", ".", "Open", "the", "window", "!",
    ]  # fmt: skip
    linked = _linked(made, text)
    assert linked["Datei"] == "file" and linked["Fenster"] == "window"


def test_chinese_is_told_by_character(workspace: Workspace) -> None:
    text = "Delete the file."
    made = _detailed(workspace, "starter", text, "en", "zh")
    assert [made.text[word.start : word.end] for word in made.words] == list(made.text)
    assert _linked(made, text)["件"] == "file"


def test_nothing_is_nothing(workspace: Workspace) -> None:
    assert _detailed(workspace, "starter", " \n", "en", "de") == DetailedTranslation("starter")


def test_probabilities_are_those_of_the_model(tiny_folder: Path) -> None:
    base = load_base(inspect(tiny_folder, "tiny"))
    text, made = "the row opens 3", "la ligne ouvre 3"
    (told,) = explain(base, text, [made], "en", "fr")
    labels = base.family.encode_target(base.tokenizer, [made], "fr")
    with torch.inference_mode():
        logits = base.model(
            input_ids=torch.tensor(base.family.encode(base.tokenizer, [text], "en")),
            labels=torch.tensor(labels),
        ).logits
    chosen = logits.log_softmax(-1)[0].gather(1, torch.tensor(labels).T)[1:, 0]
    assert told.log_probability == pytest.approx(float(chosen.sum()), rel=1e-4)
    assert told.tokens == len(chosen)
    product = math.prod(told.probabilities)  # of all but the end
    assert product == pytest.approx(math.exp(float(chosen[:-1].sum())), rel=1e-3)
    assert all(sum(shares) == pytest.approx(1.0) for shares in told.attention)


def test_a_learnt_prefix_is_part_of_it(
    request_for: Callable[..., TrainRequest], workspace: Workspace
) -> None:
    run = train(JobContext(), request_for(epochs=1, method="prefix")).run
    text = "the row opens 3"
    made = _detailed(workspace, f"run:{run}", text, "en", "fr")
    bare = _detailed(workspace, request_for().model, text, "en", "fr")
    assert len(made.source_words) == 4
    assert made.words != bare.words


def test_it_can_be_cancelled(workspace: Workspace) -> None:
    ctx = JobContext()
    ctx.cancel()
    with pytest.raises(Cancelled):
        translate_detailed(ctx, DetailedRequest(workspace, "starter", ("Delete it.",), "en", "de"))


def test_what_was_made_before_is_explained(workspace: Workspace) -> None:
    one, two = "Click the button.", "Delete 3 files. Then close it."
    given = {one: "Klicken Sie hier.", two: "Fort damit."}
    options = DecodeOptions(n_best=3, split="always")
    request = DetailedRequest(workspace, "starter", (one, two), "en", "de", options, given)
    whole, pieces = translate_detailed(JobContext(), request)
    assert whole.text == whole.alternatives[0].text == given[one]
    assert len({other.text for other in whole.alternatives}) == 3
    assert [whole.text[word.start : word.end] for word in whole.words][:2] == ["Klicken", "Sie"]
    assert pieces == DetailedTranslation("starter", given[two])


def test_several_texts_at_once_are_each_as_alone(workspace: Workspace) -> None:
    texts = ("Click the button.", "", "Delete 3 files. Then close it.", "Click the button.")
    request = DetailedRequest(workspace, "starter", texts, "en", "de", DecodeOptions(n_best=2))
    together = translate_detailed(JobContext(), request)
    for text, made in zip(texts, together, strict=True):
        alone = _detailed(workspace, "starter", text, "en", "de", n_best=2)
        assert (made.text, made.source_words) == (alone.text, alone.source_words)
        assert [one.text for one in made.alternatives] == [one.text for one in alone.alternatives]
        assert [link.word for link in made.best_links] == [link.word for link in alone.best_links]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It's the file's end.", ["It's", "the", "file's", "end", "."]),
        ("A 3.5-mm jack", ["A", "3", ".", "5", "-", "mm", "jack"]),
        ("打开 file。", ["打", "开", "file", "。"]),
        ("กี่ วัน", ["กี่", "วั", "น"]),
        ("e\u0301te\u0301 مَرحَبا", ["e\u0301te\u0301", "مَرحَبا"]),
        ("", []),
    ],
)
def test_words(text: str, wanted: list[str]) -> None:
    assert [text[slice(*span)] for span in words(text)] == wanted
