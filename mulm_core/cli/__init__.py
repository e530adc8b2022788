"""``mulm``: every job without a window."""

from mulm_core.cli.main import main

__all__ = ["main"]
