"""A million points to their grids: in memory, in PostGIS, and back into a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from sqlalchemy import Column, Connection, Integer, MetaData, Table, text
from sqlalchemy.orm import Mapped

from bench.figures import ROUNDS, Figure, in_turns, seconds
from bench.ground import Ground
from webapp.base.db import Base, Numbered, db
from webapp.base.spatial import SRID, Metric, Placed
from webapp.grids import bulk
from webapp.grids.copying import Points, copy_in
from webapp.grids.locate import REACH, placed_trigger
from webapp.grids.raster import Floats, Shapes

MILLION = 1_000_000
RANDOM_SAMPLE = 150_000
WRITTEN = 500_000

POINTS = Table(
    "bench_point",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("geom", Metric(spatial_index=False)),
)

JOIN = text("""
    SELECT count(*), sum(v.grid_id) FROM grid_version v
    JOIN bench_point p ON ST_Covers(v.geom, p.geom)
    WHERE v.set_id = (SELECT id FROM boundary_set WHERE state = 'active')
""")

ONE_BY_ONE = text("""
    SELECT p.place, (grid_at(p.geom)).*, cell_at(p.geom) FROM bench_point p ORDER BY p.place
""")


class BenchPlaced(Numbered, Placed, Base):
    """A placed table as a feature would have it: three foreign keys, an index on grid and geometry."""

    __tablename__ = "bench_placed"

    name: Mapped[str]


def figures(ground: Ground) -> Iterator[Figure]:
    """The bulk path beside PostGIS' own join, its answers beside `grid_at`, and the way back."""
    with ground.app.app_context():
        here = bulk.territory()
        yield _speed(here)
        db.session.rollback()
        yield from _differences(here)
        db.session.rollback()
        yield from _written(here)
        db.session.rollback()


def _speed(here: bulk.Territory) -> Figure:
    x, y = _inside(here.grids.areas, MILLION)
    _load(x, y, index=True)
    connection = db.session.connection()
    _check_plan(connection)

    def joined() -> None:
        connection.execute(JOIN).one()

    def in_memory() -> None:
        found = here.grids.find(x, y)
        here.grid_ids[found.area], here.version_ids[found.area]

    slow, fast = in_turns(joined, in_memory)
    with_cells = seconds(lambda: here.locate(x, y))
    return Figure(
        what=f"{MILLION:,} points to the grids, in memory beside PostGIS' inner join with GiST",
        measured=f"{1 / fast:.1f} M points/s ({1 / with_cells:.1f} with unit cells)",
        beside=f"{1 / slow:.2f} M points/s",
        ratio=f"{slow / fast:.1f}",
        wanted="15, hoped for 25",
        met=slow / fast >= 15,
    )


def _check_plan(connection: Connection) -> None:
    """The baseline is what it is called: points found by index for each grid."""
    plan = "\n".join(connection.scalars(text(f"EXPLAIN {JOIN.text}")))
    if "Index Scan using bench_point_geom" not in plan:
        raise RuntimeError(f"the join is not the one meant:\n{plan}")


def _differences(here: bulk.Territory) -> Iterator[Figure]:
    for what, x, y in _hard_points(here.grids.areas):
        _load(x, y, index=False)
        found = here.locate(x, y)
        cells = found.cell_code
        differ = 0
        for place, grid, version, border, cell in db.session.execute(ONE_BY_ONE):
            mine = (
                int(found.grid_id[place]) or None,
                int(found.grid_version_id[place]) or None,
                bool(found.on_border[place]),
                cells[place],
            )
            differ += mine != (grid, version, border, cell)
        yield Figure(
            what=f"differences from grid_at and cell_at: {what}",
            measured=f"{differ} of {len(x):,}",
            wanted="0",
            met=differ == 0,
        )


def _hard_points(areas: Shapes) -> Iterator[tuple[str, Floats, Floats]]:
    west, south, east, north = shapely.total_bounds(areas)
    chance = np.random.default_rng(2)
    far = 2 * REACH
    yield (
        "anywhere in and around",
        chance.uniform(west - far, east + far, RANDOM_SAMPLE),
        chance.uniform(south - far, north + far, RANDOM_SAMPLE),
    )
    corners = shapely.get_coordinates(areas)
    yield "every vertex of every border", corners[:, 0], corners[:, 1]
    start, end = corners[:-1], corners[1:]
    x, y = ((start + end) / 2).T
    yield "the middle of every edge", x, y
    along = end - start
    length = np.hypot(*along.T)
    edge = (length > 0) & (length < 1_000)
    away = REACH * np.stack([along[edge, 1], -along[edge, 0]]) / length[edge]
    yield "REACH away from every edge", *(np.stack([x[edge], y[edge]]) + away)


def _written(here: bulk.Territory) -> Iterator[Figure]:
    x, y = _inside(here.grids.areas, WRITTEN)
    names = np.array([f"household {each}" for each in range(WRITTEN)])

    def write() -> None:
        with db.session.begin_nested() as undone:
            bulk.place(BenchPlaced, x=x, y=y, name=names, raw_lon=x, raw_lat=y, datum="wgs84")
            undone.rollback()

    BenchPlaced.__table__.create(db.session.connection())
    db.session.execute(text(placed_trigger("bench_placed")))
    full = seconds(write, rounds=1)
    for statement in db.session.scalars(text(BARE)).all():
        db.session.execute(text(statement))
    bare = seconds(write, rounds=ROUNDS)
    yield Figure(
        what=f"{WRITTEN:,} points located and written by binary COPY, trigger and primary key in place",
        measured=f"{WRITTEN / bare:,.0f} rows/s",
        wanted="300,000",
        met=WRITTEN / bare >= 300_000,
    )
    yield Figure(
        what="the same with three foreign keys, an index on the grid and a GiST index",
        measured=f"{WRITTEN / full:,.0f} rows/s",
    )


BARE = """
    SELECT format('ALTER TABLE bench_placed DROP CONSTRAINT %I', conname) FROM pg_constraint
    WHERE conrelid = 'bench_placed'::regclass AND contype = 'f'
    UNION ALL
    SELECT format('DROP INDEX %I', c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = 'bench_placed'::regclass AND NOT i.indisprimary
"""


def _inside(areas: Shapes, count: int) -> tuple[Floats, Floats]:
    """Points spread evenly over the ground of all areas."""
    ground = shapely.union_all(areas)
    shapely.prepare(ground)
    west, south, east, north = ground.bounds
    chance = np.random.default_rng(1)
    share = ground.area / ((east - west) * (north - south))
    tries = int(count / share * 1.05)
    x, y = chance.uniform(west, east, tries), chance.uniform(south, north, tries)
    inside = shapely.contains_xy(ground, x, y)
    return x[inside][:count], y[inside][:count]


def _load(x: Floats, y: Floats, *, index: bool) -> None:
    db.session.execute(text("DROP TABLE IF EXISTS bench_point"))
    db.session.execute(
        text(f"CREATE TEMP TABLE bench_point (place integer, geom geometry(POINT, {SRID}))")
    )
    copy_in(POINTS, {"place": np.arange(len(x)), "geom": Points(x, y)}, len(x))
    if index:
        db.session.execute(text("CREATE INDEX bench_point_geom ON bench_point USING gist (geom)"))
    db.session.execute(text("ANALYZE bench_point"))
