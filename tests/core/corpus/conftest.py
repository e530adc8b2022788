"""Files of sentence pairs, written by hand for these tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from mulm_core.corpus import ImportRequest, ImportResult, import_corpus
from mulm_core.jobs import JobContext
from mulm_core.workspace import Workspace


@pytest.fixture
def workspace(own_workspace: Path) -> Workspace:
    return Workspace.open(own_workspace)


@pytest.fixture
def tmx(tmp_path: Path) -> Callable[..., Path]:
    """Write a TMX of (language, segment) variants a unit; segments are escaped."""

    def write(units: Sequence[Sequence[tuple[str, str]]], name: str = "memory.tmx") -> Path:
        body = "\n".join(
            "<tu>"
            + "".join(
                f'<tuv xml:lang="{tag}"><seg>{escape(text)}</seg></tuv>' for tag, text in unit
            )
            + "</tu>"
            for unit in units
        )
        path = tmp_path / name
        path.write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">'
            f'<header srclang="de"/>\n<body>\n{body}\n</body></tmx>\n',
            encoding="utf-8",
        )
        return path

    return write


@pytest.fixture
def take(workspace: Workspace) -> Callable[..., ImportResult]:
    """Import files into the test's workspace, de to fr unless told otherwise."""

    def run(
        *files: Path, source: str = "de", target: str = "fr", name: str = "c", ctx=None
    ) -> ImportResult:
        request = ImportRequest(workspace, files, source, target, name)
        return import_corpus(ctx or JobContext(), request)

    return run


@pytest.fixture
def pairs_tsv(tmp_path: Path) -> Callable[..., Path]:
    """Write a TSV of numbered German and French sentences."""

    def write(count: int, name: str = "pairs.tsv", start: int = 0) -> Path:
        path = tmp_path / name
        rows = (f"Satz Nummer {n}\tphrase numéro {n}\n" for n in range(start, start + count))
        path.write_text("".join(rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def snapshot(workspace: Workspace) -> Callable[[], dict[str, bytes]]:
    """Every file of the workspace with its bytes: what must not change when an import fails."""

    def look() -> dict[str, bytes]:
        files = sorted(path for path in workspace.root.rglob("*") if path.is_file())
        return {str(path.relative_to(workspace.root)): path.read_bytes() for path in files}

    return look
