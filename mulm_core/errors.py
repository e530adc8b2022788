"""Errors that a person can act on: what happened, where, and what to do."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class MulmError(Exception):
    """Base of every error shown to a person; ``str()`` is one sentence or two.

    ``what`` says what happened, ``where`` names the file, line or field, ``fix`` what to do.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str | Path = "", fix: str = "") -> None:
        self.what = what.rstrip(".")
        self.where = str(where)
        self.fix = fix.rstrip(".")
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """``where: what. fix.``, leaving out the parts that are empty."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.fix}." if self.fix else f"{head}."


def brief(text: object, most: int = 150) -> str:
    """What a file says, as part of a sentence: on one line, cut after ``most`` characters."""
    line = " ".join(str(text)[: 4 * most].split())
    return line if len(line) <= most else f"{line[:most]}…"


class UserError(MulmError):
    """The input or the choice is wrong; the person can mend it (exit status 2)."""

    exit_code = 2


class EngineError(MulmError):
    """Something outside the person's choice failed: disk, memory, a damaged run."""


class Cancelled(Exception):  # noqa: N818 - an outcome, not an error
    """A job was cancelled through its context; nothing of it stays behind."""


_OS_ADVICE = {
    errno.ENOSPC: ("the disk is full", "Free some space and try again"),
    errno.EDQUOT: ("the disk quota is used up", "Free some space and try again"),
    errno.EACCES: ("access is denied", "Check the permissions, or choose another folder"),
    errno.EPERM: ("the operation is not permitted", "Check the permissions"),
    errno.EROFS: ("the disk is read-only", "Choose a folder on a disk that can be written"),
    errno.ENOENT: ("there is no such file", "Check the name"),
    errno.EISDIR: ("this is a folder, not a file", "Choose a file"),
    errno.ENOTDIR: ("this is a file, not a folder", "Choose a folder"),
}

_USER_MISTAKES = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.EACCES}


def from_os_error(error: OSError, where: str | Path = "") -> MulmError:
    """The error a person can act on behind an ``OSError``; ``where`` overrides its file name."""
    place = where or error.filename or ""
    what, fix = _OS_ADVICE.get(
        error.errno or 0, (error.strerror or str(error), "Check the disk and try again")
    )
    kind = UserError if error.errno in _USER_MISTAKES else EngineError
    return kind(what, where=place, fix=fix)


@contextmanager
def explain_os_errors(where: str | Path = "") -> Iterator[None]:
    """Turn any error of the system inside the block into a :class:`MulmError`."""
    try:
        yield
    except Exception as error:
        system = _system_error(error)
        if system is None:
            raise
        raise from_os_error(system, where) from error


def _system_error(error: Exception) -> OSError | None:
    """What the system said; of errors that are none, libraries in Rust give the number in words."""
    if isinstance(error, OSError):
        return error
    found = re.search(r"\(os error (\d+)\)", str(error))
    if found is None or isinstance(error, MulmError):
        return None
    number = int(found[1])
    # Windows has numbers of its own, which Python knows as the fourth argument.
    return OSError(0, "", None, number) if os.name == "nt" else OSError(number, os.strerror(number))
