"""A point is open when its week and its days say so, and not a minute longer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.points.conftest import Station
from tests.world import as_user
from webapp.base import clock
from webapp.points import actions
from webapp.points.hours import Hours

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = {day: ((time(8, 30), time(12)), (time(13, 30), time(17, 30))) for day in range(5)}
FRIDAY = date(2026, 11, 27)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def test_an_office_closes_for_lunch_and_at_the_weekend() -> None:
    hours = Hours(ZONE, OFFICE)
    morning = hours.at(at(FRIDAY, 9))
    assert morning is not None
    assert (morning.since, morning.until) == (at(FRIDAY, 8, 30), at(FRIDAY, 12))
    assert hours.at(at(FRIDAY, 12)) is None
    after_lunch = hours.next(at(FRIDAY, 12))
    assert after_lunch is not None
    assert after_lunch.since == at(FRIDAY, 13, 30)
    monday = hours.next(at(FRIDAY, 18))
    assert monday is not None
    assert monday.since == at(FRIDAY + timedelta(days=3), 8, 30)


def test_a_day_that_differs_goes_before_the_week() -> None:
    hours = Hours(ZONE, OFFICE, {FRIDAY: (), FRIDAY + timedelta(days=1): ((time(9), time(11)),)})
    assert hours.at(at(FRIDAY, 9)) is None
    saturday = hours.next(at(FRIDAY, 9))
    assert saturday is not None
    assert saturday.since == at(FRIDAY + timedelta(days=1), 9)


def test_day_and_night_is_one_opening_over_midnight() -> None:
    hours = Hours(ZONE, {day: ((time(), time()),) for day in range(7)})
    found = hours.at(at(FRIDAY, 23, 59))
    assert found is not None
    assert found.until > at(FRIDAY + timedelta(days=7), 0)
    assert found.since <= at(FRIDAY, 0)


def test_a_point_of_one_day_is_open_on_that_day_only() -> None:
    every_day = {day: ((time(8), time(20)),) for day in range(7)}
    hours = Hours(ZONE, every_day, {}, FRIDAY, FRIDAY)
    assert hours.at(at(FRIDAY, 9)) is not None
    assert hours.next(at(FRIDAY, 21)) is None
    first = hours.next(at(FRIDAY - timedelta(days=3), 9))
    assert first is not None
    assert first.since == at(FRIDAY, 8)


spans = st.lists(st.integers(0, 47), min_size=2, max_size=4, unique=True).map(
    lambda halves: [
        (time(a // 2, a % 2 * 30), time(b // 2, b % 2 * 30))
        for a, b in zip(sorted(halves)[::2], sorted(halves)[1::2], strict=False)
    ]
)


@settings(max_examples=examples.of(150))
@given(st.dictionaries(st.integers(0, 6), spans), st.integers(0, 14 * 24 * 4))
def test_the_next_opening_is_the_first_moment_at_which_it_is_open(
    week: dict[int, list[tuple[time, time]]], quarter: int
) -> None:
    hours = Hours(ZONE, week)
    now = at(FRIDAY, 0) + timedelta(minutes=15 * quarter)

    def is_open(moment: datetime) -> bool:
        local = moment.astimezone(ZONE)
        return any(a <= local.time() < b for a, b in week.get(local.weekday(), ()))

    found = hours.next(now)
    assert (hours.at(now) is not None) == is_open(now)
    steps = (now + timedelta(minutes=15 * step) for step in range(8 * 24 * 4))
    by_hand = next((moment for moment in steps if is_open(moment)), None)
    if by_hand is None:
        assert found is None
    else:
        assert found is not None
        assert max(found.since, now) == by_hand
        assert is_open(found.until - timedelta(minutes=1))
        assert not is_open(found.until)


def test_a_day_that_differs_until_midnight_reads_so(app: Flask, station: Station) -> None:
    day = clock.now().astimezone(ZONE).date() + timedelta(days=1)
    span = actions.Span(time(8), time())
    actions.set_day(station.point, day, [span], words=None, base_version=None, by=station.head)
    head = as_user(app, station.head)
    for address in (f"/points/{station.point.id}", f"/points/{station.point.id}/keep"):
        said = head.get(address).get_data(as_text=True)
        assert "08:00–24:00" in said
        assert "08:00–00:00" not in said
