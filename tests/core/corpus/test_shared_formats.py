"""Real files of other projects, where a copy lies beside the checkout."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mulm_core.corpus import read_pairs
from mulm_core.errors import MulmError

FOLDER = Path(__file__).parents[4] / "shared" / "formats"
READ = ("tmx", "tsv", "moses")
# The manifest allows an error where columns of unknown meaning would have to be guessed.
NEEDS_COLUMNS = "tsv/americasnlp_ctp-eng_multicol.tsv"


def rows():
    manifest = FOLDER / "manifest.tsv"
    if not manifest.is_file():
        return []
    with manifest.open(encoding="utf-8", newline="") as stream:
        table = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in table if row["path"].split("/")[0] in READ]


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared files are not here")
@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['path']}-{row['tgt_lang']}")
def test_manifest(row):
    files = [FOLDER / part for part in row["path"].split(";")]
    expected = "error" if row["path"] == NEEDS_COLUMNS else row["expected"]
    if expected == "error":
        with pytest.raises(MulmError) as caught:
            read_pairs(files, row["src_lang"], row["tgt_lang"])
        assert files[0].name in str(caught.value)
        return
    pairs, _ = read_pairs(files, row["src_lang"], row["tgt_lang"])
    assert f"ok {len(pairs)}" == expected
    assert all(source and target for source, target in pairs)
