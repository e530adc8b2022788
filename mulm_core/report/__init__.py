"""Reports: evaluations written for people and for other programs."""

from mulm_core.report.export import write_csv, write_json
from mulm_core.report.model import Report, ReportRequest, make_report
from mulm_core.report.writing import REPORTS, WriteRequest, write_report

__all__ = [
    "REPORTS",
    "Report",
    "ReportRequest",
    "WriteRequest",
    "make_report",
    "write_csv",
    "write_json",
    "write_report",
]
