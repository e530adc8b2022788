"""Train, dev and test: by a hash of the source, by file, or by a test set that is given.

A corpus keeps its policy with it, so that rows which come later are split by the same one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mulm_core.corpus.types import SPLITS
from mulm_core.errors import UserError

# The defaults are fixed for ever: changing them would move pairs of existing corpora.
PER_MILLE = 50
_WHOLE = 1000

Splitter = Callable[[Sequence[str], Sequence[str], Sequence[str]], list[str]]
"""The splits of rows, by their sources, their targets and the names of their files."""


def split_key(source: str) -> str:
    """What counts as the same source: NFKC, case folded, white space collapsed."""
    return " ".join(_folded(source).split())


def split_keys(sources: Sequence[str]) -> list[str]:
    """:func:`split_key` of each, in half the time."""
    keys = list(map(_folded, sources))
    # Nearly all texts hold single spaces only, which is quicker seen than made.
    lines = "\n".join(["", *keys, ""])
    ragged = "  " in lines or " \n" in lines or "\n " in lines
    if ragged or not "".join(keys).isprintable():
        return [" ".join(key.split()) for key in keys]
    return keys


def _folded(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def split_of(source: str, dev: int = PER_MILLE, test: int = PER_MILLE) -> str:
    """``train``, ``dev`` or ``test`` for a source segment; the shares are per mille.

    Depends on the segment alone, so all pairs with this source share a split.
    """
    return _by_hash([split_key(source)], dev, test)[0]


def _by_hash(keys: Sequence[str], dev: int, test: int) -> list[str]:
    blake2b, number = hashlib.blake2b, int.from_bytes
    digests = [
        blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest() for key in keys
    ]
    buckets = ["dev"] * dev + ["test"] * test + ["train"] * (_WHOLE - dev - test)
    return [buckets[number(digest, "big") % _WHOLE] for digest in digests]


def pair_digest(source: str, target: str) -> str:
    """Eleven letters that stand for a pair in the policy of a given test set."""
    text = f"{split_key(source)}\0{split_key(target)}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def splitter(policy: Mapping[str, Any]) -> Splitter:
    """The function that splits rows by a corpus' policy.

    ``{"by": "hash"}`` with the shares ``dev`` and ``test`` per mille; ``{"by": "file"}`` with the
    split of each name in ``files``, other files by a hash of their name; ``{"by": "given"}`` with
    the :func:`pair_digest` of each test pair in ``pairs``, other rows dev or train by hash (their
    ``texts`` are for the check of leakage). Raises :class:`UserError` for another policy: the
    corpus comes from a newer version.
    """
    dev, test = int(policy.get("dev", PER_MILLE)), int(policy.get("test", PER_MILLE))
    by = policy.get("by")
    if by == "hash":
        return lambda sources, targets, names: _by_hash(split_keys(sources), dev, test)
    if by == "file":
        files = {str(name): str(split) for name, split in policy.get("files", {}).items()}
        return lambda sources, targets, names: [
            files.get(name) or split
            for name, split in zip(names, _by_hash(names, dev, test), strict=True)
        ]
    if by == "given":
        given = frozenset(policy.get("pairs", ()))
        return lambda sources, targets, names: [
            "test" if digest in given else split
            for digest, split in zip(
                map(pair_digest, sources, targets),
                _by_hash(split_keys(sources), dev, 0),
                strict=True,
            )
        ]
    raise UserError(
        f"the corpus is split in a way that is not known here ({by})", fix="Update MULM"
    )


def check_policy(policy: Mapping[str, Any]) -> None:
    """Raises :class:`UserError` for shares or splits that cannot be."""
    splitter(policy)
    dev, test = policy.get("dev", PER_MILLE), policy.get("test", PER_MILLE)
    if min(dev, test) < 0 or dev + test >= _WHOLE:
        raise UserError(
            "dev and test together must leave rows to train on",
            fix="Give shares such as 0.05 and 0.05",
        )
    for name, split in policy.get("files", {}).items():
        if split not in SPLITS:
            raise UserError(f"'{split}' is no split", where=name, fix=f"Known: {', '.join(SPLITS)}")
