"""Compressed files and archives: streamed, never unpacked, refused where they are dangerous."""

from __future__ import annotations

import gzip
import lzma
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from mulm_core.corpus import detect, read_lines, read_pairs
from mulm_core.corpus.formats import file_sets
from mulm_core.corpus.types import DEFAULTS
from mulm_core.errors import UserError

TMX = (
    '<?xml version="1.0"?><tmx version="1.4"><header/><body><tu><tuv xml:lang="de"><seg>Ja</seg>'
    '</tuv><tuv xml:lang="fr"><seg>Oui</seg></tuv></tu></body></tmx>'
)
CONTENT = {
    "a.tmx": TMX,
    "a.tsv": "Ja\tOui\n",
    "a.csv": '"Ja",Oui\n',
    "a.jsonl": '{"de": "Ja", "fr": "Oui"}\n',
    "a.json": '[{"de": "Ja", "fr": "Oui"}]',
    "a.po": 'msgid "Ja"\nmsgstr "Oui"\n',
    "a.ts": "<TS><message><source>Ja</source><translation>Oui</translation></message></TS>",
    "a.xlf": '<xliff version="2.0" srcLang="de" trgLang="fr"><file><unit><segment><source>Ja'
    "</source><target>Oui</target></segment></unit></file></xliff>",
}


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", CONTENT)
@pytest.mark.parametrize("packing", ["gz", "xz", "zip"])
def test_every_format_in_every_packing(tmp_path, name, packing):
    data = CONTENT[name].encode()
    path = tmp_path / (f"{name}.{packing}" if packing != "zip" else "all.zip")
    if packing == "zip":
        zipped(path, {f"inner/{name}": data})
    else:
        path.write_bytes({"gz": gzip.compress, "xz": lzma.compress}[packing](data))
    assert read_pairs([path], "de", "fr") == ([("Ja", "Oui")], [])
    (found,) = detect([path])
    assert found.files == (path,)
    assert found.members == ((f"inner/{name}",) if packing == "zip" else ())
    assert (found.pairs, found.preview) == (1, (("Ja", "Oui"),))


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_all_parts_of_a_compressed_file_are_read(tmp_path, pack):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(pack(b"1\tun\n2\tdeux\n") + pack(b"3\ttrois\n") + b"\0" * 8)
    assert len(read_pairs([path], "de", "fr")[0]) == 3


def test_compressed_text_files_are_paired_by_name(tmp_path):
    for tag, word in (("de", "Ja"), ("fr", "Oui")):
        (tmp_path / f"val.{tag}.txt.gz").write_bytes(gzip.compress(f"{word}\n".encode()))
    assert read_pairs([tmp_path], "fr", "de")[0] == [("Oui", "Ja")]
    assert read_lines(tmp_path / "val.de.txt.gz") == ["Ja"]


def test_a_zip_of_several_sets(tmp_path):
    path = zipped(
        tmp_path / "all.zip",
        {
            "x/t.de": "Ja\n",
            "x/t.fr": "Oui\n",
            "m.tmx": TMX,
            "README.md": "Read me",
            "x/.hidden.tsv": "a\tb",
            "__MACOSX/m.tmx": "junk",
            "empty.tsv": "",
        },
    )
    found = detect([path])
    assert [(one.format, one.files, one.members) for one in found] == [
        ("tmx", (path,), ("m.tmx",)),
        ("moses", (path,), ("x/t.de", "x/t.fr")),
    ]
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")] * 2


def test_problems_name_the_member(tmp_path):
    path = zipped(tmp_path / "all.zip", {"x/a.tsv": "Ja\tOui\nallein\n"})
    assert [problem.file for problem in read_pairs([path], "de", "fr")[1]] == ["all.zip/x/a.tsv"]


