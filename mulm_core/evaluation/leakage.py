"""What a run's training data gives away of the test set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mulm_core import languages
from mulm_core.corpus import CorpusInfo, get_corpus
from mulm_core.corpus.checks.overlap import Overlap, find_overlap, usual_likeness
from mulm_core.errors import MulmError, UserError
from mulm_core.evaluation.results import Leakage
from mulm_core.evaluation.testset import TestSet
from mulm_core.runs import Run, get_run
from mulm_core.workspace import Workspace

_MOST_PARENTS = 100  # a chain that is longer goes in a circle


@dataclass(frozen=True)
class Asked:
    """A test set in its direction."""

    test: TestSet
    source: str
    target: str


def find_leakage(
    workspace: Workspace,
    asked: Asked,
    runs: Sequence[str],
    check: Callable[[], None],
    progress: Callable[[float, float], None] = lambda done, total: None,
) -> tuple[Leakage, ...]:
    """The overlap of the test set with each run's training data, that of its parents included.

    A corpus that two runs learned from is read once. What cannot be looked at is told in the
    result's ``problem``; ``check`` may raise.
    """
    if not runs:
        return ()
    test = asked.test
    pairs = list(zip(test.sources, test.references, strict=True))
    limit = usual_likeness(pairs, asked.source, asked.target)
    lineages = [_lineage(workspace, run) for run in runs]
    names = list(dict.fromkeys(name for corpora, _ in lineages for name in corpora))
    found: dict[str, Overlap | str] = {}
    for at, name in enumerate(names):

        def told(done: int, total: int, at: int = at) -> None:
            progress(at + (done / total if total else 1.0), len(names))

        try:
            corpus = get_corpus(workspace, name)
            texts = _sides(corpus, asked)
            found[name] = find_overlap(corpus.path, texts, limit, check, told)
        except MulmError as error:
            found[name] = error.sentence()
    return tuple(
        _leakage(run, corpora, problems, found, limit)
        for run, (corpora, problems) in zip(runs, lineages, strict=True)
    )


def _leakage(
    run: str,
    corpora: list[str],
    problems: list[str],
    found: dict[str, Overlap | str],
    limit: float,
) -> Leakage:
    parts = [found[name] for name in corpora]
    seen = [part for part in parts if isinstance(part, Overlap)]
    exact = set().union(*(part.exact for part in seen))
    near = set().union(*(part.near for part in seen)) - exact
    return Leakage(
        run=run,
        corpora=tuple(corpora),
        pairs=sum(part.rows for part in seen),
        exact=tuple(sorted(exact)),
        near=tuple(sorted(near)),
        likeness=limit,
        problem=" ".join([*problems, *(part for part in parts if isinstance(part, str))]),
    )


def training_corpora(run: Run) -> list[str]:
    """The names of the corpora that a run itself learned from."""
    manifest = run.manifest
    # Runs of earlier versions have one corpus, and list no tasks.
    return list(dict.fromkeys([manifest.corpus, *(task["corpus"] for task in manifest.tasks)]))


def _lineage(workspace: Workspace, name: str) -> tuple[list[str], list[str]]:
    """The corpora of a run and of those it goes on from, and what is missing of them."""
    corpora: list[str] = []
    for _ in range(_MOST_PARENTS):
        try:
            run = get_run(workspace, name)
        except UserError as error:
            return list(dict.fromkeys(corpora)), [error.sentence()]
        corpora += training_corpora(run)
        name = run.manifest.parent
        if not name:
            break
    return list(dict.fromkeys(corpora)), []


def _sides(corpus: CorpusInfo, asked: Asked) -> dict[str, list[tuple[int, str]]]:
    """The test set's texts by the side of the corpus that is in their language."""
    test = asked.test
    texts = {
        asked.source: list(enumerate(test.sources)),
        asked.target: [pair for stream in test.streams for pair in enumerate(stream)],
    }
    found: dict[str, list[tuple[int, str]]] = {}
    for tag, numbered in texts.items():
        known = [corpus.source, corpus.target]
        if match := languages.match(tag, known):
            found.setdefault("source" if match == corpus.source else "target", []).extend(numbered)
    return found
