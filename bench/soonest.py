"""Who serves soonest: the ranking of `/nearest` beside the same worked out point by point in the database."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sqlalchemy import text

from bench import statements, travel, web
from bench.figures import Figure, in_turns
from bench.ground import Ground
from bench.load import Request, beside_bare, served
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import SRID, to_metric
from webapp.grids import locate
from webapp.points import queries
from webapp.points.nearest import Ranked, nearest, rank
from webapp.points.rules import Template
from webapp.travel import loaded
from webapp.travel.network import Times
from webapp.travel.rules import Basis, Mode

MODE = Mode.WALK
CLIENTS = 8
# The ranking asks the same number of times, however many points there are.
MOST = 12
WALKED_MS = 1.2

# From crossing to crossing, each found by the nearest of all: what a plain page would ask for each point.
_WAY = text("""
    WITH near AS (
        SELECT (SELECT id FROM bench_node ORDER BY geom <-> ST_Point(:x, :y, :srid) LIMIT 1) AS here,
               (SELECT id FROM bench_node ORDER BY geom <-> ST_Point(:tx, :ty, :srid) LIMIT 1) AS there
    )
    SELECT CASE WHEN here = there THEN 0 ELSE (
        SELECT agg_cost FROM pgr_dijkstraCost(
            'SELECT id, source, target, cost, reverse_cost FROM bench_edge', here, there, true)
    ) END FROM near
""")
_NODES = text("""
    CREATE TEMPORARY TABLE bench_node AS
    SELECT n.id, ST_Point(n.x, n.y, :srid) AS geom
    FROM unnest(cast(:ids AS bigint[]), cast(:xs AS float8[]), cast(:ys AS float8[])) AS n (id, x, y);
    CREATE INDEX ON bench_node USING gist (geom);
    ANALYZE bench_node
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """Each kind of point from a spot in every grid; how often the page asks; how many it serves."""
    spots = web.spots(ground)
    with ground.app.app_context():
        db.session.execute(text("CREATE EXTENSION IF NOT EXISTS pgrouting"))
        network = loaded.roads()
        travel.store(network, MODE)
        x, y = travel.crossings(network).T
        ids = list(range(network.nodes))
        values = {"ids": ids, "xs": x.tolist(), "ys": y.tolist(), "srid": SRID}
        db.session.execute(_NODES, values)
        for template in (Template.WORKSTATION, Template.SAMPLING):
            yield from _ranking(spots, template)
        db.session.rollback()
    lon, lat = spots[0]
    for kind in (Template.WORKSTATION, Template.SAMPLING):
        asked = Request("GET", f"/nearest?lon={lon}&lat={lat}&kind={kind}")
        yield statements.figure(ground, asked, most=MOST, wanted=f"<= {MOST}")
    request = Request("GET", f"/api/v1/points/nearest?lon={lon}&lat={lat}")
    with served("wsgi:app", ground.environment) as house:
        yield beside_bare(
            ground, house, request, what="GET /api/v1/points/nearest", clients=CLIENTS
        )


def _ranking(spots: list[tuple[float, float]], template: Template) -> Iterator[Figure]:
    points = queries.listed(template)

    def ours() -> list[list[Ranked]]:
        return [nearest(lon, lat, template=template, mode=MODE).points for lon, lat in spots]

    def plain() -> list[list[Ranked]]:
        return [_plain(lon, lat, template) for lon, lat in spots]

    fast, slow = in_turns(ours, plain, rounds=3)
    same = sum(
        mine[0].point.id == other[0].point.id for mine, other in zip(ours(), plain(), strict=True)
    )
    yield Figure(
        what=f"one spot's ranking of {len(points)} points ({template})",
        rows=len(spots),
        measured=f"{fast / len(spots) * 1000:.1f} ms",
        baseline="point by point: pgr_dijkstraCost, then its queue",
        beside=f"{slow / len(spots) * 1000:.1f} ms",
        ratio=slow / fast,
    )
    yield Figure(
        what=f"the same point first ({template})",
        rows=len(spots),
        measured=f"{same} of {len(spots)}",
        baseline="the same, from crossing to crossing",
    )


def _plain(lon: float, lat: float, template: Template) -> list[Ranked]:
    """The same ranking as a page would write it that asks for one point after the other."""
    x, y = to_metric(lon, lat)
    place = locate.locate(lon, lat)
    own = queries.assigned(place.grid_id) if place.grid_id is not None else None
    points = [each for each in queries.listed(template) if each.geom is not None]
    seconds, queues = [], {}
    for point in points:
        at = queries.spot_of(point)
        values = {"x": x, "y": y, "tx": at[0], "ty": at[1], "srid": SRID}
        cost = db.session.scalar(_WAY, values)
        seconds.append(
            float(cost) if cost is not None else float(np.hypot(at[0] - x, at[1] - y)) / WALKED_MS
        )
        queues |= queries.queues([point])
    some = np.array(seconds)
    ways = Times(some, some * WALKED_MS, np.zeros(len(some)), [Basis.ROADS] * len(some))
    own_id = own.point_id if own is not None else None
    return rank(points, ways, queues, clock.now(), own_id=own_id)
