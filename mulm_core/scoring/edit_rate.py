"""TER as sacrebleu computes it, many times quicker: what shifts would cost is found all at once.

Snover et al. 2006 by way of Tercom; sacrebleu (Apache 2.0, © Memsource 2020) evaluates one shift
of words after the other, cell by cell, which takes minutes for the endless repetitions of a weak
model. Its order of the shifts and its limits are used as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_FAR = 10**9  # what the beam does not reach

Shift = tuple[int, int, int]
"""Where the words begin, how many they are, and where they go."""


def fast_ter(**settings: Any) -> Any:
    """sacrebleu's TER object, with its own settings, that counts by :func:`edit_rate`."""
    from sacrebleu.metrics import TER

    class FastTER(TER):
        def _compute_segment_statistics(
            self, hypothesis: str, ref_kwargs: dict[str, Any]
        ) -> list[float]:
            words = hypothesis.split()
            found = [edit_rate(words, reference) for reference in ref_kwargs["ref_words"]]
            lengths = sum(length for _, length in found)
            return [min(edits for edits, _ in found), lengths / len(found)]

    return FastTER(**settings)


def edit_rate(words: list[str], reference: list[str]) -> tuple[int, int]:
    """The edits that make ``reference`` of ``words``, a shift being one, and its length.

    The same as ``sacrebleu.metrics.lib_ter.translation_edit_rate``.
    """
    from sacrebleu.metrics.lib_ter import _MAX_SHIFT_CANDIDATES

    if not (reference and words):
        return len(words) or len(reference), len(reference)
    shifts = checked = 0
    while True:
        cost, trace = _traced(words, reference)
        gain, moved, more = _best_shift(words, reference, cost, trace, checked)
        checked += more
        if checked >= _MAX_SHIFT_CANDIDATES or gain <= 0:
            return shifts + cost, len(reference)
        shifts += 1
        words = moved


def _best_shift(
    words: list[str], reference: list[str], cost: int, trace: str, checked: int
) -> tuple[int, list[str], int]:
    """What the best shift saves, the words after it, and how many shifts were looked at."""
    from sacrebleu.metrics.lib_ter import _perform_shift

    shifts = list(_shifts(words, reference, trace, checked))
    if not shifts:
        return 0, words, 0
    distinct = list(dict.fromkeys(shifts))
    moved = [_perform_shift(words, *shift) for shift in distinct]
    costs = list(_rows(moved, reference))[-1][-1].tolist()
    # Tercom's order: the most is saved, then the longest, the first, and the nearest to the start.
    ranked = (
        (cost - after, length, -start, -target, at)
        for at, (after, (start, length, target)) in enumerate(zip(costs, distinct, strict=True))
    )
    saved, *_, at = max(ranked)
    return saved, moved[at], len(shifts)


def _shifts(words: list[str], reference: list[str], trace: str, checked: int) -> Iterator[Shift]:
    """The shifts that sacrebleu would look at, in its order, up to its limit."""
    from sacrebleu.metrics.lib_ter import _MAX_SHIFT_CANDIDATES, trace_to_alignment

    align, reference_wrong, wrong = trace_to_alignment(trace)
    for start, at, length in _common(words, reference):
        if not (any(wrong[start : start + length]) and any(reference_wrong[at : at + length])):
            continue
        if start <= align[at] < start + length:
            continue
        before = -1
        for place in range(at - 1, at + length):
            if place != -1 and place not in align:
                break
            target = align[place] + 1 if place != -1 else 0
            if target != before:
                before = target
                checked += 1
                yield start, length, target
        if checked >= _MAX_SHIFT_CANDIDATES:
            return


def _common(words: list[str], reference: list[str]) -> Iterator[tuple[int, int, int]]:
    """Runs of words that both have: where they begin in both, and how many they are."""
    from sacrebleu.metrics.lib_ter import _MAX_SHIFT_DIST, _MAX_SHIFT_SIZE

    places: dict[str, list[int]] = {}
    for at, word in enumerate(reference):
        places.setdefault(word, []).append(at)
    for start, first in enumerate(words):
        for at in places.get(first, ()):
            if abs(at - start) > _MAX_SHIFT_DIST:
                continue
            most = min(_MAX_SHIFT_SIZE, len(words) - start, len(reference) - at)
            for length in range(1, most + 1):
                if words[start + length - 1] != reference[at + length - 1]:
                    break
                yield start, at, length


def _traced(words: list[str], reference: list[str]) -> tuple[int, str]:
    """The beam edit distance, and the edits on the way as sacrebleu writes and prefers them."""
    first = list(range(len(reference) + 1))
    matrix = [first, *(row[:, 0].tolist() for row in _rows([words], reference))]
    at, place, trace = len(words), len(reference), []
    while at or place:
        cost = matrix[at][place]
        differs = bool(at and place) and words[at - 1] != reference[place - 1]
        if at and place and cost == matrix[at - 1][place - 1] + differs:
            trace.append("s" if differs else " ")
            at, place = at - 1, place - 1
        elif at and cost == matrix[at - 1][place] + 1:
            trace.append("i")  # sacrebleu turns the edits round: what is dropped was put in
            at -= 1
        else:
            trace.append("d")
            place -= 1
    return matrix[-1][-1], "".join(reversed(trace))


def _rows(candidates: list[list[str]], reference: list[str]) -> Iterator[np.ndarray]:
    """The rows but the first of the matrix of the beam edit distance, of all candidates at once.

    The candidates are of one length; the shape of a row is (reference words + 1, candidates).
    """
    import numpy as np

    numbers: dict[str, int] = {}
    coded = [[numbers.setdefault(word, len(numbers)) for word in row] for row in candidates]
    columns = np.array(coded, np.int32).T.copy()
    wanted = np.array([numbers.get(word, -1) for word in reference], np.int32)[:, None]
    places = np.arange(len(reference) + 1, dtype=np.int32)[:, None]
    row = np.repeat(places, len(candidates), axis=1)
    for number, (low, high) in enumerate(_beam(len(columns), len(reference))):
        row = _next_row(row, columns[number] != wanted, places, low, high)
        yield row


def _next_row(
    row: np.ndarray, differs: np.ndarray, places: np.ndarray, low: int, high: int
) -> np.ndarray:
    import numpy as np

    new = np.full_like(row, _FAR)
    part = new[low:high]
    np.add(row[low:high], 1, out=part)  # the word is dropped
    start = max(low, 1)
    same = row[start - 1 : high - 1] + differs[start - 1 : high - 1]
    np.minimum(new[start:high], same, out=new[start:high])
    # Words put in before: the cheapest of all cells to the left, plus the way from there.
    part -= places[low:high]
    np.minimum.accumulate(part, axis=0, out=part)
    part += places[low:high]
    np.minimum(part, _FAR, out=part)
    return new


def _beam(words: int, reference: int) -> Iterator[tuple[int, int]]:
    """For each row of the matrix the columns that sacrebleu looks at."""
    from sacrebleu.metrics.lib_ter import _BEAM_WIDTH

    ratio = reference / words
    width = math.ceil(ratio / 2 + _BEAM_WIDTH) if ratio / 2 > _BEAM_WIDTH else _BEAM_WIDTH
    for at in range(1, words + 1):
        middle = math.floor(at * ratio)
        high = reference + 1 if at == words else min(reference + 1, middle + width)
        yield max(0, middle - width), high
