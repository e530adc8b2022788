"""Atomic writing: the old state or the new one, never half of either."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from full_disk import full_disk

from mulm_core.errors import EngineError, UserError
from mulm_core.files import (
    free_name,
    new_folder,
    read_json,
    slug,
    sync_file,
    write_json,
    write_text,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_text_is_utf8_with_plain_line_ends(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "é\nb\n")
    assert path.read_bytes() == b"\xc3\xa9\nb\n"
    write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == ["a.txt"]


def test_failed_write_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half " * 10_000 + "\ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.txt"]


def test_full_disk_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(EngineError, match=r"a\.txt"), full_disk():
        write_text(path, "x" * 100_000)
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.txt"]


def test_full_disk_leaves_no_temporary_file(tmp_path):
    with pytest.raises(EngineError, match=r"a\.txt"), full_disk(10):
        write_text(tmp_path / "a.txt", "short enough for a buffer")
    assert names(tmp_path) == []


def test_full_disk_is_explained_where_a_library_in_rust_wrote(tmp_path):
    import torch
    from safetensors.torch import save_file

    with (
        pytest.raises(EngineError, match="folder: File too large"),
        full_disk(),
        new_folder(tmp_path / "folder") as folder,
    ):
        save_file({"weights": torch.zeros(10_000)}, folder / "model.safetensors")
    assert names(tmp_path) == []


def test_missing_folder_is_explained(tmp_path):
    with pytest.raises(UserError, match=r"there is no folder .*missing\. Make it"):
        write_text(tmp_path / "missing" / "a.txt", "x")


def test_json_round_trip_and_errors(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"ü": [1, None]})
    assert read_json(path) == {"ü": [1, None]}
    assert "ü" in path.read_text(encoding="utf-8")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.json: this is not valid JSON"):
        read_json(path)
    with pytest.raises(UserError, match="no such file"):
        read_json(tmp_path / "b.json")


def test_json_that_is_not_text_is_explained(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(UserError, match="not valid JSON"):
        read_json(path)


def test_value_that_is_no_json_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, 1)
    with pytest.raises(TypeError):
        write_json(path, {"x": object()})
    assert read_json(path) == 1
    assert names(tmp_path) == ["a.json"]


def test_new_folder_appears_whole(tmp_path):
    with new_folder(tmp_path / "deep" / "run") as folder:
        (folder / "sub").mkdir()
        write_text(folder / "sub" / "a", "1")
        assert not (tmp_path / "deep" / "run").exists()
    assert (tmp_path / "deep" / "run" / "sub" / "a").read_text(encoding="utf-8") == "1"
    assert names(tmp_path / "deep") == ["run"]


def test_new_folder_replaces_the_old_one_at_the_end(tmp_path):
    target = tmp_path / "run"
    for text in ("old", "new"):
        with new_folder(target) as folder:
            write_text(folder / text, text)
    assert names(target) == ["new"]
    assert names(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failed_folder_leaves_the_old_one(tmp_path, error):
    target = tmp_path / "run"
    with new_folder(target) as folder:
        write_text(folder / "a", "old")
    with pytest.raises(error), new_folder(target) as folder:
        write_text(folder / "b", "half")
        raise error
    assert names(target) == ["a"]
    assert names(tmp_path) == ["run"]


def test_sync_needs_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    sync_file(tmp_path / "a")
    with pytest.raises(FileNotFoundError):
        sync_file(tmp_path / "b")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Mein Korpus", "Mein-Korpus"),
        ("  a/b\\c:d  ", "a-b-c-d"),
        ("../../etc/passwd", "etc-passwd"),
        ("小説 2", "小説-2"),
        ("e\u0301te\u0301", "été"),
        ("...", "unnamed"),
        ("", "unnamed"),
        ("con", "con-1"),
        ("x" * 200, "x" * 64),
    ],
)
def test_slug(name, expected):
    assert slug(name) == expected


@pytest.mark.parametrize("name", ["con.txt", "NUL", "lpt9", "com3.tar.gz", "a" * 63 + ".b", "AUX."])
def test_slug_is_a_name_that_every_system_takes(name):
    made = slug(name)
    stem = made.split(".")[0].upper()
    reserved = {"CON", "PRN", "AUX", "NUL"} | {
        f"{d}{n}" for d in ("COM", "LPT") for n in range(1, 10)
    }
    assert stem not in reserved
    assert not made.endswith((".", " "))


def test_free_name_counts_up(tmp_path):
    assert free_name(tmp_path, "a b", ".x") == "a-b"
    (tmp_path / "a-b.x").touch()
    assert free_name(tmp_path, "a b", ".x") == "a-b-2"
    (tmp_path / "a-b-2.x").touch()
    assert free_name(tmp_path, "a b", ".x") == "a-b-3"
    assert free_name(tmp_path, "a b") == "a-b"
    (tmp_path / "a-b").mkdir()
    assert free_name(tmp_path, "a b") == "a-b-2"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_others_may_read_what_they_could_read_before(tmp_path: Path) -> None:
    plain, new, private = (tmp_path / name for name in ("plain", "new", "private"))
    plain.write_text("made by hand")
    write_text(new, "exported")
    assert new.stat().st_mode == plain.stat().st_mode
    private.write_text("")
    private.chmod(0o600)
    write_text(private, "again")
    assert private.stat().st_mode & 0o777 == 0o600
