"""The commands on a tiny model: the same engine, arguments in, one answer out."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import tiny_model

from mulm_core.cli import main
from mulm_core.training import PRESETS, Recipe
from mulm_core.workspace import Workspace

DIRECTION = ("--source", "en", "--target", "fr")
GREEDY = ("--beams", "1", "--max-length", "24")


@pytest.fixture
def mulm(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command with ``--json``; returns its object."""

    def run(*arguments: str | Path) -> dict[str, Any]:
        status = main([*map(str, arguments), "--json"])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        lines = printed.out.splitlines()
        assert len(lines) == 1
        return dict(json.loads(lines[0]))

    return run


@pytest.fixture
def trained(workspace: Workspace, corpus: str, tiny_folder: Path, mulm: Any) -> dict[str, Any]:
    return mulm(
        "train", "--model", tiny_folder, "--corpus", corpus, *DIRECTION, "--recipe", "quick",
        "--epochs", "1", "--set", "batch_tokens=256", "--set", "learning_rate=0.02",
        "--name", "first",
    )  # fmt: skip


def test_models_are_listed_added_and_removed(mulm: Any, tiny_folder: Path) -> None:
    assert [model["id"] for model in mulm("models", "list")["models"]] == ["starter"]
    added = mulm("models", "add", tiny_folder)
    assert (added["languages"], added["path"]) == (["en", "fr"], str(tiny_folder))
    assert added["id"] in [model["id"] for model in mulm("models", "list")["models"]]
    mulm("models", "remove", added["id"])
    assert [model["id"] for model in mulm("models", "list")["models"]] == ["starter"]
    assert tiny_folder.is_dir()


