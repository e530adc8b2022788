"""Forgetting is measured on text outside the corpus' domain, beside the dev segments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.errors import UserError
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.runs import get_run
from mulm_core.training import DevEvaluated, TrainRequest, train
from mulm_core.training.general import general_pairs, spread
from mulm_core.workspace import Workspace

Make = Callable[..., TrainRequest]


@pytest.fixture
def memories(tmp_path: Path) -> Path:
    """What the tiny model is taught not to forget."""
    file = tmp_path / "memories.tsv"
    rows = [("en", "fr"), *((f"a row shows {at}", f"la ligne {at}") for at in range(8))]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    return file


def scored(request: TrainRequest) -> tuple[list[DevEvaluated], list[str], str]:
    events: list[Event] = []
    run = train(JobContext(events.append), request).run
    scores = [event for event in events if isinstance(event, DevEvaluated)]
    return scores, [event.text for event in events if isinstance(event, LogLine)], run


def test_every_evaluation_scores_the_general_text_too(
    request_for: Make, workspace: Workspace, memories: Path
) -> None:
    request = replace(request_for(epochs=2, general_size=5), general=str(memories))
    scores, _, run = scored(request)
    manifest = get_run(workspace, run).manifest
    assert all(0 <= (score.general_bleu or 0) <= 100 for score in scores)
    chrf = [score.general_chrf for score in scores]
    assert None not in chrf and len(set(chrf)) > 1
    assert [entry["general_chrf"] for entry in manifest.history] == chrf
    assert manifest.zero_shot["general_chrf"] == chrf[0]
    assert (manifest.general, manifest.general_segments) == (str(memories), 5)
    told = [line["general_chrf"] for line in get_run(workspace, run).metrics() if "bleu" in line]
    assert told == chrf


def test_the_general_text_changes_nothing_else(request_for: Make, memories: Path) -> None:
    with_it, _, _ = scored(replace(request_for(epochs=1, general_size=8), general=str(memories)))
    without, _, _ = scored(request_for(epochs=1))
    assert all(score.general_bleu is None for score in without)
    assert [(score.loss, score.bleu) for score in with_it] == [
        (score.loss, score.bleu) for score in without
    ]


def test_everyday_sentences_come_with_the_program(workspace: Workspace) -> None:
    pairs = general_pairs(workspace, "", "de", "fr")
    assert len(pairs) >= 50 and pairs[3][0].startswith("Der Arzt")
    assert general_pairs(workspace, "", "fr", "de") == [(right, left) for left, right in pairs]
    assert (
        general_pairs(workspace, "", "zh-CN", "en")[0][1]
        == "The train to the coast leaves at half past seven."
    )
    assert spread(pairs, 2) == [pairs[0], pairs[len(pairs) // 2]]
    assert general_pairs(workspace, "", "de", "fi") == []


def test_a_direction_without_general_text_is_told(request_for: Make, tmp_path: Path) -> None:
    import tiny_model

    model = tiny_model.build(tmp_path / "finnish", languages=("en", "fi"))
    file = tmp_path / "finnish.tsv"
    rows = [("en", "fi"), *tiny_model.PAIRS]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    request = request_for(epochs=1, general_size=5)
    import_corpus(JobContext(), ImportRequest(request.workspace, (file,), "en", "fi", "finnish"))
    request = replace(request, model=str(model), corpus="finnish", target="fi")
    scores, told, _ = scored(request)
    assert all(score.general_bleu is None for score in scores)
    assert "No general text from en to fi: forgetting is not measured there" in told


def test_a_corpus_serves_as_general_text(request_for: Make, workspace: Workspace) -> None:
    pairs = general_pairs(workspace, request_for().corpus, "fr", "en")
    assert pairs and pairs[0][0].startswith(("le ", "la ", "un "))


def test_general_text_that_does_not_fit_is_refused(request_for: Make, memories: Path) -> None:
    for general, sentence in (
        ("nothing", "there is neither a file nor a corpus 'nothing'"),
        (str(memories), "holds|column|no pairs"),
    ):
        request = replace(request_for(general_size=5), general=general)
        if general != "nothing":
            memories.write_text("one column\nonly\n", encoding="utf-8")
        with pytest.raises(UserError, match=sentence):
            train(JobContext(), request)
