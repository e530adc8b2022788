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
_CELLS = 10_000_000  # computed at once: 40 MB

Shift = tuple[int, int, int]
"""Where the words begin, how many they are, and where they go."""

Matrix = list[list[int]]


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
    matrix = _Table([words], reference).matrix(0)
    shifts = checked = 0
    while True:
        found = list(_shifts(words, reference, _trace(matrix, words, reference), checked))
        checked += len(found)
        best = _best(matrix[-1][-1], words, reference, found)
        if best is None or checked >= _MAX_SHIFT_CANDIDATES:
            return shifts + matrix[-1][-1], len(reference)
        shifts += 1
        words, matrix = best


def _best(
    cost: int, words: list[str], reference: list[str], shifts: list[Shift]
) -> tuple[list[str], Matrix] | None:
    """The words after the best shift, and their matrix; None where none saves anything."""
    from sacrebleu.metrics.lib_ter import _perform_shift

    distinct = list(dict.fromkeys(shifts))
    size = max(1, _CELLS // ((len(words) + 1) * (len(reference) + 1)))
    best: tuple[tuple[int, ...], list[str], Matrix] | None = None
    for first in range(0, len(distinct), size):
        part = distinct[first : first + size]
        moved = [_perform_shift(words, *shift) for shift in part]
        table = _Table(moved, reference)
        # Tercom's order: what saves most, then the longest, the first, the nearest to the start.
        rank, at = max(
            ((cost - after, length, -start, -target), at)
            for at, (after, (start, length, target)) in enumerate(
                zip(table.costs, part, strict=True)
            )
        )
        if rank[0] > 0 and (best is None or rank > best[0]):
            best = rank, moved[at], table.matrix(at)
    return best[1:] if best else None


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


def _trace(matrix: Matrix, words: list[str], reference: list[str]) -> str:
    """The edits on the cheapest way, as sacrebleu writes and prefers them."""
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
    return "".join(reversed(trace))


class _Table:
    """Beam edit distances of word sequences of one length, all computed at once.

    A cell holds its distance less its column, of all sequences: what words that are put in would
    cost is then a running minimum.
    """

    def __init__(self, sequences: list[list[str]], reference: list[str]) -> None:
        import numpy as np

        numbers: dict[str, int] = {}
        number = numbers.setdefault
        coded = [[number(word, len(numbers)) for word in row] for row in sequences]
        columns = np.array(coded, np.int32).T.copy()
        wanted = np.array([numbers.get(word, -1) for word in reference], np.int32)[:, None]
        self._places = np.arange(len(reference) + 1, dtype=np.int32)
        row = np.zeros((len(reference) + 1, len(sequences)), np.int32)
        self._rows = [row]
        same = columns[:, None, :] == wanted
        for at, (low, high) in enumerate(_beam(len(columns), len(reference))):
            row = _next_row(row, same[at], low, high)
            self._rows.append(row)
        self.costs: list[int] = (row[-1] + len(reference)).tolist()

    def matrix(self, at: int) -> Matrix:
        """All distances of one sequence: rows by its words, columns by those of the reference."""
        return [(row[:, at] + self._places).tolist() for row in self._rows]


def _next_row(row: np.ndarray, same: np.ndarray, low: int, high: int) -> np.ndarray:
    import numpy as np

    new = np.empty_like(row)
    new[:low] = new[high:] = _FAR
    np.add(row[low:high], 1, out=new[low:high])  # the word is dropped
    start = max(low, 1)
    kept = row[start - 1 : high - 1] - same[start - 1 : high - 1]
    np.minimum(new[start:high], kept, out=new[start:high])
    np.minimum.accumulate(new[low:high], axis=0, out=new[low:high])
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
