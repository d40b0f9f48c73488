"""Points to measure with: inside the territory, and where a rule of borders is hardest to keep."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from sqlalchemy import Column, Integer, MetaData, Table, text

from webapp.base.db import db
from webapp.base.spatial import SRID, Metric
from webapp.grids.copying import Points, copy_in
from webapp.grids.locate import REACH
from webapp.grids.raster import Floats, Shapes

AROUND = 150_000

# A table as any other: a temporary one would be read through a small buffer of its own.
SPOTS = Table(
    "bench_spot",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("geom", Metric(spatial_index=False)),
)
_MADE = f"""
    DROP TABLE IF EXISTS bench_spot;
    CREATE UNLOGGED TABLE bench_spot (place integer PRIMARY KEY, geom geometry(POINT, {SRID}))
"""


def load(x: Floats, y: Floats) -> None:
    """The points are in the table `bench_spot`, each with its place in the arrays."""
    db.session.execute(text(_MADE))
    copy_in(SPOTS, {"place": np.arange(len(x)), "geom": Points(x, y)}, len(x))
    db.session.execute(text("ANALYZE bench_spot"))


def inside(areas: Shapes, count: int) -> tuple[Floats, Floats]:
    """Points spread evenly over the ground of all areas, in no order."""
    ground = shapely.union_all(areas)
    shapely.prepare(ground)
    west, south, east, north = ground.bounds
    chance = np.random.default_rng(1)
    share = ground.area / ((east - west) * (north - south))
    tries = int(count / share * 1.05)
    x, y = chance.uniform(west, east, tries), chance.uniform(south, north, tries)
    within = shapely.contains_xy(ground, x, y)
    return x[within][:count], y[within][:count]


def hard(areas: Shapes) -> Iterator[tuple[str, Floats, Floats]]:
    """Points in and around the territory, on its borders, and at the end of their reach."""
    west, south, east, north = shapely.total_bounds(areas)
    chance = np.random.default_rng(2)
    far = 2 * REACH
    yield (
        "in and around",
        chance.uniform(west - far, east + far, AROUND),
        chance.uniform(south - far, north + far, AROUND),
    )
    corners = shapely.get_coordinates(areas)
    yield "every vertex of every border", *corners.T
    start, end = corners[:-1], corners[1:]
    middle = (start + end) / 2
    yield "the middle of every edge", *middle.T
    along = end - start
    length = np.hypot(*along.T)
    edge = (length > 0) & (length < 1_000)
    away = REACH * np.stack([along[edge, 1], -along[edge, 0]], axis=1) / length[edge, None]
    yield "REACH away from every edge", *(middle[edge] + away).T
