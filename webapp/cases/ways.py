"""How long the way to a case takes: along the roads, or by the straight line where they do not help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from math import hypot

from flask_babel import lazy_gettext as _l

from webapp.travel.network import Network
from webapp.travel.rules import DETOUR, Basis, Mode

# (x, y) in metres of the storage CRS.
Point = tuple[float, float]


class Way(StrEnum):
    """How the length of a way is known."""

    ROADS = "roads"
    STRAIGHT = "straight"


WAY_WORDS = {Way.ROADS: _l("by road"), Way.STRAIGHT: _l("straight line × 1.3")}

# Workers go by e-bike; where no road helps, so many metres a minute along the straight line.
BY = Mode.EBIKE
METRES_A_MINUTE = 250.0

# Minutes from one point to another, and how they are known.
Minutes = Callable[[Point, Point], tuple[float, Way]]


def straight(origin: Point, to: Point) -> tuple[float, Way]:
    """Minutes by the straight line."""
    return hypot(to[0] - origin[0], to[1] - origin[1]) * DETOUR / METRES_A_MINUTE, Way.STRAIGHT


def by_road(roads: Network, to: Point | None, origins: Iterable[Point]) -> Minutes:
    """Minutes from any of these points to the one they all go to, by one search over the roads.

    Other ways, and those on which no road helps, are straight.
    """
    known: dict[Point, float] = {}
    from_ = sorted(set(origins))
    if to is not None and from_:
        x, y = zip(*from_, strict=True)
        found = roads.reach(*to, BY, inbound=True).to(x, y)
        known = {
            origin: float(found.seconds[at]) / 60
            for at, origin in enumerate(from_)
            if found.basis[at] is Basis.ROADS
        }

    def minutes(origin: Point, end: Point) -> tuple[float, Way]:
        if end == to and origin in known:
            return known[origin], Way.ROADS
        return straight(origin, end)

    return minutes
