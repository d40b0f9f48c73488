"""Questions about roads, stops and the times between them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from sqlalchemy import Row, func, select, text

from webapp.base.db import db
from webapp.base.spatial import center, shape_of
from webapp.travel.models import RoadEdge, RoadNetwork, Stop, TravelTime
from webapp.travel.network import Edges
from webapp.travel.rules import Mode


def network() -> RoadNetwork | None:
    """The roads in use."""
    return db.session.scalar(select(RoadNetwork).order_by(RoadNetwork.id.desc()).limit(1))


def version() -> int | None:
    """The key of the roads in use; None where none were loaded."""
    return db.session.scalar(select(func.max(RoadNetwork.id)))


def edges(network_id: int) -> Edges:
    """The roads as columns for the memory, lines in metres."""
    found = select(
        RoadEdge.source,
        RoadEdge.target,
        RoadEdge.road_class,
        RoadEdge.length_m,
        RoadEdge.speed_kmh,
        RoadEdge.oneway,
        func.ST_AsBinary(RoadEdge.geom),
    )
    rows = db.session.execute(
        found.where(RoadEdge.network_id == network_id).order_by(RoadEdge.id)
    ).all()
    source, target, road_class, length, speed, oneway, lines = (
        zip(*rows, strict=True) if rows else ((),) * 7
    )
    return Edges(
        source=np.array(source, dtype=np.int64),
        target=np.array(target, dtype=np.int64),
        road_class=np.array(road_class, dtype=object),
        length_m=np.array(length, dtype=float),
        speed_kmh=np.array(speed, dtype=float),
        oneway=np.array(oneway, dtype=np.int64),
        line=shapely.from_wkb(np.array([bytes(each) for each in lines], dtype=object)),
    )


def size(network_id: int) -> tuple[int, float]:
    """How many edges the roads have, and how many metres."""
    row = db.session.execute(
        select(func.count(), func.coalesce(func.sum(RoadEdge.length_m), 0.0)).where(
            RoadEdge.network_id == network_id
        )
    ).one()
    return int(row[0]), float(row[1])


def kept() -> int:
    """How many times between stops are kept."""
    return db.session.scalar(select(func.count()).select_from(TravelTime)) or 0


def stops(kind: str | None = None) -> list[tuple[int, int, float, float]]:
    """(key, key of the thing, x, y) of the stops of a kind, or of all."""
    found = select(Stop.id, Stop.thing_id, func.ST_X(Stop.geom), func.ST_Y(Stop.geom))
    if kind is not None:
        found = found.where(Stop.kind == kind)
    return [tuple(row) for row in db.session.execute(found.order_by(Stop.id))]


def uncounted(origins: str) -> list[Stop]:
    """The stops, but for those of the kind of origins, to which no time was counted since they moved."""
    counted = select(TravelTime.to_id).where(TravelTime.to_id == Stop.id).exists()
    found = select(Stop).where(Stop.kind != origins, ~counted).order_by(Stop.id)
    return list(db.session.scalars(found))


def times(
    from_kind: str, from_thing: int, to_kind: str, mode: Mode, *, limit: int = 50
) -> list[Row[Any]]:
    """The kept times from one thing to those of a kind, shortest first.

    Rows of (thing_id, seconds, metres, basis).
    """
    start = (
        select(Stop.id).where(Stop.kind == from_kind, Stop.thing_id == from_thing).scalar_subquery()
    )
    found = (
        select(Stop.thing_id, TravelTime.seconds, TravelTime.metres, TravelTime.basis)
        .join(Stop, Stop.id == TravelTime.to_id)
        .where(TravelTime.from_id == start, TravelTime.mode == mode, Stop.kind == to_kind)
        .order_by(TravelTime.seconds, Stop.thing_id)
        .limit(limit)
    )
    return list(db.session.execute(found))


def spot(stop: Stop) -> tuple[float, float]:
    """(x, y) of a stop, metres."""
    return center(shape_of(stop.geom))


def has_table(name: str) -> bool:
    """True when there is a table of this name."""
    return bool(db.session.scalar(select(func.to_regclass(name).is_not(None))))


def ways(schema: str) -> list[tuple[Any, ...]]:
    """What osm2pgrouting wrote to a schema of ours.

    Rows of (source, target, class, name, metres, km/h, one-way in its words, line in WGS 84).
    """
    return [
        tuple(row)
        for row in db.session.execute(
            text(f"""
                SELECT w.source, w.target, c.tag_value, w.name, w.length_m,
                       w.maxspeed_forward, w.one_way, ST_AsBinary(w.the_geom)
                FROM {schema}.ways w JOIN {schema}.configuration c ON c.tag_id = w.tag_id
                WHERE w.length_m > 0
                ORDER BY w.gid
            """)
        )
    ]
