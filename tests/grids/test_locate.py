"""The grid of a point, one by one: the rule on borders, near them and far from them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.grids.redrawing import bitten, borders, neighbours, put_in_force
from tests.world import World
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import SRID, to_lonlat
from webapp.grids import locate, queries
from webapp.grids.locate import REACH
from webapp.grids.models import Place
from webapp.grids.rules import PRECEDENCE, GridKind

# The rule in plain SQL, without any short cut.
PLAIN = text(f"""
    WITH p AS (SELECT ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) AS geom)
    SELECT v.grid_id FROM p, grid_version v JOIN boundary_set s ON s.id = v.set_id
    WHERE s.state = 'active' AND ST_Covers(v.geom, p.geom)
    ORDER BY v.precedence, v.code LIMIT 1
""")

GRID_AT = text(f"SELECT grid_id, on_border FROM grid_at(ST_SetSRID(ST_MakePoint(:x, :y), {SRID}))")


def _at(x: float, y: float) -> tuple[int | None, bool]:
    row = db.session.execute(GRID_AT, {"x": float(x), "y": float(y)}).one()
    return row.grid_id, row.on_border


def test_a_point_inside_a_grid_is_in_it(world: World) -> None:
    lon, lat = world.spot(world.home)
    found = locate.locate(lon, lat)
    assert (found.grid_id, found.on_border) == (world.home.id, False)
    assert found.cell is not None


def test_a_shared_edge_belongs_to_the_kind_of_precedence_then_to_the_lower_code(
    session: Session,
) -> None:
    versions = {each.code: each for each in queries.active_versions()}
    shapes = borders()
    first, second = neighbours()
    for code, other in ((first, second), *_unlike(versions, shapes)):
        edge = shapely.get_coordinates(shapes[code].intersection(shapes[other]))
        x, y = edge[len(edge) // 2]
        meeting = [
            each for each in versions.values() if shapes[each.code].covers(shapely.Point(x, y))
        ]
        wanted = min(meeting, key=lambda v: (PRECEDENCE.index(GridKind(v.kind)), v.code))
        assert _at(x, y) == (wanted.grid_id, False)


def _unlike(versions, shapes):  # type: ignore[no-untyped-def]
    industry = next(each for each in versions.values() if each.kind == GridKind.INDUSTRY)
    beside = next(
        each
        for each in versions.values()
        if each.kind != GridKind.INDUSTRY
        and shapes[each.code].intersection(shapes[industry.code]).length > 50
    )
    return [(beside.code, industry.code)]


def test_every_shared_vertex_has_one_grid_and_it_covers_it(session: Session) -> None:
    shapes = borders()
    corners = np.concatenate([shapely.get_coordinates(each)[::7] for each in shapes.values()])
    for x, y in corners[::9]:
        grid, on_border = _at(x, y)
        assert (grid, on_border) == (session.scalar(PLAIN, {"x": float(x), "y": float(y)}), False)


def test_within_reach_of_the_outline_the_nearest_grid_has_the_point_on_its_border(
    session: Session,
) -> None:
    x, y, away = _outside()
    near = _at(*away(REACH - 0.001))
    assert near == (_at(x, y)[0], True)
    assert _at(*away(REACH)) == near
    assert _at(*away(REACH + 0.001)) == (None, False)


def _outside():  # type: ignore[no-untyped-def]
    """A point of the outline and the way straight out from it, where nothing else is near."""
    outline = shapely.union_all(list(borders().values()))
    ring = shapely.get_coordinates(outline.exterior)
    for start, end in pairwise(ring):
        along = end - start
        length = float(np.hypot(*along))
        if length < 10:
            continue
        middle = (start + end) / 2
        out = np.array([along[1], -along[0]]) / length
        for direction in (out, -out):
            far = shapely.Point(middle + REACH * direction)
            if not outline.covers(far) and abs(outline.distance(far) - REACH) < 1e-7:
                return *middle, lambda metres, at=middle, way=direction: at + metres * way
    raise AssertionError("the outline has no such place")


def test_a_point_nobody_can_reach_is_outside_and_no_error(session: Session) -> None:
    for x, y in ((0, 0), (1e300, 1e300), (-1e12, 5e12)):
        assert _at(x, y) == (None, False)


def test_an_outside_point_is_told_how_far_the_nearest_grid_is(session: Session) -> None:
    _x, _y, away = _outside()
    x, y = away(300)
    found = locate.locate(*to_lonlat(x, y))
    true = min(each.distance(shapely.Point(x, y)) for each in borders().values())
    assert found.grid_id is None
    assert found.nearest_m == pytest.approx(true, abs=0.001)
    assert found.nearest_name


def test_without_its_squares_the_rule_answers_the_same(session: Session) -> None:
    west, south, east, north = shapely.total_bounds(list(borders().values()))
    chance = np.random.default_rng(11)
    spots = chance.uniform((west, south), (east, north), (300, 2))
    with_squares = [_at(x, y) for x, y in spots]
    session.execute(text("DELETE FROM grid_run"))
    assert [_at(x, y) for x, y in spots] == with_squares


def test_the_trigger_locates_whatever_way_a_row_is_written(world: World) -> None:
    lon, lat = world.spot(world.home)
    spot = f"ST_Transform(ST_SetSRID(ST_MakePoint({lon}, {lat}), 4326), {SRID})"
    db.session.execute(
        text(f"INSERT INTO place (kind, name, geom) VALUES ('village', '甲', {spot})")
    )
    place = db.session.query(Place).filter_by(name="甲").one()
    assert place.grid_id == world.home.id
    other = world.spot(world.next_door)
    place.place_at(*other, datum=locate.Datum.WGS84)
    db.session.flush()
    db.session.refresh(place)
    assert place.grid_id == world.next_door.id
    place.geom = None
    db.session.flush()
    db.session.refresh(place)
    assert (place.grid_id, place.grid_version_id, place.on_border, place.cell_code) == (None,) * 4


def test_a_moment_in_the_past_is_answered_from_its_own_borders(session: Session) -> None:
    first, second = neighbours()
    changes = bitten(first, second)
    given = borders()[first].difference(changes[first]).representative_point()
    lon, lat = to_lonlat(given.x, given.y)
    before = clock.now()
    put_in_force(changes)
    assert locate.locate(lon, lat).code == second
    assert locate.locate(lon, lat, as_of=before).code == first
    assert locate.locate(lon, lat, as_of=clock.now()).code == second
    assert locate.locate(lon, lat, as_of=before - timedelta(days=36500)).grid_id is None
