"""Many points at once: the same answers as one by one, and rows that the trigger need not touch."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, box
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.grids.redrawing import bitten, borders, neighbours, put_in_force
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.spatial import SRID, to_metric
from webapp.grids import bulk, queries
from webapp.grids.copying import Points, Repeated, copy_in
from webapp.grids.locate import REACH
from webapp.grids.models import GridRun, Place
from webapp.grids.raster import Raster, Shapes

ONE_BY_ONE = text(f"""
    SELECT l.grid_id, l.grid_version_id, l.on_border, cell_at(p.geom)
    FROM unnest(cast(:x AS float8[]), cast(:y AS float8[])) WITH ORDINALITY AS s(x, y, place)
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_MakePoint(s.x, s.y), {SRID}) AS geom) p
    CROSS JOIN LATERAL grid_at(p.geom) l
    ORDER BY s.place
""")


def _differences(x: np.ndarray, y: np.ndarray) -> list[tuple[object, object]]:
    here = bulk.territory().locate(x, y)
    mine = zip(
        [key or None for key in here.grid_id.tolist()],
        [key or None for key in here.grid_version_id.tolist()],
        here.on_border.tolist(),
        here.cell_code,
        strict=True,
    )
    theirs = db.session.execute(ONE_BY_ONE, {"x": x.tolist(), "y": y.tolist()})
    return [(a, tuple(b)) for a, b in zip(mine, theirs, strict=True) if a != tuple(b)]


def _edges() -> tuple[np.ndarray, np.ndarray]:
    """Both ends of every eleventh edge of every border."""
    rings = [shapely.get_coordinates(each) for each in borders().values()]
    ends = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])[::11]
    return ends[:, 0], ends[:, 1]


def test_points_anywhere_are_where_the_database_says(session: Session) -> None:
    west, south, east, north = shapely.total_bounds(list(borders().values()))
    chance = np.random.default_rng(5)
    far = 3 * REACH
    x = chance.uniform(west - far, east + far, 8_000)
    y = chance.uniform(south - far, north + far, 8_000)
    assert _differences(x, y) == []


def test_corners_of_borders_are_where_the_database_says(session: Session) -> None:
    start, _end = _edges()
    assert _differences(*start.T) == []


def test_points_on_and_beside_edges_are_where_the_database_says(session: Session) -> None:
    start, end = _edges()
    along = end - start
    length = np.hypot(*along.T)
    start, along, length = start[length > 0], along[length > 0], length[length > 0]
    aside = np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None]
    for share in (0.5, 0.25, 1 / 3):
        for metres in (0.0, 1e-9, -1e-9, 0.001, -0.001):
            assert _differences(*(start + share * along + metres * aside).T) == []


def test_points_at_reach_of_edges_are_where_the_database_says(session: Session) -> None:
    start, end = _edges()
    along = end - start
    length = np.hypot(*along.T)
    start, along, length = start[length > 0], along[length > 0], length[length > 0]
    aside = np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None]
    for metres in (REACH, -REACH, REACH + 0.001, REACH - 0.001):
        assert _differences(*(start + along / 2 + metres * aside).T) == []


def test_points_on_the_lines_between_squares_are_where_the_database_says(session: Session) -> None:
    west, south, east, north = shapely.total_bounds(list(borders().values()))
    chance = np.random.default_rng(6)
    x, y = chance.uniform((west, south), (east, north), (4_000, 2)).T
    assert _differences(np.round(x, -1), y) == []
    assert _differences(np.round(x, -2), np.round(y, -2)) == []


def test_a_coordinate_that_is_no_number_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="not a number"):
        bulk.territory().locate(np.array([1.0, np.nan]), np.array([1.0, 1.0]))


def test_no_points_are_no_trouble(session: Session) -> None:
    assert len(bulk.territory().locate(np.array([]), np.array([]))) == 0


def test_other_borders_are_known_at_once(session: Session) -> None:
    first, second = neighbours()
    changes = bitten(first, second)
    given = borders()[first].difference(changes[first]).representative_point()
    x, y = np.array([given.x]), np.array([given.y])
    keys = queries.grid_ids_by_code()
    assert bulk.territory().locate(x, y).grid_id.tolist() == [keys[first]]
    put_in_force(changes)
    assert bulk.territory().locate(x, y).grid_id.tolist() == [keys[second]]
    assert _differences(x, y) == []


def test_rows_are_placed_as_the_trigger_would(session: Session) -> None:
    west, south, east, north = shapely.total_bounds(list(borders().values()))
    chance = np.random.default_rng(7)
    x, y = chance.uniform((west - 99, south - 99), (east + 99, north + 99), (500, 2)).T
    names = [f"测试村{each}" for each in range(500)]
    bulk.place(Place, x=x, y=y, name=names, kind="village", facts=[{"户": 3}] * 500)
    written = list(db.session.scalars(select(Place).where(Place.name.in_(names))))
    assert len(written) == 500
    assert written[0].facts == {"户": 3}
    ours = {p.name: (p.grid_id, p.grid_version_id, p.on_border, p.cell_code) for p in written}
    assert len({grid for grid, *_rest in ours.values()}) > 50
    db.session.execute(text("UPDATE place SET geom = geom WHERE name LIKE '测试村%'"))
    db.session.expire_all()
    again = db.session.scalars(select(Place).where(Place.name.in_(names)))
    assert {p.name: (p.grid_id, p.grid_version_id, p.on_border, p.cell_code) for p in again} == ours


def test_after_a_bulk_write_the_trigger_locates_again(session: Session) -> None:
    inside = next(iter(borders().values())).representative_point()
    x, y = np.array([inside.x]), np.array([inside.y])
    bulk.place(Place, x=x, y=y, name=["甲村"], kind="village")
    db.session.execute(
        text(
            "INSERT INTO place (kind, name, geom)"
            f" VALUES ('village', '乙村', ST_SetSRID(ST_MakePoint({inside.x}, {inside.y}), {SRID}))"
        )
    )
    a, b = db.session.scalars(select(Place).where(Place.name.in_(["甲村", "乙村"])))
    assert (a.grid_id, a.cell_code) == (b.grid_id, b.cell_code)
    assert a.grid_id is not None


def test_a_bulk_write_obeys_the_constraints_of_its_table(session: Session) -> None:
    x = y = np.array([0.0])
    with pytest.raises(IntegrityError), db.session.begin_nested():
        bulk.place(Place, x=x, y=y, name=["甲村"], kind="no such kind")
    with pytest.raises(LookupError, match="no column colour"):
        bulk.place(Place, x=x, y=y, name=["甲村"], kind="village", colour="red")
    with pytest.raises(ValueError, match="name has 2 values for 1 rows"):
        bulk.place(Place, x=x, y=y, name=["甲村", "乙村"], kind="village")


def test_degrees_in_a_shifted_datum_become_the_same_metres_as_one_by_one() -> None:
    lon, lat = np.array([121.05, 121.07]), np.array([37.66, 37.68])
    for datum in Datum:
        x, y = bulk.metres(lon, lat, datum)
        for place in range(2):
            assert (x[place], y[place]) == pytest.approx(
                to_metric(float(lon[place]), float(lat[place]), datum), abs=1e-6
            )


def test_squares_lie_wholly_in_their_grid_and_cell(session: Session) -> None:
    runs = session.scalars(select(GridRun).order_by(GridRun.north, GridRun.west)).all()[::997]
    assert len(runs) > 50
    for run in runs:
        square = text(f"""
            SELECT ST_Covers(v.geom, s.geom) AND ST_Covers(c.geom, s.geom) OR :on_border
            FROM grid_version v, unit_cell c, ST_MakeEnvelope(
                :west * 10.0, :north * 10.0, (:east + 1) * 10.0, (:north + 1) * 10.0, {SRID}
            ) AS s(geom)
            WHERE v.id = :version AND (c.code = :cell OR :on_border) LIMIT 1
        """)
        values = {
            "west": run.west, "east": run.east, "north": run.north, "on_border": run.on_border,
            "version": run.grid_version_id, "cell": run.cell_code,
        }  # fmt: skip
        assert session.scalar(square, values)


def _raster(*areas: Polygon, side: float = 1.0, reach: float = 0.0) -> Raster:
    shapes: Shapes = np.array(areas, dtype=object)
    west, south, east, north = shapely.total_bounds(shapes)
    extent = (west - reach, south - reach, east + reach, north + reach)
    return Raster(shapes, side=side, extent=extent, reach=reach)


def test_an_area_laid_over_another_has_its_points_and_the_lower_one_the_rest() -> None:
    over, under = box(3.3, 3.3, 6.6, 6.6), box(0.2, 0.2, 9.9, 9.9)
    found = _raster(over, under).find(
        np.array([5.0, 3.3, 2.5, 9.9]), np.array([5.0, 4.4, 2.5, 9.9])
    )
    assert found.area.tolist() == [0, 0, 1, 1]


def test_a_hole_belongs_to_nobody_but_its_edge_does() -> None:
    ring = Polygon(box(0, 0, 9, 9).exterior, [box(3, 3, 6, 6).exterior.coords])
    found = _raster(ring).find(np.array([4.5, 3.0, 1.0]), np.array([4.5, 4.0, 1.0]))
    assert found.area.tolist() == [-1, 0, 0]


def test_areas_along_the_lines_of_the_raster_share_them_by_order() -> None:
    left, right = box(0, 0, 5, 5), box(5, 0, 10, 5)
    found = _raster(right, left).find(np.array([5.0, 4.9999999999, 5.1]), np.array([2.5, 2.5, 2.5]))
    assert found.area.tolist() == [0, 1, 0]


def test_the_nearest_within_reach_has_a_point_outside_and_order_decides_a_tie() -> None:
    left, right = box(0, 0, 4, 4), box(6, 0, 10, 4)
    raster = _raster(left, right, reach=1.5)
    found = raster.find(np.array([4.5, 5.6, 5.0, 2.0]), np.array([2.0, 2.0, 2.0, 6.0]))
    assert found.area.tolist() == [0, 1, 0, -1]
    assert found.on_border.tolist() == [True, True, True, False]


def test_many_areas_need_wider_figures_and_answer_alike() -> None:
    columns = 140
    boxes = [
        box(x + 0.01, y + 0.01, x + 0.99, y + 0.99) for x in range(columns) for y in range(columns)
    ]
    raster = _raster(*boxes, side=0.5)
    middle = shapely.get_coordinates(shapely.centroid(boxes))
    assert raster.find(*middle.T).area.tolist() == list(range(columns * columns))


def test_a_very_large_territory_has_wider_squares() -> None:
    assert bulk.fitting_side(12_450, 9_211) == bulk.SIDE_M
    assert bulk.fitting_side(100_000, 100_000) == 40


def test_copied_columns_come_back_as_they_were(session: Session) -> None:
    spots = Points(np.array([1.5, 2.5]), np.array([3.5, 4.5]))
    copy_in(
        Place.__table__,
        {
            "kind": "village",
            "name": Repeated(["甲", "一个很长的村名" * 20], np.array([1, 0])),
            "facts": [{"a": "é"}, {}],
            "geom": spots,
            "raw_lon": np.ma.array([1.25, 0.0], mask=[False, True]),
            "raw_lat": [None, 2.25],
            "provenance": None,
        },
        2,
    )
    long, short = session.scalars(
        select(Place).where(Place.name.in_(["甲", "一个很长的村名" * 20])).order_by(Place.id)
    )
    assert (long.name, short.name) == ("一个很长的村名" * 20, "甲")
    assert (long.raw_lon, short.raw_lon, long.raw_lat, short.raw_lat) == (1.25, None, None, 2.25)
    assert (long.facts, short.provenance) == ({"a": "é"}, None)
    geom = session.scalar(text("SELECT ST_AsText(geom) FROM place WHERE name = '甲'"))
    assert geom == str(Point(2.5, 4.5)).replace(" (", "(")
