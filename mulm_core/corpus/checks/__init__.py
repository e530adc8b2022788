"""Checks: they flag rows with a reason; a person decides which of them exclude rows."""

from mulm_core.corpus.checks.base import Check
from mulm_core.corpus.checks.leaks import keep_out_leakage
from mulm_core.corpus.checks.mask import MaskRequest, MaskResult, mask
from mulm_core.corpus.checks.registry import CHECKS
from mulm_core.corpus.checks.results import CheckResult, Sample, check_states
from mulm_core.corpus.checks.scan import ApplyRequest, ScanRequest, apply, scan, undo
from mulm_core.corpus.checks.unknown import (
    SideUnknown,
    UnknownRequest,
    UnknownResult,
    unknown_pieces,
)

__all__ = [
    "CHECKS",
    "ApplyRequest",
    "Check",
    "CheckResult",
    "MaskRequest",
    "MaskResult",
    "Sample",
    "ScanRequest",
    "SideUnknown",
    "UnknownRequest",
    "UnknownResult",
    "apply",
    "check_states",
    "keep_out_leakage",
    "mask",
    "scan",
    "undo",
    "unknown_pieces",
]
