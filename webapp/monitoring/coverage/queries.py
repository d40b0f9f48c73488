"""Questions about what cameras leave unseen: what nobody sees once one of them falls out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, RowMapping, Select, column, select, text

from webapp.base.db import db
from webapp.grids import queries as grids
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.coverage.rules import Loss

MOST_SHOWN = 200

# The ground that a camera sees and no other does, in metres.
_ALONE = """
    alone AS (
        SELECT c.id AS camera_id, CASE WHEN others.geom IS NULL THEN c.visible
            ELSE ST_Difference(c.visible, others.geom) END AS geom
        FROM camera c LEFT JOIN LATERAL (
            SELECT ST_Union(o.visible) AS geom FROM camera o
            WHERE o.id <> c.id AND o.closed_at IS NULL AND ST_Intersects(o.visible, c.visible)
        ) others ON true
        WHERE c.closed_at IS NULL AND c.visible IS NOT NULL
            AND (cast(:camera AS bigint) IS NULL OR c.id = :camera)
    )
"""

# Of each camera what nobody would see: ground of the grids in force (m²), of how many of them, homes
# that stand in buildings there, hazard points, and metres of road.
_LOSSES = text(f"""
    WITH {_ALONE}, ground AS (
        SELECT a.camera_id, count(*) AS grids, sum(ST_Area(part.geom)) AS area_m2
        FROM alone a JOIN grid_version v ON v.set_id = :set AND ST_Intersects(v.geom, a.geom)
        CROSS JOIN LATERAL (SELECT ST_Intersection(v.geom, a.geom) AS geom) part
        WHERE ST_Area(part.geom) > 0
        GROUP BY a.camera_id
    ), homes AS (
        SELECT a.camera_id, count(*) AS homes
        FROM alone a JOIN building b ON b.closed_at IS NULL AND ST_Covers(a.geom, b.geom)
        JOIN dwelling d ON d.building_id = b.id
        JOIN household h ON h.dwelling_id = d.id AND h.left_at IS NULL
        GROUP BY a.camera_id
    ), hazards AS (
        SELECT a.camera_id, count(*) AS hazards
        FROM alone a JOIN hazard_point p ON p.closed_at IS NULL AND ST_Covers(a.geom, p.geom)
        GROUP BY a.camera_id
    ), roads AS (
        SELECT a.camera_id, sum(ST_Length(ST_Intersection(e.geom, a.geom))) AS roads_m
        FROM alone a JOIN road_edge e ON ST_Intersects(e.geom, a.geom)
        WHERE e.network_id = (SELECT max(id) FROM road_network)
        GROUP BY a.camera_id
    )
    SELECT a.camera_id, coalesce(g.area_m2, 0) AS area_m2, coalesce(g.grids, 0) AS grids,
        coalesce(h.homes, 0) AS homes, coalesce(p.hazards, 0) AS hazards, coalesce(r.roads_m, 0) AS roads_m
    FROM alone a
    LEFT JOIN ground g USING (camera_id)
    LEFT JOIN homes h USING (camera_id)
    LEFT JOIN hazards p USING (camera_id)
    LEFT JOIN roads r USING (camera_id)
""")

_PARTS = text(f"""
    WITH {_ALONE}
    SELECT v.grid_id, v.display_code, v.name, v.kind, ST_Area(part.geom) AS area_m2,
        ST_AsGeoJSON(ST_Transform(ST_SimplifyPreserveTopology(part.geom, 0.5), 4326), 6)::json AS geometry
    FROM alone a JOIN grid_version v ON v.set_id = :set AND ST_Intersects(v.geom, a.geom)
    CROSS JOIN LATERAL (
        SELECT ST_CollectionExtract(ST_Intersection(v.geom, a.geom), 3) AS geom
    ) part
    WHERE ST_Area(part.geom) >= 1
    ORDER BY area_m2 DESC, v.code
""")


@dataclass(frozen=True)
class Without:
    """What nobody sees once a camera falls out: the sums, and the part of each grid (m², GeoJSON)."""

    sums: RowMapping
    parts: Sequence[RowMapping]


def losses(by: Loss = Loss.AREA, *, camera_id: int | None = None) -> Select[Any]:
    """SQL: of each camera with a known sector what only it sees, the most first.

    Rows of `Camera`, `area_m2`, `grids`, `homes`, `hazards` and `roads_m`, of the borders in force.
    """
    of_each = (
        _LOSSES.bindparams(set=grids.active_set_id(), camera=camera_id)
        .columns(
            column("camera_id", BigInteger),
            column("area_m2", Float),
            column("grids", Integer),
            column("homes", Integer),
            column("hazards", Integer),
            column("roads_m", Float),
        )
        .subquery("loss")
    )
    figures = [each for each in of_each.c if each.key != "camera_id"]
    found = select(Camera, *figures).join(of_each, of_each.c.camera_id == Camera.id)
    return found.order_by(of_each.c[by].desc(), of_each.c.area_m2.desc(), Camera.id)


def listed(by: Loss) -> Sequence[RowMapping]:
    """The first of them, as the list shows them; one more than `MOST_SHOWN` where there are more."""
    return db.session.execute(losses(by).limit(MOST_SHOWN + 1)).mappings().all()


def without(camera: Camera) -> Without | None:
    """What nobody sees once this camera falls out; None where nobody knows what it sees."""
    sums = db.session.execute(losses(camera_id=camera.id)).mappings().one_or_none()
    if sums is None:
        return None
    said = {"set": grids.active_set_id(), "camera": camera.id}
    return Without(sums, db.session.execute(_PARTS, said).mappings().all())
