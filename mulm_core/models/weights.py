"""Reading about weight files without loading them: shapes from safetensors' header, a hash."""

from __future__ import annotations

import hashlib
import json
import math
import struct
import threading
from pathlib import Path

_LARGEST_HEADER = 100_000_000  # the format's own limit, in bytes
_hashes: dict[tuple[str, int, int], str] = {}
_hashes_lock = threading.Lock()


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model folder, whole or in shards, in a stable order."""
    return sorted(folder.glob("model*.safetensors"))


def missing_shards(folder: Path) -> list[str]:
    """Names of shards that the index lists and the folder lacks."""
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return []
    named = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return sorted(name for name in named if not (folder / name).is_file())


def count_parameters(file: Path) -> int:
    """How many numbers a safetensors file holds; raises ``ValueError`` for a damaged file."""
    with file.open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= _LARGEST_HEADER:
            raise ValueError("not a safetensors file")
        header = json.loads(stream.read(length))
    tensors = [entry for name, entry in header.items() if name != "__metadata__"]
    end = max((entry["data_offsets"][1] for entry in tensors), default=0)
    if file.stat().st_size != 8 + length + end:
        raise ValueError("cut short")
    return sum(math.prod(entry["shape"]) for entry in tensors)


def weights_hash(folder: Path) -> str:
    """SHA-256 over the weight files' contents, in hexadecimal; read once per file state."""
    total = hashlib.sha256()
    for file in weight_files(folder):
        total.update(file_hash(file).encode())
    return total.hexdigest()


def file_hash(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal; read once per file state."""
    state = file.stat()
    key = (str(file), state.st_size, state.st_mtime_ns)
    with _hashes_lock:
        if key in _hashes:
            return _hashes[key]
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with _hashes_lock:
        _hashes[key] = digest
    return digest
