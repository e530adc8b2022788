"""Real files of other projects, where a copy lies beside the checkout."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from mulm_core.corpus import ReadOptions, read_pairs
from mulm_core.corpus.types import DEFAULTS
from mulm_core.errors import MulmError

FOLDER = Path(__file__).parents[4] / "shared" / "formats"
# Source and target are one language in it, which an import refuses before it looks into the file.
SAME_LANGUAGE = "xliff12/sap_AlmostEverything_1.2_strict.xlf"
COLUMNS = re.compile(r"columns (\d+),(\d+)")


def rows():
    manifest = FOLDER / "manifest.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def options(row):
    """The columns that a person would have to choose: those the manifest names."""
    columns = COLUMNS.search(row["note"])
    chosen = columns and columns.groups() != ("1", "2")
    return ReadOptions(source_column=columns[1], target_column=columns[2]) if chosen else DEFAULTS


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared files are not here")
@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['path']}-{row['tgt_lang']}")
def test_manifest(row):
    files = [FOLDER / part for part in row["path"].split(";")]
    expected = "error" if row["path"] == SAME_LANGUAGE else row["expected"]
    if expected == "error":
        with pytest.raises(MulmError) as caught:
            read_pairs(files, row["src_lang"], row["tgt_lang"], options(row))
        assert files[0].name in str(caught.value) or row["path"] == SAME_LANGUAGE
        return
    pairs, _ = read_pairs(files, row["src_lang"], row["tgt_lang"], options(row))
    assert f"ok {len(pairs)}" == expected
    assert all(source and target for source, target in pairs)
