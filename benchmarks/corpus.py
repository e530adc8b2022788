"""A corpus of a million pairs: import, memory, search, statistics, the window, kill -9.

    python benchmarks/corpus.py                      # everything; half an hour on two cores
    python benchmarks/corpus.py --units 200000 --kills 5

Each figure comes with its limit. The peer of the import is translate-toolkit merely loading the
same TMX (`tmxfile.parsefile`). It is no part of this program (GPL): install it anywhere and give
that Python as --peer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NAME = "big"
_ROUNDS = 3  # of the import and its peer; the quickest of each counts
_PEER = """
import sys, time
from translate.storage.tmx import tmxfile
begin, used = time.perf_counter(), time.process_time()
store = tmxfile.parsefile(sys.argv[1])
print(time.perf_counter() - begin, time.process_time() - used, len(store.units))
"""


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--peer", default=sys.executable, help="a Python with translate-toolkit")
    parser.add_argument("--kills", type=int, default=30, help="of each kind of operation")
    parser.add_argument("--folder", type=Path, help="where to work; kept afterwards")
    parser.add_argument("--job", help=argparse.SUPPRESS)  # one measurement in its own process
    options = parser.parse_args()
    if options.job:
        return JOBS[options.job](options.folder)
    with tempfile.TemporaryDirectory(prefix="mulm-corpus-") as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        measure(folder, options)
    return 0


def measure(folder: Path, options: argparse.Namespace) -> None:
    """All measurements, one after the other."""
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    small = generate(folder / "small.tmx", options.units // 10)
    large = generate(folder / "large.tmx", options.units)
    smaller = run(folder / "a", "import", small)
    peers, ours = [], []
    for _ in range(_ROUNDS):  # by turns, so that a busy moment of the machine harms neither alone
        peers.append(peer(options.peer, large))
        ours.append(run(folder / "b", "import", large))
    quickest = min(ours, key=lambda one: float(one["seconds"]))
    larger = {**quickest, "peak_mb": max(one["peak_mb"] for one in ours)}
    for found in (smaller, larger):
        say(
            f"import of {found['pairs']:,} units ({found['bytes'] / 1e6:.0f} MB)",
            f"{found['seconds']:.1f} s ({found['busiest']:.1f} s of processor time in the "
            f"busier of its two processes), {found['peak_mb']:.0f} MB at most in both",
            "200 MB" if found is larger else "",
        )
    print(f"  memory for ten times as much: x {larger['peak_mb'] / smaller['peak_mb']:.2f}")
    known = [one for one in peers if one is not None]
    if known:
        each = ", ".join(
            f"{mine['seconds'] / theirs[0]:.2f}" for mine, theirs in zip(ours, known, strict=True)
        )
        best, used, memory = min(known)
        say(
            f"translate-toolkit loads the same file ({memory:.0f} MB)",
            f"{best:.1f} s ({used:.1f} s of processor time); ours is x "
            f"{larger['seconds'] / best:.2f} of it (round by round: {each})",
            "x 1.00",
        )
    else:
        print("translate-toolkit is not installed here; give a Python that has it as --peer")
    for job in ("rows", "window"):
        run(folder / "b", job, large)
    kill(options.kills)


def say(what: str, found: str, limit: str = "") -> None:
    """One line of the report."""
    print(f"{what}: {found}{f' (limit {limit})' if limit else ''}", flush=True)


def generate(path: Path, units: int) -> Path:
    """A TMX of sentences of the samples with words exchanged; one in fifty is Chinese."""
    if path.exists():
        return path
    chance = random.Random(1)
    pairs = list(sample_pairs())
    words = [[word for pair in pairs for word in pair[side].split()] for side in (0, 1)]
    han = [chr(0x4E00 + int(chance.paretovariate(1.0) * 37) % 3000) for _ in range(200_000)]

    def varied(text: str, side: int) -> str:
        parts = text.split()
        for _ in range(max(1, len(parts) // 4)):
            parts[chance.randrange(len(parts))] = chance.choice(words[side])
        return escape(" ".join(parts))

    with path.open("w", encoding="utf-8") as stream:
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n')
        stream.write('<header segtype="sentence" srclang="de" datatype="plaintext"/>\n<body>\n')
        for number in range(units):
            source, target = chance.choice(pairs)
            left, right = varied(source, 0), varied(target, 1)
            if number % 50 == 0:
                start = chance.randrange(len(han) - 40)
                right = "".join(han[start : start + chance.randrange(8, 40)])
            stream.write(
                f'<tu tuid="{number}"><tuv xml:lang="de"><seg>{left}</seg></tuv>'
                f'<tuv xml:lang="fr"><seg>{right}</seg></tuv></tu>\n'
            )
        stream.write("</body></tmx>\n")
    return path


def sample_pairs() -> Iterator[tuple[str, str]]:
    """Sentences of the sample projects of the length that memories mostly have."""
    from mulm_core.corpus import read_pairs

    for path in sorted((ROOT / "resources" / "samples").glob("*/train.*.tmx")):
        for source, target in read_pairs([path], "de", "fr")[0]:
            if 20 < len(source) < 140 and len(target) < 140:
                yield source, target


def peer(python: str, file: Path) -> tuple[float, float, float] | None:
    """Seconds, processor seconds and peak MB of translate-toolkit loading ``file``, if it can."""
    with (
        subprocess.Popen(
            [python, "-c", _PEER, str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
        Peak(process.pid) as peak,
    ):
        output = process.communicate()[0]
    if process.returncode:
        return None
    seconds, used, _ = output.split()
    return float(seconds), float(used), peak.mb


def run(folder: Path, job: str, file: Path) -> dict[str, Any]:
    """One measurement in a process of its own; lines that are no JSON are passed on."""
    folder.mkdir(exist_ok=True)
    (folder / "file").write_text(str(file), encoding="utf-8")
    command = [sys.executable, __file__, "--job", job, "--folder", str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        Peak(process.pid) as peak,
    ):
        output = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{job} failed")
    found: dict[str, Any] = {"peak_mb": peak.mb}
    for line in output.splitlines():
        if line.startswith("{"):
            found.update(json.loads(line))
        else:
            print(line, flush=True)
    return found


class Peak:
    """The most memory that a process and its children hold together, looked at often."""

    def __init__(self, pid: int) -> None:
        self.mb = 0.0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        import psutil

        while not self._ended.wait(0.05):
            try:
                process = psutil.Process(self._pid)
                family = [process, *process.children(recursive=True)]
                held = sum(one.memory_info().rss for one in family)
            except psutil.Error:
                continue
            self.mb = max(self.mb, held / 1e6)


def job_import(folder: Path) -> int:
    """Import into a new corpus and print how long it took."""
    from mulm_core.corpus import ImportRequest, delete_corpus, import_corpus, list_corpora
    from mulm_core.jobs import JobContext
    from mulm_core.workspace import Workspace

    workspace = Workspace.open(folder)
    for info in list_corpora(workspace):
        delete_corpus(workspace, info.name)
    file = Path((folder / "file").read_text(encoding="utf-8"))
    begin, before = time.perf_counter(), os.times()
    result = import_corpus(JobContext(), ImportRequest(workspace, (file,), "de", "fr", NAME))
    seconds, after = time.perf_counter() - begin, os.times()
    own, helper = (
        sum(after[at : at + 2]) - sum(before[at : at + 2])  # of it and of those it started
        for at in (0, 2)
    )
    found = {"seconds": seconds, "pairs": result.pairs, "bytes": file.stat().st_size}
    print(json.dumps({**found, "busiest": max(own, helper)}))
    return 0


def job_rows(folder: Path) -> int:
    """Opening, scrolling, searching, filtering, counting, undoing, statistics, export."""
    from mulm_core.corpus import (
        CorpusStore,
        ExportRequest,
        StatisticsRequest,
        View,
        export_view,
        get_corpus,
        statistics,
    )
    from mulm_core.jobs import JobContext
    from mulm_core.workspace import Workspace

    workspace = Workspace.open(folder)
    say("open, with all counts", *timed(lambda: get_corpus(workspace, NAME), 5), "1000 ms")
    path = get_corpus(workspace, NAME).path
    with CorpusStore.open(path) as store:
        total = store.count()
        flagged = ((id, "made up") for id in range(7, total, 11))
        say("flag every eleventh row", *timed(lambda: store.write_flags("c", flagged, {}, {}), 1))
        say("apply that check", *timed(lambda: store.apply_check("c"), 1))
        views = {
            "all": View(),
            "train": View(split="train"),
            "dev": View(split="dev"),
            "used": View(check="used"),
            "excluded": View(check="excluded"),
            "flagged, in test": View(split="test", check="c"),
        }
        for name, view in views.items():
            say(f"count, {name}", *timed(lambda view=view: store.count(view), 5), "100 ms")
            size = store.count(view)
            for place in (0, size // 2, max(size - 50, 0)):
                page = timed(lambda view=view, place=place: store.page(place, 50, view), 5)
                say(f"page at {place:,}, {name}", *page, "100 ms")
        search(store)
        edit = timed(lambda: store.edit(total // 2, "source", f"edited {time.time()}"), 5)
        say("edit a cell", *edit)
        say("undo that", *timed(store.undo, 3))
        say("move every third row to test", *timed(lambda: move(store, total), 1))
        say("undo that", *timed(store.undo, 1))
        say("take the check back", *timed(lambda: store.undo_check("c"), 1))
    request = StatisticsRequest(workspace, NAME)
    say("statistics", *timed(lambda: statistics(JobContext(), request), 1), "5000 ms")
    say("statistics again", *timed(lambda: statistics(JobContext(), request), 3))
    for format in ("tmx", "jsonl"):
        request_export = ExportRequest(workspace, NAME, folder / f"out.{format}", format)
        exported = timed(lambda r=request_export: export_view(JobContext(), r), 1)
        say(f"export all as {format}", *exported)
    return 0


def search(store: Any) -> None:
    """What is typed into the search box: the first page at once, and what counting costs."""
    from mulm_core.corpus import View

    rare = next(store.rows(View(split="dev")))[1][:30]
    typed = [
        "e", "~", "ж", "de", "qx", "的", "翻译", "丁丂", "zeb", "ein", "drache", "der fluss",
        "zebrafisch", "nirgendwo zu finden", rare,
    ]  # fmt: skip
    for query in typed:
        for filters in ({}, {"split": "dev"}, {"check": "excluded"}):
            view = View(query, **filters)
            named = ", ".join([repr(query), *filters.values()])
            say(f"first page of {named}", *timed(lambda v=view: store.page(0, 50, v), 3), "100 ms")
    for query in ("e", "ein", "drache", rare):
        view = View(query)
        begin = time.perf_counter()
        found = store.count(view)
        first = (time.perf_counter() - begin) * 1000
        again = timed(lambda v=view: store.count(v), 3)[0]
        page = timed(lambda v=view, n=found: store.page(n // 2, 50, v), 5)[0]
        say(
            f"count of {query!r} ({found:,} rows)",
            f"{first:.0f} ms, in the background; again {again}; then a page in its middle {page}",
        )


def move(store: Any, total: int) -> None:
    """A third of the rows into the test split, as one operation."""
    store.set_splits(((id, "test") for id in range(1, total, 3)), {"by": "given"})


def timed(act: Callable[[], Any], times: int) -> tuple[str]:
    """The median and the worst of several calls, in words."""
    spent = []
    for _ in range(times):
        begin = time.perf_counter()
        act()
        spent.append((time.perf_counter() - begin) * 1000)
    worst = f", {max(spent):.0f} ms at worst" if times > 1 else ""
    return (f"{statistics.median(spent):.0f} ms{worst}",)


def job_window(folder: Path) -> int:
    """How late a 10 ms timer of the GUI thread is while the window's own job imports."""
    from PySide6.QtCore import QEventLoop

    from app.heartbeat import Heartbeat
    from app.launch import make_application, make_context, make_window
    from mulm_core.corpus import ImportRequest, import_corpus

    make_application()
    ctx = make_context(folder / "window")
    window = make_window(ctx)
    window.show()
    window.show_page("corpora")
    file = Path((folder / "file").read_text(encoding="utf-8"))
    heartbeat = Heartbeat()
    loop = QEventLoop()
    request = ImportRequest(ctx.workspace, (file,), "de", "fr", NAME)
    heartbeat.start()
    job = ctx.runner.start(import_corpus, request, title="Import", page="corpora")
    job.finished.connect(loop.quit)
    loop.exec()
    heartbeat.stop()
    late = heartbeat.percentile(0.99)
    found = f"{late:.0f} ms late at the 99th percentile of {heartbeat.beats} beats"
    say("window while importing", f"{found}, {heartbeat.worst():.0f} ms at worst", "33 ms")
    window.close()
    return 0


def kill(times: int) -> None:
    """The test that kills operations in their middle, more often than in every test run."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "tests/core/corpus/test_kill.py"],
        cwd=ROOT,
        env={**os.environ, "MULM_KILLS": str(times)},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in re.findall(r"^\.?(.* kills in .*)$", done.stdout, re.MULTILINE):
        print(line)
    print("kill -9: all or nothing, every time" if not done.returncode else done.stdout)


JOBS = {"import": job_import, "rows": job_rows, "window": job_window}

if __name__ == "__main__":
    raise SystemExit(main())
