"""Unit cells follow the outline of the communities."""

from __future__ import annotations

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry

from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import SRID, shape_of
from webapp.grids import cells, queries
from webapp.grids.models import UnitCell

# Communities that differ by less than this (rounding of their parts) have the same ground.
SAME_GROUND_M2 = 1.0


def renew() -> int:
    """Unit cells cover the communities of the set in force; answers how many were made or ended.

    Where the outline of a community is as before, its cells stay as they are. A cell that is no more
    has an end date and keeps its code for ever.
    """
    areas: dict[int, list[BaseGeometry]] = {}
    for version in queries.active_versions():
        if version.community_id is not None:
            areas.setdefault(version.community_id, []).append(version.shape)
    grounds: dict[int, list[BaseGeometry]] = {}
    for cell in queries.cells_in_order():
        grounds.setdefault(cell.community_id, []).append(shapely.from_wkb(bytes(cell.wkb)))
    changed = 0
    for community, code in queries.community_codes().items():
        area, ground = (
            shapely.coverage_union_all(each.get(community, [])) for each in (areas, grounds)
        )
        if shapely.symmetric_difference(ground, area).area > SAME_GROUND_M2:
            changed += _renew(community, code, area)
    return changed


def _renew(community: int, code: str, area: BaseGeometry) -> int:
    known = {cell.code: cell for cell in queries.cells_of(community)}
    living = {key for key, cell in known.items() if cell.end_date is None}
    shapes = {key: shape_of(cell.geom) for key, cell in known.items()}
    now = {cell.code: cell.geom for cell in cells.cut(code, area, shapes)}
    today = clock.now().date()
    for key, geom in now.items():
        cell = known.get(key)
        if cell is None:
            cell = UnitCell(code=key, name=key[-3:], community_id=community, initial_date=today)
            db.session.add(cell)
        cell.geom = from_shape(geom, srid=SRID)
        cell.area_m2, cell.perimeter_m, cell.end_date = geom.area, geom.length, None
    for key in living - now.keys():
        known[key].end_date = today
    db.session.flush()
    return len(now.keys() ^ living)
