"""Evaluations as CSV, one row a segment, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from mulm_core import files
from mulm_core.evaluation import Evaluation, segments
from mulm_core.report.html import visible


def write_csv(evaluation: Evaluation, path: Path | str) -> None:
    """One row a segment: source, references, and each system's hypothesis and sentence scores.

    Systems after the first also have their difference from it. UTF-8 with a byte order mark, so
    that spreadsheets show every script; text that a spreadsheet would take for a formula begins
    with an apostrophe, and control characters are shown. Raises :class:`MulmError` when ``path``
    cannot be written.
    """
    rows = ([_cell(value) for value in row] for row in (_header(evaluation), *_rows(evaluation)))
    files.write_table(Path(path), rows)


def write_json(evaluation: Evaluation, path: Path | str) -> None:
    """Everything that was measured, as one JSON object (UTF-8).

    Raises :class:`MulmError` when ``path`` cannot be written.
    """
    files.write_json(Path(path), evaluation.to_dict())


def _cell(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def _header(evaluation: Evaluation) -> list[object]:
    more = [f"reference {at}" for at in range(2, len(evaluation.streams) + 1)]
    header: list[object] = ["segment", "source", "reference", *more]
    for index, result in enumerate(evaluation.systems):
        header += [result.system, f"{result.system} chrF"]
        if result.sentence_bleu:
            header.append(f"{result.system} BLEU")
        if index:
            header.append(f"{result.system} difference")
    return header


def _rows(evaluation: Evaluation) -> Iterator[list[object]]:
    for row in segments(evaluation, by_difference=False):
        cells: list[object] = [row.number + 1, row.source, *row.references]
        for index, result in enumerate(evaluation.systems):
            cells += [row.hypotheses[index], f"{row.chrf[index]:.2f}"]
            if result.sentence_bleu:
                cells.append(f"{result.sentence_bleu[row.number]:.2f}")
            if index:
                # A number, not text: it is no formula, whatever its sign.
                cells.append(Decimal(f"{row.chrf[index] - row.chrf[0]:z.2f}"))
        yield cells
