"""What every test must respect: no leaked threads, no network, its own workspace."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"
# Tests that run side by side share the processors; threads that wait for each other are slower.
if side_by_side := int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")):
    os.environ["OMP_NUM_THREADS"] = str(max(1, (os.cpu_count() or 1) // side_by_side))

# Started once by libraries and kept for the process's life.
_LIBRARY_THREADS = ("ThreadPoolExecutor", "asyncio", "tqdm", "Dummy-", "QDBus", "pytest_timeout")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The journeys begin first, each on a processor of its own; the short tests fill up."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the journeys measured: the tests' own processes have no terminal."""
    for report in terminalreporter.stats.get("passed", []):
        for _, told in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}\n  {told}")


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
