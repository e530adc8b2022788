"""A process that is killed in the middle: the corpus opens and holds all of its work or nothing.

``MULM_KILLS=30`` kills each operation thirty times, as ``benchmarks/corpus.py`` does.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time

import pytest

from mulm_core.corpus import CorpusStore, get_corpus, list_corpora
from mulm_core.workspace import Workspace

KILLS = int(os.environ.get("MULM_KILLS", "1"))
ROWS = 8000
MOMENTS = ("imported", "at", "scanned")  # the only difference between two runs

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")

CHILD = """
    import sys
    from pathlib import Path
    from mulm_core.corpus import CorpusStore, ImportRequest, get_corpus, import_corpus, intake
    from mulm_core.jobs import JobContext
    from mulm_core.workspace import Workspace

    workspace, file = Workspace(Path(sys.argv[1])), Path(sys.argv[2])

    def load(name):
        import_corpus(JobContext(), ImportRequest(workspace, (file,), "de", "fr", name))

    def open_store():
        return CorpusStore.open(get_corpus(workspace, "c").path)

    def there(name):
        intake._OWN_PROCESS = 0
        load(name)

    OPERATIONS = {
        "import new": lambda: load("new"),
        "import more": lambda: load("c"),
        "import with a helper": lambda: there("c"),
        "apply a check": lambda: open_store().apply_check("length"),
        "split": lambda: open_store().set_splits(
            ((id, "test") for id in range(1, 8001)), {"by": "given"}
        ),
        "edit": lambda: open_store().rewrite(
            ((id, "target", f"neu {id}") for id in range(1, 8001)), "Edit"
        ),
        "undo": lambda: open_store().undo(),
    }
    print("ready", flush=True)
    OPERATIONS[sys.argv[3]]()
    print("done", flush=True)
"""


@pytest.fixture
def base(workspace, take, pairs_tsv):
    """A workspace with one corpus that has something to apply and something to undo."""
    take(pairs_tsv(ROWS))
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        store.write_flags("length", [(id, "long") for id in range(1, ROWS + 1)], {}, {})
        store.exclude(range(1, ROWS, 2), "every other")
    return workspace


def start(workspace, file, operation):
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(workspace.root), str(file), operation],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def state(workspace):
    """A digest of every row and decision in each corpus that is listed; all of them intact."""
    digests = {}
    for info in list_corpora(workspace):
        connection = sqlite3.connect(info.path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        digest = hashlib.sha256()
        for table in ("pairs", "files", "checks", "flags", "operations", "changes", "blocks"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(column for column in columns if column not in MOMENTS)
            for row in connection.execute(f"SELECT {kept} FROM {table}"):
                digest.update(repr(row).encode())
        connection.close()
        digests[info.name] = digest.hexdigest()
    return digests


@pytest.mark.parametrize(
    "operation",
    [
        "import new",
        "import more",
        "import with a helper",
        "apply a check",
        "split",
        "edit",
        "undo",
    ],
)
def test_all_or_nothing(base, pairs_tsv, tmp_path, operation):
    file = pairs_tsv(ROWS, "more.tsv", start=ROWS)
    before = state(base)
    whole = Workspace(shutil.copytree(base.root, tmp_path / "whole"))
    with start(whole, file, operation) as child:
        began = time.monotonic()
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        duration = time.monotonic() - began
    after = state(whole)
    assert after != before
    seen = set()
    for trial in range(KILLS):
        place = Workspace(shutil.copytree(base.root, tmp_path / "trial"))
        with start(place, file, operation) as child:
            time.sleep(random.Random(f"{operation} {trial}").uniform(0, 1) * duration)
            child.send_signal(signal.SIGKILL)
            child.wait()
        found = state(place)
        assert found in (before, after)
        seen.add(found == after)
        shutil.rmtree(place.root)
    print(f"{operation}: {KILLS} kills in {duration:.2f} s, found {seen}")
