"""Reports: evaluations written for people and for other programs."""

from mulm_core.report.export import write_csv, write_json

__all__ = ["write_csv", "write_json"]
