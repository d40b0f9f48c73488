"""The grids as places one travels from: a point inside each, for the kept times."""

from __future__ import annotations

from webapp.grids import queries
from webapp.grids.models import BoundarySet
from webapp.travel import actions as travel


def keep(made: BoundarySet) -> int:
    """Times are kept from the grids of this set and from no others; answers how many are new or moved."""
    return travel.keep_stops(travel.ORIGINS, queries.inner_points(made.id), only=True)
