"""Jobs: plain functions ``job(ctx, request) -> result`` that report, pause and cancel."""

from mulm_core.jobs.context import Event, JobContext, LogLine, Progress
from mulm_core.jobs.lanes import Lanes

__all__ = ["Event", "JobContext", "Lanes", "LogLine", "Progress"]