def test_a_corpus_is_imported_listed_and_shown(mulm: Any, tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("en\tfr\none\tun\ntwo\nthree\ttrois\n", encoding="utf-8")
    done = mulm("corpus", "import", file, *DIRECTION, "--name", "mine")
    assert (done["corpus"], done["pairs"], done["skipped"]) == ("mine", 2, 1)
    assert "line 3" in done["problems"][0]
    (listed,) = mulm("corpus", "list")["corpora"]
    assert (listed["name"], listed["pairs"]) == ("mine", 2)
    shown = mulm("corpus", "show", "mine", "--pairs", "1")
    assert (shown["sample"][0]["source"], len(shown["sample"])) == ("one", 1)


def test_training_uses_flags_and_settings_alike(mulm: Any, trained: dict[str, Any]) -> None:
    assert trained["run"] == "first"
    assert trained["steps"] > 0
    assert {"bleu", "chrf", "loss", "step"} <= set(trained["best"])
    shown = mulm("runs", "show", "first")
    changed = {"epochs": 1, "batch_tokens": 256, "learning_rate": 0.02}
    expected = {**PRESETS["quick"].to_dict(), **changed}
    assert shown["recipe"] == expected
    assert Path(shown["adapter"]).is_dir()
    (listed,) = mulm("runs", "list")["runs"]
    assert (listed["id"], listed["status"]) == ("first", "finished")


def test_set_reaches_every_field_of_the_recipe() -> None:
    from mulm_core.training import recipe_from

    for name in Recipe().to_dict():
        if name != "preset":
            value = getattr(PRESETS["thorough"], name)
            assert getattr(recipe_from("quick", {name: str(value)}), name) == value


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--set", "epochs"), "'epochs' is not KEY=VALUE"),
        (("--set", "nosuch=1"), "no setting 'nosuch'"),
        (("--epochs", "many"), "epochs: 'many' is not a value"),
        (("--lora-rank", "0"), "lora_rank"),
        (("--recipe", "slow"), "no recipe 'slow'"),
    ],
)
def test_a_bad_recipe_is_named(
    flags: tuple[str, ...], told: str, corpus: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--model", "starter", "--corpus", corpus, *DIRECTION, *flags]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_lines_in_lines_out(
    trained: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Input:
        buffer = io.BytesIO("\ufeffthe file opens one\r\n\n  \nthe row shows two".encode())

    monkeypatch.setattr("sys.stdin", Input())
    assert main(["translate", "--run", "first", *DIRECTION, *GREEDY]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 5  # four lines, each ended
    assert lines[0] and not lines[1] and not lines[2] and not lines[4]


def test_translation_between_files(mulm: Any, workspace: Workspace, tiny_folder: Path) -> None:
    source, output = workspace.root / "in.txt", workspace.root / "out.txt"
    source.write_text("the file opens\n\nthe row\n", encoding="utf-8")
    command = ("translate", "--model", tiny_folder, *DIRECTION, *GREEDY, "--input", source)
    done = mulm(*command, "--output", output)
    assert done["segments"] == 3
    translations = mulm(*command)["translations"]
    assert output.read_text(encoding="utf-8") == "".join(f"{line}\n" for line in translations)


def test_standard_input_that_is_not_text(
    monkeypatch: pytest.MonkeyPatch, tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Input:
        buffer = io.BytesIO(b"ok \xff\xfe")

    monkeypatch.setattr("sys.stdin", Input())
    assert main(["translate", "--model", str(tiny_folder), *DIRECTION]) == 2
    assert capsys.readouterr().err.startswith("mulm: standard input: byte 4 is not UTF-8 text.")


def test_evaluation_scores_and_exports(
    mulm: Any, trained: dict[str, Any], tiny_folder: Path, tmp_path: Path
) -> None:
    source, reference = tmp_path / "test.en", tmp_path / "test.fr"
    source.write_text("".join(f"{en}\n" for en, _ in tiny_model.PAIRS[:3]), encoding="utf-8")
    reference.write_text("".join(f"{fr}\n" for _, fr in tiny_model.PAIRS[:3]), encoding="utf-8")
    done = mulm(
        "evaluate", "--source-file", source, "--reference-file", reference, *DIRECTION, *GREEDY,
        "--systems", f"{tiny_folder},run:first",
        "--csv", tmp_path / "out.csv", "--json-file", tmp_path / "out.json",
    )  # fmt: skip
    assert [system["name"] for system in done["systems"]] == [str(tiny_folder), "run:first"]
    for system in done["systems"]:
        for metric in ("bleu", "chrf", "ter"):
            assert system[metric]["signature"].startswith("nrefs:1|")
            assert system[metric]["score"] >= 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert len(list(csv.reader(stream))) == 4
    exported = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert exported["systems"][1]["metrics"]["bleu"] == done["systems"][1]["bleu"]


def test_a_place_for_the_result_is_looked_for_before_the_work(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test.tsv"
    file.write_text("en\tfr\na house\tune maison\n", encoding="utf-8")
    what = ("--test", file, *DIRECTION, "--systems", "no such model")
    for flag in ("--csv", "--json-file"):
        where = tmp_path / "missing" / "scores"
        line = ["--workspace", workspace.root, "evaluate", *what, flag, where]
        assert main([*map(str, line)]) == 2
        assert f"there is no folder {where.parent}" in capsys.readouterr().err


def test_a_report_of_a_run_is_that_of_its_newest_evaluation(
    mulm: Any,
    trained: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["report", "first"]) == 2
    assert "has not been evaluated yet. Evaluate it first" in capsys.readouterr().err
    file = tmp_path / "test.tsv"
    file.write_text("en\tfr\nthe file opens 3\tle fichier ouvre 3\n", encoding="utf-8")
    done = mulm("evaluate", "--test", file, *DIRECTION, *GREEDY, "--systems", "run:first")
    report = mulm("report", "first", "--output", tmp_path / "report.html")
    assert report["evaluation"] == done["evaluation"]
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "recipe: learning_rate" in text and "tiny, en→fr" in text


def test_the_table_shows_differences_and_signatures(
    trained: dict[str, Any], tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test.tsv"
    rows = [("en", "fr"), *tiny_model.PAIRS[:2]]
    file.write_text("".join(f"{en}\t{fr}\n" for en, fr in rows), encoding="utf-8")
    systems = f"{tiny_folder},run:first"
    command = ["evaluate", "--test", str(file), *DIRECTION, *GREEDY, "--systems", systems]
    assert main(command) == 0
    title, header, base, run, verdict, *rest = capsys.readouterr().out.splitlines()
    assert title == "test: 2 segments, English → French"
    assert header.split() == ["system", "BLEU", "chrF2++", "chrF2", "TER"]
    assert base.count("±") == run.count("±") == 4
    assert len(run.split()) == len(base.split()) + 4  # a difference behind each score
    assert verdict.startswith(f"run:first against {tiny_folder}: BLEU ") and "p = " in verdict
    for system, figures in zip((str(tiny_folder), "run:first"), rest, strict=False):
        assert figures.startswith(f"{system}: length ratio ")
    # The first pair may be one that the run learned from.
    assert rest[2].startswith("Run first: of the test set ")
    assert [line.split()[0] for line in rest[-4:]] == ["BLEU", "chrF2++", "chrF2", "TER"]


def test_an_unclear_test_set_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ["evaluate", *DIRECTION, "--systems", "starter", "--source-file", str(tmp_path / "a")]
    assert main(one) == 2
    assert "Give either --test, or --source-file and --reference-file" in capsys.readouterr().err


def test_a_stopped_run_is_resumed(
    mulm: Any, corpus: str, tiny_folder: Path, workspace: Workspace
) -> None:
    from mulm_core.jobs import Event, JobContext
    from mulm_core.training import TrainRequest, TrainStep, recipe_from, train

    def sink(event: Event) -> None:
        if isinstance(event, TrainStep) and event.step == 2:
            ctx.stop()

    ctx = JobContext(sink)
    recipe = recipe_from("quick", {"batch_tokens": "256"})
    train(ctx, TrainRequest(workspace, str(tiny_folder), corpus, "en", "fr", recipe, "half"))
    done = mulm("train", "--resume", "half")
    assert (done["run"], done["stopped"], done["stopped_because"]) == ("half", False, "epochs")
    assert done["dev_loss"] == done["best"]["loss"]
    for key in ("pairs_per_second", "target_tokens_per_second", "peak_memory_mb"):
        assert done[key] > 0


def test_a_tracker_hears_of_the_run(
    mulm: Any, corpus: str, tiny_folder: Path, workspace: Workspace
) -> None:
    done = mulm(
        "train", "--model", tiny_folder, "--corpus", corpus, *DIRECTION, "--epochs", "1",
        "--set", "batch_tokens=256", "--tracker", "tensorboard",
    )  # fmt: skip
    assert list((workspace.root / "tracking" / "tensorboard" / done["run"]).glob("*tfevents*"))


def test_a_probe_tells_the_cost(
    mulm: Any, corpus: str, tiny_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("probe", "--model", tiny_folder, "--corpus", corpus, *DIRECTION)
    told = mulm(*command, "--method", "ia3")
    assert told["seconds"] > 0 and told["fits"] and told["trainable"] > 0
    assert mulm("runs", "list")["runs"] == []
    assert main([*map(str, command)]) == 0
    titles = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert titles == ["Recipe", "Time", "Memory", "Disk", "Learns"]
    assert told["recipe"]["epochs"] > PRESETS[told["recipe"]["preset"]].epochs


def test_a_run_is_continued_compared_and_put_in_order(
    mulm: Any, trained: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    child = mulm("train", "--from-run", "first", "--epochs", "2", "--name", "second")
    assert mulm("runs", "show", child["run"])["parent"] == "first"
    found = mulm("runs", "diff", "first", "second")["differences"]
    epochs = next(item for item in found if item["name"] == "epochs")
    assert (epochs["part"], epochs["first"], epochs["second"]) == ("recipe", 1, 2)
    mulm("runs", "rename", "second", "Better")
    mulm("runs", "note", "Better", "with more epochs")
    (newest, _) = mulm("runs", "list")["runs"]
    assert (newest["id"], newest["name"], newest["note"]) == (
        "second",
        "Better",
        "with more epochs",
    )
    assert main(["runs", "list"]) == 0
    assert "second (Better)" in capsys.readouterr().out
    mulm("runs", "delete", "Better")
    assert [run["id"] for run in mulm("runs", "list", "--deleted")["runs"]] == ["second"]
    assert mulm("runs", "restore", "second")["name"] == "Better"


def test_several_corpora_are_learnt_at_once(
    mulm: Any, corpus: str, tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "general.tsv"
    file.write_text("en\tfr\na cell opens\tun champ ouvre\n", encoding="utf-8")
    done = mulm(
        "train", "--model", tiny_folder, "--corpus", corpus, "--corpus", f"{corpus}:fr-en",
        "--epochs", "1", "--name", "both", "--general", file, "--set", "temperature=2",
    )  # fmt: skip
    directions = [(of["source"], of["target"]) for of in done["best"]["directions"]]
    assert directions == [("en", "fr"), ("fr", "en")]
    assert done["best"]["general_chrf"] >= 0
    assert main(["runs", "show", "both"]) == 0
    shown = capsys.readouterr().out
    assert f"and fr→en on {corpus}" in shown and "general BLEU" in shown
    again = mulm("train", "--from-run", "both", "--name", "again")
    tasks = [(task["source"], task["target"]) for task in mulm("runs", "show", "again")["tasks"]]
    assert tasks == directions and again["best"]["general_chrf"] >= 0
    found = {item["name"] for item in mulm("runs", "diff", "both", "again")["differences"]}
    assert "further" not in found and "parent" in found


def test_a_new_language_is_added(
    mulm: Any, tiny_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "occitan.tsv"
    rows = [("en", "oc"), *tiny_model.PAIRS]
    file.write_text("".join(f"{en}\t{oc}\n" for en, oc in rows), encoding="utf-8")
    mulm("corpus", "import", file, "--source", "en", "--target", "oc", "--name", "oc")
    done = mulm(
        "train", "--model", tiny_folder, "--corpus", "oc", "--add-language", "OC=fr",
        "--epochs", "1", "--name", "occitan",
    )  # fmt: skip
    assert done["warnings"] == []
    assert mulm("runs", "show", "occitan")["add_language"] == {"oc": "fr"}
    sentence = "the row opens 3"
    written = tmp_path / "in.txt"
    written.write_text(f"{sentence}\n", encoding="utf-8")
    translated = mulm(
        "translate", "--run", "occitan", "--source", "en", "--target", "oc",
        "--input", written, "--output", tmp_path / "out.txt",
    )  # fmt: skip
    assert translated


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("train", "--model", "starter", "--corpus", "c", *DIRECTION, "--language-as", "oc"),
         "--language-as: 'oc' is not KEY=VALUE"),
        (("train", "--model", "starter"), "arguments are required: --corpus."),
        (("train", "--model", "starter", "--corpus", "c", "--source", "en"), "--target is missing"),
        (("train", "--model", "starter", "--corpus", "c:xx"), "'xx' is not a direction"),
        (("train", "--resume", "x", "--epochs", "3"), "--epochs has no place there"),
        (("train", "--resume", "x", "--corpus", "c"), "--corpus has no place there"),
        (("train", "--resume", "x"), "there is no run 'x'"),
        (("train", "--from-run", "x", "--recipe", "quick"), "exclude each other"),
        (("train", "--from-run", "x"), "there is no run 'x'"),
        (("train", "--model", "starter", "--corpus", "c", *DIRECTION, "--method", "magic"),
         "method: 'magic' is not one of"),
        (("runs", "restore", "x"), "there is no run 'x' in the trash"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(
    command: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(command)) == 2
    error = capsys.readouterr().err
    assert told in error and error.count("\n") == 1
