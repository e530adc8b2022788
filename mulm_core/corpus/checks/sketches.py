"""Near duplicates by MinHash: texts that share most of their letter sequences share a sketch.

A text is the set of its sequences of four characters; the likeness of two texts is the share of
sequences they have in common (Jaccard). A MinHash signature (Broder 1997, here rensa's) of 60
numbers is cut into ten bands of six: texts that are 80 % alike agree in one or more bands with a
probability of 95 %, at 90 % always, and unrelated texts (5 % alike) practically never. What
agrees is only a candidate: :func:`likeness` decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from mulm_core.corpus.checks.length import weight

if TYPE_CHECKING:
    import numpy as np

BANDS = 10
_ROWS = 6
_GRAM = 4  # characters
_SEED = 42
SHORTEST = 30  # letters; a word more or less makes a shorter text another one


def is_long(text: str) -> bool:
    """Whether near copies of a text can be told from other texts at all."""
    return len(text) >= SHORTEST or (not text.isascii() and weight(text) >= SHORTEST)


def sketch(texts: Sequence[str]) -> np.ndarray:
    """The bands of each text as uint32 of shape (texts, bands); 0 for texts that are too short."""
    import numpy as np
    from rensa import RMinHash

    bands = np.zeros((len(texts), BANDS), np.uint32)
    long = [at for at, text in enumerate(texts) if is_long(text)]
    if not long:
        return bands
    grams, offsets = _grams([texts[at] for at in long])
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(grams, offsets, BANDS * _ROWS, _SEED)
    numbers = np.fromiter(
        chain.from_iterable(matrix.to_rows()), np.uint64, count=len(long) * BANDS * _ROWS
    ).reshape(len(long), BANDS, _ROWS)
    mixed = numbers[:, :, 0].copy()
    for at in range(1, _ROWS):
        mixed = (mixed ^ numbers[:, :, at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    bands[long] = np.maximum(mixed >> np.uint64(32), 1).astype(np.uint32)
    return bands


def likeness(first: str, second: str) -> float:
    """The share of letter sequences that two texts have in common, from 0 to 1."""
    shorter, longer = sorted((len(first), len(second)))
    if shorter < _GRAM:
        return float(first == second)
    if shorter < longer / 3:
        return 0.0
    left, right = (
        {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)} for text in (first, second)
    )
    common = len(left & right)
    return common / (len(left) + len(right) - common)


def _grams(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the sequences of all texts in a row (uint64), and where each text begins."""
    import numpy as np

    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    code = np.frombuffer(joined, "<u4").astype(np.uint64)
    size = len(code) - _GRAM + 1
    mixed = (
        code[:size] + (code[1 : size + 1] << np.uint64(21)) + (code[2 : size + 2] << np.uint64(42))
    )
    mixed ^= code[3 : size + 3] * np.uint64(0x9E3779B97F4A7C15)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    ends = np.cumsum([len(text) for text in texts])
    # A sequence must not reach into the next text: the last three places of each are left out.
    whole = np.ones(size, bool)
    for back in range(1, _GRAM):
        whole[(ends - back)[ends - back < size]] = False
    lengths = np.array([len(text) - _GRAM + 1 for text in texts])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint64)
    return mixed[whole], offsets
