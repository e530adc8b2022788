"""The demo does the whole job, in order, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tiny_model

from mulm_core.demo import run_demo
from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext
from mulm_core.samples import Sample
from mulm_core.workspace import Workspace


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    """A sample project of 36 pairs that the tiny model knows the languages of."""

    def write(name: str, rows: list[str]) -> Path:
        (tmp_path / name).write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
        return tmp_path / name

    train = write("train.en-fr.tsv", ["en\tfr", *("\t".join(pair) for pair in tiny_model.PAIRS)])
    held_out = tiny_model.PAIRS[:24]
    test = (
        write("test.en", [en for en, _ in held_out]),
        write("test.fr", [fr for _, fr in held_out]),
    )
    return Sample("tiny", "Tiny", "", "en", "fr", (train,), None, test, "CC0")


def run(job: Callable[[JobContext, Any], Any], request: Any, *, stoppable: bool = False) -> Any:
    return job(JobContext(), request)


def test_it_imports_trains_and_scores_twice(
    workspace: Workspace, sample: Sample, tiny_folder: Path
) -> None:
    said: list[str] = []
    result = run_demo(workspace, sample, str(tiny_folder), run, said.append)
    assert [line.split()[0] for line in said] == ["Sample", "Imported", "Zero-shot:", "Fine-tuned;"]
    assert (workspace.runs / result.run / "manifest.json").is_file()
    assert result.pairs > 0
    assert result.signature.startswith("nrefs:1|")
    assert len(result.segments) == 10
    assert result.segments[1].source == tiny_model.PAIRS[2][0]  # every other one of 24
    text = result.text()
    assert text.count("fine-tuned  ") == 10
    assert f"{result.fine_tuned_bleu:.1f} fine-tuned" in text


def test_cancelling_a_part_ends_the_whole(
    workspace: Workspace, sample: Sample, tiny_folder: Path
) -> None:
    ran: list[str] = []

    def cancel_second(
        job: Callable[[JobContext, Any], Any], request: Any, *, stoppable: bool = False
    ) -> Any:
        ran.append(job.__name__)
        ctx = JobContext()
        if len(ran) == 2:
            ctx.cancel()
        return job(ctx, request)

    with pytest.raises(Cancelled):
        run_demo(workspace, sample, str(tiny_folder), cancel_second, lambda text: None)
    assert ran == ["import_corpus", "evaluate"]
