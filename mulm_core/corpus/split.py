"""Train, dev and test by a hash of the source side: adding data never moves a pair."""

from __future__ import annotations

import hashlib
import unicodedata

# Fixed for ever: changing them would move pairs of existing corpora between splits.
_DEV_PER_MILLE = 50
_TEST_PER_MILLE = 50


def split_key(source: str) -> str:
    """What counts as the same source: NFKC, case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFKC", source).casefold().split())


def split_of(source: str) -> str:
    """``train`` (90 %), ``dev`` (5 %) or ``test`` (5 %) for a source segment.

    Depends on the segment alone, so all pairs with this source share a split.
    """
    digest = hashlib.blake2b(split_key(source).encode("utf-8", "surrogatepass"), digest_size=8)
    bucket = int.from_bytes(digest.digest(), "big") % 1000
    if bucket < _DEV_PER_MILLE:
        return "dev"
    return "test" if bucket < _DEV_PER_MILLE + _TEST_PER_MILLE else "train"
