"""Evaluations as CSV, one row a segment, and as JSON."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from mulm_core import files
from mulm_core.evaluation import Evaluation

# A spreadsheet runs a cell that begins like this as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(evaluation: Evaluation, path: Path | str) -> None:
    """One row a segment: source, reference, and each system's hypothesis and sentence chrF.

    Systems after the first also have their difference from it. UTF-8 with a byte order mark, so
    that spreadsheets show every script; text that a spreadsheet would take for a formula begins
    with an apostrophe. Raises :class:`MulmError` when ``path`` cannot be written.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([_safe(title) for title in _header(evaluation)])
    columns = _columns(evaluation)
    for number, row in enumerate(zip(*columns, strict=True), start=1):
        rows.writerow([number, *row])
    files.write_text(Path(path), "\ufeff" + text.getvalue())


def write_json(evaluation: Evaluation, path: Path | str) -> None:
    """Everything that was measured, as one JSON object (UTF-8).

    Raises :class:`MulmError` when ``path`` cannot be written.
    """
    files.write_json(Path(path), evaluation.to_dict())


def _header(evaluation: Evaluation) -> list[str]:
    header = ["segment", "source", "reference"]
    for index, result in enumerate(evaluation.systems):
        header += [result.system, f"{result.system} chrF"]
        if index:
            header.append(f"{result.system} difference")
    return header


def _columns(evaluation: Evaluation) -> list[list[str]]:
    columns = [[_safe(text) for text in evaluation.sources]]
    columns.append([_safe(text) for text in evaluation.references])
    for index, result in enumerate(evaluation.systems):
        columns.append([_safe(text) for text in result.hypotheses])
        columns.append([f"{value:.2f}" for value in result.sentence_chrf])
        if index:
            columns.append([f"{value:.2f}" for value in evaluation.difference(index)])
    return columns


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
