"""Jobs run off the GUI thread; what they tell arrives on it."""

from __future__ import annotations

import threading

import pytest

from app.bridge import JobRunner
from mulm_core.errors import UserError
from mulm_core.jobs import JobContext, LogLine


@pytest.fixture
def runner(qapp):
    runner = JobRunner()
    yield runner
    runner.close()


def test_events_and_result_arrive_on_the_gui_thread(qtbot, runner):
    threads: dict[str, object] = {}

    def job(ctx: JobContext, request: int) -> int:
        threads["job"] = threading.current_thread()
        ctx.report(1, 1, "half way")
        ctx.log("a line")
        return request * 2

    handle = runner.start(job, 21, title="Double")
    handle.progressed.connect(lambda p: threads.update(progress=threading.current_thread()))
    handle.told.connect(lambda e: threads.update(event=(threading.current_thread(), e)))
    with qtbot.waitSignal(handle.succeeded, timeout=5000) as result:
        pass
    assert result.args == [42]
    main = threading.main_thread()
    assert threads["job"] is not main
    assert threads["progress"] is main
    assert threads["event"] == (main, LogLine("a line"))


def test_an_error_becomes_one_sentence_with_details(qtbot, runner):
    def job(ctx, request):
        raise UserError("the file is empty", where="a.tsv", fix="Choose another file")

    handle = runner.start(job, None, title="Fail")
    with qtbot.waitSignal(handle.failed, timeout=5000) as failure:
        pass
    assert failure.args[0].sentence == "a.tsv: the file is empty. Choose another file."
    assert "Traceback" in failure.args[0].details


def test_cancel_reaches_a_paused_job(qtbot, runner):
    entered = threading.Event()

    def job(ctx, request):
        entered.set()
        while True:
            ctx.check()

    handle = runner.start(job, None, title="Endless")
    assert entered.wait(5)
    handle.pause()
    with qtbot.waitSignal(handle.cancelled, timeout=5000):
        handle.cancel()
    qtbot.waitUntil(lambda: runner.jobs == [], timeout=5000)


def test_a_heavy_job_waits_for_the_one_before(qtbot, runner):
    release = threading.Event()
    order: list[str] = []

    def first(ctx, request):
        release.wait(5)
        order.append("first")

    def second(ctx, request):
        order.append("second")

    runner.start(first, None, title="1", heavy=True)
    last = runner.start(second, None, title="2", heavy=True)
    with qtbot.waitSignal(last.finished, timeout=5000):
        release.set()
    assert order == ["first", "second"]


def test_closing_cancels_what_runs(qapp):
    runner = JobRunner()
    entered, ended = threading.Event(), threading.Event()

    def job(ctx, request):
        entered.set()
        try:
            while True:
                ctx.check()
        finally:
            ended.set()

    runner.start(job, None, title="Endless")
    assert entered.wait(5)
    runner.close()
    assert ended.is_set()


def test_a_job_started_after_closing_is_cancelled(qtbot, qapp):
    runner = JobRunner()
    runner.close()
    handle = runner.start(lambda ctx, request: 1, None, title="Late")
    with qtbot.waitSignal(handle.cancelled, timeout=5000):
        pass
    assert runner.jobs == []
