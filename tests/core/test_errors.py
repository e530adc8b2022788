"""Errors say what, where and what to do; the system's errors are put into words."""

from __future__ import annotations

import errno
import os

import pytest

from mulm_core.errors import (
    EngineError,
    MulmError,
    UserError,
    explain_os_errors,
    from_os_error,
)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError("it broke"), "it broke."),
        (UserError("it broke.", where="a.tsv", fix="Mend it."), "a.tsv: it broke. Mend it."),
        (EngineError("it broke", fix="Mend it"), "it broke. Mend it."),
    ],
)
def test_sentence_leaves_out_what_is_empty(error, sentence):
    assert str(error) == error.sentence() == sentence


def test_exit_codes_tell_the_users_mistake_from_the_rest():
    assert (UserError("x").exit_code, EngineError("x").exit_code) == (2, 1)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, EngineError, "the disk is full"),
        (errno.EDQUOT, EngineError, "quota"),
        (errno.EROFS, EngineError, "read-only"),
        (errno.EACCES, UserError, "access is denied"),
        (errno.ENOENT, UserError, "no such file"),
        (errno.EISDIR, UserError, "a folder, not a file"),
        (errno.EIO, EngineError, os.strerror(errno.EIO)),
    ],
)
def test_system_errors_in_words(code, kind, words):
    error = from_os_error(OSError(code, os.strerror(code), "some/file"))
    assert type(error) is kind
    assert words in str(error)
    assert str(error).startswith("some/file: ")


def test_an_error_without_a_number_keeps_its_own_words():
    assert str(from_os_error(OSError("odd"), "f")).startswith("f: odd. ")


def test_real_missing_file_is_explained_and_keeps_its_cause(tmp_path):
    with pytest.raises(UserError, match="no such file") as caught, explain_os_errors():
        (tmp_path / "missing").read_text(encoding="utf-8")
    assert caught.value.where == str(tmp_path / "missing")
    assert isinstance(caught.value.__cause__, FileNotFoundError)


@pytest.mark.skipif(os.name == "nt", reason="Windows has numbers of its own")
def test_errors_of_libraries_in_rust_are_explained_by_their_number():
    with pytest.raises(EngineError, match=r"^run: the disk is full"), explain_os_errors("run"):
        raise ValueError("I/O error: No space left on device (os error 28) at path /x")


def test_other_errors_pass_unchanged():
    with pytest.raises(KeyError), explain_os_errors():
        raise KeyError("x")
    with pytest.raises(MulmError, match="as it was"), explain_os_errors():
        raise UserError("as it was (os error 28)")
