"""Every kind of report, by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mulm_core.errors import UserError
from mulm_core.evaluation import Evaluation
from mulm_core.jobs import JobContext
from mulm_core.report.export import write_csv, write_json
from mulm_core.report.html import write_html
from mulm_core.report.model import Report, ReportRequest, make_report
from mulm_core.report.pdf import write_pdf
from mulm_core.report.tex import write_tex
from mulm_core.workspace import Workspace

_WHOLE: dict[str, Callable[[Report, Path], None]] = {"html": write_html, "pdf": write_pdf}
_TABLES: dict[str, Callable[[Evaluation, Path], None]] = {
    "csv": write_csv,
    "json": write_json,
    "tex": write_tex,
}
REPORTS = (*_WHOLE, *_TABLES)
"""The kinds of reports, which are also the endings of their files."""


@dataclass(frozen=True)
class WriteRequest:
    """Write the report on ``evaluation`` to ``path``; ``kind`` is one of :data:`REPORTS`."""

    workspace: Workspace
    evaluation: Evaluation
    path: Path
    kind: str


def write_report(ctx: JobContext, request: WriteRequest) -> Path:
    """The job: the report, written; its path.

    Raises :class:`UserError` for a kind that there is not, :class:`MulmError` where the disk fails.
    """
    if request.kind in _TABLES:
        _TABLES[request.kind](request.evaluation, request.path)
    elif request.kind in _WHOLE:
        report = make_report(ctx, ReportRequest(request.workspace, request.evaluation))
        _WHOLE[request.kind](report, request.path)
    else:
        raise UserError(
            f"'{request.kind}' is no kind of report", fix=f"Choose one of {', '.join(REPORTS)}"
        )
    return request.path
