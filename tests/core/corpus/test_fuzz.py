"""Whatever the bytes, a file ends in pairs or in one clear error; ``make fuzz`` tries 20,000."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import random
import re
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mulm_core.corpus import ImportRequest, ReadOptions, detect, import_corpus, read_pairs
from mulm_core.errors import MulmError
from mulm_core.jobs import JobContext

SHARED = Path(__file__).parents[4] / "shared" / "formats"
INPUTS = int(os.environ.get("MULM_FUZZ", "500"))
MUTATED = INPUTS * 7 // 10
IMPORTED = 8  # every so many inputs go all the way into a corpus
SLOWEST = 10  # seconds an input
LARGEST = 100_000  # bytes of a file that is mutated


def tmx() -> str:
    unit = (
        '<tu tuid="{0}"><tuv xml:lang="en"><seg>Yes <bpt i="1">b</bpt>{0}<ept i="1"/></seg></tuv>'
        '<tuv xml:lang="fr-FR"><seg>Oui &amp; {0}</seg></tuv></tu>\n'
    )
    body = "".join(unit.format(n) for n in range(20))
    doctype = '<!DOCTYPE tmx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    return f'<?xml version="1.0" encoding="utf-8"?>{doctype}<tmx><body>{body}</body></tmx>'


def parquet() -> bytes:
    buffer = io.BytesIO()
    table = {"en": ["Yes", "No", None] * 9, "fr": ["Oui", "Non", "x"] * 9, "n": [1, 2, 3] * 9}
    pq.write_table(pa.table(table), buffer, row_group_size=9)
    return buffer.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def own_files() -> dict[str, bytes]:
    """A file of each format, and of each packing."""
    unit = '<trans-unit><source>Yes <g id="1">x</g></source><target>Oui</target></trans-unit>'
    segment = "<segment><source>Yes</source><target>Oui<ph id='1'/></target></segment>"
    plural = 'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c\\n\\x41"\nmsgstr[1] "d"\n'
    records = [{"id": n, "translation": {"en": "Yes", "fr": f"Oui \u00e9 {n}"}} for n in range(9)]
    plain = {
        "a.tmx": tmx(),
        "a.xlf": '<xliff version="1.2"><file source-language="en" target-language="fr"><body>'
        f"{unit * 9}</body></file></xliff>",
        "b.xlf": '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.0" srcLang="en" '
        f'trgLang="fr"><file><unit>{segment * 9}</unit></file></xliff>',
        "a.ts": '<TS language="fr"><context><message><source>a</source><translation>b'
        "<numerusform>c</numerusform></translation></message></context></TS>",
        "a.po": 'msgid ""\nmsgstr "Content-Type: text/plain; charset=iso-8859-1\\n"\n"Language: fr'
        f'\\n"\n\n#, fuzzy\nmsgid "x"\nmsgstr "y"\n{plural}',
        "a.tsv": "en\tfr\nYes\tOui\nNo\tNon\nMaybe\tPeut-être\n" * 5,
        "a.csv": 'en;fr;note\n"Yes; ""quoted""";"Oui\nnon";x\n' * 5,
        "a.jsonl": "\n".join(map(json.dumps, records)),
        "a.json": json.dumps(records, indent=1),
    }
    files = {name: text.encode() for name, text in plain.items()}
    files["utf16.tmx"] = plain["a.tmx"].replace("utf-8", "utf-16").encode("utf-16")
    files["legacy.tsv"] = plain["a.tsv"].encode("cp1252")
    files["a.parquet"] = parquet()
    files["a.tmx.gz"] = gzip.compress(files["a.tmx"])
    files["a.tsv.xz"] = lzma.compress(files["a.tsv"])
    files["a.zip"] = zipped({"x/a.tmx": files["a.tmx"], "t.en": b"Yes\n", "t.fr": b"Oui\n"})
    return files


