"""Writing so that a crash or a full disk leaves either the old state or the new one."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from mulm_core.errors import UserError, explain_os_errors

# Windows keeps these names for devices, whatever ending follows.
_RESERVED = {"CON", "PRN", "AUX", "NUL"} | {
    f"{device}{number}" for device in ("COM", "LPT") for number in range(1, 10)
}

# A spreadsheet runs a cell that begins like this as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` by ``text`` (UTF-8) atomically: temporary file, fsync, rename."""
    with replacing(path) as stream:
        stream.write(text)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` atomically."""
    with replacing(path) as stream:
        stream.buffer.write(data)


@contextmanager
def replacing(*paths: Path) -> Iterator[Any]:
    """Write new files (UTF-8, LF) that take their names together when the block is complete.

    Gives one text stream, or a tuple of them for several paths. After an error the old files stay.
    Raises :class:`UserError` where there is no folder for them.
    """
    for path in paths:
        expect_folder(path)
    with explain_os_errors(paths[0]), ExitStack() as stack:
        streams = [stack.enter_context(_temporary(path)) for path in paths]
        yield streams[0] if len(paths) == 1 else tuple(streams)
        for stream in streams:
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()  # Windows renames no open file
        for stream, path in zip(streams, paths, strict=True):
            _open_to_readers(stream.name, path)
            os.replace(stream.name, path)


def _open_to_readers(new: str, old: Path) -> None:
    """Whoever may read what was there, or any new file of this person's, may read this one."""
    if old.exists():
        shutil.copymode(old, new)
    else:
        Path(new).chmod(0o666 & ~_UMASK)


def _umask() -> int:
    mask = os.umask(0o077)  # there is no other way to ask
    os.umask(mask)
    return mask


_UMASK = _umask()  # at the import: no other thread writes files yet


@contextmanager
def _temporary(path: Path) -> Iterator[TextIO]:
    """A text file beside ``path``, gone at the end if it still has its name."""
    with tempfile.NamedTemporaryFile(
        "w",
        encoding="utf-8",
        newline="\n",
        dir=path.parent,
        prefix=f".{path.name}.",
        delete=False,
    ) as stream:
        try:
            yield stream  # type: ignore[misc]
        finally:
            with suppress(OSError):  # a full disk, which the block has met
                stream.close()
            Path(stream.name).unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Replace ``path`` by ``value`` as indented JSON, atomically."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_table(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """Replace ``path`` by rows of cells, atomically: tab-separated for ``.tsv``, else CSV.

    UTF-8 with a byte order mark, so that spreadsheets show every script; text that a spreadsheet
    would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    table = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    table.writerows([_safe(cell) for cell in row] for row in rows)
    write_text(path, "\ufeff" + text.getvalue())


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell


def read_json(path: Path) -> Any:
    """The JSON in ``path``; raises :class:`UserError` when it is missing or not JSON."""
    with explain_os_errors(path):
        data = path.read_bytes()
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise UserError(f"this is not valid JSON ({error})", where=path) from error


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Fill a temporary folder beside ``path``; it takes the name ``path`` only when complete.

    An existing ``path`` is replaced at that moment; on any error the temporary one is removed.
    """
    with explain_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
    try:
        with explain_os_errors(path):
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    sync_file(file)
            _swap(temporary, path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _swap(temporary: Path, path: Path) -> None:
    if path.exists():
        old = temporary.with_name(temporary.name + ".old")
        os.replace(path, old)
        os.replace(temporary, path)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(temporary, path)
    _sync_names(path.parent)


def finish_replacing(path: Path) -> None:
    """Complete a :func:`new_folder` for ``path`` that a crash cut short; remove what it left."""
    with explain_os_errors(path):
        for old in path.parent.glob(f".{path.name}.*.old"):
            new = old.with_name(old.name.removesuffix(".old"))
            if not path.exists():  # the crash came between the two renames
                os.replace(new if new.exists() else old, path)
        for rest in path.parent.glob(f".{path.name}.*"):
            shutil.rmtree(rest, ignore_errors=True)


def _sync_names(folder: Path) -> None:
    """Force a rename in ``folder`` to the disk, where the system can (Windows cannot)."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def expect_folder(path: Path) -> None:
    """Raise :class:`UserError` where there is no folder that ``path`` can be written into.

    For work of minutes, whose result would have no place.
    """
    if not path.parent.exists():
        raise UserError(
            f"there is no folder {path.parent}", where=path, fix="Make it, or choose another"
        )


def sync_file(path: Path) -> None:
    """Force ``path`` to the disk."""
    # Windows refuses fsync on a handle opened for reading only.
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def slug(name: str) -> str:
    """A file name for ``name``: letters of any script, digits, dots and dashes, at most 64 long."""
    text = unicodedata.normalize("NFC", name).strip()
    text = re.sub(r"[^\w.-]+", "-", text)[:64].strip("-._")
    stem, dot, rest = text.partition(".")
    if stem.upper() in _RESERVED:
        text = f"{stem}-1{dot}{rest}"
    return text or "unnamed"


def free_name(folder: Path, wanted: str, suffix: str = "") -> str:
    """``wanted`` as a slug, with ``-2``, ``-3`` … appended while ``folder`` has that name."""
    base = slug(wanted)
    name, count = base, 1
    while (folder / f"{name}{suffix}").exists():
        count += 1
        name = f"{base}-{count}"
    return name
