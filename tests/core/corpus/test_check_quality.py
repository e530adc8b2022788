"""The bundled samples, made dirty on purpose: every kind of dirt is found, clean rows stay."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mulm_core.corpus import CorpusStore, View, get_corpus, read_pairs
from mulm_core.corpus.checks import ScanRequest, scan
from mulm_core.jobs import JobContext

SAMPLES = Path(__file__).resolve().parents[3] / "resources" / "samples"
EACH = 40  # rows of each kind of dirt
RECALL = 0.95
FALSE_ALARMS = 0.005  # of the clean rows, each check

ENGLISH = [
    "There is nothing that we can do about this problem before tomorrow morning.",
    "Please read these instructions carefully before you start the program.",
    "The old house on the hill has been empty for more than twenty years now.",
    "She asked him whether he would come with her to the village in the evening.",
]
Pair = tuple[str, str]


def broken(text: str) -> str:
    return text.encode("utf-8").decode("cp1252", "replace").replace("\ufffd", "")


def without_last_half(text: str) -> str:
    return text[: len(text) // 6]


DIRT: dict[str, Callable[[Pair, random.Random], Pair]] = {
    "empty": lambda pair, rng: (pair[0], rng.choice(["-", "…", "\u200b", "***"])),
    "untranslated": lambda pair, rng: (pair[0], pair[0]),
    "encoding": lambda pair, rng: (pair[0], f"{pair[1]} {broken('déjà été réglé')}"),
    "control": lambda pair, rng: (pair[0] + rng.choice("\x07\x1b\u200b\ufeff") + "!", pair[1]),
    "language": lambda pair, rng: (pair[0], rng.choice(ENGLISH)),
    "script": lambda pair, rng: (pair[0], pair[1].replace("e", "е", 1).replace("a", "а", 1)),
    "length_ratio": lambda pair, rng: (pair[0], without_last_half(pair[1])),
    "numbers": lambda pair, rng: (f"{pair[0]} (4{rng.randrange(100, 999)})", f"{pair[1]} (17)"),
    "placeholders": lambda pair, rng: (f"{pair[0]} {rng.choice(['%s', '{name}', '<b>'])}", pair[1]),
    "links": lambda pair, rng: (f"{pair[0]} https://example.org/{rng.random()}", pair[1]),
    "personal": lambda pair, rng: (
        f"{pair[0]} anna{rng.randrange(99)}@gmx.de",
        f"{pair[1]} {rng.choice(['+49 30 901820', 'DE89 3704 0044 0532 0130 00'])}",
    ),
    "duplicates": lambda pair, rng: pair,
    "conflicts": lambda pair, rng: (pair[0], f"{pair[1]} Vraiment."),
    "near_duplicates": lambda pair, rng: (f"{pair[0]}!", f"{pair[1]}!"),
}  # fmt: skip


def long_pairs(name: str) -> tuple[list[Pair], list[Pair]]:
    """The sample's pairs, and those of them that are long enough to be judged."""
    pairs, _ = read_pairs([SAMPLES / name / "train.de-fr.tmx"], "de", "fr")
    return pairs, [pair for pair in pairs if all(80 <= len(side) <= 300 for side in pair)]


@pytest.fixture(params=["libreoffice-de-fr", "wesnoth-de-fr"])
def dirtied(request, tmp_path, take):
    """A corpus with known dirt: the ids of the dirty rows by kind, and all clean ids."""
    rng = random.Random(5)
    pairs, long = long_pairs(request.param)
    rows = list(pairs)
    dirty = {}
    for kind, spoil in DIRT.items():
        spoilt = [spoil(pair, rng) for pair in rng.sample(long, EACH)]
        dirty[kind] = set(range(len(rows) + 1, len(rows) + EACH + 1))
        rows += spoilt
    path = tmp_path / "dirty.tsv"
    lines = ["\t".join(re.sub(r"\s", " ", side) for side in pair) for pair in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    take(path, name="dirty")
    return dirty, set(range(1, len(pairs) + 1))


def test_every_kind_of_dirt_is_found_and_clean_rows_stay(workspace, dirtied):
    dirty, clean = dirtied
    results = {r.key: r for r in scan(JobContext(), ScanRequest(workspace, "dirty"))}
    with CorpusStore.open(get_corpus(workspace, "dirty").path) as store:
        flagged = {key: set(store.ids(View(check=key))) for key in results}
    recall = {kind: len(rows & flagged[kind]) / EACH for kind, rows in dirty.items()}
    assert min(recall.values()) >= RECALL, recall
    # The samples have some near copies of their own; a copy may also stand for its original.
    alarms = {
        kind: len(clean & flagged[kind]) / len(clean)
        for kind in dirty
        if kind not in ("near_duplicates", "duplicates", "conflicts")
    }
    assert max(alarms.values()) <= FALSE_ALARMS, alarms
    assert all(results[kind].samples for kind in dirty)
    assert all(results[kind].threshold and results[kind].why for kind in dirty)


def test_single_sentences_in_a_language_that_the_corpus_lacks(workspace, take, tmp_path):
    strange = [
        "Este texto está escrito en español aunque debería estar en francés.",
        "Questo testo è scritto in italiano anche se dovrebbe essere francese.",
    ]
    pairs = read_pairs([SAMPLES / "wesnoth-de-fr" / "train.de-fr.tmx"], "de", "fr")[0][:600]
    path = tmp_path / "strange.tsv"
    rows = [*pairs, *(("Dieser Satz ist auf Deutsch geschrieben.", text) for text in strange)]
    path.write_text(
        "".join(f"{' '.join(a.split())}\t{' '.join(b.split())}\n" for a, b in rows), "utf-8"
    )
    take(path)
    (result,) = scan(JobContext(), ScanRequest(workspace, "c", ("language",)))
    with CorpusStore.open(get_corpus(workspace, "c").path) as store:
        assert list(store.ids(View(check="language")))[-2:] == [601, 602]
    assert result.flagged <= 2 + FALSE_ALARMS * len(pairs)
    assert "hardly holds by more than 90 %" in result.threshold


@pytest.mark.parametrize("name", ["libreoffice-de-fr", "wesnoth-de-fr"])
def test_a_clean_corpus_stays_nearly_whole(workspace, take, name):
    take(SAMPLES / name / "train.de-fr.tmx", name="clean")
    for result in scan(JobContext(), ScanRequest(workspace, "clean")):
        limit = 0.02 if result.key in ("near_duplicates", "leakage") else FALSE_ALARMS
        assert result.flagged <= limit * result.before, result
