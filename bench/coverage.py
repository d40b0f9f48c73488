"""Cameras and ground: how much of 97 grids 500 cameras see, who of them sees a point, what each alone sees."""

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
from webapp.maps.layers import LIMIT
from webapp.maps.packed import Packed
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.coverage import queries as coverage
from webapp.monitoring.coverage.forms import SitingForm
from webapp.monitoring.coverage.rules import Loss
from webapp.monitoring.coverage.siting import queries as siting

CAMERAS = 500
# Milliseconds for all grids, on one core; the same for the layer of all sectors.
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
        packed = _layer()
        took = best(_layer, rounds=5) * 1000
        yield Figure(
            what=f"layer of {CAMERAS} sectors: asked, packed, {len(packed.small) / 1024:.0f} KiB gzipped",
            rows=CAMERAS,
            measured=f"{took:.0f} ms",
            wanted=f"{WITHIN_MS} ms",
            met=took <= WITHIN_MS,
        )
        took = best(lambda: coverage.listed(Loss.AREA), rounds=3) * 1000
        yield Figure(
            what="what goes blind without each camera", rows=CAMERAS, measured=f"{took:.0f} ms"
        )
        wish = SitingForm()
        found = siting.proposed(wish, None)
        took = best(lambda: siting.proposed(wish, None), rounds=3) * 1000
        yield Figure(
            what=f"{wish.count} places for new cameras, of {found.places}",
            rows=len(found.proposals),
            measured=f"{took:.0f} ms",
        )
        db.session.rollback()


def _layer() -> Packed:
    rows = cameras.sectors(DISPATCHER, limit=LIMIT)
    shapes = [{"type": "Feature", "id": row.id, "geometry": row.geometry} for row in rows]
    return Packed.of_json({"type": "FeatureCollection", "features": shapes})
