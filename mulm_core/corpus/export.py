"""Any view of a corpus as files that this program and others read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from mulm_core import files
from mulm_core.corpus.catalog import get_corpus
from mulm_core.corpus.formats.inline import CHARACTER
from mulm_core.corpus.store import CorpusStore
from mulm_core.corpus.types import ALL, CorpusInfo, View
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace

FORMATS = {
    "tmx": "Translation memory (TMX)",
    "tsv": "Tab-separated values (TSV)",
    "jsonl": "JSON lines",
    "moses": "Line-aligned text, one file a language",
}
_EVERY = 1000  # rows between two looks at cancel
# XML 1.0 can hold none of these; a carriage return would become a line feed.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BREAKS = re.compile(r"[\t\n\r]+")


@dataclass(frozen=True)
class ExportRequest:
    """Write the rows of ``view`` to ``path`` in one of :data:`FORMATS`.

    For ``moses`` the two language tags are appended to ``path`` as endings.
    """

    workspace: Workspace
    corpus: str
    path: Path
    format: str
    view: View = ALL


@dataclass(frozen=True)
class ExportResult:
    """The files written and their pairs.

    ``flattened`` counts pairs with line breaks or tabs inside, which formats of one line a pair
    can hold as spaces only; TMX and JSON lines keep everything.
    """

    files: tuple[Path, ...]
    pairs: int
    flattened: int


def export_view(ctx: JobContext, request: ExportRequest) -> ExportResult:
    """Write a view of a corpus; files of these names are replaced when the new ones are complete.

    Raises :class:`UserError` for an unknown format or corpus and for a view without rows,
    :class:`EngineError` where the disk fails.
    """
    if request.format not in FORMATS:
        raise UserError(
            f"'{request.format}' is no format to export", fix=f"Known: {', '.join(FORMATS)}"
        )
    info = get_corpus(request.workspace, request.corpus)
    paths = [request.path]
    if request.format == "moses":
        paths = [Path(f"{request.path}.{tag}") for tag in (info.source, info.target)]
    with CorpusStore.open(info.path) as store, files.replacing(*paths) as streams:
        total = store.count(request.view)
        if not total:
            raise UserError("there is no row to export in this view", where=info.name)
        rows = _Rows(ctx, store, request.view, total)
        _WRITERS[request.format](rows, info, streams)
    return ExportResult(tuple(paths), total, rows.flattened)


def problems_csv(workspace: Workspace, corpus: str, path: Path) -> int:
    """Write what the imports of a corpus left out as a table; returns how many rows that are.

    The table is as :func:`mulm_core.files.write_table` writes it.
    """
    with CorpusStore.open(get_corpus(workspace, corpus).path) as store:
        problems = store.problems()
    rows = [(problem.file, problem.where, problem.what) for problem in problems]
    files.write_table(path, [("file", "place", "problem"), *rows])
    return len(problems)


class _Rows:
    """The pairs of a view, with progress; counts those that had to be flattened."""

    def __init__(self, ctx: JobContext, store: CorpusStore, view: View, total: int) -> None:
        self.flattened = 0
        self._ctx = ctx
        self._store = store
        self._view = view
        self._total = total

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for done, row in enumerate(self._store.rows(self._view), 1):
            if done % _EVERY == 0:
                self._ctx.check()
                self._ctx.report(done, self._total, f"{done:,} pairs")
            yield row[1:3]
        self._ctx.report(self._total, self._total, f"{self._total:,} pairs")

    def flat(self) -> Iterator[tuple[str, str]]:
        """The pairs, each side in one line without tabs."""
        for source, target in self:
            pair = _BREAKS.sub(" ", source), _BREAKS.sub(" ", target)
            self.flattened += pair != (source, target)
            yield pair


def _write_tmx(rows: _Rows, info: CorpusInfo, stream: Any) -> None:
    from mulm_core import __version__

    stream.write(
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n'
        f'<header creationtool="MULM Workbench" creationtoolversion="{__version__}" '
        'segtype="sentence" o-tmf="mulm" adminlang="en" '
        f'srclang="{escape(info.source)}" datatype="plaintext"/>\n<body>\n'
    )
    first, second = (f'<tuv xml:lang="{escape(tag)}"><seg>' for tag in (info.source, info.target))
    for source, target in rows:
        stream.write(
            f"<tu>{first}{_xml(source)}</seg></tuv>{second}{_xml(target)}</seg></tuv></tu>\n"
        )
    stream.write("</body>\n</tmx>\n")


def _xml(text: str) -> str:
    return _NOT_XML.sub(
        lambda found: f'<ph type="{CHARACTER}" x="{ord(found[0])}"/>',
        escape(text, quote=False).replace("\r", "&#13;"),
    )


def _write_tsv(rows: _Rows, info: CorpusInfo, stream: Any) -> None:
    stream.write(f"{info.source}\t{info.target}\n")
    for source, target in rows.flat():
        stream.write(f"{source}\t{target}\n")


def _write_jsonl(rows: _Rows, info: CorpusInfo, stream: Any) -> None:
    for source, target in rows:
        pair = {"translation": {info.source: source, info.target: target}}
        stream.write(json.dumps(pair, ensure_ascii=False) + "\n")


def _write_moses(rows: _Rows, info: CorpusInfo, streams: Any) -> None:
    first, second = streams
    for source, target in rows.flat():
        first.write(source + "\n")
        second.write(target + "\n")


_WRITERS: dict[str, Callable[[_Rows, CorpusInfo, Any], None]] = {
    "tmx": _write_tmx,
    "tsv": _write_tsv,
    "jsonl": _write_jsonl,
    "moses": _write_moses,
}
