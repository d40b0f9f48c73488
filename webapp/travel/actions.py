"""Roads replaced, stops kept, times counted."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely
from geoalchemy2 import WKBElement
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, tasks
from webapp.base.db import db
from webapp.base.spatial import SRID, stored
from webapp.travel import loaded, queries
from webapp.travel.models import RoadNetwork, Stop, TravelTime
from webapp.travel.rules import Mode

# Times are kept from the stops of this kind to all the others.
ORIGINS = "grid"

_COLUMNS = "network_id, source, target, road_class, name, length_m, speed_kmh, oneway, geom"


@dataclass(frozen=True)
class Edge:
    """A piece of road: keys of its nodes, class in the words of OpenStreetMap, metres, km/h.

    `oneway`: 1 only from source to target, -1 only back, 0 both. `line` in the storage CRS.
    """

    source: int
    target: int
    road_class: str
    name: str | None
    length_m: float
    speed_kmh: float
    line: BaseGeometry
    oneway: int = 0


def replace_roads(edges: Iterable[Edge], *, source: str, provenance: str | None) -> int:
    """These are the roads; the ones before are gone, kept times are counted anew. Answers how many."""
    network = RoadNetwork(source=source, provenance=provenance)
    db.session.add(network)
    db.session.flush()
    rows = io.StringIO()
    count = 0
    for each in edges:
        count += 1
        values = (
            network.id,
            each.source,
            each.target,
            each.road_class,
            each.name,
            each.length_m,
            each.speed_kmh,
            each.oneway,
            shapely.to_wkb(shapely.set_srid(each.line, SRID), hex=True, include_srid=True),
        )
        rows.write("\t".join(_written(value) for value in values) + "\n")
    rows.seek(0)
    cursor: Any = db.session.connection().connection.cursor()
    with cursor:
        cursor.copy_expert(f"COPY road_edge ({_COLUMNS}) FROM STDIN", rows)
    db.session.execute(delete(RoadNetwork).where(RoadNetwork.id != network.id))
    _count_soon(everything=True)
    return count


def keep_stops(kind: str, spots: dict[int, tuple[float, float]], *, only: bool = False) -> int:
    """The things of a kind stand at these points (metres); `only`: no others of that kind are there.

    Answers how many are new or have moved; times to or from those are counted anew.
    """
    known = {thing: (x, y) for _key, thing, x, y in queries.stops(kind)}
    moved = {
        thing: at
        for thing, at in spots.items()
        if thing not in known or abs(known[thing][0] - at[0]) + abs(known[thing][1] - at[1]) > 0.01
    }
    if only and (gone := known.keys() - spots.keys()):
        db.session.execute(delete(Stop).where(Stop.kind == kind, Stop.thing_id.in_(gone)))
    if not moved:
        return 0
    _forget_times(kind, moved)
    new = insert(Stop).values(
        [{"kind": kind, "thing_id": thing, "geom": _point(*at)} for thing, at in moved.items()]
    )
    db.session.execute(
        new.on_conflict_do_update(
            index_elements=["kind", "thing_id"], set_={"geom": new.excluded.geom}
        )
    )
    _count_soon(everything=kind == ORIGINS)
    return len(moved)


def drop_stop(kind: str, thing_id: int) -> None:
    """The thing is travelled to no more."""
    db.session.execute(delete(Stop).where(Stop.kind == kind, Stop.thing_id == thing_id))


def count_times(*, everything: bool) -> int:
    """The times from every grid to every stop stand in the table; answers to how many stops anew.

    Without `everything` only those to which no time was counted yet. One search for each stop and
    mode, backwards from it.
    """
    origins = queries.stops(ORIGINS)
    if not origins:
        return 0
    keys = [key for key, _thing, _x, _y in origins]
    x, y = [each[2] for each in origins], [each[3] for each in origins]
    if everything:
        db.session.execute(delete(TravelTime))
    targets = queries.uncounted(ORIGINS)
    now = clock.now()
    for stop in targets:
        rows = []
        for mode in Mode:
            found = loaded.reach(*queries.spot(stop), mode, inbound=True).to(x, y)
            rows += [
                {
                    "to_id": stop.id,
                    "from_id": key,
                    "mode": mode,
                    "seconds": float(found.seconds[at]),
                    "metres": float(found.metres[at]),
                    "basis": found.basis[at],
                    "counted_at": now,
                }
                for at, key in enumerate(keys)
            ]
        fresh = insert(TravelTime).values(rows)
        db.session.execute(fresh.on_conflict_do_nothing())
    return len(targets)


@tasks.task("travel.count")
def count_again(everything: bool) -> None:
    """The times from every grid to every stop are as the roads and places are now."""
    count_times(everything=everything)


def _count_soon(*, everything: bool) -> None:
    tasks.defer("travel.count", lock="travel.count", everything=everything)


def _forget_times(kind: str, moved: Iterable[int]) -> None:
    keys = select(Stop.id).where(Stop.kind == kind, Stop.thing_id.in_(list(moved)))
    column = TravelTime.from_id if kind == ORIGINS else TravelTime.to_id
    db.session.execute(delete(TravelTime).where(column.in_(keys)))


def _point(x: float, y: float) -> WKBElement:
    return stored(Point(x, y))


def _written(value: object) -> str:
    """A value in the text form of COPY."""
    if value is None:
        return r"\N"
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
