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


Shifts = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class Calendar:
    """The working time of an office: shifts of a working day, and the days that differ.

    `overrides` says True (works) or False (does not) for single days; other days follow the
    national holidays and make-up days, and plain weeks where those are not published yet.
    `changes` are other shifts, each from a day on, in the order of their days.
    """

    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    shifts: Shifts = (
        (time(8, 30), time(12, 0)),
        (time(13, 30), time(17, 30)),
    )
    overrides: Mapping[date, bool] = field(default_factory=dict)
    changes: tuple[tuple[date, Shifts], ...] = ()

    def __post_init__(self) -> None:
        for shifts in (self.shifts, *(changed for _since, changed in self.changes)):
            if not shifts or any(start >= end for start, end in shifts):
                raise ValueError("an office works some part of a day")

    def works(self, day: date) -> bool:
        """True when `day` is a working day here."""
        if day in self.overrides:
            return self.overrides[day]
        return _national_workday(day)

    def shifts_on(self, day: date) -> Shifts:
        """The shifts in force on a day, were it a working day."""
        known = self.shifts
        for since, shifts in self.changes:
            if since <= day:
                known = shifts
        return known

    def hours_of_a_day(self, day: date) -> float:
        """Working hours of one full day, by the shifts in force on `day`."""
        spans = (
            datetime.combine(day, end) - datetime.combine(day, start)
            for start, end in self.shifts_on(day)
        )
        return sum((span.total_seconds() for span in spans), 0.0) / 3600

    def due(self, since: datetime, limit: Limit) -> datetime:
        """The moment at which `limit` is used up, in UTC.

        `since` must carry a zone. A limit of working days ends at the same working minute so many
        working days later; a clock limit does not look at the calendar at all.
        """
        if limit.unit is Unit.MINUTE:
            return (since + timedelta(minutes=limit.amount)).astimezone(UTC)
        at = since.astimezone(self.zone)
        hours = limit.amount
        if limit.unit is Unit.WORK_DAY:
            hours *= self.hours_of_a_day(at.date())
        left = timedelta(hours=hours)
        shifts = self.shifts_on(at.date())
        while True:
            if shifts != self.shifts_on(at.date()):
                # A working day is a day of work, however long the days are from here on.
                if limit.unit is Unit.WORK_DAY:
                    day_before = at.date() - timedelta(days=1)
                    left *= self.hours_of_a_day(at.date()) / self.hours_of_a_day(day_before)
                shifts = self.shifts_on(at.date())
            for start, end in self._shifts_of(at.date()):
                begin = max(at, start)
                if begin < end:
                    if left <= end - begin:
                        return (begin + left).astimezone(UTC)
                    left -= end - begin
            at = datetime.combine(at.date() + timedelta(days=1), time(), self.zone)

    def worked(self, since: datetime, until: datetime) -> timedelta:
        """Working time between two moments; zero when they are the wrong way round."""
        return sum((time for _day, time in self._worked(since, until)), timedelta())

    def worked_days(self, since: datetime, until: datetime) -> float:
        """The same in working days, each as long as its shifts are."""
        return sum(
            time.total_seconds() / 3600 / self.hours_of_a_day(day)
            for day, time in self._worked(since, until)
        )

    def _worked(self, since: datetime, until: datetime) -> Iterator[tuple[date, timedelta]]:
        begin, stop = since.astimezone(self.zone), until.astimezone(self.zone)
        day = begin.date()
        while day <= stop.date():
            for start, end in self._shifts_of(day):
                yield day, max(timedelta(), min(end, stop) - max(start, begin))
            day += timedelta(days=1)

    def _shifts_of(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.works(day):
            return []
        return [
            (datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone))
            for start, end in self.shifts_on(day)
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
def at(moment: datetime | None) -> Iterator[None]:
    """Inside, it is `moment`, in the log too: for demo data, tests and looks at the past, never for a deed of people.

    None: inside, the clock runs.
    """
    before = _SET.set(moment.astimezone(UTC) if moment is not None else None)
    try:
        yield
    finally:
        _SET.reset(before)
