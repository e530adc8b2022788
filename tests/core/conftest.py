"""A tiny real model and a small corpus for the engine's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tiny_model
import torch

from mulm_core.corpus import ImportRequest, import_corpus
from mulm_core.jobs import JobContext
from mulm_core.training import TrainRequest, recipe_from
from mulm_core.workspace import Workspace

_SHORT = {
    "epochs": 2,
    "evals_per_epoch": 1,
    "batch_tokens": 256,
    "learning_rate": 0.02,
    "general_size": 0,
}


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """On models this small, threads waiting for each other take longer than the work."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that knows English and French; tests must not change it."""
    return tiny_model.build(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def workspace(own_workspace: Path) -> Workspace:
    """An empty workspace of this test's own."""
    return Workspace.open(own_workspace)


@pytest.fixture
def corpus(workspace: Workspace, tmp_path: Path) -> str:
    """The name of a corpus, English to French, in the workspace."""
    file = tmp_path / "tiny.tsv"
    rows = [("en", "fr"), *tiny_model.PAIRS]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    import_corpus(JobContext(), ImportRequest(workspace, (file,), "en", "fr", "tiny"))
    return "tiny"


@pytest.fixture
def request_for(
    workspace: Workspace, corpus: str, tiny_folder: Path
) -> Callable[..., TrainRequest]:
    """Makes a training of seconds; keywords change the recipe."""

    def make(**changes: object) -> TrainRequest:
        settings = {**_SHORT, **changes}
        recipe = recipe_from("quick", {key: str(value) for key, value in settings.items()})
        return TrainRequest(workspace, str(tiny_folder), corpus, "en", "fr", recipe)

    return make