def test_names_that_point_outside_are_only_names(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    path = zipped(inside / "evil.zip", {"../../evil.tsv": "Ja\tOui\n", "/etc/x.tsv": "1\tun\n"})
    assert len(read_pairs([path], "de", "fr")[0]) == 2
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["evil.zip"]


def test_an_archive_is_known_by_its_content(tmp_path):
    path = tmp_path / "memory.tmx"
    path.write_bytes(gzip.compress(TMX.encode()))
    assert read_pairs([path], "de", "fr")[0] == [("Ja", "Oui")]
    plain = tmp_path / "unpacked by the browser.tmx.gz"
    plain.write_text(TMX, encoding="utf-8")
    assert read_pairs([plain], "de", "fr")[0] == [("Ja", "Oui")]


@pytest.mark.parametrize("packing", ["gz", "xz", "zip"])
def test_cut_archives_are_one_error(tmp_path, packing):
    rows = "".join(f"Satz {n * n}\tphrase {n**3}\n" for n in range(20_000)).encode()
    path = tmp_path / f"a.tsv.{packing}"
    if packing == "zip":
        zipped(path, {"a.tsv": rows})
    else:
        path.write_bytes({"gz": gzip.compress, "xz": lzma.compress}[packing](rows))
    whole = path.read_bytes()
    for size in (len(whole) // 2, len(whole) - 3, 30):
        path.write_bytes(whole[:size])
        with pytest.raises(UserError, match=r"a\.tsv.* (cut off|damaged)"):
            read_pairs([path], "de", "fr")


def test_flipped_bytes_are_noticed(tmp_path):
    rows = "".join(f"Satz {n}\tphrase {n}\n" for n in range(5000)).encode()
    path = zipped(tmp_path / "a.zip", {"a.tsv": rows})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(UserError):
        read_pairs([path], "de", "fr")


@pytest.mark.parametrize("name", ["inner.zip", "inner.tmx.gz", "x/inner.7z"])
def test_archives_in_archives_are_refused(tmp_path, name):
    path = zipped(tmp_path / "a.zip", {"a.tsv": "Ja\tOui\n", name: "x"})
    with pytest.raises(UserError, match="an archive inside the archive"):
        detect([path])


def test_a_password_is_said_in_words(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.tsv": "Ja\tOui\n"})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="protected by a password"):
        detect([path])


def test_empty_archives(tmp_path):
    for members in ({}, {"empty.tsv": ""}, {"README.md": "Read me"}):
        with pytest.raises(UserError, match="no file with sentence pairs"):
            detect([zipped(tmp_path / "a.zip", members)])
    (tmp_path / "b.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(UserError):
        detect([tmp_path / "b.gz"])


def test_zip_bombs_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.tsv", "w") as member,
    ):
        for _ in range(100):
            member.write(b"a\tb" + b" " * 1_000_000 + b"\n")
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="made to fill a computer"):
            detect([path])
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("pack", [gzip.open, lzma.open])
def test_bombs_without_a_directory_are_refused_on_the_way(tmp_path, pack):
    path = tmp_path / "bomb.tmx.gz"
    with pack(path, "wb") as file:
        file.write(b"<tmx><body>")
        for _ in range(100):
            file.write(b" " * 1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match=r"made to fill a computer|without a sentence pair"):
            read_pairs([path], "de", "fr")
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


def test_a_lying_directory_ends_in_an_error(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.tsv": "Ja\tOui\n" * 1000})
    data = path.read_bytes()
    real, false = struct.pack("<L", 7000), struct.pack("<L", 700)
    path.write_bytes(data.replace(real, false))
    with pytest.raises(UserError, match="damaged"):
        read_pairs([path], "de", "fr")


def test_xz_that_wants_gigabytes_is_refused(tmp_path):
    path = tmp_path / "a.tsv.xz"
    data = bytearray(lzma.compress(b"Ja\tOui\n"))
    data[16] = 40  # the code of 4 GiB in the header of the first block
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UserError, match="MB of memory"):
        read_pairs([path], "de", "fr")


@pytest.mark.parametrize("packing", ["gz", "zip", ""])
def test_progress_runs_up_to_the_size_of_the_set(tmp_path, packing):
    rows = "".join(f"Satz {n}\tphrase {n * n}\n" for n in range(30_000)).encode()
    path = tmp_path / "a.tsv"
    if packing == "zip":
        zipped(path, {"a.tsv": rows})
    else:
        path.write_bytes(gzip.compress(rows) if packing else rows)
    (found,) = file_sets([path])
    done = [unit.done for unit in found.reader.read(found.files, "de", "fr", DEFAULTS)]
    assert done == sorted(done)
    assert 0 < done[0] < found.size == done[-1]
