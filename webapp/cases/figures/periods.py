"""Weeks, months, quarters and years, and the working hours within them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.cases import timing


class Span(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


SPAN_WORDS = {
    Span.WEEK: _l("Week"),
    Span.MONTH: _l("Month"),
    Span.QUARTER: _l("Quarter"),
    Span.YEAR: _l("Year"),
}

_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """Whole days, from the first to the one after the last."""

    span: Span
    first: date
    after: date

    @property
    def last(self) -> date:
        """The last day."""
        return self.after - timedelta(days=1)

    def before(self) -> Period:
        """The period just before."""
        return around(self.first - timedelta(days=1), self.span)

    def following(self) -> Period:
        """The period just after."""
        return around(self.after, self.span)

    def year_before(self) -> Period:
        """The same period a year ago; of a week, the one 52 weeks ago."""
        if self.span is Span.WEEK:
            return around(self.first - timedelta(weeks=52), self.span)
        return around(self.first.replace(year=self.first.year - 1), self.span)


@dataclass(frozen=True)
class Window:
    """A period as moments, and the moment as of which it is looked at."""

    since: datetime
    until: datetime
    at: datetime


def around(day: date, span: Span) -> Period:
    """The period of this length in which a day lies; weeks begin on Monday."""
    if span is Span.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(span, first, first + timedelta(days=7))
    months = _MONTHS[span]
    begin = (day.month - 1) // months * months
    return Period(span, date(day.year, begin + 1, 1), _month(day.year, begin + months))


def window(period: Period, at: datetime) -> Window:
    """The period in moments, as of a moment."""
    return Window(_midnight(period.first), _midnight(period.after), at)


def compared(other: Period, to: Window) -> Window:
    """Another period as of the same point of it: so far this month, and so far in the last one."""
    since = _midnight(other.first)
    return Window(since, _midnight(other.after), since + (to.at - to.since))


def today(at: datetime) -> date:
    """The day a moment is in, where the office stands."""
    return at.astimezone(timing.office().zone).date()


def end_of(day: date) -> datetime:
    """The last moment of a day, where the office stands."""
    return _midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


def office_hours(since: datetime, until: datetime) -> dict[str, list[float]]:
    """The working hours between two moments: when each begins and ends, and what was worked before.

    In seconds since 1970; never empty.
    """
    office = timing.office()
    starts, ends, sums, total = [0.0], [0.0], [0.0], 0.0
    day, last = today(since), today(until)
    while day <= last:
        for start, end in office.shifts if office.works(day) else ():
            begin, stop = (
                datetime.combine(day, at, office.zone).timestamp() for at in (start, end)
            )
            starts.append(begin)
            ends.append(stop)
            sums.append(total)
            total += stop - begin
        day += timedelta(days=1)
    return {"starts": starts, "ends": ends, "sums": sums}


def day_s() -> int:
    """Seconds worked on a working day."""
    return sum(
        3600 * (end.hour - start.hour) + 60 * (end.minute - start.minute)
        for start, end in timing.office().shifts
    )


def _month(year: int, months: int) -> date:
    return date(year + months // 12, months % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timing.office().zone).astimezone(UTC)
