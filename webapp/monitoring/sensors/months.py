"""Values of sensors lie in one table a month: made before they are needed, dropped when too old."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import text

from webapp.base import clock, tasks
from webapp.base.db import db
from webapp.monitoring.sensors import queries
from webapp.monitoring.sensors.rules import KEEP_MONTHS, MONTHS_AHEAD, MONTHS_BEFORE


def month(day: date, away: int = 0) -> date:
    """The first day of a month, so many months away."""
    number = day.year * 12 + day.month - 1 + away
    return date(number // 12, number % 12 + 1, 1)


def name_of(first: date) -> str:
    """What the table of a month is called."""
    return f"observation_p{first:%Y_%m}"


@tasks.task("sensors.months", cron="7 2 * * *")
def make() -> None:
    """There is a table for each month from the last one on, two ahead; those two years old are gone.

    Values that came before their table stay where they are: nothing is moved under load.
    """
    today = clock.now().date()
    known = set(queries.parts())
    for away in range(-MONTHS_BEFORE, MONTHS_AHEAD + 1):
        first = month(today, away)
        if name_of(first) not in known and not queries.lies_in_rest(first, month(first, 1)):
            db.session.execute(text(create(first)))
    oldest = name_of(month(today, -KEEP_MONTHS))
    for name in sorted(known - {queries.REST}):
        if name < oldest:
            db.session.execute(text(f"DROP TABLE {name}"))


def create(first: date) -> str:
    """The statement that makes the table of a month."""
    since, until = (
        datetime(each.year, each.month, 1, tzinfo=UTC) for each in (first, month(first, 1))
    )
    return (
        f"CREATE TABLE {name_of(first)} PARTITION OF observation"
        f" FOR VALUES FROM ('{since.isoformat()}') TO ('{until.isoformat()}')"
    )
