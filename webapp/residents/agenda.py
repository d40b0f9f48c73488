"""What of households stands in somebody's calendar: visits that are due. No names, and no doors."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.base.agenda import MOST, Entry, Sort, Span
from webapp.people import days
from webapp.residents import visit_queries as queries


def of_somebody(who: Actor, span: Span) -> Iterator[Entry]:
    """The visits that somebody may make and that are due by then."""
    if who.id is None:
        return
    until = days.first_day(span.until)
    for each in queries.due(who, until=until, limit=MOST):
        building = each.visit.household.dwelling.building
        grid = building.grid.name if building.grid else ""
        yield Entry(
            thing=("home_visit", each.visit.id),
            sort=Sort.DUE,
            title=_("Visit · %(where)s", where=building.name),
            at=each.visit.due_on,
            version=each.visit.version,
            href=url_for("home_visits.one", visit_id=each.visit.id, _external=True),
            place=" · ".join(part for part in (grid, building.name) if part),
        )
