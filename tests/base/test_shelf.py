"""What takes long to count is counted once for all who ask, and shown no longer than it may be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.brokers import soon
from webapp.base import shelf
from webapp.base.shelf import Shelf


class Counter:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


@pytest.fixture(autouse=True)
def inside(app: Flask) -> Iterator[None]:
    """Counts beside those who ask run in the same app."""
    with app.app_context():
        yield


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass on the clock of the shelf."""
    passed = [0.0]
    clock = time.monotonic
    monkeypatch.setattr(shelf.time, "monotonic", lambda: clock() + passed[0])

    def pass_by(seconds: float) -> None:
        passed[0] += seconds

    return pass_by


def test_what_is_counted_fast_is_counted_for_everybody_anew() -> None:
    kept, count = Shelf[int](slow_s=60), Counter()
    assert [kept.get("a", count), kept.get("a", count)] == [1, 2]


def test_what_is_slow_is_kept_by_its_key() -> None:
    kept, count = Shelf[int](slow_s=0), Counter()
    assert [kept.get("a", count), kept.get("a", count), kept.get("b", count)] == [1, 1, 2]


def test_what_is_no_longer_new_is_shown_once_more_while_the_next_is_counted(
    later: Callable[[float], None],
) -> None:
    kept, count = Shelf[int](slow_s=0), Counter()
    kept.get("a", count)
    later(shelf.FRESH_S + 1)
    assert kept.get("a", count) == 1
    soon(lambda: kept.get("a", count) == 2, "it is not counted beside those who ask")
    later(shelf.STALE_S + 1)
    assert kept.get("a", count) == 3


def test_a_count_that_breaks_beside_them_is_tried_again_and_told_once_it_is_too_old(
    later: Callable[[float], None],
) -> None:
    kept = Shelf[int](slow_s=0)
    kept.get("a", lambda: 1)
    broken = threading.Event()

    def breaks() -> int:
        broken.set()
        raise ZeroDivisionError

    later(shelf.FRESH_S + 1)
    assert kept.get("a", breaks) == 1
    assert broken.wait(10)
    later(shelf.STALE_S)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", breaks)
    assert kept.get("a", lambda: 2) == 2


def test_of_many_who_ask_for_what_is_too_old_one_counts(later: Callable[[float], None]) -> None:
    kept, count = Shelf[int](slow_s=0), Counter()
    kept.get("a", count)
    later(shelf.STALE_S + 1)
    together = threading.Barrier(8)

    def ask(_number: int) -> int:
        together.wait(10)
        return kept.get("a", count)

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(ask, range(8))} == {2}


def test_those_nobody_has_asked_for_longest_go_first() -> None:
    kept, count = Shelf[int](slow_s=0), Counter()
    for number in range(shelf.MOST):
        kept.get(number, count)
    kept.get(0, count)
    kept.get("one more", count)
    assert kept.get(0, count) == 1
    assert kept.get(1, count) == count.times
