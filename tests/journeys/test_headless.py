"""The main job without a window: the installed program, in processes of its own."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mulm_core.samples import get_sample

pytestmark = pytest.mark.journey

SAMPLE = get_sample()
DIRECTION = ("--source", SAMPLE.source, "--target", SAMPLE.target)
GAIN = 5.0  # BLEU that fine-tuning must bring on the held-out test


class Mulm:
    """``mulm`` on one workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.command = [sys.executable, "-m", "mulm_core", "--workspace", str(workspace)]

    def run(self, *arguments: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *map(str, arguments)],
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=600,
        )

    def json(self, *arguments: str | Path) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
        assert done.stdout.count("\n") == 1
        return dict(json.loads(done.stdout))

    def start_training(self, name: str, *flags: str) -> subprocess.Popen[str]:
        """A training in the background, with few dev segments so that it begins soon."""
        what = ("--model", "starter", "--corpus", "help", *DIRECTION, "--name", name)
        return subprocess.Popen(
            [*self.command, "train", *what, "--recipe", "quick", "--dev-size", "4", *flags],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def snapshot(self) -> dict[str, str]:
        """Every file of the workspace by its content."""
        files = sorted(path for path in self.workspace.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.workspace)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }


@pytest.fixture
def mulm(tmp_path: Path) -> Mulm:
    return Mulm(tmp_path / "work")


def test_the_main_job(mulm: Mulm, record_property: Callable[[str, object], None]) -> None:
    begin = time.monotonic()
    imported = mulm.json("corpus", "import", *SAMPLE.train, *DIRECTION, "--name", "help")
    assert (imported["skipped"], imported["problems"]) == (0, [])
    trained = mulm.json(
        "train", "--model", "starter", "--corpus", "help", *DIRECTION, "--recipe", "quick"
    )
    assert trained["best"]["bleu"] > trained["zero_shot"]["bleu"]
    parity = trained["conversion"]["parity"]
    assert abs(parity["converted"] - parity["adapter"]) <= 0.5, trained["conversion"]["sentence"]
    source, reference = SAMPLE.test
    run = f"run:{trained['run']}"
    scores = mulm.json(
        "evaluate", "--source-file", source, "--reference-file", reference, *DIRECTION,
        "--systems", f"starter,{run}",
    )  # fmt: skip
    zero_shot, tuned = scores["systems"]
    assert (zero_shot["name"], tuned["name"]) == ("starter", run)
    before, after = zero_shot["bleu"]["score"], tuned["bleu"]["score"]
    record_property(
        "BLEU",
        f"{SAMPLE.key}, {scores['segments']} held-out segments: {before:.1f} BLEU zero-shot, "
        f"{after:.1f} fine-tuned ({after - before:+.1f}), fine-tuned in "
        f"{trained['seconds']:.0f} s, {time.monotonic() - begin:.0f} s in all; "
        f"{tuned['bleu']['signature']}",
    )
    assert after >= before + GAIN


def test_a_killed_training_leaves_its_last_checkpoint(mulm: Mulm) -> None:
    mulm.json("corpus", "import", *SAMPLE.train, *DIRECTION, "--name", "help")
    training = mulm.start_training("doomed", "--evals-per-epoch", "20")
    checkpoints = mulm.workspace / "runs" / "doomed" / "checkpoints"
    try:
        deadline = time.monotonic() + 300
        while not any(int(path.name[5:]) for path in checkpoints.glob("step-*")):
            assert training.poll() is None, training.communicate()[1]
            assert time.monotonic() < deadline, "no checkpoint within 5 minutes"
            time.sleep(0.1)
    finally:
        training.kill()
        training.communicate()

    (listed,) = mulm.json("runs", "list")["runs"]
    assert (listed["id"], listed["status"]) == ("doomed", "interrupted")
    assert listed["checkpoints"]
    assert listed["adapter"]
    text = "Wählen Sie eine Datei aus.\n\nKlicken Sie auf OK.\n"
    done = mulm.run("translate", "--run", "doomed", *DIRECTION, text=text)
    assert done.returncode == 0, done.stderr
    first, empty, last = done.stdout.splitlines()
    assert first and last and not empty


BAD_IMPORTS = {
    "empty": ["empty.tsv"],
    "binary": ["binary.tsv"],
    "truncated TMX": ["cut.tmx"],
    "different line counts": ["long.de", "short.fr"],
    "missing": ["absent.tmx"],
    "no TMX inside": ["text.tmx"],
    "every row ragged": ["ragged.tsv"],
}


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A folder of files that no one could use."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "empty.tsv").touch()
    (folder / "binary.tsv").write_bytes(bytes(range(256)) * 64)
    (folder / "cut.tmx").write_bytes(SAMPLE.train[0].read_bytes()[:200_000])
    (folder / "text.tmx").write_text("Dies ist kein XML.\n", encoding="utf-8")
    (folder / "long.de").write_text("eins\nzwei\ndrei\n", encoding="utf-8")
    (folder / "short.fr").write_text("un\ndeux\n", encoding="utf-8")
    (folder / "ragged.tsv").write_text("de\tfr\neins\nzwei\tdeux\tzwo\n", encoding="utf-8")
    (folder / "some.tsv").write_text("de\tfr\neins\tun\nzwei\ndrei\ttrois\n", encoding="utf-8")
    (folder / "swahili.tsv").write_text("de\tsw\nHaus\tnyumba\nMaus\tpanya\n", encoding="utf-8")
    return folder


