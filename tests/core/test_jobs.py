"""Jobs: throttled reports, pause without counting its time, cancel and stop, one heavy lane."""

from __future__ import annotations

import threading
import time

import pytest

from mulm_core.errors import Cancelled
from mulm_core.jobs import JobContext, Lanes, LogLine, Progress
from mulm_core.jobs.clock import awake_s


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def lanes():
    made = Lanes()
    yield made
    made.close()


def until(condition, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.002)


def test_reports_are_throttled_but_the_last_one_passes():
    clock, seen = Clock(), []
    ctx = JobContext(seen.append, clock)
    for done in range(1, 101):
        clock.now += 0.01
        ctx.report(done, 100, "work")
    assert 9 <= len(seen) <= 12
    assert seen[-1].done == 100


def test_the_next_stage_shows_at_once():
    seen = []
    ctx = JobContext(seen.append, Clock())
    ctx.report(1, 1, "Done")
    ctx.report(0, None, "Loading")
    ctx.report(3, None, "Loading more")
    assert [event.message for event in seen] == ["Done", "Loading"]


def test_progress_knows_time_and_fraction():
    clock, seen = Clock(), []
    ctx = JobContext(seen.append, clock)
    clock.now += 10
    ctx.report(25, 100, "work")
    assert seen == [Progress(25, 100, "work", elapsed_s=10, eta_s=30)]
    assert seen[0].fraction == 0.25


@pytest.mark.parametrize(("done", "total", "fraction"), [(5, None, None), (0, 10, 0), (12, 10, 1)])
def test_progress_without_a_known_rate(done, total, fraction):
    seen = []
    JobContext(seen.append, Clock()).report(done, total)
    assert (seen[0].fraction, seen[0].eta_s) == (fraction, None)


def test_every_event_and_log_line_arrives():
    seen = []
    ctx = JobContext(seen.append, Clock())
    for number in range(5):
        ctx.log(f"line {number}", level="warning")
    assert seen == [LogLine(f"line {number}", "warning") for number in range(5)]


def test_check_raises_once_cancelled_and_stop_does_not():
    ctx = JobContext()
    ctx.stop()
    ctx.check()
    assert (ctx.stop_requested, ctx.cancelled) == (True, False)
    ctx.cancel()
    with pytest.raises(Cancelled):
        ctx.check()


def test_paused_time_does_not_count():
    clock = Clock()
    ctx = JobContext(clock=clock)
    clock.now += 1
    ctx.pause()
    thread = threading.Thread(target=ctx.check)
    thread.start()
    time.sleep(0.05)
    assert thread.is_alive()
    clock.now += 60
    ctx.resume()
    thread.join(5)
    clock.now += 2
    assert ctx.elapsed_s() == 3


def test_elapsed_stands_still_while_paused():
    clock = Clock()
    ctx = JobContext(clock=clock)
    clock.now += 1
    ctx.pause()
    thread = threading.Thread(target=ctx.wait_if_paused)
    thread.start()
    time.sleep(0.05)
    clock.now += 60
    try:
        assert ctx.elapsed_s() == 1
    finally:
        ctx.resume()
        thread.join(5)


@pytest.mark.parametrize("end", ["stop", "cancel", "resume"])
def test_a_paused_job_wakes(lanes, end):
    ctx = JobContext()
    entered = threading.Event()

    def job(ctx, request):
        ctx.pause()
        entered.set()
        ctx.check()
        return ctx.stop_requested

    future = lanes.submit(job, None, ctx)
    assert entered.wait(5)
    assert ctx.paused
    getattr(ctx, end)()
    if end == "cancel":
        with pytest.raises(Cancelled):
            future.result(5)
    else:
        assert future.result(5) is (end == "stop")
    assert not ctx.paused


def test_lanes_hand_over_results_and_errors(lanes):
    assert lanes.submit(lambda ctx, request: request * 2, 21, JobContext()).result(5) == 42
    future = lanes.submit(lambda ctx, request: 1 // request, 0, JobContext(), heavy=True)
    with pytest.raises(ZeroDivisionError):
        future.result(5)
    assert lanes.submit(lambda ctx, request: "next", 0, JobContext(), heavy=True).result(5)


def test_heavy_jobs_run_one_at_a_time_in_order_and_light_ones_beside(lanes):
    running, order, gate = [], [], threading.Event()

    def heavy(ctx, number):
        running.append(number)
        order.append(number)
        assert len(running) == 1
        gate.wait(5)
        running.remove(number)

    futures = [lanes.submit(heavy, number, JobContext(), heavy=True) for number in range(4)]
    until(lambda: order == [0])
    assert lanes.submit(lambda ctx, request: "light", None, JobContext()).result(5) == "light"
    assert order == [0]
    gate.set()
    for future in futures:
        future.result(5)
    assert order == [0, 1, 2, 3]


def test_a_job_cancelled_while_it_waits_never_starts(lanes):
    gate, started = threading.Event(), []
    lanes.submit(lambda ctx, request: gate.wait(5), None, JobContext(), heavy=True)
    ctx = JobContext()
    future = lanes.submit(lambda ctx, request: started.append(1), None, ctx, heavy=True)
    ctx.cancel()
    gate.set()
    with pytest.raises(Cancelled):
        future.result(5)
    assert not started


def test_close_waits_for_what_runs():
    lanes, done = Lanes(), []

    def job(ctx, request):
        time.sleep(0.05)
        done.append(1)

    lanes.submit(job, None, JobContext())
    lanes.submit(job, None, JobContext(), heavy=True)
    until(lambda: done)
    lanes.close()
    assert done == [1, 1]


def test_the_clock_of_jobs_counts_seconds() -> None:
    before = awake_s()
    time.sleep(0.1)
    assert 0.05 < awake_s() - before < 5
