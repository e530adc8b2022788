"""The desktop window of MULM Workbench: PySide6 only, no engine logic."""
