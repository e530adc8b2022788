"""What a tiny model cannot read: lengths by its own tokens, and text that it cannot spell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mulm_core.corpus.checks import ScanRequest, UnknownRequest, scan, unknown_pieces
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext


@pytest.fixture
def small(tmp_path: Path, take: Callable) -> Callable[..., None]:
    def make(rows: list[tuple[str, str]], target: str = "fr") -> None:
        path = tmp_path / "small.tsv"
        path.write_text("".join(f"{left}\t{right}\n" for left, right in rows), encoding="utf-8")
        take(path, source="en", target=target)

    return make


def test_text_that_the_vocabulary_holds(workspace, tiny_folder, small):
    small([("the file opens 1", "le fichier ouvre 1")] * 3)
    result = unknown_pieces(JobContext(), UnknownRequest(workspace, "c", str(tiny_folder)))
    for side in result.sides:
        assert (side.rows, side.tokens, side.missing, side.characters) == (3, 0, 0, ())
        assert side.supported and not side.warning


def test_a_target_that_the_model_cannot_write(workspace, tiny_folder, small):
    small([("the file opens", "файл открыт"), ("the row", "ряд")], target="ru")
    source, target = unknown_pieces(
        JobContext(), UnknownRequest(workspace, "c", str(tiny_folder))
    ).sides
    assert not source.warning
    assert target.missing > 0.9 and target.tokens > 0.4
    assert "р" in target.characters
    assert not target.supported
    assert "Tiny cannot write Russian" in target.warning


def test_a_language_that_the_model_can_spell_but_was_not_trained_on(workspace, tiny_folder, small):
    small([("the file opens", "the file")], target="it")
    target = unknown_pieces(JobContext(), UnknownRequest(workspace, "c", str(tiny_folder))).sides[1]
    assert target.tokens == 0
    assert target.warning.startswith("Tiny was not trained on Italian")


def test_rows_that_are_too_long(workspace, tiny_folder, small):
    small([("the file opens 1", "le fichier ouvre 1"), ("the file " * 200, "le fichier")])
    request = ScanRequest(workspace, "c", ("too_long",), model=str(tiny_folder))
    (result,) = scan(JobContext(), request)
    assert (result.flagged, result.threshold) == (1, "more than 256 tokens on a side")
    assert result.samples[0].pair == 2
    assert result.samples[0].detail.startswith("the source has ")
    few = ScanRequest(
        workspace, "c", ("too_long",), {"too_long": {"tokens": 5}}, model=str(tiny_folder)
    )
    assert scan(JobContext(), few)[0].flagged == 2


def test_an_unknown_model_is_an_error(workspace, small):
    small([("the file", "le fichier")])
    with pytest.raises(UserError, match="no model 'x'"):
        scan(JobContext(), ScanRequest(workspace, "c", model="x"))
