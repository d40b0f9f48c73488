"""Questions about imports, and what an import has to know about the territory."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.base.access import Actor, visible
from webapp.base.db import db
from webapp.base.spatial import shape_of
from webapp.base.web import Page
from webapp.grids import queries as grids
from webapp.grids.imports.models import BorderImport
from webapp.grids.models import GridVersion, Unit, UnitCode
from webapp.grids.rules import UnitKind


def one(import_id: int) -> BorderImport | None:
    """An import by its key."""
    return db.session.get(BorderImport, import_id)


def recent(who: Actor, *, before: int | None = None, most: int = 30) -> Page[BorderImport]:
    """The imports that `who` may work on, the newest first."""
    found = (
        select(BorderImport)
        .options(joinedload(BorderImport.boundary_set))
        .where(visible(BorderImport, who, "grids.draw"))
        .order_by(BorderImport.id.desc())
        .limit(most + 1)
    )
    if before is not None:
        found = found.where(BorderImport.id < before)
    rows = list(db.session.scalars(found))
    return Page(rows[:most], rows[most - 1].id if len(rows) > most else None)


def outline_in_force() -> tuple[BaseGeometry | None, bool]:
    """The area of the borders in force in metres, and whether they are only illustrative."""
    active = grids.active_set()
    if active is None:
        return None, False
    shapes = [shape_of(version.geom) for version in grids.active_versions()]
    return shapely.union_all(shapes), active.illustrative


def communities() -> list[Unit]:
    """The communities, by name."""
    found = select(Unit).where(Unit.kind == UnitKind.COMMUNITY).order_by(Unit.name)
    return list(db.session.scalars(found))


def communities_by_code() -> dict[str, int]:
    """Keys of communities by each of their 12-character codes."""
    found = (
        select(UnitCode.code, UnitCode.unit_id)
        .join(UnitCode.unit)
        .where(Unit.kind == UnitKind.COMMUNITY)
    )
    return {code: unit for code, unit in db.session.execute(found) if len(code) == 12}


def ground_in_force() -> list[tuple[int, BaseGeometry]]:
    """The borders in force in metres, each with the key of its community."""
    return [
        (version.community_id, shape_of(version.geom))
        for version in grids.active_versions()
        if version.community_id is not None
    ]


def versions_of(set_id: int) -> list[GridVersion]:
    """The borders of a set, by code."""
    found = select(GridVersion).where(GridVersion.set_id == set_id).order_by(GridVersion.code)
    return list(db.session.scalars(found))
