"""What of service points stands in somebody's calendar: the appointments they booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.points import queries
from webapp.points.rules import AppointmentState


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The appointments that somebody booked."""
    if who.id is None:
        return
    for each in queries.appointments_in(who.id, span.since, span.until, MOST):
        point = each.point
        yield Entry(
            thing=("appointment", each.id),
            sort=Sort.MEETING,
            title=_("Appointment: %(where)s", where=point.name),
            at=each.starts_at,
            until=each.starts_at + timedelta(minutes=point.slot_minutes),
            version=each.version,
            href=url_for("points.one", point_id=point.id, _external=True),
            place=point.address or point.name,
            lonlat=point.lonlat,
            cancelled=each.state == AppointmentState.CANCELLED,
        )
