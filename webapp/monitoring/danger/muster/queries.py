"""Questions about muster points, and where ways out of an area begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, true
from sqlalchemy.orm import joinedload

from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import center, shape_of, stored, to_lonlats
from webapp.cases.rota.models import WorkerPosition
from webapp.cases.rota.rules import FRESH
from webapp.grids.models import Grid, GridVersion
from webapp.monitoring.danger.drawing import Spot
from webapp.monitoring.danger.models import DangerShape, DangerZone
from webapp.monitoring.danger.muster.models import MusterPoint
from webapp.monitoring.danger.rules import ZoneState


@dataclass(frozen=True)
class Start:
    """A grid of which something lies inside an area, and a point of it there (metres)."""

    grid_id: int
    name: str
    at: Spot


def one(muster_point_id: int) -> MusterPoint | None:
    """A muster point by its key."""
    found = select(MusterPoint).options(joinedload(MusterPoint.grid))
    return db.session.scalar(found.where(MusterPoint.id == muster_point_id))


def named(name: str) -> MusterPoint | None:
    """The muster point of this name that is there."""
    found = select(MusterPoint).where(MusterPoint.name == name, MusterPoint.closed_at.is_(None))
    return db.session.scalar(found)


def open_ones() -> list[MusterPoint]:
    """The muster points that are there, by name."""
    found = select(MusterPoint).options(joinedload(MusterPoint.grid))
    here = found.where(MusterPoint.closed_at.is_(None))
    return list(db.session.scalars(here.order_by(MusterPoint.name, MusterPoint.id)))


def on_map(*, limit: int, safe: bool = False) -> list[list[Any]]:
    """Muster points that are there: [id, lon, lat, name, grid_id]; at most `limit` + 1.

    With `safe` only those that lie in no zone in force.
    """
    inside = (
        select(DangerShape.id)
        .join(DangerShape.zone)
        .where(
            DangerZone.state == ZoneState.IN_FORCE,
            DangerShape.until.is_(None),
            func.ST_Intersects(DangerShape.area, MusterPoint.geom),
        )
        .exists()
    )
    found = (
        select(
            MusterPoint.id,
            func.ST_X(MusterPoint.geom),
            func.ST_Y(MusterPoint.geom),
            MusterPoint.name,
            MusterPoint.grid_id,
        )
        .where(MusterPoint.closed_at.is_(None), ~inside if safe else true())
        .order_by(MusterPoint.id)
        .limit(limit + 1)
    )
    rows = db.session.execute(found).all()
    lons, lats = to_lonlats([row[1] for row in rows], [row[2] for row in rows], digits=6)
    return [[row[0], lon, lat, *row[3:]] for row, lon, lat in zip(rows, lons, lats, strict=True)]


def outside(area: BaseGeometry) -> list[tuple[MusterPoint, Spot]]:
    """The muster points that do not lie in an area (metres), each with where it stands."""
    found = select(MusterPoint).where(
        MusterPoint.closed_at.is_(None), ~func.ST_Intersects(MusterPoint.geom, stored(area))
    )
    rows = db.session.scalars(found.order_by(MusterPoint.id)).all()
    return [(each, center(shape_of(each.geom))) for each in rows if each.geom is not None]


def starts(area: BaseGeometry) -> list[Start]:
    """A point inside for each grid of which something lies in an area (metres), by the key of the grid."""
    laid = stored(area)
    part = func.ST_Intersection(GridVersion.geom, laid)
    inside = (
        select(Grid.id, Grid.name, func.ST_PointOnSurface(part).label("at"))
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .where(
            func.upper_inf(GridVersion.valid),
            func.ST_Intersects(GridVersion.geom, laid),
            func.ST_Area(part) >= 1,
        )
        .subquery()
    )
    found = select(inside.c.id, inside.c.name, func.ST_X(inside.c.at), func.ST_Y(inside.c.at))
    rows = db.session.execute(found.order_by(inside.c.id))
    return [Start(key, name, (x, y)) for key, name, x, y in rows]


def stands_at(account_id: int | None) -> Spot | None:
    """Where somebody said a moment ago that they are, metres."""
    found = select(WorkerPosition.geom).where(
        WorkerPosition.account_id == account_id, WorkerPosition.at > clock.now() - FRESH
    )
    geom = db.session.scalar(found)
    return center(shape_of(geom)) if geom is not None else None
