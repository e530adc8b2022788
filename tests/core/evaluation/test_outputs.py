"""Other systems' outputs, several references, failures, figures: the rest of an evaluation."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_model

from mulm_core.errors import EngineError, UserError
from mulm_core.evaluation import (
    EvaluateRequest,
    Kept,
    Outputs,
    Term,
    TestSet,
    evaluate,
    get_evaluation,
    history,
    load_glossary,
    load_outputs,
    load_parallel,
    store_terms,
    term_hits,
)
from mulm_core.jobs import Event, JobContext, LogLine
from mulm_core.models import add_model
from mulm_core.scoring import ScoreOptions
from mulm_core.translation import DecodeOptions
from mulm_core.workspace import Workspace

SOURCES = (
    "Save 3 files in {folder} now, please.",
    "The cat is sitting on the mat because it is warm.",
    "Open the window.",
    "مرحبا <b>العالم</b>",
)
REFERENCES = (
    "Speichern Sie jetzt bitte 3 Dateien in {folder}.",
    "Die Katze sitzt auf der Matte, weil es warm ist.",
    "Öffnen Sie das Fenster.",
    "Hallo <b>Welt</b>",
)
SECOND = (
    "Bitte jetzt 3 Dateien in {folder} speichern.",
    "Weil es warm ist, sitzt die Katze auf der Matte.",
    "Mach das Fenster auf.",
    "Hallo, <b>Welt</b>!",
)
GOOD = (REFERENCES[0], REFERENCES[1], "Mach das Fenster auf.", "Hallo <b>Welt</b>")
BAD = (
    "Speichern Sie jetzt 4 Dateien in Ordner.",
    "The cat is sitting on the mat because it is warm.",
    "",
    "Hallo Welt",
)
TEST = TestSet("four", SOURCES, REFERENCES, (), (SECOND,))
FEW = ScoreOptions(resamples=40, trials=40)


def request(workspace: Workspace, **changes: object) -> EvaluateRequest:
    outputs = (Outputs("bad", BAD, "bad.txt"), Outputs("good", GOOD))
    plain = EvaluateRequest(workspace, TEST, "en", "de", outputs=outputs, scoring=FEW)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_outputs_of_other_systems_are_scored_against_the_baseline(workspace: Workspace) -> None:
    done = evaluate(JobContext(), request(workspace, baseline="good"))
    assert [result.system for result in done.systems] == ["good", "bad"]
    assert done.baseline.system == "good"
    good, bad = done.systems
    assert good.metrics.ter.score < bad.metrics.ter.score
    assert "nrefs:2|" in good.metrics.bleu.signature
    assert set(bad.significance) == {"bleu", "chrf", "chrfpp", "ter"} and good.significance == {}
    assert bad.significance["bleu"].difference == bad.metrics.bleu.score - good.metrics.bleu.score
    assert bad.file == "bad.txt" and bad.seconds == 0 and bad.segments_per_second is None
    assert get_evaluation(workspace, done.id) == done
    assert [found.id for found in history(workspace, TEST.hash)] == [done.id]
    assert history(workspace, "another") == []


def test_the_seed_is_kept_and_in_the_signatures(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    done = evaluate(JobContext(), request(workspace))
    assert done.scoring["seed"] == "7"
    plain = done.baseline.metrics.bleu.signature
    assert done.signatures["bleu"] == plain.replace("|", "|bs:40|ar:40|seed:7|", 1)
    assert done.to_dict()["signatures"] == get_evaluation(workspace, done.id).signatures
    alone = replace(done, systems=done.systems[:1])
    assert alone.signatures["ter"].startswith("nrefs:2|bs:40|seed:7|case:lc")
    old = replace(done, scoring={key: done.scoring[key] for key in ("resamples", "trials")})
    assert old.signatures["bleu"] == plain


def test_figures_are_counted(workspace: Workspace) -> None:
    terms = (Term("cat", "Katze"), Term("window", "Fenster"), Term("dog", "Hund"))
    done = evaluate(JobContext(), request(workspace, terms=terms))
    bad, good = (result.figures for result in done.systems)
    assert bad is not None and good is not None
    assert (good.exact, good.empty, bad.exact, bad.empty) == (4, 0, 0, 1)
    assert (good.numbers, bad.numbers) == (Kept(1), Kept(1, (0,)))
    assert (good.placeholders, bad.placeholders) == (Kept(2), Kept(2, (0, 3)))
    assert (good.terms, bad.terms) == (Kept(2), Kept(2, (1, 2)))
    assert good.language.broken == () and bad.language.broken == (1,)
    assert good.tokens > bad.tokens and 0.9 < good.length_ratio <= 1.1
    assert bad.terms.share == 0.0 and Kept(0).share is None


@pytest.mark.parametrize(
    ("source", "references", "text", "kept"),
    [
        ("Seite 3 öffnen.", ["Ouvrir la page 3."], "Ouvrir la page.", False),
        ("Seite 3 öffnen.", ["Ouvrir la page 3."], "Ouvrir la page 7.", False),
        ("Seite 3 öffnen.", ["Ouvrir la page trois."], "Ouvrir la page.", True),
        ("Seite 3 öffnen.", ["La page trois.", "La page 3."], "Ouvrir la page trois.", True),
        ("Zwei Seiten", ["2 pages"], "2 pages", True),
        ("Zwei Seiten", ["2 pages"], "3 pages", False),
        ("1.000,5 von 2", ["1 000,5 sur 2"], "1,000.5 of 2", True),
        ("Von 2 bis 2", ["De 2 à 2"], "De 2", False),
        ("In 3D", ["En 3D"], "En 3D de 3D", False),
        ("打开 3 个", ["Open 3"], "Open 一", False),
    ],
)
def test_numbers_are_kept_as_often_unless_a_reference_has_it_otherwise(
    workspace: Workspace, source: str, references: list[str], text: str, kept: bool
) -> None:
    first, *others = references
    test = TestSet("one", (source,), (first,), (), tuple((other,) for other in others))
    none = ScoreOptions(resamples=0, trials=0)
    asked = request(workspace, test=test, outputs=(Outputs("x", (text,)),), scoring=none)
    figures = evaluate(JobContext(), asked).baseline.figures
    assert figures is not None and figures.numbers == Kept(1, () if kept else (0,))


def test_without_terms_the_glossary_of_the_workspace_is_taken(workspace: Workspace) -> None:
    none = ScoreOptions(resamples=0, trials=0)
    stored, given = Term("window", "Fenster"), Term("cat", "Katze")
    store_terms(workspace, "en", "de", [stored])
    done = evaluate(JobContext(), request(workspace, scoring=none))
    assert done.terms == (("window", "Fenster"),)
    assert [one.figures.terms for one in done.systems if one.figures] == [Kept(1, (2,)), Kept(1)]
    done = evaluate(JobContext(), request(workspace, scoring=none, terms=(given,)))
    assert done.terms == (("cat", "Katze"),)


def test_a_system_that_fails_leaves_the_others_results(
    workspace: Workspace, tiny_folder: Path
) -> None:
    tiny = add_model(workspace, tiny_folder).id  # knows no German
    events: list[Event] = []
    done = evaluate(JobContext(events.append), request(workspace, systems=(tiny,), baseline="good"))
    assert [result.system for result in done.systems] == ["good", "bad"]
    (failed,) = done.failures
    assert failed.system == tiny and failed.failure.startswith(f"{tiny}: ")
    assert failed.failure in [event.text for event in events if isinstance(event, LogLine)]
    assert get_evaluation(workspace, done.id).failures == done.failures


def test_empty_outputs_are_a_failure(workspace: Workspace) -> None:
    empty = Outputs("empty", ("", " ", "\t", ""))
    done = evaluate(JobContext(), request(workspace, outputs=(Outputs("good", GOOD), empty)))
    assert [failed.system for failed in done.failures] == ["empty"]
    events: list[Event] = []
    with pytest.raises(EngineError, match="empty: every translation is empty"):
        evaluate(JobContext(events.append), request(workspace, outputs=(empty,)))
    assert not [event for event in events if isinstance(event, LogLine)], "it is said once"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"outputs": (Outputs("a", GOOD), Outputs("a", BAD))}, "two systems are called 'a'"),
        ({"outputs": (Outputs("", GOOD, "x.txt"),)}, "x.txt: it has no name"),
        ({"outputs": (Outputs("short", GOOD[:2]),)}, "short: it has 2 translations of 4 segments"),
        ({"baseline": "best"}, "the baseline 'best' is none of the systems. Known: bad, good"),
    ],
)
def test_choices_that_cannot_be(
    workspace: Workspace, changes: dict[str, object], told: str
) -> None:
    with pytest.raises(UserError, match=told):
        evaluate(JobContext(), request(workspace, **changes))
    assert not list(workspace.evaluations.iterdir())


def test_files_of_references_and_outputs(tmp_path: Path) -> None:
    for name, lines in {"src": SOURCES, "a": REFERENCES, "b": SECOND, "short": GOOD[:3]}.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    test = load_parallel(tmp_path / "src", tmp_path / "a", tmp_path / "b")
    assert test.streams == (REFERENCES, SECOND)
    assert test.hash == replace(TEST, name="other").hash
    assert load_outputs(" mine ", tmp_path / "b", test) == Outputs(
        "mine", SECOND, str(tmp_path / "b")
    )
    with pytest.raises(UserError, match=r"short: it has 3 lines but the test set has 4\. Give"):
        load_outputs("mine", tmp_path / "short", test)
    with pytest.raises(UserError, match=r"src: it has 4 lines but short has 3"):
        load_parallel(tmp_path / "src", tmp_path / "a", tmp_path / "short")


def test_an_evaluation_of_the_first_format_is_still_read(workspace: Workspace) -> None:
    done = evaluate(JobContext(), request(workspace, test=replace(TEST, further=())))
    path = workspace.evaluations / f"{done.id}.json"
    values = json.loads(json.dumps(done.to_dict()))
    old = {key: values[key] for key in _FIRST} | {"format": 1}
    for system in old["systems"]:
        for key in set(system) - _FIRST_SYSTEM:
            del system[key]
        system["metrics"] = {
            name: {"score": one["score"], "signature": one["signature"]}
            for name, one in system["metrics"].items()
            if name in ("bleu", "chrf", "ter")
        }
    path.write_text(json.dumps(old), encoding="utf-8")
    read = get_evaluation(workspace, done.id)
    assert read.streams == done.streams and read.test_hash == TestSet(*_ARGUMENTS).hash
    assert read.systems[1].hypotheses == GOOD
    assert [key for key, _ in read.systems[0].metrics.items()] == ["bleu", "chrf", "ter"]
    assert read.systems[0].figures is None and read.leakage == ()


_ARGUMENTS = ("four", SOURCES, REFERENCES, ())
_FIRST = (
    "id", "created", "test_name", "test_hash", "source", "target", "options", "sources",
    "references", "systems",
)  # fmt: skip
_FIRST_SYSTEM = {"system", "title", "metrics", "hypotheses", "sentence_chrf", "seconds"}


def test_a_glossary_of_whole_words(tmp_path: Path) -> None:
    file = tmp_path / "terms.tsv"
    file.write_text("# my terms\ncat\tKatze\textra\n\nfile name\tDateiname\n文件\tfile\n", "utf-8")
    cat, name, chinese = load_glossary(file)
    assert [hit.kept for hit in term_hits([cat], "A CAT.", "Eine katze")] == [True]
    assert term_hits([cat], "A category", "Kategorie") == ()
    assert [hit.kept for hit in term_hits([name], "the file name", "der Dateinamen")] == [False]
    assert [hit.term for hit in term_hits([cat, chinese], "打开文件夹", "open")] == [chinese]
    file.write_text("cat\tKatze\ndog\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"terms\.tsv, line 2: .* Write one pair"):
        load_glossary(file)


@pytest.mark.parametrize(
    ("tokenizer", "told"),
    [("ja-mecab", "needs a package that is not installed"), ("flores200", "Save https://")],
)
def test_a_tokenizer_that_would_have_to_be_fetched_is_refused(
    workspace: Workspace, tokenizer: str, told: str
) -> None:
    events: list[Event] = []
    with pytest.raises(UserError, match=told):
        evaluate(
            JobContext(events.append), request(workspace, scoring=replace(FEW, tokenizer=tokenizer))
        )
    assert not events  # before any work


def test_the_tokenizer_and_case_can_be_chosen(workspace: Workspace) -> None:
    chosen = replace(FEW, tokenizer="char", lowercase=True)
    done = evaluate(JobContext(), request(workspace, scoring=chosen))
    assert "case:lc|eff:no|tok:char|" in done.baseline.metrics.bleu.signature
    assert done.scoring["tokenizer"] == "char"


def test_greedy_translations_are_beside_the_outputs(
    workspace: Workspace, tiny_folder: Path
) -> None:
    tiny = add_model(workspace, tiny_folder).id
    pairs = tiny_model.PAIRS[:3]
    sources, references = (tuple(side) for side in zip(*pairs, strict=True))
    test = TestSet("three", sources, references, ())
    done = evaluate(
        JobContext(),
        EvaluateRequest(
            workspace, test, "en", "fr", (tiny,), DecodeOptions(beams=1, max_length=12),
            (Outputs("perfect", references),), scoring=FEW,
        ),
    )  # fmt: skip
    model, perfect = done.systems
    assert perfect.metrics.bleu.score == pytest.approx(100)
    assert model.seconds > 0 and (model.tokens_per_second or 0) > 0
