"""Train, dev and test: by a hash of the source, by file, or by a test set that is given.

A corpus keeps its policy with it, so that rows which come later are split by the same one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from mulm_core.corpus.types import SPLITS
from mulm_core.errors import UserError

# The defaults are fixed for ever: changing them would move pairs of existing corpora.
PER_MILLE = 50
_WHOLE = 1000

Splitter = Callable[[str, str, str], str]
"""The split of a row, by its source, its target and the name of its file."""


def split_key(source: str) -> str:
    """What counts as the same source: NFKC, case folded, white space collapsed."""
    text = source if source.isascii() else unicodedata.normalize("NFKC", source)
    key = text.casefold()
    # Nearly all texts hold single spaces only, which is quicker seen than made.
    if key.isprintable() and "  " not in key and key.strip() == key:
        return key
    return " ".join(key.split())


def split_of(source: str, dev: int = PER_MILLE, test: int = PER_MILLE) -> str:
    """``train``, ``dev`` or ``test`` for a source segment; the shares are per mille.

    Depends on the segment alone, so all pairs with this source share a split.
    """
    return _bucket(split_key(source), dev, test)


def _bucket(key: str, dev: int, test: int) -> str:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8)
    bucket = int.from_bytes(digest.digest(), "big") % _WHOLE
    if bucket < dev:
        return "dev"
    return "test" if bucket < dev + test else "train"


def pair_digest(source: str, target: str) -> str:
    """Eleven letters that stand for a pair in the policy of a given test set."""
    text = f"{split_key(source)}\0{split_key(target)}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def splitter(policy: Mapping[str, Any]) -> Splitter:
    """The function that splits rows by a corpus' policy.

    ``{"by": "hash"}`` with the shares ``dev`` and ``test`` per mille; ``{"by": "file"}`` with the
    split of each name in ``files``, other files by a hash of their name; ``{"by": "given"}`` with
    the :func:`pair_digest` of each test pair in ``pairs``, other rows dev or train by hash. Raises
    :class:`UserError` for another policy: the corpus comes from a newer version.
    """
    dev, test = int(policy.get("dev", PER_MILLE)), int(policy.get("test", PER_MILLE))
    by = policy.get("by")
    if by == "hash":
        return lambda source, target, file: _bucket(split_key(source), dev, test)
    if by == "file":
        files = {str(name): str(split) for name, split in policy.get("files", {}).items()}
        return lambda source, target, file: files.get(file) or _bucket(file, dev, test)
    if by == "given":
        given = frozenset(policy.get("pairs", ()))
        return lambda source, target, file: (
            "test" if pair_digest(source, target) in given else split_of(source, dev, 0)
        )
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