@pytest.fixture
def model_without_weights(tmp_path: Path) -> Path:
    from mulm_core.models.catalog import starter_folder

    folder = tmp_path / "hollow"
    shutil.copytree(starter_folder(), folder, ignore=shutil.ignore_patterns("*.safetensors"))
    return folder


def refused(mulm: Mulm, *arguments: str | Path, text: str = "") -> str:
    """The one line of a command that must be refused without touching the workspace."""
    before = mulm.snapshot()
    done = mulm.run(*arguments, text=text)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("mulm: ")
    assert "Traceback" not in done.stderr
    assert mulm.snapshot() == before
    return done.stderr


def test_bad_files_are_refused_and_nothing_changes(mulm: Mulm, bad: Path) -> None:
    mulm.json("corpus", "import", SAMPLE.train[0], *DIRECTION, "--name", "good")
    for what, names in BAD_IMPORTS.items():
        files = [bad / name for name in names]
        for name in ("good", "new"):  # an existing corpus, and one that must not come to be
            line = refused(mulm, "corpus", "import", *files, *DIRECTION, "--name", name)
            assert names[0] in line, (what, line)
    # One bad file among good ones spoils the whole import.
    files = [SAMPLE.train[0], bad / "cut.tmx"]
    refused(mulm, "corpus", "import", *files, *DIRECTION, "--name", "good")
    assert [corpus["name"] for corpus in mulm.json("corpus", "list")["corpora"]] == ["good"]


def test_a_few_ragged_rows_are_told_and_the_rest_is_kept(mulm: Mulm, bad: Path) -> None:
    done = mulm.json("corpus", "import", bad / "some.tsv", *DIRECTION, "--name", "some")
    assert (done["pairs"], done["skipped"]) == (2, 1)
    assert "some.tsv, line 3" in done["problems"][0]


def test_bad_test_sets_are_refused(mulm: Mulm, bad: Path) -> None:
    mulm.json("runs", "list")
    command = ("evaluate", *DIRECTION, "--systems", "starter")
    for name in ("empty.tsv", "binary.tsv", "cut.tmx", "some.tsv", "absent.tsv"):
        assert name in refused(mulm, *command, "--test", bad / name)
    parallel = ("--source-file", bad / "long.de", "--reference-file", bad / "short.fr")
    assert "3 lines but short.fr has 2" in refused(mulm, *command, *parallel)


def test_models_that_do_not_fit_are_refused(
    mulm: Mulm, bad: Path, model_without_weights: Path
) -> None:
    swahili = ("--source", "de", "--target", "sw")
    mulm.json("corpus", "import", bad / "swahili.tsv", *swahili, "--name", "sw")
    on = ("--corpus", "sw", *swahili)
    assert "weights" in refused(mulm, "models", "add", model_without_weights)
    assert "weights" in refused(mulm, "train", "--model", model_without_weights, *on)
    assert "sw" in refused(mulm, "train", "--model", "starter", *on).lower()
    lacking = ("translate", "--model", "starter", *swahili)
    assert "sw" in refused(mulm, *lacking, text="Haus\n").lower()
    assert "nosuch" in refused(mulm, "train", "--model", "nosuch", *on)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a single process")
def test_ctrl_c_keeps_the_best_and_twice_keeps_nothing(mulm: Mulm) -> None:
    import signal

    mulm.json("corpus", "import", *SAMPLE.train, *DIRECTION, "--name", "help")

    def interrupted(name: str, times: int) -> tuple[int, str]:
        training = mulm.start_training(name, "--evals-per-epoch", "20")
        assert training.stderr is not None
        read = ""
        for awaited in ("Step ", "Stopping")[:times]:  # something has been learnt; it has heard
            for line in training.stderr:
                read += line
                if line.startswith(awaited):
                    break
            training.send_signal(signal.SIGINT)
        _, errors = training.communicate(timeout=300)
        return training.returncode, read + errors

    status, errors = interrupted("stopped", 1)
    assert status == 0, errors
    assert "Stopping" in errors
    (listed,) = mulm.json("runs", "list")["runs"]
    assert (listed["status"], bool(listed["adapter"])) == ("stopped", True)
    status, errors = interrupted("cancelled", 2)
    assert status == 130, errors
    assert "Traceback" not in errors
    assert [run["id"] for run in mulm.json("runs", "list")["runs"]] == ["stopped"]
