"""How the database finds things: each question has to go by an index, and what that saves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import shapely
from sqlalchemy import text

from bench import cases
from bench.explained import Done, explained, outline, without_index
from bench.figures import Figure
from bench.ground import Ground
from webapp.base.db import db
from webapp.base.spatial import SRID, to_lonlat
from webapp.cases import queries as case_queries
from webapp.grids import locate, queries as grids
from webapp.maps import queries as maps
from webapp.people.actors import Held, Person

CASES = 50_000
STILL_OPEN = 1_000
TIMES = 7

BOX_M = 300

DISPATCHER = Person(
    id=1,
    name="",
    locale="zh_CN",
    large_type=False,
    demo=False,
    session_epoch=0,
    held=(Held(1, "dispatcher", "", frozenset(), frozenset(), everywhere=True),),
)


@dataclass(frozen=True)
class Question:
    """What is asked of the house, and in which table it has to find it."""

    what: str
    table: str
    ask: Callable[[], object]


def figures(ground: Ground) -> Iterator[Figure]:
    """The way to each answer, and its time beside the same without an index."""
    with ground.app.app_context():
        cases.fill(CASES, still_open=STILL_OPEN)
        for question in _questions():
            yield figure(question)
        db.session.rollback()


def figure(question: Question) -> Figure:
    """The slowest statement that reads the table, at its best of some times, as a line of the table."""
    by_index = _best(question, explained)
    whole = _best(question, without_index)
    ways = " and ".join(by_index.indexes_of(question.table))
    rows = int(db.session.scalar(text(f"SELECT count(*) FROM {question.table}")) or 0)
    return Figure(
        what=f"plan: {question.what}",
        rows=rows,
        measured=f"{by_index.ms:.3f} ms, {ways or 'reads all of ' + question.table}",
        baseline=f"index scans off, {question.table}",
        beside=f"{whole.ms:.3f} ms",
        ratio=whole.ms / by_index.ms,
        wanted="by index",
        met=bool(ways),
        plan=tuple(outline(by_index.plan)),
    )


def _best(question: Question, way: Callable[[Callable[[], object]], list[Done]]) -> Done:
    runs = [
        max((done for done in way(question.ask) if done.reads(question.table)), key=_ms)
        for _time in range(TIMES)
    ]
    return min(runs, key=_ms)


def _ms(done: Done) -> float:
    return done.ms


def _questions() -> list[Question]:
    shape = grids.active_versions()[0].shape
    middle, edge = shape.representative_point(), shapely.Point(shape.exterior.coords[0])
    lon, lat = to_lonlat(middle.x, middle.y)
    west, south = to_lonlat(middle.x - BOX_M, middle.y - BOX_M)
    east, north = to_lonlat(middle.x + BOX_M, middle.y + BOX_M)
    box = (west, south, east, north)
    far = to_lonlat(shapely.total_bounds([shape])[0] - 50_000, middle.y)
    return [
        Question("grid of a point, by its square", "grid_run", _sql("grid_at", middle)),
        Question("grid of a point on a border", "grid_version", _sql("grid_at", edge)),
        Question("unit cell of a point on a border", "unit_cell", _sql("cell_at", edge)),
        Question("where a point lies, names too", "grid_version", lambda: locate.locate(lon, lat)),
        Question("nearest grid, from far away", "grid_version", lambda: locate.locate(*far)),
        Question(
            "open cases in a box of the map",
            "case_file",
            lambda: maps.case_points(DISPATCHER, box=box, language="zh", limit=2_000),
        ),
        Question("newest 50 open cases", "case_file", lambda: case_queries.listed(DISPATCHER)),
        Question("a case by its number", "case_file", lambda: case_queries.by_number("bench-77")),
    ]


def _sql(function: str, point: shapely.Point) -> Callable[[], object]:
    asked = text(f"SELECT {function}(ST_SetSRID(ST_MakePoint(:x, :y), {SRID}))")
    return lambda: db.session.execute(asked, {"x": point.x, "y": point.y}).all()
