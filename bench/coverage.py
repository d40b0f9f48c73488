"""Cameras and ground: how much of 97 grids 500 cameras see, and who of them sees a point."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from sqlalchemy import text

from bench import plans, spots
from bench.figures import Figure, best
from bench.ground import Ground
from bench.plans import DISPATCHER, Question
from webapp.base.db import db
from webapp.base.spatial import SRID, stored
from webapp.grids import queries as grids
from webapp.monitoring.cameras import queries as cameras

CAMERAS = 500
# Milliseconds for all grids, on one core.
WITHIN_MS = 1_000

_FILL = text(f"""
    INSERT INTO camera (source, external_id, name, kind, privacy, status, bearing, fov, range_m, geom)
    SELECT 'bench', 'B' || n, 'bench ' || n, 'fixed', 'public', 'online',
        n * 37 % 360, 40 + n % 80, 40 + n % 160, ST_SetSRID(ST_MakePoint(x, y), {SRID})
    FROM unnest(cast(:n AS integer[]), cast(:x AS float8[]), cast(:y AS float8[])) AS p(n, x, y)
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """The coverage of all grids, and the question who sees a point with the way to its answer."""
    with ground.app.app_context():
        set_id = grids.active_set_id()
        versions = grids.active_versions()
        assert set_id is not None
        x, y = spots.inside(np.array([each.shape for each in versions]), CAMERAS)
        db.session.execute(text("DELETE FROM camera_zone"))
        db.session.execute(text("UPDATE camera SET closed_at = now()"))
        said = {"n": list(range(CAMERAS)), "x": x.tolist(), "y": y.tolist()}
        db.session.execute(_FILL, said)
        db.session.execute(text("ANALYZE camera"))
        took = best(lambda: cameras.coverage(set_id), rounds=3) * 1000
        rows = cameras.coverage(set_id)
        share = sum(row.seen_m2 for row in rows) / sum(row.area_m2 for row in rows)
        yield Figure(
            what=f"coverage: {len(rows)} grids, {CAMERAS} cameras, {share:.0%} seen",
            rows=len(rows),
            measured=f"{took:.0f} ms",
            wanted=f"{WITHIN_MS} ms",
            met=took <= WITHIN_MS,
        )
        at = stored(shapely.Point(x[0], y[0]))
        yield plans.figure(
            Question("cameras that see a point", "camera", lambda: cameras.seeing(DISPATCHER, at))
        )
        db.session.rollback()
