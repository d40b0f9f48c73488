"""When a point is open: its week, the days that differ, and the next time it opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# So many days ahead the next opening is looked for.
AHEAD_DAYS = 14

Span = tuple[time, time]


@dataclass(frozen=True)
class Opening:
    """A time in which a point is open, both ends in UTC."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Hours:
    """The hours of a point by weekday (0 Monday), and single days that differ: () is closed.

    A span that ends at 00:00 lasts to the end of the day. `first` and `last` are the days between
    which the point exists at all.
    """

    zone: ZoneInfo
    week: Mapping[int, Sequence[Span]]
    days: Mapping[date, Sequence[Span]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    def on(self, day: date) -> Sequence[Span]:
        """The spans of one day, in their order."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return ()
        return sorted(self.days.get(day, self.week.get(day.weekday(), ())))

    def openings(self, since: datetime, days: int = AHEAD_DAYS) -> Iterator[Opening]:
        """The openings that end after a moment, from that day on; those that touch are one."""
        first = since.astimezone(self.zone).date()
        held: Opening | None = None
        for ahead in range(-1, days + 1):
            day = first + timedelta(days=ahead)
            for begin, end in self.on(day):
                opens = datetime.combine(day, begin, self.zone).astimezone(UTC)
                ends = day + timedelta(days=1) if end == time() else day
                closes = datetime.combine(ends, end, self.zone).astimezone(UTC)
                if held is not None and opens <= held.until:
                    held = Opening(held.since, max(held.until, closes))
                    continue
                if held is not None and held.until > since:
                    yield held
                held = Opening(opens, closes)
        if held is not None and held.until > since:
            yield held

    def at(self, moment: datetime) -> Opening | None:
        """The opening of a moment; None when it is closed then."""
        found = next(self.openings(moment), None)
        return found if found is not None and found.since <= moment else None

    def next(self, moment: datetime) -> Opening | None:
        """The opening of a moment, or else the next one; None when there is none within two weeks."""
        return next(self.openings(moment), None)
