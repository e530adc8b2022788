"""Import: all or nothing, appended or new, and the workspace untouched by what fails."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import tracemalloc

import pytest

from mulm_core.corpus import CorpusStore, database, get_corpus, list_corpora
from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import JobContext, Progress


def rows(workspace, name="c"):
    with CorpusStore.open(get_corpus(workspace, name).path) as store:
        return [(pair.source, pair.target) for pair in store.page(0, 10_000)]


def test_new_corpus_holds_every_pair_with_its_origin(workspace, take, tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("Ja\tOui\nallein\nJa\tOui\n \tleer\n", encoding="utf-8")
    result = take(path, name="Mein Korpus")
    assert (result.corpus, result.pairs, result.skipped) == ("Mein Korpus", 2, 2)
    assert [str(problem) for problem in result.problems] == [
        "a.tsv, line 2: 1 column instead of 2.",
        "a.tsv, line 4: the source side is empty.",
    ]
    info = get_corpus(workspace, "Mein Korpus")
    assert (info.source, info.target, info.pairs, info.files) == ("de", "fr", 2, ("a.tsv",))
    with CorpusStore.open(info.path) as store:
        assert [(pair.id, pair.file, pair.unit) for pair in store.page(0, 9)] == [
            (1, "a.tsv", "line 1"),
            (2, "a.tsv", "line 3"),
        ]


def test_files_without_a_usable_pair_become_no_corpus(workspace, take, tmx, tmp_path):
    ragged = tmp_path / "ragged.tsv"
    ragged.write_text("de\tfr\neins\nzwei\tdeux\tzwo\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"ragged\.tsv, line 2: none .+ \(and 1 more\)"):
        take(ragged)
    with pytest.raises(UserError, match=r"memory\.tmx: there are no sentence pairs in it"):
        take(tmx([]))
    assert list_corpora(workspace) == []
    assert list(workspace.corpora.iterdir()) == []


def test_languages_without_a_unit_in_common_say_which_have_some(take, tmx):
    units = [
        [("en", "one"), ("fr-FR", "un")],
        [("en-US", "two"), ("fr", "deux")],
        [("en", "three"), ("fr", " ")],
    ]
    with pytest.raises(UserError, match=r"It holds pairs of en and fr-FR, of en-US and fr\.$"):
        take(tmx(units), source="en", target="fr")


def test_several_files_and_formats_in_one_import(workspace, take, tmx, pairs_tsv, tmp_path):
    (tmp_path / "t.de").write_text("Zeile\n", encoding="utf-8")
    (tmp_path / "t.fr").write_text("ligne\n", encoding="utf-8")
    memory = tmx([[("de", "Ja"), ("fr", "Oui")]])
    result = take(pairs_tsv(3), tmp_path / "t.de", tmp_path / "t.fr", memory)
    assert result.pairs == 5
    names = {"pairs.tsv", "memory.tmx", "t.de + t.fr"}
    assert set(get_corpus(workspace, "c").files) == names


def test_append_in_either_direction_keeps_the_corpus_direction(workspace, take, pairs_tsv, tmx):
    take(pairs_tsv(2))
    take(tmx([[("de", "Ja"), ("fr", "Oui")]]), source="fr", target="de")
    assert rows(workspace)[2:] == [("Ja", "Oui")]
    info = get_corpus(workspace, "c")
    assert (info.source, info.target, info.pairs) == ("de", "fr", 3)


def test_append_of_other_languages_is_refused(take, tmx, pairs_tsv, snapshot):
    take(pairs_tsv(2))
    before = snapshot()
    with pytest.raises(UserError, match=r"'c' holds de and fr, not de and es"):
        take(tmx([[("de", "Ja"), ("es", "Sí")]]), target="es")
    assert snapshot() == before


def test_splits_do_not_move_when_data_is_added(workspace, take, pairs_tsv):
    take(pairs_tsv(500))
    path = get_corpus(workspace, "c").path
    with CorpusStore.open(path) as store:
        before = {pair.source: pair.split for pair in store.page(0, 500)}
    take(pairs_tsv(1000, "more.tsv", start=250))
    with CorpusStore.open(path) as store:
        after = store.page(0, 2000)
    assert len(after) == 1500
    assert all(before.get(pair.source, pair.split) == pair.split for pair in after)


def test_progress_is_in_bytes_and_ends_at_the_total(take, pairs_tsv):
    events = []
    path = pairs_tsv(4000)
    take(path, ctx=JobContext(events.append))
    progress = [event for event in events if isinstance(event, Progress)]
    size = path.stat().st_size
    assert {event.total for event in progress} == {size}
    done = [event.done for event in progress]
    assert done == sorted(done)
    assert 0 < done[0] < size == done[-1]
    assert progress[-1].message == "4,000 pairs"


@pytest.mark.parametrize("appending", [False, True])
def test_cancel_leaves_nothing(take, pairs_tsv, snapshot, appending):
    if appending:
        take(pairs_tsv(100))
    before = snapshot()
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        take(pairs_tsv(20_000, "more.tsv"), ctx=ctx)
    assert snapshot() == before


@pytest.mark.parametrize("appending", [False, True])
@pytest.mark.parametrize("damage", ["truncated", "ragged lines", "binary"])
def test_damaged_file_leaves_nothing(take, tmx, pairs_tsv, tmp_path, snapshot, appending, damage):
    if appending:
        take(pairs_tsv(100))
    if damage == "truncated":
        bad = tmx([[("de", f"Satz {n}"), ("fr", f"phrase {n}")] for n in range(3000)])
        bad.write_bytes(bad.read_bytes()[:-40])
    elif damage == "binary":
        bad = pairs_tsv(3000, "bad.tsv")
        bad.write_bytes(bad.read_bytes() + b"\x00\x01\x02")
    else:
        bad = tmp_path / "t.de"
        bad.write_text("x\n" * 3000, encoding="utf-8")
        (tmp_path / "t.fr").write_text("y\n" * 2999, encoding="utf-8")
    before = snapshot()
    files = [pairs_tsv(50, "good.tsv"), bad, *tmp_path.glob("t.fr")]
    with pytest.raises(UserError):
        take(*files)
    assert snapshot() == before


def test_names_that_share_a_file_name(workspace, take, pairs_tsv):
    take(pairs_tsv(1), name="a b")
    take(pairs_tsv(2), name="a-b")
    assert {info.name: info.pairs for info in list_corpora(workspace)} == {"a b": 1, "a-b": 2}
    assert get_corpus(workspace, "a-b").pairs == 2


def test_a_name_is_needed(take, pairs_tsv):
    with pytest.raises(UserError, match="no name"):
        take(pairs_tsv(1), name="  ")


@pytest.mark.parametrize("name", ["../x/y", "a\\b", "/c"])
def test_a_path_is_no_name(take, pairs_tsv, snapshot, name):
    before = snapshot()
    with pytest.raises(UserError, match="is a path, not the name"):
        take(pairs_tsv(3), name=name)
    assert snapshot() == before


def test_a_corpus_that_was_named_like_a_path_is_still_added_to(workspace, take, pairs_tsv):
    take(pairs_tsv(3))
    with database.connect(get_corpus(workspace, "c").path) as connection:
        connection.execute("UPDATE meta SET value = 'a/b' WHERE key = 'name'")
    connection.close()
    take(pairs_tsv(2, "more.tsv", start=9), name="a/b")
    assert get_corpus(workspace, "a/b").pairs == 5


def test_a_damaged_corpus_is_not_overwritten(workspace, take, pairs_tsv):
    damaged = workspace.corpora / "c.corpus"
    damaged.write_bytes(b"not a database" * 100)
    with pytest.raises(EngineError, match="damaged"):
        take(pairs_tsv(1))
    assert damaged.read_bytes() == b"not a database" * 100
    assert [info.name for info in list_corpora(workspace) if info.problem] == ["c"]


def test_two_imports_at_once_both_arrive(workspace, take, pairs_tsv):
    take(pairs_tsv(10))
    files = [pairs_tsv(3000, f"{n}.tsv", start=3000 * n) for n in range(2)]
    threads = [threading.Thread(target=take, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert get_corpus(workspace, "c").pairs == 6010


def test_reading_goes_on_while_an_import_writes(workspace, take, pairs_tsv):
    take(pairs_tsv(10))
    path = get_corpus(workspace, "c").path
    seen = []

    def look(event):
        with CorpusStore.open(path) as store:
            seen.append(store.count())

    take(pairs_tsv(5000, "more.tsv"), ctx=JobContext(look))
    assert set(seen) == {10}
    assert get_corpus(workspace, "c").pairs == 5010


CHILD = """
    import sys
    from pathlib import Path
    from mulm_core.corpus import ImportRequest, import_corpus
    from mulm_core.errors import MulmError
    from mulm_core.jobs import JobContext
    from mulm_core.workspace import Workspace

    request = ImportRequest(Workspace(Path(sys.argv[1])), (Path(sys.argv[2]),), "de", "fr", "c")
    {before}
    try:
        import_corpus(JobContext({sink}), request)
    except MulmError as error:
        print(type(error).__name__, error)
