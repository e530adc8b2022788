"""What machine and versions this is, in words: for the job strip and for error reports."""

from __future__ import annotations

import platform

_PACKAGES = (
    "mulm-workbench",
    "PySide6-Essentials",
    "torch",
    "transformers",
    "peft",
    "ctranslate2",
    "sacrebleu",
)


def versions_text() -> str:
    """Return system, Python and package versions, one a line; imports none of the packages."""
    from importlib import metadata  # pulls in the mail parser: not before the first window

    lines = [f"{platform.platform()}", f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            lines.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            continue
    return "\n".join(lines)


def report_text(message: str = "", details: str = "") -> str:
    """Return what "Copy report" puts on the clipboard: message, details, versions."""
    return "\n\n".join(part for part in (message, details, versions_text()) if part)


def memory_used() -> int | None:
    """Return the bytes this process holds in memory; None where psutil is absent."""
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
