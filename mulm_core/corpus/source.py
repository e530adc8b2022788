"""Where bytes come from: a file, a compressed file or a member of a zip, streamed alike.

Nothing is ever unpacked to the disk, so no archive can write anywhere.
"""

from __future__ import annotations

import codecs
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import IO, Any

from mulm_core.errors import UserError, brief, explain_os_errors

_BUFFER = 1 << 16
_CHUNK = 1 << 20
_SCAN = 64 << 20  # bytes that are looked at for what is not UTF-8
_SAMPLE = 1 << 16
_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"\xfd7zXZ\0", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_ARCHIVES = (".zip", ".gz", ".xz", ".bz2", ".7z", ".rar", ".tar", ".tgz", ".zst")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
# Text shrinks by a factor of 3 to 30; far beyond that a file was made to fill memory and time.
_MAX_RATIO = 250
_RATIO_FROM = 64 << 20  # bytes; small files may shrink as they like
_MAX_UNPACKED = 64 << 30
_MAX_MEMBERS = 10_000
_XZ_MEMORY = 256 << 20  # xz -9 takes 65 MiB; a header may ask for 4 GiB


class Stream(io.BufferedReader):
    """Unpacked bytes; ``done`` is how far of :attr:`Source.size` they have come."""

    raw: _Unpacked

    @property
    def done(self) -> int:
        """Bytes of :attr:`Source.size` read so far."""
        return self.raw.done


