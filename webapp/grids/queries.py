"""Questions about the territory: units, grids, borders in force or at a moment, what is in a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select, text
from sqlalchemy.orm import aliased, joinedload

from webapp.base.db import db
from webapp.base.spatial import as_geojson
from webapp.grids import locate
from webapp.grids.lineage import HEIR_SHARE, Link
from webapp.grids.models import (
    BoundarySet,
    Grid,
    GridLineage,
    GridRun,
    GridVersion,
    Place,
    Unit,
    UnitCell,
    UnitCode,
)
from webapp.grids.rules import LineageKind, SetState, UnitKind


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


def by_community() -> list[tuple[str, list[Grid]]]:
    """The living grids below the names of their communities, for a choice."""
    below: dict[str, list[Grid]] = {}
    for grid in sorted(living(), key=lambda each: each.display_code):
        below.setdefault(grid.community.name, []).append(grid)
    return list(below.items())


def grid_ids_by_code() -> dict[str, int]:
    """Keys of all grids there ever were, by code."""
    return {code: key for code, key in db.session.execute(select(Grid.code, Grid.id))}


def active_set(*, lock: bool = False) -> BoundarySet | None:
    """The set in force; locked against a second activation if asked."""
    found = select(BoundarySet).where(BoundarySet.state == SetState.ACTIVE)
    return db.session.scalar(found.with_for_update() if lock else found)


def active_set_id() -> int | None:
    """The key of the set in force."""
    return db.session.scalar(select(BoundarySet.id).where(BoundarySet.state == SetState.ACTIVE))


def active_stamp() -> tuple[int, str] | None:
    """The set in force and the transaction that put it there: while it is the same, so are borders.

    What a process remembers of borders is good for one stamp.
    """
    stamp: ColumnElement[str] = literal_column("boundary_set.xmin::text")
    found = select(BoundarySet.id, stamp).where(BoundarySet.state == SetState.ACTIVE)
    row = db.session.execute(found).one_or_none()
    return None if row is None else (row[0], row[1])


def has_runs() -> bool:
    """True when squares are known in which nobody needs to ask the borders."""
    return bool(db.session.scalar(select(select(GridRun.north).exists())))


def stored_srid() -> int:
    """The CRS in which this database keeps geometry."""
    found = text(
        "SELECT srid FROM geometry_columns"
        " WHERE f_table_name = 'grid_version' AND f_geometry_column = 'geom'"
        " AND f_table_schema = current_schema()"
    )
    return int(db.session.scalars(found).one())


def rule_is_current() -> bool:
    """True when the database finds the grid of a point as the code and the settings say."""
    found = text(
        "SELECT prosrc FROM pg_proc WHERE proname IN ('grid_at', 'cell_at', 'placed')"
        " AND pronamespace = current_schema()::regnamespace"
    )
    wanted = {function.split("$$")[1] for function in locate.FUNCTIONS}
    return set(db.session.scalars(found)) == wanted


def borders_in_order() -> list[Row[Any]]:
    """Whole borders in force as rows of (id, grid_id, wkb), in the order in which they have a point."""
    found = (
        select(GridVersion.id, GridVersion.grid_id, func.ST_AsBinary(GridVersion.geom).label("wkb"))
        .join(GridVersion.boundary_set)
        .where(BoundarySet.state == SetState.ACTIVE)
        .order_by(GridVersion.precedence, GridVersion.code)
    )
    return [*db.session.execute(found)]


def cells_in_order() -> list[Row[Any]]:
    """Unit cells in use as rows (code, community_id, wkb), in the order in which they have a point."""
    found = (
        select(UnitCell.code, UnitCell.community_id, func.ST_AsBinary(UnitCell.geom).label("wkb"))
        .where(UnitCell.end_date.is_(None))
        .order_by(UnitCell.code)
    )
    return [*db.session.execute(found)]


def sets() -> list[Row[Any]]:
    """All boundary sets as rows of (set, number of grids): open work first, then by their time."""
    versions = (
        select(GridVersion.set_id, func.count().label("number"))
        .group_by(GridVersion.set_id)
        .subquery()
    )
    found = (
        select(BoundarySet, func.coalesce(versions.c.number, 0))
        .outerjoin(versions, versions.c.set_id == BoundarySet.id)
        .order_by(func.lower(BoundarySet.valid).desc().nulls_first(), BoundarySet.id.desc())
    )
    return [*db.session.execute(found)]


def set_at(moment: datetime) -> BoundarySet | None:
    """The set that was in force at a moment."""
    return db.session.scalar(select(BoundarySet).where(BoundarySet.valid.op("@>")(moment)))


def set_before(made: BoundarySet) -> BoundarySet | None:
    """The set that this one followed."""
    if made.valid is None or made.valid.lower is None:
        return None
    return db.session.scalar(
        select(BoundarySet).where(func.upper(BoundarySet.valid) == made.valid.lower)
    )


def counts_of(set_id: int) -> dict[str, int]:
    """How many grids of each kind a boundary set has."""
    found = select(GridVersion.kind, func.count()).where(GridVersion.set_id == set_id)
    return {kind: count for kind, count in db.session.execute(found.group_by(GridVersion.kind))}


def lineage_of(set_id: int) -> list[Link]:
    """What became of the grids before when this set took force."""
    line = GridLineage
    found = select(
        line.old_version_id, line.new_version_id, line.share_of_old, line.share_of_new, line.kind
    ).where(line.set_id == set_id)
    rows = db.session.execute(found.order_by(line.id))
    return [Link(*row[:4], kind=LineageKind(row.kind)) for row in rows]


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


def with_borders(grid_ids: Iterable[int]) -> Select[Any]:
    """SQL: these grids, each with its border in force, by kind and code."""
    found = select(Grid).join(GridVersion, GridVersion.grid_id == Grid.id)
    return (
        found.join(GridVersion.boundary_set)
        .where(Grid.id.in_(list(grid_ids)), BoundarySet.state == SetState.ACTIVE)
        .order_by(Grid.kind, Grid.code)
    )


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


def codes_below(begin: str) -> set[str]:
    """All codes of units that begin like this."""
    return set(
        db.session.scalars(
            select(UnitCode.code).where(UnitCode.code.startswith(begin, autoescape=True))
        )
    )


def places(grid_id: int) -> list[Place]:
    """Named places in a grid, by kind and name."""
    found = select(Place).where(Place.grid_id == grid_id)
    return list(db.session.scalars(found.order_by(Place.kind, Place.name)))


def places_of(kind: str) -> list[tuple[Place, Grid | None]]:
    """The named places of a kind, each with its grid, by name."""
    found = select(Place, Grid).outerjoin(Grid, Grid.id == Place.grid_id).where(Place.kind == kind)
    return [(place, grid) for place, grid in db.session.execute(found.order_by(Place.name))]


@dataclass(frozen=True)
class Heir:
    """The grid that has nearly all of what another one was."""

    grid_id: int
    version_id: int


def heirs(set_id: int) -> dict[int, Heir]:
    """By the key of a grid before this set took force: the one that has nearly all of it since."""
    old, new = aliased(GridVersion), aliased(GridVersion)
    rows = db.session.execute(
        select(old.grid_id, new.grid_id, new.id)
        .select_from(GridLineage)
        .join(old, old.id == GridLineage.old_version_id)
        .join(new, new.id == GridLineage.new_version_id)
        .where(GridLineage.set_id == set_id, GridLineage.share_of_old >= HEIR_SHARE)
    )
    return {
        was: Heir(grid, version)
        for was, grid, version in rows
        if was is not None and grid is not None
    }


def versions_of(set_id: int) -> list[GridVersion]:
    """The borders of a boundary set, by code."""
    found = select(GridVersion).where(GridVersion.set_id == set_id).order_by(GridVersion.code)
    return list(db.session.scalars(found))


def cells_of(community_id: int) -> list[UnitCell]:
    """Every unit cell a community ever had."""
    return list(db.session.scalars(select(UnitCell).where(UnitCell.community_id == community_id)))


def placed_rows(model: Any, *where: ColumnElement[bool]) -> list[Row[Any]]:
    """Where rows of a placed table are and stand: id, x, y (metres), and what their trigger filled."""
    found = select(
        model.id,
        func.ST_X(model.geom).label("x"),
        func.ST_Y(model.geom).label("y"),
        model.grid_id,
        model.grid_version_id,
        model.on_border,
        model.cell_code,
    ).where(model.geom.is_not(None), *where)
    return [*db.session.execute(found)]


def sizes() -> dict[str, int]:
    """How much territory there is: units, grids, unit cells, places."""
    tables = {
        "units": select(func.count(Unit.id)),
        "grids": select(func.count(Grid.id)).where(Grid.retired_at.is_(None)),
        "unit cells": select(func.count(UnitCell.code)).where(UnitCell.end_date.is_(None)),
        "places": select(func.count(Place.id)),
    }
    return {name: db.session.scalar(found) or 0 for name, found in tables.items()}


def inner_points(set_id: int) -> dict[int, tuple[float, float]]:
    """By grid: a point (x, y) in metres that lies inside its border in a set."""
    inside = func.ST_PointOnSurface(GridVersion.geom)
    found = select(GridVersion.grid_id, func.ST_X(inside), func.ST_Y(inside)).where(
        GridVersion.set_id == set_id, GridVersion.grid_id.is_not(None)
    )
    return {grid_id: (x, y) for grid_id, x, y in db.session.execute(found)}
