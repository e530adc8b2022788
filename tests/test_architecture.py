"""The layers of ARCHITECTURE.md hold."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "torch", "transformers", "peft", "accelerate", "ctranslate2", "optuna", "sacrebleu",
    "sentencepiece",
)  # fmt: skip


def test_import_contracts_hold(monkeypatch):
    from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def loaded_after(statement: str) -> set[str]:
    """The top-level modules in memory after a fresh interpreter ran ``statement``."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_command_line_starts_without_the_heavy_libraries():
    assert not loaded_after("import mulm_core.cli") & {*HEAVY, "PySide6", "numpy"}


def test_the_window_starts_without_the_heavy_libraries():
    assert not loaded_after("import app.launch") & {*HEAVY, "pyqtgraph", "numpy"}


def test_the_engine_works_where_qt_is_absent():
    block = "import sys; sys.modules['PySide6'] = None; sys.modules['qasync'] = None"
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "mulm_core").rglob("*.py")
        if path.name not in ("__init__.py", "__main__.py")
    )
    imports = "; ".join(f"import {name}" for name in modules)
    assert "mulm_core" in loaded_after(f"{block}; {imports}")


def test_files_stay_small():
    limit = 400
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("app", "mulm_core")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }
    assert not long
