"""What somebody who leaves a post in a grid leaves to be visited."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.base.language import N_
from webapp.people.handover import Leaving, Line, Section
from webapp.residents import visit_queries
from webapp.residents.models import HomeVisit


def due_visits(leaving: Leaving) -> Iterable[Section]:
    """The homes of the grid that are to be visited, the longest due first; no names, no key groups."""
    if leaving.grid_id is None:
        return
    due = visit_queries.due_in(leaving.grid_id)
    if due:
        yield Section(N_("Homes to be visited"), [_line(visit) for visit in due])


def _line(visit: HomeVisit) -> Line:
    at = visit.household.dwelling
    door = "-".join(part for part in (at.stair, at.door) if part)
    words = f"{at.building.name} {door}".strip()
    said = {"what": words, "day": f"{visit.due_on:%m-%d}"}
    return Line(N_("%(what)s, by %(day)s"), values=said, url=f"/home-visits/{visit.id}")
