"""How the database finds things on a full desk: each spatial question has to go by an index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text

from bench.figures import Figure
from bench.ground import Ground
from webapp.base.db import db
from webapp.base.spatial import SRID
from webapp.cases.models import Case
from webapp.grids import bulk, queries as grids

CASES = 50_000
ALREADY_CLOSED = 0.98

_CONTAINING = text(f"""
    SELECT v.grid_id FROM grid_version v
    WHERE v.set_id = (SELECT s.id FROM boundary_set s WHERE s.state = 'active')
      AND ST_Covers(v.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID}))
    ORDER BY v.precedence, v.code LIMIT 1
""")
_SQUARE = text("""
    SELECT r.grid_id FROM grid_run r WHERE r.north = :north AND r.west <= :west
    ORDER BY r.west DESC LIMIT 1
""")
_CELL = text(f"""
    SELECT c.code FROM unit_cell c
    WHERE ST_Covers(c.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID})) AND c.end_date IS NULL
    ORDER BY c.code LIMIT 1
""")
_NEAR = text(f"""
    SELECT c.id FROM case_file c
    WHERE c.class_code = '06010' AND c.state IN ('reported', 'filed', 'dispatched', 'processing')
      AND ST_DWithin(c.geom, ST_SetSRID(ST_MakePoint(:x, :y), {SRID}), 250)
    ORDER BY c.geom <-> ST_SetSRID(ST_MakePoint(:x, :y), {SRID}) LIMIT 5
""")
_BOX = text(f"""
    SELECT c.id FROM case_file c
    WHERE c.geom && ST_MakeEnvelope(:x - 300, :y - 300, :x + 300, :y + 300, {SRID}) LIMIT 2001
""")

QUESTIONS = {
    "the grid of a point, by its square": (_SQUARE, "grid_run"),
    "the grid that covers a point, by the borders": (_CONTAINING, "grid_version"),
    "the unit cell of a point": (_CELL, "unit_cell"),
    "open cases of a class within 250 m": (_NEAR, "case_file"),
    "cases in a box of the map": (_BOX, "case_file"),
}


def figures(ground: Ground) -> Iterator[Figure]:
    """The plan of each question on a desk with many cases, nearly all of them closed."""
    with ground.app.app_context():
        x, y = _fill()
        values = {"x": x, "y": y, "north": int(y // 10), "west": int(x // 10)}
        for what, (question, table) in QUESTIONS.items():
            took: list[float] = []
            plan = db.session.scalars(
                text(f"EXPLAIN (ANALYZE, TIMING OFF) {question.text}"), values
            ).all()
            took.append(float(re.findall(r"Execution Time: ([\d.]+)", plan[-1])[0]))
            index = _index_of(table, plan)
            yield Figure(
                what=f"plan: {what}",
                measured=f"{index or 'whole table read'}, {took[0]:.2f} ms",
                beside=f"{_rows(table):,} rows",
                wanted="by index",
                met=index is not None,
            )
        db.session.rollback()


def _fill() -> tuple[float, float]:
    """Many cases on the ground; answers a point among them."""
    shapes = [each.shape for each in grids.active_versions()]
    west, south, east, north = shapely.total_bounds(shapes)
    chance = np.random.default_rng(3)
    x, y = chance.uniform((west, south), (east, north), (CASES, 2)).T
    now = datetime.now(UTC)
    closed = chance.random(CASES) < ALREADY_CLOSED
    bulk.place(
        Case,
        x=x,
        y=y,
        number=[f"bench-plan-{each}" for each in range(CASES)],
        class_code="06010",
        source="worker",
        state=["closed" if each else "reported" for each in closed],
        happened_at=now,
    )
    db.session.execute(text("ANALYZE case_file"))
    spot = shapes[0].representative_point()
    return spot.x, spot.y


def _index_of(table: str, plan: Any) -> str | None:
    """The index by which a plan reaches a table; None when it reads it from end to end."""
    words = "\n".join(plan)
    if re.search(rf"Seq Scan on {table}\b", words):
        return None
    direct = re.search(rf"Index (?:Only )?Scan (?:Backward )?using (\w+) on {table}\b", words)
    bitmap = re.search(r"Bitmap Index Scan on (\w+)", words)
    found = direct or bitmap
    return found[1] if found else None


def _rows(table: str) -> int:
    return int(db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
