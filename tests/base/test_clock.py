"""Limits end when the office's own clock says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from webapp.base import clock
from webapp.base.clock import Calendar, Limit, Unit

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = Calendar()
DAY = timedelta(hours=7.5)

moments = st.datetimes(
    datetime(2025, 6, 1), datetime(2027, 6, 1), timezones=st.sampled_from([ZONE, UTC])
)
hours = st.floats(0.01, 400, allow_nan=False)
limits = st.builds(Limit, hours, st.sampled_from([Unit.WORK_HOUR, Unit.MINUTE]))
# The clock counts microseconds; so does the rounding of a float of hours.
TICK = timedelta(microseconds=2)


def local(text: str) -> datetime:
    """A moment of 2026 by the clock on the wall."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@given(moments, hours)
def test_working_time_until_the_end_is_the_limit(since: datetime, amount: float) -> None:
    end = OFFICE.due(since, Limit(amount, Unit.WORK_HOUR))
    assert abs(OFFICE.worked(since, end) - timedelta(hours=amount)) <= TICK


@given(moments, hours)
def test_a_limit_ends_in_working_time(since: datetime, amount: float) -> None:
    end = OFFICE.due(since, Limit(amount, Unit.WORK_HOUR)).astimezone(ZONE)
    assert OFFICE.works(end.date())
    assert any(start <= end.time() <= stop for start, stop in OFFICE.shifts)


@given(moments, moments, limits)
def test_who_begins_later_never_ends_earlier(one: datetime, two: datetime, limit: Limit) -> None:
    first, second = sorted((one, two))
    assert OFFICE.due(first, limit) <= OFFICE.due(second, limit)


@given(moments, hours, hours)
def test_a_longer_limit_never_ends_earlier(since: datetime, one: float, two: float) -> None:
    short, long = sorted((one, two))
    assert OFFICE.due(since, Limit(short, Unit.WORK_HOUR)) <= OFFICE.due(
        since, Limit(long, Unit.WORK_HOUR)
    )


@given(moments, moments, moments)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    assert OFFICE.worked(a, b) + OFFICE.worked(b, c) == OFFICE.worked(a, c)
    assert OFFICE.worked(c, a) in (timedelta(), OFFICE.worked(a, a))


@given(moments, st.integers(1, 30))
def test_a_working_day_is_a_full_day_of_work(since: datetime, days: int) -> None:
    end = OFFICE.due(since, Limit(days, Unit.WORK_DAY))
    assert abs(OFFICE.worked(since, end) - days * DAY) <= TICK


@given(moments, st.floats(0, 5000))
def test_a_clock_limit_does_not_look_at_the_calendar(since: datetime, minutes: float) -> None:
    assert OFFICE.due(since, Limit(minutes, Unit.MINUTE)) - since == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "since, amount, unit, end",
    [
        ("11-23 09:00", 1, Unit.WORK_HOUR, "11-23 10:00"),
        ("11-23 11:30", 1, Unit.WORK_HOUR, "11-23 14:00"),
        ("11-23 17:00", 1, Unit.WORK_HOUR, "11-24 09:00"),
        ("11-23 22:00", 1, Unit.WORK_HOUR, "11-24 09:30"),
        ("11-20 10:00", 1, Unit.WORK_DAY, "11-23 10:00"),
        ("11-20 12:30", 1, Unit.WORK_DAY, "11-23 12:00"),
        ("11-21 10:00", 1, Unit.WORK_DAY, "11-23 17:30"),
        ("11-23 23:50", 30, Unit.MINUTE, "11-24 00:20"),
        # The Spring Festival: off from the 15th to the 23rd of February, made up on two Saturdays.
        ("02-13 17:00", 1, Unit.WORK_HOUR, "02-14 09:00"),
        ("02-14 17:00", 1, Unit.WORK_HOUR, "02-24 09:00"),
        ("02-27 17:00", 1, Unit.WORK_HOUR, "02-28 09:00"),
        # The National Day: the first week of October off, made up on a Sunday before and a Saturday after.
        ("09-18 17:30", 1, Unit.WORK_DAY, "09-20 17:30"),
        ("09-30 16:30", 2, Unit.WORK_HOUR, "10-08 09:30"),
        ("10-09 17:00", 1, Unit.WORK_HOUR, "10-10 09:00"),
    ],
)
def test_the_year_2026(since: str, amount: float, unit: Unit, end: str) -> None:
    assert OFFICE.due(local(since), Limit(amount, unit)) == local(end)


def test_an_office_may_differ_on_single_days() -> None:
    holiday, saturday = date(2026, 11, 24), date(2026, 11, 28)
    office = Calendar(overrides={holiday: False, saturday: True})
    assert office.due(local("11-23 17:00"), Limit(1, Unit.WORK_HOUR)) == local("11-25 09:00")
    assert office.due(local("11-27 17:00"), Limit(1, Unit.WORK_HOUR)) == local("11-28 09:00")


def test_a_year_not_yet_published_has_plain_weeks() -> None:
    assert OFFICE.works(date(2031, 1, 1))
    assert not OFFICE.works(date(2031, 1, 4))


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf"), clock.LONGEST])
def test_a_limit_that_is_none_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="no limit"):
        Limit(amount, Unit.WORK_HOUR)


@pytest.mark.parametrize("shifts", [(), ((time(9), time(9)),), ((time(12), time(8)),)])
def test_an_office_that_never_works_is_refused(shifts: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="some part of a day"):
        Calendar(shifts=shifts)


def test_the_clock_can_be_held_and_runs_again() -> None:
    moment = local("11-23 08:00")
    with clock.at(moment):
        assert clock.now() == clock.set_to() == moment
    assert clock.set_to() is None
    assert clock.now() > moment