def real_files() -> dict[str, bytes]:
    if not SHARED.is_dir():
        return {}
    paths = sorted(path for path in SHARED.glob("*/*") if 0 < path.stat().st_size < LARGEST)
    return {path.name: path.read_bytes() for path in paths}


TOKENS = (
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\x1f\x8b", b"PK\x03\x04"),
    *(b"<", b">", b"&", b"&a;", b"&#0;", b"]]>", b"<!--", b"<![CDATA[", b"<?xml ", b"</tu>"),
    *(b'"', b"'", b"\\", b"\\u", b"\\ud800", b"\n", b"\r", b"\t", b";", b",", b"|", b"{", b"["),
    *(b"}", b"]", b"null", b"1e999", b"-1", b"9" * 400, b"#~ ", b'msgid "', b"msgstr[99999]"),
    *(b"charset=utf-7", b'encoding="x"', b'xml:lang="fr"', b"A" * 5000, b"<hi>" * 300, b"[" * 2000),
)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """A copy with one to six pieces changed, cut, moved, doubled or replaced."""
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        at = dice.randrange(len(changed) + 1)
        end = min(len(changed), at + dice.choice((1, 1, 4, 30, 500)))
        piece = bytes(changed[at:end])
        changed[at:end] = dice.choice(
            (
                b"",
                piece + piece,
                bytes(byte ^ 1 << dice.randrange(8) for byte in piece),
                dice.randbytes(len(piece)),
                dice.choice(TOKENS),
                dice.choice(TOKENS) + piece,
                piece * dice.choice((2, 40)),
            )
        )
        if dice.random() < 0.05:
            del changed[at:]
    return bytes(changed)


