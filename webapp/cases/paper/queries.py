"""What lies around a case, in metres from it: borders and named places for a small map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Float, cast, func, select
from sqlalchemy.dialects.postgresql import JSON

from webapp.base.db import db
from webapp.cases.models import Case
from webapp.grids.models import BoundarySet, Grid, GridVersion, Place
from webapp.grids.rules import INTERNAL_PLACES, SetState


@dataclass(frozen=True)
class Border:
    """A line of a border around the case: its points, metres east and north of the case."""

    lines: list[list[tuple[float, float]]]
    name: str
    own: bool
    label: tuple[float, float] | None


def borders(case: Case, half_m: float) -> list[Border]:
    """The outlines of the grids in force within a square around the case."""
    box = func.ST_Expand(case.geom, half_m)
    x, y = func.ST_X(case.geom), func.ST_Y(case.geom)
    inside = func.ST_Intersection(GridVersion.geom, box)
    outline = func.ST_Intersection(func.ST_Boundary(GridVersion.geom), box)
    moved = func.ST_Translate(func.ST_Simplify(outline, half_m / 300), -x, -y)
    middle = func.ST_Translate(func.ST_PointOnSurface(inside), -x, -y)
    found = (
        select(
            Grid.name,
            Grid.id,
            cast(func.ST_AsGeoJSON(moved, 1), JSON),
            cast(func.ST_X(middle), Float(53)),
            cast(func.ST_Y(middle), Float(53)),
        )
        .join(GridVersion, GridVersion.grid_id == Grid.id)
        .join(BoundarySet, BoundarySet.id == GridVersion.set_id)
        .where(BoundarySet.state == SetState.ACTIVE, func.ST_Intersects(GridVersion.geom, box))
        .order_by(Grid.code)
    )
    return [
        Border(
            lines=_lines(shape),
            name=name,
            own=key == case.grid_id,
            label=(east, north) if east is not None else None,
        )
        for name, key, shape, east, north in db.session.execute(found)
    ]


def _lines(shape: dict[str, Any] | None) -> list[list[tuple[float, float]]]:
    if shape is None:
        return []
    found: list[Any] = []
    for part in shape.get("geometries", [shape]):
        if part["type"] == "LineString":
            found.append(part["coordinates"])
        elif part["type"] == "MultiLineString":
            found += part["coordinates"]
    return [[(east, north) for east, north in line] for line in found]


def places(case: Case, half_m: float, limit: int = 6) -> list[tuple[str, float, float]]:
    """Named places in the square, the nearest first: (name, metres east, metres north)."""
    box = func.ST_Expand(case.geom, half_m * 0.85)
    x, y = func.ST_X(case.geom), func.ST_Y(case.geom)
    found = (
        select(
            Place.name,
            cast(func.ST_X(Place.geom) - x, Float(53)),
            cast(func.ST_Y(Place.geom) - y, Float(53)),
        )
        .where(Place.geom.op("&&")(box), Place.kind.not_in(INTERNAL_PLACES))
        .order_by(Place.geom.op("<->")(case.geom))
        .limit(limit)
    )
    return [(name, east, north) for name, east, north in db.session.execute(found)]
