"""Say which system package to install where Qt lacks a library; exit status 2 then."""

from __future__ import annotations

import sys


def main() -> int:
    """Load Qt's widgets once."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        from app.system_libraries import advice

        print(advice(str(error)), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
