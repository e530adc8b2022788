"""All checks over a large corpus: seconds and peak memory (this process and its helpers).

``python benchmarks/corpus_checks.py [PAIRS] [--corpus FOLDER]`` makes a corpus of sentences with
words and lengths of the bundled samples (German and French), 5 % of them near copies and 1 % with
each kind of dirt, and scans it with every check.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from mulm_core.corpus import ImportRequest, get_corpus, import_corpus, read_pairs
from mulm_core.corpus.checks import ScanRequest, scan
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
LIMIT_S, LIMIT_MB = 180, 1000
_PER_FILE = 100_000


def sentences(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Pairs of random words, as long as the samples'; some nearly repeated, some dirty."""
    rng = random.Random(seed)
    samples = [
        pair
        for name in ("libreoffice-de-fr", "wesnoth-de-fr")
        for pair in read_pairs(
            [ROOT / "resources" / "samples" / name / "train.de-fr.tmx"], "de", "fr"
        )[0]
        if len(pair[0]) < 150
    ]
    words = [[word for pair in samples for word in pair[side].split()] for side in (0, 1)]
    lengths = [tuple(len(side.split()) for side in pair) for pair in samples]
    last = samples[0]
    for number in range(count):
        if number % 20 == 0:
            pair = (f"{last[0]} {number}", f"{last[1]} {number}")
        else:
            size = rng.choice(lengths)
            pair = tuple(" ".join(rng.choices(words[side], k=size[side])) for side in (0, 1))
        if number % 100 == 1:
            pair = dirty(pair, rng.randrange(8))
        yield pair
        last = pair


def dirty(pair: tuple[str, str], kind: int) -> tuple[str, str]:
    """The pair with one kind of trouble."""
    source, target = pair
    broken = target.encode().decode("cp1252", "replace")
    return (
        (source, source),
        (source, f"{target} {target} {target} {target}"),
        (f"{source} 4711", target),
        (f"{source} %s <b>", target),
        (source, broken),
        (f"{source} https://example.org/a", target),
        (source, f"{target}\u200b"),
        (source, "The sides of this pair have nothing to do with each other at all."),
    )[kind]


def build(folder: Path, count: int) -> Workspace:
    """A workspace with the corpus ``big``."""
    workspace = Workspace.open(folder)
    rows = sentences(count)
    for start in range(0, count, _PER_FILE):
        path = folder / f"part{start}.tsv"
        with path.open("w", encoding="utf-8") as out:
            for _, pair in zip(range(min(_PER_FILE, count - start)), rows, strict=False):
                out.write("\t".join(re.sub(r"[\t\r\n]", " ", side) for side in pair) + "\n")
        import_corpus(JobContext(), ImportRequest(workspace, (path,), "de", "fr", "big"))
        path.unlink()
    return workspace


class Memory:
    """The largest memory of this process and its helpers together, looked at ten times a second.

    Pages that they share are counted once for each, so the true number is smaller.
    """

    def __init__(self) -> None:
        self.peak = self.own = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._done.wait(0.1):
            own = me.memory_info().rss
            others = 0
            for child in me.children(recursive=True):
                try:
                    others += child.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.own, self.peak = max(self.own, own), max(self.peak, own + others)


def main() -> int:
    """Print what the scan took; exit status 1 when it took too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--corpus", type=Path, help="keep the corpus in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.corpus or Path(temporary)
        begin = time.perf_counter()
        workspace = Workspace.open(folder)
        if not list(workspace.corpora.glob("*.corpus")):
            workspace = build(folder, options.pairs)
        size = get_corpus(workspace, "big").path.stat().st_size / 1e6
        print(f"corpus of {options.pairs:,} pairs, {size:,.0f} MB, made in "
              f"{time.perf_counter() - begin:.0f} s")  # fmt: skip
        before = os.times()
        begin = time.perf_counter()
        with Memory() as memory:
            results = scan(JobContext(), ScanRequest(workspace, "big"))
        seconds = time.perf_counter() - begin
        used = os.times()
    for result in results:
        print(f"  {result.title:28} {result.flagged:>9,} flagged  {result.skipped}")
    megabytes = memory.peak / 1e6
    print(f"all checks: {seconds:.0f} s (limit {LIMIT_S}), peak memory {megabytes:.0f} MB with "
          f"helpers, {memory.own / 1e6:.0f} MB alone (limit {LIMIT_MB})")  # fmt: skip
    # On a busy machine the seconds say little; these are what the cores worked for it.
    here = used.user + used.system - before.user - before.system
    print(f"processor time: {here:.0f} s in this process, "
          f"{used.children_user + used.children_system:.0f} s in its helpers")  # fmt: skip
    return int(seconds > LIMIT_S or megabytes > LIMIT_MB)


if __name__ == "__main__":
    raise SystemExit(main())
