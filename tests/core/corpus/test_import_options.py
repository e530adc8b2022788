"""Import: repeated files, bad files among good ones, many languages, a process of its own."""

from __future__ import annotations

import zipfile
from itertools import count

import pytest

from mulm_core.corpus import (
    CorpusStore,
    ImportRequest,
    ReadOptions,
    already_imported,
    get_corpus,
    import_all_pairs,
    import_corpus,
    intake,
    list_corpora,
)
from mulm_core.errors import Cancelled, EngineError, UserError
from mulm_core.jobs import JobContext


@pytest.fixture(params=["here", "there"])
def place(request, monkeypatch):
    """Read in this process, or in one of its own whatever the size."""
    if request.param == "there":
        monkeypatch.setattr(intake, "_OWN_PROCESS", 0)
    return request.param


@pytest.fixture
def load(workspace):
    def run(*files, job=import_corpus, ctx=None, **changes):
        request = ImportRequest(
            workspace, files, **{"source": "de", "target": "fr", "name": "c", **changes}
        )
        return job(ctx or JobContext(), request)

    return run


@pytest.fixture
def bad_tmx(tmx):
    path = tmx([[("de", f"Satz {n}"), ("fr", f"phrase {n}")] for n in range(3000)], "bad.tmx")
    path.write_bytes(path.read_bytes()[:-40])
    return path


def opened(workspace, name="c"):
    return CorpusStore.open(get_corpus(workspace, name).path)


def test_a_file_that_comes_again_is_refused_by_its_content(workspace, load, pairs_tsv, snapshot):
    first = pairs_tsv(5)
    load(first, pairs_tsv(6, "other.tsv"))
    copy = first.rename(first.with_name("copy.tsv"))
    before = snapshot()
    with pytest.raises(UserError, match=r"copy\.tsv: it was imported into 'c' already, as pairs"):
        load(pairs_tsv(9, "new.tsv"), copy)
    assert snapshot() == before
    assert already_imported(workspace, "c", [copy, pairs_tsv(9, "new.tsv")]) == ("copy.tsv",)
    assert already_imported(workspace, "elsewhere", [copy]) == ()
    assert load(copy, again=True).pairs == 5
    result = load(copy, pairs_tsv(9, "new.tsv"), skip_bad_files=True)
    assert (result.pairs, [str(problem) for problem in result.problems]) == (
        9,
        ["copy.tsv: it was imported into 'c' already, as pairs.tsv."],
    )


def test_two_copies_in_one_import_are_one_too_many(load, pairs_tsv):
    files = pairs_tsv(5), pairs_tsv(5, "copy.tsv"), pairs_tsv(5, "third.tsv", start=1)
    with pytest.raises(UserError, match=r"copy\.tsv: it was imported .+ already, as pairs\.tsv"):
        load(*files)
    assert load(*files, skip_bad_files=True).pairs == 10
    assert load(*files, again=True).pairs == 15


def test_members_of_an_archive_are_files_of_their_own(workspace, load, pairs_tsv, tmp_path):
    archive = tmp_path / "both.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in (pairs_tsv(5, "1.tsv"), pairs_tsv(5, "2.tsv", start=5)):
            packed.write(file, file.name)
    assert load(archive).pairs == 10
    assert len(already_imported(workspace, "c", [archive])) == 2


def test_bad_files_are_left_out_and_listed(workspace, load, place, pairs_tsv, bad_tmx, tmp_path):
    unknown = tmp_path / "notes.de"
    unknown.write_text("Notiz\n", encoding="utf-8")
    files = pairs_tsv(50), bad_tmx, unknown, pairs_tsv(60, "after.tsv", start=50)
    result = load(*files, skip_bad_files=True)
    assert (result.pairs, result.skipped) == (110, 2)
    assert [problem.file for problem in result.problems] == ["notes.de", "bad.tmx"]
    assert "truncated or damaged at line" in str(result.problems[1])
    with opened(workspace) as store:
        assert store.problems() == result.problems
        assert {origin.name: origin.pairs for origin in store.origins()} == {
            "notes.de": 0,
            "bad.tmx": 0,
            "pairs.tsv": 50,
            "after.tsv": 60,
        }
        assert list(store.ids()) == list(range(1, 111))
        assert store.info().files == ("pairs.tsv", "after.tsv")


def test_nothing_but_bad_files_is_an_error(workspace, load, bad_tmx):
    with pytest.raises(UserError, match="cannot be read"):
        load(bad_tmx, skip_bad_files=True)
    assert list_corpora(workspace) == []


