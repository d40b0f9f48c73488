"""A million points to their grids: in memory, beside PostGIS; and whether both say the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sqlalchemy import text

from bench import spots
from bench.figures import Figure, best, in_turns
from bench.ground import Ground
from webapp.base.db import db
from webapp.grids import bulk
from webapp.grids.raster import Floats

MILLION = 1_000_000

# The form of the join that PostGIS does fastest: grids outside, points by their index, each border
# prepared once; the points lie in the order of the index.
ORDERED = """
    CREATE INDEX bench_spot_geom ON bench_spot USING gist (geom);
    CLUSTER bench_spot USING bench_spot_geom;
    ANALYZE bench_spot
"""
JOIN = text("""
    SELECT count(*), sum(v.grid_id) FROM grid_version v
    JOIN bench_spot p ON ST_Covers(v.geom, p.geom)
    WHERE v.set_id = (SELECT id FROM boundary_set WHERE state = 'active')
""")

ONE_BY_ONE = text("""
    SELECT p.place, (grid_at(p.geom)).*, cell_at(p.geom) FROM bench_spot p ORDER BY p.place
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """The bulk path beside PostGIS' own join, then its answers beside those of the SQL functions."""
    with ground.app.app_context():
        here = bulk.territory()
        x, y = spots.inside(here.grids.areas, MILLION)
        yield from _speed(here, x, y)
        db.session.rollback()
        yield _differences(here, "the same points", x, y)
        for what, *point in spots.hard(here.grids.areas):
            yield _differences(here, what, *point)
        # Without its squares `grid_at` asks nothing but the stored borders.
        db.session.execute(text("TRUNCATE grid_run"))
        for what, *point in spots.hard(here.grids.areas):
            yield _differences(here, f"{what}, by the borders alone", *point)
        db.session.rollback()


def _speed(here: bulk.Territory, x: Floats, y: Floats) -> Iterator[Figure]:
    spots.load(x, y)
    db.session.execute(text(ORDERED))
    connection = db.session.connection()
    plan = "\n".join(connection.scalars(text(f"EXPLAIN {JOIN.text}")))
    if "Index Scan using bench_spot_geom" not in plan:
        raise RuntimeError(f"the join is not the one meant:\n{plan}")

    def joined() -> None:
        connection.execute(JOIN).one()

    def in_memory() -> None:
        found = here.grids.find(x, y)
        here.grid_ids[found.area], here.version_ids[found.area]

    slow, fast = in_turns(joined, in_memory)
    baseline, beside = "inner ST_Covers join, GiST", f"{len(x) / slow / 1e6:.2f} M points/s"
    yield Figure(
        what="points to grids in memory",
        rows=len(x),
        measured=f"{len(x) / fast / 1e6:.1f} M points/s",
        baseline=baseline,
        beside=beside,
        ratio=slow / fast,
        wanted=">= 15 (aim 25)",
        met=slow / fast >= 15,
    )
    both = best(lambda: here.locate(x, y))
    yield Figure(
        what="points to grids and unit cells in memory",
        rows=len(x),
        measured=f"{len(x) / both / 1e6:.1f} M points/s",
        baseline=baseline,
        beside=beside,
        ratio=slow / both,
    )


def _differences(here: bulk.Territory, what: str, x: Floats, y: Floats) -> Figure:
    spots.load(x, y)
    found = here.locate(x, y)
    cells = found.cell_code
    differ = 0
    rows = db.session.execute(ONE_BY_ONE, execution_options={"yield_per": 10_000})
    for place, grid, version, border, cell in rows:
        mine = (
            int(found.grid_id[place]) or None,
            int(found.grid_version_id[place]) or None,
            bool(found.on_border[place]),
            cells[place],
        )
        differ += mine != (grid, version, border, cell)
    outside = int(np.count_nonzero(found.grid_id == 0))
    return Figure(
        what=f"bulk path, {what}",
        rows=len(x),
        measured=f"{differ} differences",
        baseline="grid_at and cell_at, one by one",
        beside=f"{np.count_nonzero(found.on_border):,} within reach, {outside:,} outside",
        wanted="0",
        met=differ == 0,
    )
