"""What is said of a queue is what happens in it."""

from __future__ import annotations

import heapq
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from tests import examples
from webapp.points import planning
from webapp.points.rules import STALE_S
from webapp.points.waiting import Queue, Unknown, wait

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)


def queue(**values: object) -> Queue:
    known = {
        "waiting": 0,
        "serving": 0,
        "windows": 1,
        "mean_s": 60.0,
        "samples": 20,
        "heard_at": NOW,
    }
    return Queue(**{**known, **values})  # type: ignore[arg-type]


def test_nobody_waits_where_a_window_is_free() -> None:
    assert wait(queue(serving=0)).expected_s == 0
    assert wait(queue(serving=1, windows=2)).upper_s == 0


def test_a_queue_is_people_times_time_by_windows() -> None:
    told = wait(queue(waiting=5, serving=1))
    assert (told.ahead, told.expected_s) == (5, 360)
    assert told.upper_s == pytest.approx(360 * 1.2 + 10)
    assert wait(queue(waiting=5, serving=2, windows=2)).expected_s == 180
    assert told.minutes == (6, 8)


def test_what_was_heard_long_ago_says_nothing() -> None:
    old = NOW - timedelta(seconds=STALE_S + 1)
    assert queue(heard_at=old).unknown(NOW) is Unknown.STALE
    assert queue(heard_at=NOW - timedelta(seconds=STALE_S)).unknown(NOW) is None
    assert queue(heard_at=None).unknown(NOW) is Unknown.NO_QUEUE
    assert queue(windows=0).unknown(NOW) is Unknown.NO_WINDOW


def test_on_the_way_the_queue_gets_shorter_and_longer() -> None:
    assert queue(waiting=10).later(300).waiting == 5
    assert queue(waiting=10, arrivals_s=1 / 30).later(300).waiting == 15
    assert queue(waiting=2).later(3600).waiting == 0


@settings(max_examples=examples.of(100))
@given(
    st.integers(0, 60), st.integers(0, 6), st.integers(1, 6), st.floats(5, 900), st.integers(0, 60)
)
def test_more_people_never_wait_less_and_more_windows_never_longer(
    waiting: int, serving: int, windows: int, mean: float, more: int
) -> None:
    def told(people: int, lanes: int) -> float:
        known = queue(waiting=people, serving=min(serving, lanes), windows=lanes, mean_s=mean)
        return wait(known).expected_s

    assert told(waiting, windows) <= told(waiting + more, windows)
    assert wait(
        queue(waiting=waiting, serving=windows, windows=windows, mean_s=mean)
    ).expected_s >= (
        wait(
            queue(waiting=waiting, serving=windows + 1, windows=windows + 1, mean_s=mean)
        ).expected_s
    )


@pytest.mark.parametrize("windows", [1, 2])
def test_the_upper_end_holds_for_nearly_everybody(windows: int) -> None:
    """A day with an overload hour, service times about ten seconds as at a sampling point."""
    chance = random.Random(windows)
    arrivals, at = [], 0.0
    while at < 6 * 3600:
        rush = 2 * 3600 < at < 3 * 3600
        at += chance.expovariate(windows * (0.115 if rush else 0.07))
        arrivals.append(at)
    free = [0.0] * windows
    begun: list[float] = []
    ended: list[tuple[float, float]] = []
    kept, errors = 0, []
    for arrival in arrivals:
        waiting = sum(moment > arrival for moment in begun)
        serving = sum(moment > arrival for moment in free)
        recent = [took for end, took in ended if end <= arrival][-20:]
        start = max(arrival, heapq.heappop(free))
        took = max(4.0, chance.gauss(10, 3))
        heapq.heappush(free, start + took)
        begun.append(start)
        ended.append((start + took, took))
        if len(recent) < 20:
            continue
        known = queue(
            waiting=waiting, serving=serving, windows=windows, mean_s=sum(recent) / len(recent)
        )
        told = wait(known)
        kept += start - arrival <= told.upper_s + 1e-6 or start - arrival <= 10
        errors.append(abs(start - arrival - told.expected_s))
    assert kept / len(errors) > 0.95
    assert sum(errors) / len(errors) < 35


def test_how_many_lanes_an_hour_wants() -> None:
    # One lane: the formula of M/M/1. Ten double lanes at ten seconds each pass 7,200 and no more.
    rho = 0.5
    assert planning.within(180, 10, 1, 20) == pytest.approx(1 - rho * 2.718281828 ** (-rho * 2))
    # Erlang's table: two servers and a load of one, a third has to wait.
    assert planning.within(360, 10, 2, 0) == pytest.approx(2 / 3)
    assert planning.within(7200, 10, 20) == 0
    assert planning.wanted(7000, 10) == 20
    assert planning.wanted(7200, 10) == 21
    assert (planning.wanted(0, 10), planning.wanted(1, 10)) == (0, 1)
    assert planning.wanted(30, 600) == 8
    hours = planning.plan([(9, 3.4, 300)], 10)
    assert [(each.usual, each.for_usual, each.for_busiest) for each in hours] == [(3, 1, 1)]