@pytest.mark.parametrize("appending", [False, True])
def test_without_leave_one_bad_file_keeps_all_out(
    load, place, pairs_tsv, bad_tmx, snapshot, appending
):
    if appending:
        load(pairs_tsv(10, "before.tsv", start=900))
    before = snapshot()
    with pytest.raises(UserError, match=r"bad\.tmx"):
        load(pairs_tsv(50), bad_tmx)
    assert snapshot() == before


def test_problems_places_and_codes_are_kept_with_the_corpus(workspace, load, place, tmp_path):
    path = tmp_path / "a.tmx"
    units = [("Ein <bpt i='1'>b</bpt>Wort<ept i='1'>/b</ept>", "un mot"), ("<ph>1</ph>", "un")]
    body = "".join(
        f"<tu><tuv xml:lang='de'><seg>{de}</seg></tuv><tuv xml:lang='fr'><seg>{fr}</seg></tuv></tu>"
        for de, fr in units
    )
    path.write_text(f"<tmx version='1.4'><header/><body>{body}</body></tmx>", encoding="utf-8")
    result = load(path, options=ReadOptions(codes="keep"))
    assert (result.pairs, result.skipped, result.codes) == (1, 1, 2)
    with opened(workspace) as store:
        (origin,) = store.origins()
        assert (origin.pairs, origin.skipped, origin.codes) == (1, 1, 2)
        assert (origin.format, origin.encoding) == ("tmx", "utf-8")
        assert [str(problem) for problem in store.problems()] == [
            "a.tmx, unit 2: the source side is empty."
        ]


def test_rows_that_come_later_follow_the_split_of_the_corpus(workspace, load, pairs_tsv):
    load(pairs_tsv(100))
    with opened(workspace) as store:
        store.set_splits([], {"by": "file", "files": {"later.tsv": "test"}})
    load(pairs_tsv(50, "later.tsv", start=500))
    with opened(workspace) as store:
        assert {split for id, _, _, split, _ in store.rows() if id > 100} == {"test"}


def three_languages(tmx):
    return tmx(
        [
            [("de", f"Satz {n}"), ("fr", f"phrase {n}"), *([("es", f"frase {n}")] * (n % 2))]
            for n in range(40)
        ]
        + [[("it", "solo")]]
    )


def test_all_pairs_become_one_corpus_each(workspace, load, place, tmx):
    results = load(three_languages(tmx), job=import_all_pairs, name="all")
    expected = {"all-de-fr": 40, "all-de-es": 20, "all-fr-es": 20}
    assert {result.corpus: result.pairs for result in results} == expected
    assert {info.name: info.pairs for info in list_corpora(workspace)} == expected
    assert get_corpus(workspace, "all-fr-es").source == "fr"


def test_all_pairs_appear_together_or_not_at_all(workspace, load, tmx, pairs_tsv, snapshot):
    load(pairs_tsv(10), name="all-de-es", target="es")
    before = snapshot()
    # A clock that runs fast: every report passes.
    ctx = JobContext(
        lambda event: event.done > event.total * 0.6 and ctx.cancel(), count().__next__
    )
    with pytest.raises(Cancelled):
        load(three_languages(tmx), job=import_all_pairs, name="all", ctx=ctx)
    assert snapshot() == before


def test_all_pairs_need_languages(load, pairs_tsv):
    with pytest.raises(UserError, match="do not name two languages"):
        load(pairs_tsv(3), job=import_all_pairs)


def test_cancel_ends_the_process_that_reads(load, pairs_tsv, snapshot, monkeypatch):
    import psutil

    monkeypatch.setattr(intake, "_OWN_PROCESS", 0)
    before = snapshot()
    ctx = JobContext(lambda event: ctx.cancel())
    with pytest.raises(Cancelled):
        load(pairs_tsv(50_000), ctx=ctx)
    assert snapshot() == before
    helpers = [
        child
        for child in psutil.Process().children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]
    assert helpers == []


def test_the_end_of_the_process_that_reads_is_an_error(load, pairs_tsv, snapshot, monkeypatch):
    import psutil

    monkeypatch.setattr(intake, "_OWN_PROCESS", 0)
    before = snapshot()

    def kill(event):
        for child in psutil.Process().children():
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()

    with pytest.raises(EngineError, match="ended before"):
        load(pairs_tsv(100_000), ctx=JobContext(kill))
    assert snapshot() == before
