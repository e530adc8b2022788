"""Every system is translated and scored; the record is whole or absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_model

from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.evaluation import (
    EvaluateRequest,
    TestSet,
    delete_evaluation,
    evaluate,
    get_evaluation,
    list_evaluations,
)
from mulm_core.jobs import Event, JobContext, Progress
from mulm_core.models import add_model
from mulm_core.scoring import ScoreOptions, Scorer, sentence_scores
from mulm_core.translation import DecodeOptions, Translator
from mulm_core.workspace import Workspace

SOURCES = (*(source for source, _ in tiny_model.PAIRS[:4]), "")
REFERENCES = (*(target for _, target in tiny_model.PAIRS[:4]), "vide")
GREEDY = DecodeOptions(beams=1, max_length=24)
FEW = ScoreOptions(resamples=20, trials=20)


@pytest.fixture(scope="module")
def other_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.build(tmp_path_factory.mktemp("models") / "second", seed=4)


@pytest.fixture
def systems(workspace: Workspace, tiny_folder: Path, other_folder: Path) -> tuple[str, str]:
    """Two models that translate differently."""
    return add_model(workspace, tiny_folder).id, add_model(workspace, other_folder).id


def request(workspace: Workspace, *systems: str, **changes: object) -> EvaluateRequest:
    test = TestSet("five", SOURCES, REFERENCES, ())
    values = {"systems": systems, "options": GREEDY, "scoring": FEW, **changes}
    return EvaluateRequest(workspace, test, "en", "fr", **values)


def test_scores_are_those_of_the_translations(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    done = evaluate(JobContext(), request(workspace, *systems))
    assert [result.system for result in done.systems] == list(systems)
    for result in done.systems:
        translations = Translator(workspace).translate(
            SOURCES, "en", "fr", system=result.system, options=GREEDY
        )
        assert result.hypotheses == tuple(translations)
        scorer = Scorer("fr", ScoreOptions())
        (counted,) = scorer.gather([translations], [REFERENCES])
        plain = scorer.scores(counted)
        assert {key: (one.score, one.signature) for key, one in result.metrics.items()} == {
            key: (one.score, one.signature) for key, one in plain.items()
        }
        singly = [
            sentence_scores(text, [reference], "fr")
            for text, reference in zip(translations, REFERENCES, strict=True)
        ]
        assert result.sentence_chrf == tuple(one.chrf for one in singly)
        assert result.sentence_bleu == tuple(one.bleu for one in singly)
    first, second = done.systems
    assert first.hypotheses != second.hypotheses
    assert done.difference(0) == (0.0,) * 5
    assert done.difference(1) == pytest.approx(
        [b - a for a, b in zip(first.sentence_chrf, second.sentence_chrf, strict=True)]
    )


def test_it_is_kept_and_read_back_equal(workspace: Workspace, systems: tuple[str, str]) -> None:
    first = evaluate(JobContext(), request(workspace, systems[0]))
    second = evaluate(JobContext(), request(workspace, systems[0]))
    assert first.id != second.id
    assert get_evaluation(workspace, first.id) == first
    heads = {item.id: item for item in list_evaluations(workspace, heads=True)}
    assert heads[first.id].sources == () and heads[first.id].test_hash == first.test_hash
    assert heads[first.id].systems[0].metrics == first.systems[0].metrics
    assert {item.id for item in list_evaluations(workspace)} == {first.id, second.id}
    delete_evaluation(workspace, first.id)
    assert [item.id for item in list_evaluations(workspace)] == [second.id]
    with pytest.raises(UserError, match="no evaluation"):
        get_evaluation(workspace, first.id)


def test_a_record_that_is_cut_short_is_left_out(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    done = evaluate(JobContext(), request(workspace, systems[0]))
    path = workspace.evaluations / f"{done.id}.json"
    assert json.loads(path.read_text(encoding="utf-8"))["id"] == done.id
    path.write_text(path.read_text(encoding="utf-8").rpartition("]}")[0], encoding="utf-8")
    assert list_evaluations(workspace) == []


def test_damaged_records_are_left_out(workspace: Workspace) -> None:
    (workspace.evaluations / "cut.json").write_text('{"id": "cut", "sour', encoding="utf-8")
    (workspace.evaluations / "other.json").write_text("[]", encoding="utf-8")
    assert list_evaluations(workspace) == []


def test_progress_runs_once_over_all_systems(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    events: list[Event] = []
    evaluate(JobContext(events.append), request(workspace, *systems))
    shares = [event.fraction for event in events if isinstance(event, Progress)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_cancelling_leaves_nothing(workspace: Workspace, systems: tuple[str, str]) -> None:
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        evaluate(ctx, request(workspace, *systems))
    assert not list(workspace.evaluations.iterdir())


def test_an_unknown_system_is_named_before_any_work(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    events: list[Event] = []
    with pytest.raises(UserError, match=r"^run:nosuch: there is no run 'nosuch'"):
        evaluate(JobContext(events.append), request(workspace, systems[0], "run:nosuch"))
    assert not events
    assert not list(workspace.evaluations.iterdir())


def test_a_language_the_model_lacks_names_the_system(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    test = TestSet("five", SOURCES, REFERENCES, ())
    with pytest.raises(UserError, match=f"^{systems[0]}"):
        evaluate(JobContext(), EvaluateRequest(workspace, test, "en", "sw", systems))


def test_only_empty_translations_are_an_error(
    workspace: Workspace, systems: tuple[str, str]
) -> None:
    # So many beams hold the empty translation, and so low a penalty prefers it to all others.
    options = DecodeOptions(beams=64, length_penalty=-10.0)
    with pytest.raises(EngineError, match=f"^{systems[0]}: every translation came out empty"):
        evaluate(JobContext(), request(workspace, systems[0], options=options))
    assert not list(workspace.evaluations.iterdir())


def test_no_system_is_an_error(workspace: Workspace) -> None:
    with pytest.raises(UserError, match="no system"):
        evaluate(JobContext(), request(workspace))
