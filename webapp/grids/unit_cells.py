"""Unit cells follow the outline of the communities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry.base import BaseGeometry

from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import SRID, shape_of
from webapp.grids import cells, copying, queries
from webapp.grids.models import UnitCell, UnitCode

# Communities that differ by less than this (rounding of their parts) have the same ground.
SAME_GROUND_M2 = 1.0

SUBDISTRICT_DIGITS = 9
# No list of the state numbers communities like this.
OWN_NUMBERS = range(901, 1000)


def renew() -> int:
    """Unit cells cover the communities of the set in force; answers how many were made or ended.

    Where the outline of a community is as before, its cells stay as they are. A cell that is no more
    has an end date and keeps its code for ever.
    """
    areas: dict[int, list[BaseGeometry]] = {}
    begins: dict[int, str] = {}
    for version in queries.active_versions():
        if version.community_id is not None:
            areas.setdefault(version.community_id, []).append(version.shape)
            begins.setdefault(version.community_id, version.code[:SUBDISTRICT_DIGITS])
    codes = queries.community_codes()
    for community in areas.keys() - codes.keys():
        codes[community] = _number(community, begins[community])
    grounds: dict[int, list[BaseGeometry]] = {}
    for cell in queries.cells_in_order():
        grounds.setdefault(cell.community_id, []).append(shapely.from_wkb(bytes(cell.wkb)))
    changed = 0
    for community, code in codes.items():
        area, ground = (
            shapely.coverage_union_all(each.get(community, [])) for each in (areas, grounds)
        )
        if shapely.symmetric_difference(ground, area).area > SAME_GROUND_M2:
            changed += _renew(community, code, area)
    return changed


def _number(community: int, subdistrict: str) -> str:
    """A code of our own for a community that has none of 12 characters, and so could have no cells."""
    taken = queries.codes_below(subdistrict)
    code = next(
        code for number in OWN_NUMBERS if (code := f"{subdistrict}{number:03d}") not in taken
    )
    db.session.add(UnitCode(unit_id=community, system="local", code=code, provisional=True))
    db.session.flush()
    return code


def _renew(community: int, code: str, area: BaseGeometry) -> int:
    known = {cell.code: cell for cell in queries.cells_of(community)}
    living = {key for key, cell in known.items() if cell.end_date is None}
    shapes = {key: shape_of(cell.geom) for key, cell in known.items()}
    now = {cell.code: cell.geom for cell in cells.cut(code, area, shapes)}
    for key in now.keys() & known.keys():
        cell, geom = known[key], now[key]
        cell.end_date = None
        if geom != shapes[key]:
            cell.geom = from_shape(geom, srid=SRID)
            cell.area_m2, cell.perimeter_m = geom.area, geom.length
    today = clock.now().date()
    for key in living - now.keys():
        known[key].end_date = today
    db.session.flush()
    _add({key: geom for key, geom in now.items() if key not in known}, community, today)
    return len(now.keys() ^ living)


def _add(made: Mapping[str, BaseGeometry], community: int, today: date) -> None:
    """New cells: a community may have thousands of them."""
    shapes = list(made.values())
    columns = {
        "code": list(made),
        "name": [code[-3:] for code in made],
        "community_id": community,
        "geom": copying.Shapes(shapes),
        "area_m2": shapely.area(shapes),
        "perimeter_m": shapely.length(shapes),
        "initial_date": today,
    }
    copying.copy_in(UnitCell.__table__, columns, len(shapes))
