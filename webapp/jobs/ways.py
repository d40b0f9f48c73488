"""How far it is to work by road: kept from every grid to each place of work, counted again when roads change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.base.db import db
from webapp.base.spatial import center, shape_of
from webapp.jobs import queries
from webapp.jobs.models import KeptWay, Posting
from webapp.jobs.rules import Mode
from webapp.jobs.sides import Way
from webapp.travel import loaded, queries as travel
from webapp.travel.actions import ORIGINS
from webapp.travel.rules import Basis, Mode as RoadMode

Spot = tuple[int, int]

# A bus goes where cars go.
ROADS_OF = {
    Mode.WALK: RoadMode.WALK,
    Mode.EBIKE: RoadMode.EBIKE,
    Mode.BUS: RoadMode.CAR,
    Mode.CAR: RoadMode.CAR,
}
_BY_ROAD = frozenset((Basis.ROADS, Basis.NEAR))


def spot_of(posting: Posting) -> Spot:
    """Where a posting's work is, in whole metres."""
    x, y = center(shape_of(posting.geom))  # type: ignore[arg-type]  # a posting has a place
    return round(x), round(y)


def origins() -> dict[int, tuple[float, float]]:
    """Where the way to work begins for whoever lives in a grid: a point inside it."""
    return {thing: (x, y) for _key, thing, x, y in travel.stops(ORIGINS)}


class Ways:
    """The ways of one question: what is kept is used, what is missing is counted on the fly."""

    def __init__(self) -> None:
        self._roads = travel.version() or 0
        self._origins: dict[int, tuple[float, float]] | None = None
        self._kept: dict[tuple[int, int, str], Mapping[int, Way]] = {}
        self._read: set[str] = set()

    def between(self, grid_id: int, spot: Spot, mode: str) -> Way | None:
        """The way from a grid to a place of work; None where the grid is none of the living ones."""
        return self.to(spot, mode).get(grid_id)

    def to(self, spot: Spot, mode: str) -> Mapping[int, Way]:
        """The ways from every grid to a place of work."""
        road = ROADS_OF[Mode(mode)]
        if road not in self._read:
            self._read.add(road)
            for row in queries.kept_ways([road]):
                if row.roads == self._roads:
                    self._kept[row.x, row.y, road] = _ways(row.grid_ids, row.metres, row.basis)
        key = (*spot, road)
        if key not in self._kept:
            counted = self.count(spot, road)
            self._kept[key] = _ways(*counted)
        return self._kept[key]

    def count(self, spot: Spot, road: RoadMode) -> tuple[list[int], list[float], list[str]]:
        """Grids, metres and bases of the ways to a place, by one search backwards from it."""
        if self._origins is None:
            self._origins = origins()
        keys = list(self._origins)
        if not keys:
            return [], [], []
        x, y = zip(*self._origins.values(), strict=True)
        found = loaded.roads(self._roads or None).reach(spot[0], spot[1], road, inbound=True)
        times = found.to(x, y)
        return keys, [float(each) for each in times.metres], [str(each) for each in times.basis]

    def keep(self, spots: Iterable[Spot]) -> int:
        """The ways to these places stand in the table for every mode; answers how many were counted."""
        wanted = {(*spot, road) for spot in spots for road in set(ROADS_OF.values())}
        known = {
            (row.x, row.y, row.mode)
            for row in queries.kept_ways(set(ROADS_OF.values()))
            if row.roads == self._roads
        }
        rows: list[dict[str, Any]] = []
        for x, y, road in sorted(wanted - known):
            grids, metres, basis = self.count((x, y), road)
            rows.append(
                {
                    "x": x,
                    "y": y,
                    "mode": road,
                    "roads": self._roads,
                    "grid_ids": grids,
                    "metres": metres,
                    "basis": basis,
                }
            )
        if rows:
            new = insert(KeptWay).values(rows)
            named = {each: new.excluded[each] for each in ("roads", "grid_ids", "metres", "basis")}
            db.session.execute(
                new.on_conflict_do_update(index_elements=["x", "y", "mode"], set_=named)
            )
        return len(rows)


def stale() -> bool:
    """True when ways were counted on other roads than those of now."""
    roads = travel.version() or 0
    return any(row.roads != roads for row in queries.kept_ways(set(ROADS_OF.values())))


def forget() -> None:
    """Nothing is kept: places or grids are no more where they were."""
    db.session.execute(delete(KeptWay))


def _ways(grids: list[int], metres: list[float], basis: list[str]) -> Mapping[int, Way]:
    return {
        grid: Way(float(length), by_road=each in _BY_ROAD)
        for grid, length, each in zip(grids, metres, basis, strict=True)
    }
