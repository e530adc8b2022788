"""What a run has seen of the test set is found, exact and almost, on either side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mulm_core.corpus import ImportRequest, delete_corpus, get_corpus, import_corpus, split_of
from mulm_core.evaluation import EvaluateRequest, Outputs, TestSet, evaluate, get_evaluation
from mulm_core.evaluation.leakage import Asked, find_leakage
from mulm_core.jobs import JobContext
from mulm_core.runs import get_run
from mulm_core.scoring import ScoreOptions
from mulm_core.training import TrainRequest, train
from mulm_core.translation import DecodeOptions
from mulm_core.workspace import Workspace

LONG = "The committee decided to postpone the meeting until the budget was ready for a vote"
LONG_FR = "Le comité a décidé de reporter la réunion jusqu'à ce que le budget soit prêt"
SEEN = [
    *((f"number {n} of the long list", f"numéro {n} de la longue liste") for n in range(40)),
    (LONG, LONG_FR),
    ("Unique source sentence here", "Phrase source unique ici"),
]
TEST = TestSet(
    "leaky",
    (
        LONG.replace("decided", "decides"),  # almost
        "  UNIQUE source sentence here ",  # the same but for case and spacing
        "Something else altogether that nobody has seen",
        "Another new text",
    ),
    ("Tout autre chose", "Rien", "Encore une phrase nouvelle", "phrase source unique ici"),
    (),
)


@pytest.fixture
def workspace_with_run(
    workspace: Workspace, tmp_path: Path, request_for: Callable[..., TrainRequest]
) -> tuple[Workspace, str]:
    """A run whose record says that it learned from the corpus ``seen``."""
    file = tmp_path / "seen.tsv"
    rows = [("en", "fr"), *SEEN]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", "seen"))
    assert {split_of(left) for left, _ in SEEN[-2:]} == {"train"}
    run = train(JobContext(), request_for(epochs=1, max_steps=1, learning_rate=1e-6)).run
    found = get_run(workspace, run)
    found.manifest.corpus = "seen"
    found.manifest.tasks = [{**found.manifest.tasks[0], "corpus": "seen"}]
    found.save()
    return workspace, run


def test_exact_and_near_on_either_side(workspace_with_run: tuple[Workspace, str]) -> None:
    workspace, run = workspace_with_run
    (found,) = find_leakage(workspace, Asked(TEST, "en", "fr"), [run], lambda: None)
    assert (found.exact, found.near, found.segments) == ((1, 3), (0,), (0, 1, 3))
    assert found.pairs == get_corpus(workspace, "seen").splits["train"] > 30
    assert found.corpora == ("seen",) and found.problem == ""
    turned = TestSet("turned", TEST.references, TEST.sources, ())
    (back,) = find_leakage(workspace, Asked(turned, "fr", "en"), [run], lambda: None)
    assert back.segments == found.segments
    (other,) = find_leakage(workspace, Asked(TEST, "en", "de"), [run], lambda: None)
    assert (other.exact, other.near) == ((1,), (0,))  # the corpus has no German side


def test_what_is_missing_is_told(workspace_with_run: tuple[Workspace, str]) -> None:
    workspace, run = workspace_with_run
    delete_corpus(workspace, "seen")
    asked = Asked(TEST, "en", "fr")
    (found,) = find_leakage(workspace, asked, [run], lambda: None)
    assert "there is no corpus 'seen'" in found.problem and not found.segments
    continued = get_run(workspace, run)
    continued.manifest.parent = "gone"
    continued.save()
    (found,) = find_leakage(workspace, asked, [run], lambda: None)
    assert "there is no run 'gone'" in found.problem


def test_scores_with_and_without_the_leaked_segments(
    workspace_with_run: tuple[Workspace, str],
) -> None:
    workspace, run = workspace_with_run
    outputs = Outputs("perfect", TEST.references)
    request = EvaluateRequest(
        workspace, TEST, "en", "fr", (f"run:{run}",), DecodeOptions(beams=1, max_length=8),
        (outputs,), "perfect", ScoreOptions(resamples=20, trials=20),
    )  # fmt: skip
    done = evaluate(JobContext(), request)
    assert done.failures == ()
    assert done.leaked == (0, 1, 3)
    perfect, tuned = done.systems
    assert perfect.without_leaks is not None and tuned.without_leaks is not None
    clean = replace(TEST, sources=TEST.sources[2:3], references=TEST.references[2:3])
    alone = evaluate(
        JobContext(),
        replace(
            request, test=clean, systems=(),
            outputs=tuple(Outputs(one.title, one.hypotheses[2:3]) for one in done.systems),
        ),
    )  # fmt: skip
    for one, other in zip(done.systems, alone.systems, strict=True):
        assert one.without_leaks == other.metrics
        assert one.significance_without_leaks == other.significance
    assert tuned.significance_without_leaks.keys() >= {"bleu", "chrf"}
    assert get_evaluation(workspace, done.id).systems == done.systems
    assert done.words is not None and done.words.run == run
    assert done.words.counts["unique"] == 1 and done.words.counts["encore"] == 0
