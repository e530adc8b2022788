"""What every test must respect: no leaked threads, no network, its own workspace."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"

# Started once by libraries and kept for the process's life.
_LIBRARY_THREADS = ("ThreadPoolExecutor", "asyncio", "tqdm", "Dummy-", "QDBus", "pytest_timeout")


@pytest.fixture(autouse=True)
def no_leaked_threads():
    """Fail a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while left := [
        thread
        for thread in set(threading.enumerate()) - before
        if thread.is_alive() and not thread.name.startswith(_LIBRARY_THREADS)
    ]:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {[thread.name for thread in left]}")
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def own_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test ever sees the user's own workspace."""
    folder = tmp_path / "workspace"
    monkeypatch.setenv("MULM_WORKSPACE", str(folder))
    return folder
