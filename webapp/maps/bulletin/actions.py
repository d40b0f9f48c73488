"""The bulletin is made, once for each day, and its readers are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, notices, tasks
from webapp.base.db import db
from webapp.base.language import N_
from webapp.maps.briefings import situation
from webapp.maps.bulletin import pictures, queries
from webapp.maps.bulletin.models import Bulletin
from webapp.maps.bulletin.rules import GRIDS, READERS, READY_AT, WEEK, WEEK_STEPS, Said
from webapp.people import queries as people


@tasks.task("bulletin.make", cron="*/10 * * * *")
def each_morning() -> None:
    """From eight o'clock on there is a bulletin of the day; one that was missed is made later that day."""
    local = clock.now().astimezone(clock.Calendar().zone)
    if local.time() >= READY_AT and queries.of_day(local.date()) is None:
        make(local.date())


def make(day: date) -> Bulletin | None:
    """The bulletin of a day is kept and its readers are told of it; None where another was faster."""
    zone = clock.Calendar().zone
    until = datetime.combine(day, datetime.min.time(), zone)
    since = until - timedelta(days=1)
    loads = queries.loads()
    said = {
        "figures": _figures(since, until),
        "late": [
            [row.number, row.name, row.name_en, row.grid, row.due_at.isoformat()]
            for row in queries.late_cases()
        ],
        "held_up": [[row.name, row.cause, row.raised_at.isoformat()] for row in queries.held_up()],
        "grids": [[row.name, row.open, row.late] for row in loads[:GRIDS]],
    }
    kept = db.session.scalar(
        insert(Bulletin)
        .values(
            day=day,
            made_at=clock.now(),
            said=said,
            loads=pictures.shaded({row.id: row.open for row in loads}, situation.STEPS),
            weeks=pictures.shaded(queries.by_grid(until, days=WEEK), WEEK_STEPS),
        )
        .on_conflict_do_nothing(index_elements=[Bulletin.day])
        .returning(Bulletin.id)
    )
    if kept is None:
        return None
    notices.notify(
        people.holders_everywhere(READERS),
        N_("The bulletin of %(day)s is ready."),
        url=f"/bulletin/{day.isoformat()}",
        day=day.isoformat(),
    )
    return queries.of_day(day)


def _figures(since: datetime, until: datetime) -> dict[Said, list[Any]]:
    """Each figure with that of the day before: of what stands, as the bulletin of that day said it."""
    earlier = queries.happened(since - timedelta(days=1), since)
    told = queries.of_day(since.date())
    figures = told.said["figures"] if told is not None else {}
    return {
        name: [value, earlier[name]] for name, value in queries.happened(since, until).items()
    } | {
        name: [value, (figures.get(name) or [None])[0]]
        for name, value in queries.standing().items()
    }
