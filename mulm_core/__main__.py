"""``python -m mulm_core`` is the same program as ``mulm``."""

from mulm_core.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
