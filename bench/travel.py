"""From one place to fifty others along the roads: the roads in memory beside pgRouting in the database."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from sqlalchemy import text

from bench.figures import Figure, in_turns
from bench.ground import Ground
from webapp.base.db import db
from webapp.travel import loaded
from webapp.travel.network import Edges, Network
from webapp.travel.rules import Mode

TARGETS = 50
ORIGINS = 20
# A town of this many crossings each way has about 20,000 streets.
SIDE = 100
BLOCK_M = 90.0
MODE = Mode.CAR

_COST = text("""
    SELECT start_vid, end_vid, agg_cost FROM pgr_dijkstraCost(
        'SELECT id, source, target, cost, reverse_cost FROM bench_edge',
        :origin, cast(:targets AS bigint[]), directed => true)
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """The default roads, and a made-up town of 20,000 streets."""
    with ground.app.app_context():
        db.session.execute(text("CREATE EXTENSION IF NOT EXISTS pgrouting"))
        yield from _beside("default roads", loaded.roads())
        yield from _beside("a town of blocks", Network(_town()))
        db.session.rollback()


def _beside(what: str, network: Network) -> Iterator[Figure]:
    chance = np.random.default_rng(7)
    spots = crossings(network)
    origins = chance.choice(network.nodes, ORIGINS, replace=False)
    targets = chance.choice(network.nodes, TARGETS, replace=False)
    x, y = spots[targets].T
    store(network, MODE)
    keys = [int(each) for each in targets]

    def ours() -> list[np.ndarray]:
        return [network.reach(*spots[origin], MODE).to(x, y).seconds for origin in origins]

    def theirs() -> list[dict[int, float]]:
        return [
            {
                end: cost
                for _start, end, cost in db.session.execute(
                    _COST, {"origin": int(origin), "targets": keys}
                )
            }
            for origin in origins
        ]

    ours()
    fast, slow = in_turns(ours, theirs)
    worst, compared = _differences(ours(), theirs(), origins, keys)
    edges = len(network.edges)
    yield Figure(
        what=f"one place to {TARGETS}, {what}",
        rows=edges,
        measured=f"{fast / ORIGINS * 1000:.2f} ms",
        baseline="pgr_dijkstraCost, the same graph",
        beside=f"{slow / ORIGINS * 1000:.1f} ms",
        ratio=slow / fast,
    )
    yield Figure(
        what=f"largest difference of a time, {what}",
        rows=compared,
        measured=f"{worst:.6f} s",
        baseline="pgr_dijkstraCost, the same graph",
        wanted="< 0.001 s",
        met=worst < 0.001,
    )


def _differences(
    mine: list[np.ndarray], other: list[dict[int, float]], origins: np.ndarray, keys: list[int]
) -> tuple[float, int]:
    """The largest difference of those both reach, and how many; one that only one reaches is endless."""
    worst, compared = 0.0, 0
    for origin, seconds, costs in zip(origins, mine, other, strict=True):
        for key, found in zip(keys, seconds, strict=True):
            if key == origin:
                continue
            compared += 1
            worst = max(worst, abs(float(found) - costs.get(key, float("inf"))))
    return worst, compared


def crossings(network: Network) -> np.ndarray:
    """(x, y) of every crossing."""
    edges = network.edges
    spots = np.zeros((network.nodes, 2))
    spots[network.begin] = shapely.get_coordinates(shapely.get_point(edges.line, 0))
    spots[network.end] = shapely.get_coordinates(shapely.get_point(edges.line, -1))
    return spots


def store(network: Network, mode: Mode) -> None:
    """The arcs of a mode as a table for pgRouting, with the same seconds."""
    roads = network.roads(mode)
    rows = [
        {"id": at, "source": int(a), "target": int(b), "cost": _cost(there), "back": _cost(back)}
        for at, (a, b, there, back) in enumerate(
            zip(roads.begin, roads.end, roads.there, roads.back, strict=True)
        )
    ]
    db.session.execute(text("DROP TABLE IF EXISTS bench_edge"))
    db.session.execute(
        text("""
            CREATE TABLE bench_edge (id bigint PRIMARY KEY, source bigint, target bigint,
                                     cost float8, reverse_cost float8)
        """)
    )
    db.session.execute(
        text("INSERT INTO bench_edge VALUES (:id, :source, :target, :cost, :back)"), rows
    )
    db.session.execute(text("ANALYZE bench_edge"))


def _cost(seconds: float) -> float:
    return float(seconds) if np.isfinite(seconds) else -1.0


def _town() -> Edges:
    """Streets between crossings that lie a little off a square pattern, some of them one-way."""
    chance = np.random.default_rng(11)
    column, row = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    spots = np.stack([column.ravel(), row.ravel()], axis=1) * BLOCK_M
    spots = spots + chance.uniform(-20, 20, spots.shape)
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    source = np.concatenate([number[:, :-1].ravel(), number[:-1, :].ravel()])
    target = np.concatenate([number[:, 1:].ravel(), number[1:, :].ravel()])
    lines = shapely.linestrings(np.stack([spots[source], spots[target]], axis=1))
    count = len(source)
    return Edges(
        source=source.astype(np.int64),
        target=target.astype(np.int64),
        road_class=np.full(count, "residential", dtype=object),
        length_m=shapely.length(lines),
        speed_kmh=chance.choice([30.0, 40.0, 50.0], count),
        oneway=chance.choice([0, 0, 0, 0, 1, -1], count).astype(np.int64),
        line=lines,
    )
