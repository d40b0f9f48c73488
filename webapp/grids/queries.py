"""Questions about the territory: units, grids, borders in force or at a moment, what is in a grid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from webapp.base.db import db
from webapp.base.spatial import as_geojson
from webapp.grids.models import (
    BoundarySet,
    Grid,
    GridLineage,
    GridVersion,
    Place,
    Unit,
    UnitCell,
    UnitCode,
)
from webapp.grids.rules import LineageKind, SetState, UnitKind

# From this share on, both ways, a grid is the same grid as before.
SAME_SHARE = 0.95
# Below this share an overlap is the noise of a redrawn line.
TRACE_SHARE = 0.01


def one(code: str) -> Grid | None:
    """A grid by its 15-digit code or its display code."""
    return db.session.scalar(
        select(Grid)
        .options(joinedload(Grid.community))
        .where((Grid.code == code) | (Grid.display_code == code))
    )


def by_id(grid_id: int) -> Grid | None:
    """A grid by its key."""
    return db.session.get(Grid, grid_id)


def living() -> list[Grid]:
    """The grids of the set in force, by kind and code."""
    found = select(Grid).options(joinedload(Grid.community)).where(Grid.retired_at.is_(None))
    return list(db.session.scalars(found.order_by(Grid.kind, Grid.code)))


def grid_ids_by_code() -> dict[str, int]:
    """Keys of all grids there ever were, by code."""
    return {code: key for code, key in db.session.execute(select(Grid.code, Grid.id))}


def active_set(*, lock: bool = False) -> BoundarySet | None:
    """The set in force; locked against a second activation if asked."""
    found = select(BoundarySet).where(BoundarySet.state == SetState.ACTIVE)
    return db.session.scalar(found.with_for_update() if lock else found)


def set_by_id(set_id: int) -> BoundarySet | None:
    """A boundary set by its key."""
    return db.session.get(BoundarySet, set_id)


def active_versions() -> list[GridVersion]:
    """The borders in force, by code."""
    found = (
        select(GridVersion)
        .join(GridVersion.boundary_set)
        .where(BoundarySet.state == SetState.ACTIVE)
        .order_by(GridVersion.code)
    )
    return list(db.session.scalars(found))


def version_of(grid: Grid) -> GridVersion | None:
    """The border of the grid in force."""
    return db.session.scalar(
        select(GridVersion)
        .join(GridVersion.boundary_set)
        .where(GridVersion.grid_id == grid.id, BoundarySet.state == SetState.ACTIVE)
    )


def borders_geojson(at: datetime | None = None, set_id: int | None = None) -> list[Any]:
    """Light borders as rows of (grid_id, code, display_code, name, kind, community, geometry).

    In force today, at a moment, or of one boundary set. Geometry: GeoJSON in WGS 84.
    """
    found = (
        select(
            GridVersion.grid_id,
            GridVersion.code,
            GridVersion.display_code,
            GridVersion.name,
            GridVersion.kind,
            Unit.name.label("community"),
            GridVersion.area_m2,
            as_geojson(func.coalesce(GridVersion.geom_light, GridVersion.geom), 5).label(
                "geometry"
            ),
        )
        .join(GridVersion.boundary_set)
        .outerjoin(Unit, Unit.id == GridVersion.community_id)
        .order_by(GridVersion.code)
    )
    if set_id is not None:
        found = found.where(GridVersion.set_id == set_id)
    elif at is not None:
        found = found.where(GridVersion.valid.op("@>")(at))
    else:
        found = found.where(BoundarySet.state == SetState.ACTIVE)
    return list(db.session.execute(found))


def root() -> Unit | None:
    """The subdistrict of this installation."""
    return db.session.scalar(select(Unit).where(Unit.kind == UnitKind.SUBDISTRICT))


def community_codes() -> dict[int, str]:
    """The 12-character code by which each community's cells are numbered."""
    found = (
        select(UnitCode.unit_id, UnitCode.code)
        .join(UnitCode.unit)
        .where(Unit.kind == UnitKind.COMMUNITY, func.length(UnitCode.code) == 12)
        .order_by(UnitCode.unit_id, UnitCode.id.desc())
    )
    return {unit: code for unit, code in db.session.execute(found)}


def places(grid_id: int) -> list[Place]:
    """Named places in a grid, by kind and name."""
    found = select(Place).where(Place.grid_id == grid_id)
    return list(db.session.scalars(found.order_by(Place.kind, Place.name)))


_SHARES = text("""
    SELECT o.id AS old_id, n.id AS new_id, o.code AS old_code, n.code AS new_code,
           ST_Area(ST_Intersection(o.geom, n.geom)) / o.area_m2 AS of_old,
           ST_Area(ST_Intersection(o.geom, n.geom)) / n.area_m2 AS of_new
    FROM grid_version o JOIN grid_version n ON n.set_id = :new AND ST_Intersects(o.geom, n.geom)
    WHERE o.set_id = :old
""")


def write_lineage(old: BoundarySet, new: BoundarySet) -> None:
    """What became of every grid of the old set stands in the lineage of the new one."""
    shares = [
        row
        for row in db.session.execute(_SHARES, {"old": old.id, "new": new.id})
        if row.of_old >= TRACE_SHARE or row.of_new >= TRACE_SHARE
    ]
    parents: dict[int, int] = {}
    children: dict[int, int] = {}
    for row in shares:
        children[row.old_id] = children.get(row.old_id, 0) + 1
        parents[row.new_id] = parents.get(row.new_id, 0) + 1
    rows = [
        {
            "set_id": new.id,
            "old_version_id": row.old_id,
            "new_version_id": row.new_id,
            "share_of_old": row.of_old,
            "share_of_new": row.of_new,
            "kind": _kind(row, parents[row.new_id], children[row.old_id]),
        }
        for row in shares
    ]
    rows += _lonely(old, set(children), "old_version_id", new.id, LineageKind.GONE)
    rows += _lonely(new, set(parents), "new_version_id", new.id, LineageKind.NEW)
    if rows:
        db.session.execute(insert(GridLineage), rows)


def _kind(row: Any, parents: int, children: int) -> LineageKind:
    if row.of_old >= SAME_SHARE and row.of_new >= SAME_SHARE and row.old_code == row.new_code:
        return LineageKind.SAME
    if row.old_code == row.new_code:
        return LineageKind.MOVED
    if children > 1:
        return LineageKind.SPLIT
    return LineageKind.MERGED if parents > 1 else LineageKind.MOVED


def _lonely(
    side: BoundarySet, met: set[int], column: str, set_id: int, kind: LineageKind
) -> list[dict[str, Any]]:
    versions = db.session.scalars(select(GridVersion.id).where(GridVersion.set_id == side.id))
    blank = {
        "set_id": set_id,
        "old_version_id": None,
        "new_version_id": None,
        "share_of_old": None,
        "share_of_new": None,
        "kind": kind,
    }
    return [{**blank, column: each} for each in versions if each not in met]


def sizes() -> dict[str, int]:
    """How much territory there is: units, grids, unit cells, places."""
    tables = {"units": Unit, "grids": Grid, "unit cells": UnitCell, "places": Place}
    return {
        name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in tables.items()
    }
