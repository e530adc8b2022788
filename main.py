"""MULM Workbench: double-click this file, or run ``python main.py``."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # a frozen program's helper processes start here, too
    from app.launch import main

    sys.exit(main())
