"""The list of alarms with a million of them: each lane and filter as a dispatcher asks it, and by which index."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import text

from bench.explained import explained, outline
from bench.figures import Figure
from bench.ground import Ground
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.monitoring.alarms import listing
from webapp.people import actors, queries as people

ALARMS, OPEN = int(os.environ.get("BENCH_ALARMS", "1000000")), 3_000
ROUNDS = 40
MOST_MS = 300

# Closed ones over three years, and the newest few thousand in every state; of forty kinds a few are rare.
_FILL = text("""
    INSERT INTO alarm (key, source, own_id, device, kind, severity, max_severity, words, rule, state,
                       quiet, exercise, first_at, last_at, live_at, over_at, ended_at, said, turns, count,
                       received_at, heard_at, seen_at, seen_by_id, closed_at, closed_by_id, outcome, note,
                       device_name, geom, grid_id, grid_version_id)
    SELECT 'bench:a-' || n, 'bench-' || n % 7, 'a-' || n, 'd-' || n % 500, made.kind, made.severity,
           made.severity, 'zone ' || n % 900 || CASE n % 9973 WHEN 0 THEN ' 烟雾' WHEN 1 THEN ' qx' ELSE '' END,
           'rule-' || n % 9, made.state,
           CASE WHEN n % 40 = 0 THEN 'shelved' WHEN n % 41 = 0 THEN 'late' END, n % 101 = 0,
           made.at, made.at, made.at, made.at + interval '2 minutes', made.at + interval '2 minutes',
           '{}', '[]', 1, made.at, made.at,
           CASE WHEN made.state IN ('seen', 'settled', 'closed') THEN made.at + interval '20 s' END,
           CASE WHEN made.state IN ('seen', 'settled', 'closed') THEN :who END,
           CASE WHEN made.state = 'closed' THEN made.at + interval '1 hour' END,
           CASE WHEN made.state = 'closed' THEN :who END,
           CASE WHEN made.state = 'closed' THEN (ARRAY['real', 'false', 'nuisance'])[1 + n % 3] END,
           CASE WHEN made.state = 'closed' THEN 'looked at' END,
           'camera ' || n % 500, spot.geom, spot.grid_id, spot.version_id
    FROM generate_series(1, :alarms) n
    CROSS JOIN LATERAL (
        SELECT now() - (:alarms - n) * interval '94 seconds' AS at,
               (ARRAY['critical', 'major', 'minor', 'warning'])[
                   CASE WHEN n % 50 = 0 THEN 1 ELSE 2 + n % 3 END] AS severity,
               CASE WHEN n % 997 = 0 THEN 'gas.nh3'
                    ELSE (ARRAY['motion', 'intrusion', 'loiter', 'crowd', 'helmet', 'device.offline'])[
                        1 + n % 6] END AS kind,
               CASE WHEN n <= :alarms - :open THEN 'closed'
                    ELSE (ARRAY['raised', 'seen', 'over', 'settled'])[1 + n % 4] END AS state
    ) made
    JOIN LATERAL (SELECT * FROM bench_spot WHERE id = n % 200) spot ON true
""")
_SPOTS = (
    "CREATE UNLOGGED TABLE bench_spot AS SELECT row_number() OVER () - 1 AS id,"
    " ST_PointOnSurface(v.geom) AS geom, v.grid_id, v.id AS version_id"
    " FROM grid_version v, generate_series(1, 3) LIMIT 200",
    "CREATE INDEX ON bench_spot (id)",
    # The points lie in these grids: the trigger need not find them a million times.
    "SET LOCAL wangge.located = 'on'",
)


def figures(ground: Ground) -> Iterator[Figure]:
    """How long each filter takes, and whether it reads the alarms by an index."""
    with ground.app.test_request_context("/"):
        yield from measured(_person("dispatcher"), _person("leader"))


def measured(desk: Actor, leader: Actor) -> Iterator[Figure]:
    """The same for these two, in the database of the app in whose context this is."""
    yield _filled(desk)
    grid = db.session.scalar(text("SELECT grid_id FROM alarm WHERE grid_id IS NOT NULL LIMIT 1"))
    for what, who, narrowing in _asked(desk, leader, grid):
        yield _figure(what, partial(listing.listed, who, **narrowing))
    yield _figure("how many stand in each lane", partial(listing.counts, desk))
    yield _figure("what rings", partial(listing.ringing, desk))
    yield _figure("the board", partial(listing.on_board, desk))


def _asked(desk: Actor, leader: Actor, grid: int) -> Iterator[tuple[str, Actor, dict[str, Any]]]:
    for lane in listing.LANES:
        yield f"lane {lane}", desk, {"lane": lane}
    closed = {"lane": "closed"}
    yield "closed, from the middle on", desk, {**closed, "before": ALARMS // 2}
    yield "closed, critical", desk, {**closed, "severity": "critical"}
    yield "closed, a rare kind", desk, {**closed, "kind": "gas.nh3"}
    yield "closed, a kind that never was", desk, {**closed, "kind": "drown"}
    yield "closed, of a grid", desk, {**closed, "grid_id": grid}
    yield "closed, of a grid, a rare kind", desk, {**closed, "grid_id": grid, "kind": "gas.nh3"}
    yield "closed, words that some have", desk, {**closed, "words": "zone 77"}
    for words in ("烟雾", "雾", "qx", "氨", "zq", "e", "d-7"):
        yield f"closed, the short word {words}", desk, {**closed, "words": words}
    yield "closed, words that none has", desk, {**closed, "words": "nothing of it"}
    yield "open, critical", desk, {"lane": "open", "severity": "critical"}
    yield "closed, as a leader of some grids", leader, closed
    yield "open, as a leader of some grids", leader, {"lane": "open"}


def fill(who_id: int, count: int, *, still_open: int) -> float:
    """So many alarms, the newest of them open, seen and closed by somebody; answers how long that took (seconds)."""
    for statement in _SPOTS:
        db.session.execute(text(statement))
    begun = time.perf_counter()
    db.session.execute(_FILL, {"alarms": count, "open": still_open, "who": who_id})
    db.session.execute(text("DROP TABLE bench_spot"))
    db.session.commit()
    took = time.perf_counter() - begun
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
        alone.execute(text("VACUUM ANALYZE alarm"))
    return took


def _filled(who: Actor) -> Figure:
    took = fill(who.id, ALARMS, still_open=OPEN)
    size = db.session.scalar(text("SELECT pg_size_pretty(pg_total_relation_size('alarm'))"))
    return Figure("alarms written", ALARMS, f"{took:,.0f} s, {size}")


def _figure(what: str, ask: Callable[[], Any]) -> Figure:
    took = []
    for _round in range(ROUNDS):
        db.session.rollback()
        db.session.expire_all()
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
    took.sort()
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    read = [done for done in explained(ask) if done.reads("alarm")]
    plan = [line for done in read for line in outline(done.plan)]
    by = sorted({name for done in read for name in done.indexes_of("alarm")})
    return Figure(
        what=f"alarms: {what}",
        rows=ALARMS,
        measured=f"p50 {p50:,.0f}, p95 {p95:,.0f} ms by {', '.join(by) or 'no index'}",
        wanted=f"p95 < {MOST_MS} ms by an index",
        met=p95 < MOST_MS and bool(by),
        plan=tuple(plan) if p95 >= MOST_MS or not by else (),
    )


def _person(username: str) -> Actor:
    account = people.by_username(username)
    found = actors.person(account.id) if account is not None else None
    if found is None:
        raise LookupError(f"the demo has no {username}")
    return found