@contextmanager
def in_time(what: str) -> Iterator[None]:
    def too_slow(number: int, frame: object) -> None:
        raise AssertionError(f"{what} took more than {SLOWEST} seconds")

    if not hasattr(signal, "setitimer"):  # Windows: pytest-timeout remains
        yield
        return
    before = signal.signal(signal.SIGALRM, too_slow)
    signal.setitimer(signal.ITIMER_REAL, SLOWEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def languages_of(path: Path, options: ReadOptions) -> tuple[str, str]:
    try:
        found = detect([path], options)
    except MulmError as error:
        assert_clear(error)
        return "en", "fr"
    return next((one.languages[:2] for one in found if len(one.languages) > 1), ("en", "fr"))


def assert_clear(error: MulmError) -> None:
    sentence = error.sentence()
    assert error.what
    assert "Traceback" not in sentence
    assert len(sentence) < 2000


def outcome(path: Path, workspace, *, whole: bool, options: ReadOptions) -> int:
    """The number of pairs, 0 for one clear error; fails on anything else."""
    source, target = languages_of(path, options)
    try:
        if whole:
            request = ImportRequest(workspace, (path,), source, target, "c", options)
            pairs = import_corpus(JobContext(), request).pairs
        else:
            found, _ = read_pairs([path], source, target, options)
            pairs = len(found)
            assert all(left and right for left, right in found)
    except MulmError as error:
        assert_clear(error)
        pairs = 0
    if whole:
        left = [file.name for file in workspace.corpora.iterdir()]
        assert left == (["c.corpus"] if pairs else [])
        for file in workspace.corpora.iterdir():
            file.unlink()
    return pairs


OPTIONS = (
    ReadOptions(),
    ReadOptions(codes="keep", unfinished=True),
    ReadOptions(source_column="1", target_column="2"),
)


def test_mutated_files(tmp_path, workspace):
    files = {**own_files(), **real_files()}
    dice = random.Random(3)
    with_pairs = 0
    for number in range(MUTATED):
        name = dice.choice(sorted(files))
        content = mutated(files[name], dice)
        if dice.random() < 0.1:
            name = f"{name}{dice.choice(('.txt', '.csv', '.tmx', '.po', '.gz', '.zip'))}"
        path = tmp_path / name
        path.write_bytes(content)  # stays behind where the test fails
        with in_time(f"input {number} ({name})"):
            options = dice.choice(OPTIONS)
            with_pairs += bool(
                outcome(path, workspace, whole=number % IMPORTED == 0, options=options)
            )
        path.unlink()
    # A mutation that spares nothing would test only the first check of each reader.
    assert MUTATED // 20 < with_pairs < MUTATED


XML = """<tmx> <body> <tu> <tuv\txml:lang="en"> <tuv\tlang='fr'> <seg> </seg> </tuv> </tu> </body>
</tmx> <xliff\tversion="1.2"> <file\tsource-language="en"> <trans-unit> <source> </source> <target>
</target> </trans-unit> </file> </xliff> <TS\tlanguage="fr"> <message> </message> <translation>
</translation> </TS> <bpt\ti="1"> </bpt> <ph/> &amp; &x; <!-- --> text é <?x?> <g> </g>
<!DOCTYPE\ttmx> <![CDATA[ ]]> <xliff\tversion="2.0"\tsrcLang="en"> <segment> </segment> <"""


def generated() -> st.SearchStrategy[tuple[str, bytes]]:
    words = st.text(max_size=12)
    rows = st.lists(st.lists(words, min_size=1, max_size=4), max_size=8)
    tables = st.builds(
        lambda rows, sign: sign[1].join(sign[0].join(row) for row in rows),
        rows,
        st.sampled_from(("\t\n", ",\n", ";\r", '"\n')),
    )
    values = st.recursive(
        st.none() | st.booleans() | st.floats() | words,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(("en", "fr", "source", "translation", "x")), inner)
        ),
        max_leaves=12,
    )
    xml = st.sampled_from(re.split(r"[ \n]+", XML))
    po = st.sampled_from(
        (
            'msgid "a"',
            'msgstr "b"',
            'msgstr[0] "c"',
            '"d\\n"',
            "#, fuzzy",
            "#~ msgid",
            'msgctxt "x"',
            'msgid_plural "y"',
            "",
            "#",
            '"charset=koi8-r\\n"',
            'msgid ""',
            'msgstr ""',
            "é",
            '#~ "',
        )
    )
    texts = st.one_of(
        st.tuples(st.sampled_from((".tsv", ".csv", ".txt")), tables),
        st.tuples(st.just(".json"), values.map(json.dumps)),
        st.tuples(st.just(".jsonl"), st.lists(values.map(json.dumps), max_size=5).map("\n".join)),
        st.tuples(
            st.sampled_from((".tmx", ".xlf", ".ts")),
            st.lists(xml, max_size=40).map(lambda parts: "".join(parts).replace("\t", " ")),
        ),
        st.tuples(st.just(".po"), st.lists(po, max_size=20).map("\n".join)),
    )
    encodings = st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig", "cp1252"))
    written = st.builds(
        lambda text, encoding: (text[0], text[1].encode(encoding, "replace")), texts, encodings
    )
    packed = st.builds(
        lambda file, pack: (file[0] + pack[0], pack[1](file[1])),
        written,
        st.sampled_from(((".gz", gzip.compress), (".xz", lzma.compress))),
    )
    members = st.dictionaries(words.map(lambda word: f"x{word}.tsv"), st.binary(max_size=40))
    archives = members.map(lambda found: (".zip", zipped(found)))
    noise = st.tuples(st.sampled_from((".tmx", ".po", ".csv", ".parquet", "")), st.binary())
    return st.one_of(written, written, written, packed, archives, noise)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")  # of the zip that is written
@settings(
    max_examples=INPUTS - MUTATED,
    derandomize=True,
    database=None,
    deadline=SLOWEST * 1000,
    suppress_health_check=list(HealthCheck),
)
@given(file=generated(), whole=st.integers(1, IMPORTED), options=st.sampled_from(OPTIONS))
def test_generated_files(tmp_path, workspace, file, whole, options):
    ending, content = file
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with in_time(path.name):
        outcome(path, workspace, whole=whole == 1, options=options)
