"""What of activities stands in somebody's calendar: those they signed up for."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.community.activities import queries
from webapp.community.activities.rules import ActivityState


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The activities that somebody signed up for; a cancelled one says so."""
    if who.id is None:
        return
    for each in queries.mine_between(who.id, span.since, span.until, MOST):
        yield Entry(
            thing=("activity", each.id),
            sort=Sort.MEETING,
            title=each.title,
            at=each.span.lower or each.planned_at,
            until=each.span.upper,
            version=each.version,
            href=url_for("public_activities.one", activity_id=each.id, _external=True),
            words=each.words,
            place=each.place,
            lonlat=each.lonlat,
            cancelled=each.state == ActivityState.CANCELLED,
        )
