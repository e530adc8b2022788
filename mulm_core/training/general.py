"""Text outside every corpus' domain: what a model forgets while it learns shows there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mulm_core import languages
from mulm_core.corpus import CorpusStore, find_corpus, read_pairs
from mulm_core.errors import UserError
from mulm_core.workspace import Workspace

Pairs = list[tuple[str, str]]


def general_pairs(workspace: Workspace, choice: str, source: str, target: str) -> Pairs:
    """General pairs from ``source`` to ``target``; none where the program has none of its own.

    ``choice`` is a file of any format that corpora have, or a corpus, whose test pairs are taken
    first; empty: the everyday sentences that come with the program. Raises :class:`UserError` for
    a file or corpus that is missing, or holds nothing in these languages.
    """
    if not choice:
        return _everyday(source, target)
    pairs = _chosen(workspace, choice, source, target)
    if not pairs:
        raise UserError(f"there are no pairs from {source} to {target}", where=choice)
    return pairs


def spread(pairs: Sequence[tuple[str, str]], most: int) -> Pairs:
    """At most ``most`` of the pairs, evenly spread: the same ones for every seed."""
    if len(pairs) <= most:
        return list(pairs)
    return [pairs[index * len(pairs) // most] for index in range(most)]


def _chosen(workspace: Workspace, choice: str, source: str, target: str) -> Pairs:
    file = Path(choice).expanduser()
    if file.is_file():
        return read_pairs([file], source, target)[0]
    corpus = find_corpus(workspace, choice)
    if corpus is None:
        raise UserError(
            f"there is neither a file nor a corpus '{choice}'",
            where="--general",
            fix="See mulm corpus list, or leave it out",
        )
    with CorpusStore.open(corpus.path) as store:
        splits = (list(store.pairs(split, source, target)) for split in ("test", "dev", "train"))
        return next((pairs for pairs in splits if pairs), [])


def _everyday(source: str, target: str) -> Pairs:
    from importlib import resources

    table = resources.files("resources") / "general" / "everyday.tsv"
    header, *lines = table.read_text(encoding="utf-8").splitlines()
    tags = header.split("\t")
    sides = [languages.match(tag, tags) for tag in (source, target)]
    if None in sides:
        return []
    first, second = (tags.index(str(side)) for side in sides)
    rows = (line.split("\t") for line in lines)
    return [(row[first], row[second]) for row in rows]
