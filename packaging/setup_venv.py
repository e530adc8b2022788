"""Make the project's own virtual environment, pinned by constraints.txt.

Run by ``make setup``; on Windows run it by hand: ``py packaging\\setup_venv.py .venv``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Create or update the environment; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("venv", type=Path)
    parser.add_argument("--dev", action="store_true", help="add what tests and checks need")
    parser.add_argument("--torch-index", default="", help="wheel index of another torch build")
    options = parser.parse_args()
    if sys.version_info < (3, 11):
        found = ".".join(map(str, sys.version_info[:3]))
        print(f"MULM needs Python 3.11 or newer; this is {found}. "
              "Try: make PYTHON=python3.12 …", file=sys.stderr)  # fmt: skip
        return 2
    python = options.venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists() and not create(options.venv):
        return 2
    if options.torch_index and not pip(python, "torch", "--index-url", options.torch_index):
        return 1
    print("Installing what MULM needs (once, a few minutes) …", file=sys.stderr)
    if not pip(python, "-e", f"{ROOT}{'[dev]' if options.dev else ''}"):
        return 1
    (options.venv / (".ready-dev" if options.dev else ".ready")).touch()
    return 0


def create(venv: Path) -> bool:
    """An empty environment at ``venv``; False, with advice printed, where that fails."""
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
    if made.returncode:
        print("Python's venv module does not work here. On Debian and Ubuntu: "
              "sudo apt install python3-venv", made.stdout, made.stderr, sep="\n",
              file=sys.stderr)  # fmt: skip
    return made.returncode == 0


def pip(python: Path, *arguments: str) -> bool:
    """Run ``pip install`` under the pinned versions; whether it succeeded."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*command, "-c", ROOT / "constraints.txt", *arguments]).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
