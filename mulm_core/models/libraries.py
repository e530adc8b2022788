"""The heavy libraries, imported so that the program's other threads keep getting their turns.

A plain ``import torch`` keeps Python to itself for a third of a second or more: the system maps
and links torch's library while the import holds the interpreter. And while some thousand modules
are made, the garbage collector stops everything again and again to look through all of them.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIBRARY = "libtorch_cpu.so"  # nearly all of torch's size; it knows nothing of Python

_lock = threading.Lock()


def import_libraries(*names: str) -> None:
    """Import modules that torch is a part of, such as ``peft``; quick when they have been."""
    with _lock:
        missing = [name for name in names if name not in sys.modules]
        if missing:
            _link_torch()
            with _uncollected():
                for name in missing:
                    importlib.import_module(name)


def _link_torch() -> None:
    """Let the system link torch's library, which an import then finds done.

    A foreign call, unlike an import, lets other threads have Python meanwhile.
    """
    spec = importlib.util.find_spec("torch")
    if not sys.platform.startswith("linux") or spec is None or spec.origin is None:
        return
    library = Path(spec.origin).parent / "lib" / _LIBRARY
    link = ctypes.CDLL(None).dlopen
    link.argtypes, link.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    link(os.fsencode(library), os.RTLD_LAZY)  # where it fails, the import tells why


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nothing is collected inside; what was made there the collector never looks at again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
