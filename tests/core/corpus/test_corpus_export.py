"""Export: every format comes back as it was, and nothing is replaced before it is complete."""

from __future__ import annotations

import csv
import json

import pytest

from mulm_core.corpus import (
    CorpusStore,
    ExportRequest,
    View,
    export_view,
    get_corpus,
    problems_csv,
    read_pairs,
)
from mulm_core.corpus.types import ALL
from mulm_core.errors import Cancelled, UserError
from mulm_core.jobs import JobContext, Progress

PLAIN = [
    ("Größe", "taille & <été>"),
    ('"zitiert"', "«guillemets» ' \" ]]>"),
    ("翻译\u2028很有用", "\u202bעברית\u202c"),
    ("a\x85b\u00a0c", "\U0001f600 \\n \\t \\"),
    ("&amp; &#7; {1}", "<ph>1</ph>"),
    ("=1+1", "-x"),
]
BROKEN = [
    ("eins\tzwei", "un\tdeux"),
    ("Zeile\nZeile\r\nZeile\rZeile", "ligne\n\nligne"),
    ("Glocke \x07 und \x1b[0m, \ufffe\uffff", "\x01\x1e\x1f\x02"),
]


@pytest.fixture
def corpus(workspace, take, tmp_path):
    path = tmp_path / "all.jsonl"
    lines = [json.dumps({"de": source, "fr": target}) for source, target in PLAIN + BROKEN]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    take(path)
    return "c"


@pytest.fixture
def export(workspace, corpus, tmp_path):
    def run(format, view=ALL, ctx=None):
        path = tmp_path / "out" / f"words.{format}"
        path.parent.mkdir(exist_ok=True)
        if format == "moses":
            path = path.with_suffix("")
        return export_view(
            ctx or JobContext(), ExportRequest(workspace, corpus, path, format, view)
        )

    return run


@pytest.mark.parametrize("format", ["tmx", "jsonl"])
def test_everything_comes_back(export, format):
    result = export(format)
    assert (result.pairs, result.flattened) == (9, 0)
    assert read_pairs(result.files, "de", "fr") == (PLAIN + BROKEN, [])
    assert read_pairs(result.files, "fr", "de")[0][0] == PLAIN[0][::-1]


@pytest.mark.parametrize("format", ["tsv", "moses"])
def test_lines_hold_all_but_breaks_and_tabs(export, format):
    result = export(format)
    assert (result.pairs, result.flattened) == (9, 2)
    flat = [
        ("eins zwei", "un deux"),
        ("Zeile Zeile Zeile Zeile", "ligne ligne"),
        BROKEN[2],
    ]
    assert read_pairs(result.files, "de", "fr") == (PLAIN + flat, [])


def test_moses_files_end_in_their_languages(export, tmp_path):
    assert [path.name for path in export("moses").files] == ["words.de", "words.fr"]


def test_only_the_view_is_written(workspace, corpus, export):
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        store.exclude([1])
    view = View("größe", check="excluded")
    assert read_pairs(export("tmx", view).files, "de", "fr")[0] == PLAIN[:1]
    assert export("tmx", View(check="used")).pairs == 8
    with pytest.raises(UserError, match="no row to export"):
        export("tmx", View("nirgends"))


def test_progress_ends_at_the_total(export):
    events = []
    export("tsv", ctx=JobContext(events.append))
    assert [event.done for event in events if isinstance(event, Progress)][-1] == 9


@pytest.mark.parametrize("format", ["tsv", "moses"])
def test_cancel_keeps_the_old_files(workspace, take, pairs_tsv, export, format):
    take(pairs_tsv(3000), name="many")
    old = {path: path.read_bytes() for path in export(format).files}
    folder = next(iter(old)).parent
    ctx = JobContext()
    ctx.cancel()
    path = folder / ("words" if format == "moses" else "words.tsv")
    with pytest.raises(Cancelled):
        export_view(ctx, ExportRequest(workspace, "many", path, format))
    assert {path: path.read_bytes() for path in folder.iterdir()} == old


def test_unknown_format_and_place(workspace, corpus, export, tmp_path):
    with pytest.raises(UserError, match=r"'docx' is no format to export\. Known: tmx"):
        export("docx")
    request = ExportRequest(workspace, corpus, tmp_path / "none" / "a.tmx", "tmx")
    with pytest.raises(UserError, match="there is no folder"):
        export_view(JobContext(), request)


def test_problems_as_a_table(workspace, take, tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("Ja\tOui\nallein\n \t=leer\n", encoding="utf-8")
    take(path)
    table = tmp_path / "problems.csv"
    assert problems_csv(workspace, "c", table) == 2
    with table.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["file", "place", "problem"],
            ["a.tsv", "line 2", "1 column instead of 2"],
            ["a.tsv", "line 3", "the source side is empty"],
        ]