@dataclass(frozen=True)
class Source:
    """One stream of text: ``path`` is the file on the disk, ``member`` the name inside a zip.

    ``packing`` is ``gz``, ``xz``, ``zip`` or empty; ``size`` is what :attr:`Stream.done` runs up
    to: the bytes of the file on the disk, of a zip's member the unpacked bytes.
    """

    path: Path
    size: int
    packing: str = ""
    member: str = ""

    def __str__(self) -> str:
        return f"{self.path}/{brief(self.member)}" if self.member else str(self.path)

    @property
    def name(self) -> str:
        """The file name for people; a member's follows that of its zip."""
        return f"{self.path.name}/{brief(self.member)}" if self.member else self.path.name

    @cached_property
    def place(self) -> Path:
        """The path that the unpacked file would have: its endings tell format and languages."""
        if self.member:
            return self.path / self.member
        if self.packing and self.path.suffix.lower() in (".gz", ".xz"):
            return self.path.with_suffix("")
        return self.path

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The unpacked bytes from the start, seekable.

        Reading raises :class:`UserError` for a damaged, truncated or dangerous archive.
        """
        with explain_os_errors(self.path), ExitStack() as stack:
            file = stack.enter_context(self.path.open("rb"))
            unpack: Callable[[], IO[bytes]]
            if self.packing == "zip":
                archive = stack.enter_context(_zip(self.path, file))
                unpack = partial(_open_member, archive, self)
            else:
                unpack = partial(_unpack, file, self.packing)
            yield stack.enter_context(Stream(_Unpacked(self, file, unpack), _BUFFER))

    @cached_property
    def not_utf8(self) -> bytes:
        """Some text around the first bytes that are not UTF-8, or nothing."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        read = 0
        with self.open() as stream:
            while read < _SCAN and (chunk := stream.read(_CHUNK)):
                read += len(chunk)
                try:
                    decoder.decode(chunk, final=len(chunk) < _CHUNK)
                except UnicodeDecodeError as error:
                    before = max(error.start - _SAMPLE // 2, 0)
                    start = chunk.rfind(b"\n", 0, before) + 1
                    return chunk[start : start + _SAMPLE]
        return b""

    def head(self, size: int = 4096) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(size)


class _Unpacked(io.RawIOBase):
    """Reads what ``unpack`` opens, in words where that fails, and never more than is sane."""

    def __init__(self, source: Source, file: IO[bytes], unpack: Callable[[], IO[bytes]]) -> None:
        self.done = 0
        self._source = source
        self._file = file
        self._unpack = unpack
        self._stream = _explained(source, unpack)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = _explained(self._source, partial(self._stream.read, len(buffer)))
        buffer[: len(data)] = data
        self._at += len(data)
        self._look_out()
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Any place; backwards from the start again, since packed bytes have no order but one."""
        if not self._source.packing:
            self._at = self._stream.seek(offset, whence)
            return self._at
        if whence == io.SEEK_END:
            while self.read(_BUFFER):
                pass
        target = offset + (0 if whence == io.SEEK_SET else self._at)
        if target < self._at:
            self._stream, self._at = _explained(self._source, self._unpack), 0
        while self._at < target and self.read(min(_BUFFER, target - self._at)):
            pass
        return self._at

    def _look_out(self) -> None:
        if not self._source.packing or self._source.packing == "zip":
            self.done = self._at
        else:
            self.done = self._file.tell()
            _require_sane(self._source.path, self._at, self.done)


class _Xz(io.RawIOBase):
    """Unpacks xz with bounded memory, all of its streams; the standard library's has no bound."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder: lzma.LZMADecompressor | None = None
        self._input = b""

    def read(self, size: int = -1) -> bytes:
        while True:
            if self._decoder is None or self._decoder.eof:
                rest = self._decoder.unused_data if self._decoder else b""
                rest = (rest or self._file.read(_BUFFER)).lstrip(b"\0")
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
                self._input = rest
            elif self._decoder.needs_input:
                self._input = self._file.read(_BUFFER)
                if not self._input:
                    raise EOFError
            data = self._decoder.decompress(self._input, size)
            self._input = b""
            if data:
                return data


def sources(path: Path) -> list[Source]:
    """What a file on the disk holds: itself, or the members of a zip by name.

    Raises :class:`UserError` for an empty or missing file and for a zip that is damaged,
    encrypted, nested or a bomb.
    """
    with explain_os_errors(path):
        size = path.stat().st_size
        if size == 0:
            raise empty(path)
        with path.open("rb") as file:
            head = file.read(8)
            packing = next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")
            if packing != "zip":
                return [Source(path, size, packing)]
            file.seek(0)
            with _zip(path, file) as archive:
                return _members(path, archive)


def source_of(path: Path) -> Source:
    """The one text in a file; raises :class:`UserError` as :func:`sources`, and for more."""
    found = sources(path)
    if len(found) != 1:
        what = f"the archive holds {len(found)} files instead of one text"
        raise UserError(what, where=path, fix="Unpack it and choose a file")
    return found[0]


def empty(where: object) -> UserError:
    """What to say of a file without content."""
    return UserError(
        "the file is empty", where=str(where), fix="Choose a file that holds sentences"
    )


@contextmanager
def _zip(path: Path, file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError) as error:
        raise _damaged(path, error) from None
    with archive:
        yield archive


def _members(path: Path, archive: zipfile.ZipFile) -> list[Source]:
    infos = [info for info in archive.infolist() if not info.is_dir() and _counts(info.filename)]
    if len(infos) > _MAX_MEMBERS:
        what = f"the archive holds {len(infos):,} files; more than {_MAX_MEMBERS:,} are not read"
        raise UserError(what, where=path, fix="Unpack it and choose the files")
    for info in infos:
        _require_readable(path, info)
    _require_sane(path, sum(info.file_size for info in infos), path.stat().st_size)
    return [
        Source(path, info.file_size, "zip", info.filename)
        for info in sorted(infos, key=lambda info: info.filename)
        if info.file_size
    ]


def _counts(name: str) -> bool:
    parts = name.split("/")
    return parts[0] != "__MACOSX" and not any(
        part.startswith(".") for part in parts if part != ".."
    )


def _require_readable(path: Path, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise UserError(
            f"the archive is protected by a password ({brief(info.filename)})",
            where=path,
            fix="Unpack it and choose the files in it",
        )
    if info.filename.lower().endswith(_ARCHIVES):
        raise UserError(
            f"there is an archive inside the archive ({brief(info.filename)}), which is not opened",
            where=path,
            fix="Unpack the outer one and choose what is in it",
        )
    if info.compress_type not in _METHODS:
        raise UserError(
            f"the archive packs {brief(info.filename)} with a method that is not supported",
            where=path,
            fix="Pack it again as an ordinary zip (deflate)",
        )


def _require_sane(path: Path, unpacked: int, packed: int) -> None:
    bomb = unpacked > _RATIO_FROM and unpacked > _MAX_RATIO * max(packed, 1)
    if bomb or unpacked > _MAX_UNPACKED:
        raise UserError(
            f"the archive grows to more than {max(unpacked >> 20, 1):,} MB when it is unpacked, "
            "as only archives do that are made to fill a computer",
            where=path,
            fix="If you trust it, unpack it and choose the files in it",
        )


def _open_member(archive: zipfile.ZipFile, source: Source) -> IO[bytes]:
    return archive.open(source.member)


def _unpack(file: IO[bytes], packing: str) -> IO[bytes]:
    file.seek(0)
    if packing == "gz":
        return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]
    return _Xz(file) if packing == "xz" else file  # type: ignore[return-value]


def _explained(source: Source, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except (
        EOFError,
        KeyError,  # the zip changed while it was read
        NotImplementedError,
        RuntimeError,
        ValueError,
        gzip.BadGzipFile,
        lzma.LZMAError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise _damaged(source, error) from None


def _damaged(where: Source | Path, error: Exception) -> UserError:
    if isinstance(error, lzma.LZMAError) and "emory" in str(error):
        return UserError(
            f"it needs more than {_XZ_MEMORY >> 20} MB of memory to be unpacked",
            where=str(where),
            fix="Pack it again with a smaller dictionary (xz -9 or less)",
        )
    cut = isinstance(error, EOFError)
    what = "the archive is cut off" if cut else f"the archive is damaged ({brief(error)})"
    return UserError(what, where=str(where), fix="Copy or download it again")
