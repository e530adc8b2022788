"""The window's tests run without a screen, on a workspace and settings of their own."""

from __future__ import annotations

import gc
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.context import AppContext
from app.main_window import MainWindow

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """Widgets of earlier tests are garbage; a worker thread of this one must not destroy them."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def context(qtbot: QtBot, own_workspace: Path) -> Iterator[AppContext]:
    """What pages are handed, on an empty workspace; its threads end with the test."""
    from app.launch import make_application, make_context
    from app.theme import theme

    make_application()
    made = make_context(own_workspace)
    yield made
    made.runner.close()
    theme().set_mode("light")
    theme().set_scale(1.0)


@pytest.fixture
def window(qtbot: QtBot, context: AppContext) -> Iterator[MainWindow]:
    """The whole window, shown; closed at the end as a person would."""
    from app.launch import make_window

    made = make_window(context)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    qtbot.waitUntil(lambda: not context.runner.jobs, timeout=20_000)
    made.close()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engine tests' model of a few kilobytes: English and French."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "core"))
    import tiny_model
    import torch

    # On a model this small, threads waiting for each other take longer than the work.
    torch.set_num_threads(1)
    return tiny_model.build(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TSV file that the tiny model can learn, English and French."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "core"))
    import tiny_model

    file = tmp_path_factory.mktemp("texts") / "office.en-fr.tsv"
    rows = [("en", "fr"), *tiny_model.PAIRS]
    file.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, small_corpus: Path) -> Path:
    """A workspace with the tiny model, a corpus ``office`` and one finished run on it."""
    from mulm_core.corpus import ImportRequest, import_corpus
    from mulm_core.jobs import JobContext
    from mulm_core.models import add_model
    from mulm_core.training import TrainRequest, recipe_from, train
    from mulm_core.workspace import Workspace

    workspace = Workspace.open(tmp_path_factory.mktemp("trained") / "workspace")
    model = add_model(workspace, tiny_model).id
    import_corpus(JobContext(), ImportRequest(workspace, (small_corpus,), "en", "fr", "office"))
    changes = {
        "epochs": "3",
        "evals_per_epoch": "1",
        "batch_tokens": "256",
        "learning_rate": "0.02",
        "dev_size": "4",
    }
    recipe = recipe_from("quick", changes)
    train(JobContext(), TrainRequest(workspace, model, "office", "en", "fr", recipe))
    return workspace.root


@pytest.fixture
def worked(own_workspace: Path, trained: Path) -> Path:
    """The test's own workspace holds a copy of the trained one; ask for it before ``window``."""
    shutil.copytree(trained, own_workspace, dirs_exist_ok=True)
    return own_workspace