"""


def child(workspace, file, before="", sink=""):
    code = textwrap.dedent(CHILD).format(before=before, sink=sink)
    return subprocess.Popen(
        [sys.executable, "-c", code, str(workspace.root), str(file)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX limits")
@pytest.mark.parametrize("appending", [False, True])
def test_file_that_cannot_grow_leaves_nothing(workspace, take, pairs_tsv, snapshot, appending):
    if appending:
        take(pairs_tsv(100))
    before = snapshot()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))"
    with child(workspace, pairs_tsv(30_000, "more.tsv"), before=limit) as process:
        output = process.communicate(timeout=60)[0]
    assert "EngineError" in output
    assert "disk" in output
    assert output.count("\n") == 1
    assert snapshot() == before


def test_full_disk_leaves_nothing(workspace, take, pairs_tsv, snapshot, monkeypatch):
    """SQLite itself reports a full disk when the file reaches the page limit it was given."""
    take(pairs_tsv(100))
    before = snapshot()
    connect = database.connect

    def limited(path):
        connection = connect(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        return connection

    monkeypatch.setattr(database, "connect", limited)
    with pytest.raises(EngineError, match=r"the disk is full\. Free some space"):
        take(pairs_tsv(20_000, "more.tsv"))
    assert snapshot() == before


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("appending", [False, True])
def test_kill_leaves_nothing_that_counts(workspace, take, pairs_tsv, appending):
    if appending:
        take(pairs_tsv(100))
    # The child tells when it is in the middle; then it is killed without a chance to tidy up.
    tell = "lambda event: print(event.done, flush=True)"
    with child(workspace, pairs_tsv(300_000, "more.tsv"), sink=tell) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = [(info.name, info.pairs) for info in list_corpora(workspace)]
    assert found == ([("c", 100)] if appending else [])
    assert take(pairs_tsv(7, "after.tsv")).pairs == 7
    assert get_corpus(workspace, "c").pairs == (107 if appending else 7)
    assert [path.name for path in workspace.corpora.iterdir()] == ["c.corpus"]
    connection = sqlite3.connect(workspace.corpora / "c.corpus")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_unfinished_import_of_a_live_process_is_left_alone(workspace, take, pairs_tsv):
    other = workspace.corpora / f".c.{os.getpid()}.x.partial"
    other.write_bytes(b"")
    take(pairs_tsv(1))
    assert other.exists()


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_read_only_workspace(workspace, take, pairs_tsv):
    workspace.corpora.chmod(0o500)
    try:
        with pytest.raises(UserError, match="access is denied"):
            take(pairs_tsv(1))
    finally:
        workspace.corpora.chmod(0o700)


def test_import_takes_little_memory(take, pairs_tsv):
    path = pairs_tsv(30_000)
    tracemalloc.start()
    try:
        take(path)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
