"""Working time: when a limit ends, by the calendar of the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

# More than any limit in any unit: whatever is longer is a mistake in the table it came from.
LONGEST = 1_000_000


class Unit(StrEnum):
    """What a time limit counts."""

    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    MINUTE = "minute"


@dataclass(frozen=True)
class Limit:
    """So many working hours, working days, or minutes by the clock on the wall."""

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.amount < LONGEST:
            raise ValueError(f"no limit is {self.amount} long")


@dataclass(frozen=True)
class Calendar:
    """The working time of an office: shifts of a working day, and the days that differ.

    `overrides` says True (works) or False (does not) for single days; other days follow the
    national holidays and make-up days, and plain weeks where those are not published yet.
    """

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    shifts: tuple[tuple[time, time], ...] = (
        (time(8, 30), time(12, 0)),
        (time(13, 30), time(17, 30)),
    )
    overrides: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.shifts or any(start >= end for start, end in self.shifts):
            raise ValueError("an office works some part of a day")

    def works(self, day: date) -> bool:
        """True when `day` is a working day here."""
        if day in self.overrides:
            return self.overrides[day]
        return _national_workday(day)

    def hours_of_a_day(self) -> float:
        """Working hours of one full day."""
        any_day = date(2000, 1, 3)
        spans = (
            datetime.combine(any_day, end) - datetime.combine(any_day, start)
            for start, end in self.shifts
        )
        return sum((span.total_seconds() for span in spans), 0.0) / 3600

    def due(self, since: datetime, limit: Limit) -> datetime:
        """The moment at which `limit` is used up, in UTC.

        `since` must carry a zone. A limit of working days ends at the same working minute so many
        working days later; a clock limit does not look at the calendar at all.
        """
        if limit.unit is Unit.MINUTE:
            return (since + timedelta(minutes=limit.amount)).astimezone(UTC)
        hours = limit.amount
        if limit.unit is Unit.WORK_DAY:
            hours *= self.hours_of_a_day()
        left = timedelta(hours=hours)
        at = since.astimezone(self.zone)
        while True:
            for start, end in self._shifts_of(at.date()):
                begin = max(at, start)
                if begin < end:
                    if left <= end - begin:
                        return (begin + left).astimezone(UTC)
                    left -= end - begin
            at = datetime.combine(at.date() + timedelta(days=1), time(), self.zone)

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two moments; zero when they are the wrong way round."""
        begin, stop = since.astimezone(self.zone), until.astimezone(self.zone)
        total = timedelta()
        day = begin.date()
        while day <= stop.date():
            for start, end in self._shifts_of(day):
                total += max(timedelta(), min(end, stop) - max(start, begin))
            day += timedelta(days=1)
        return total

    def _shifts_of(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.works(day):
            return []
        return [
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for start, end in self.shifts
        ]


@lru_cache(maxsize=4096)
def _national_workday(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


_SET: ContextVar[datetime | None] = ContextVar("set", default=None)


def now() -> datetime:
    """This moment, in UTC. Everything that asks for the time asks here."""
    return _SET.get() or datetime.now(UTC)


def set_to() -> datetime | None:
    """The moment at which `at` holds the clock; None when it runs."""
    return _SET.get()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, it is `moment`, in the log too: for demo data and tests, never for real people."""
    before = _SET.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _SET.reset(before)
